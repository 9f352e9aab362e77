//! One answer of the pool, changed, and what a platform must say about it.

use arbitrary::Arbitrary;
use pairnym::*;

use crate::changes::{Ask, Change, answered};
use crate::kind::{Kind, Pair};
use crate::parts::{Asked, Parts, R1, R2, T1, T2};
use crate::pool::{Answered, NOW, POOL, World};
use crate::reference::{Challenges, Statement};
use crate::rules;

/// What is done to which answer.
#[derive(Arbitrary, Clone, Debug)]
pub struct Plan {
    pub answered: u8,
    asks: Vec<Ask>,
    changes: Vec<Change>,
    /// Which of the commitments are replaced by what satisfies the equations of the changed
    /// answer with the challenges of the original: what is not hashed can be forged like this.
    solve: u8,
    /// Bytes of the encoding that are changed in the end.
    flips: Vec<(u16, u8)>,
}

/// The result: a request and an answer that can be decoded.
pub struct Case<A> {
    pub original: &'static Answered,
    pub world: &'static World,
    pub request: Request,
    pub answer: A,
    pub parts: Parts,
    /// The challenges of the original.
    pub challenges: Challenges,
    /// Whether it is the original still.
    pub unchanged: bool,
}

impl Plan {
    /// Does it, if what comes out can be decoded: what cannot is refused already.
    pub fn case<A: Kind>(&self) -> Option<Case<A>> {
        let original = answered(self.answered);
        let world = &POOL.worlds[original.world];
        let (request, bytes) = A::original(original);
        let mut parts = A::parts(bytes);
        let before = Statement::new(world, request);
        let challenges = before.challenges(&parts);

        let mut asked = Asked::new(request);
        self.asks.iter().take(4).for_each(|ask| ask.apply(&mut asked));
        let asked = Request::from_bytes(&asked.bytes()).ok()?;
        let statement = Statement::new(world, &asked);
        self.changes.iter().take(8).for_each(|change| change.apply(&mut parts, &statement));
        self.solve(&mut parts, &statement, &challenges);

        let mut changed = parts.bytes();
        let length = changed.len();
        self.flips.iter().take(4).for_each(|(place, bits)| {
            changed[usize::from(*place) % length] ^= bits;
        });
        let unchanged = changed == bytes && asked == *request;
        let decoded = A::from_bytes(&changed);
        assert!(decoded.is_ok() || changed != bytes, "the original can be decoded");
        let answer = decoded.ok()?;
        assert_eq!(answer.to_bytes(), changed);
        let parts = if self.flips.is_empty() { parts } else { A::parts(&changed) };
        Some(Case { original, world, request: asked, answer, parts, challenges, unchanged })
    }

    fn solve(&self, parts: &mut Parts, statement: &Statement<'_>, challenges: &Challenges) {
        let places: &[usize] = if parts.plain.is_some() { &[R1, R2, T1, T2] } else { &[1] };
        if self.solve.trailing_zeros() as usize >= places.len() {
            return;
        }
        let Some(solved) = statement.solve(parts, challenges) else { return };
        for (bit, (place, solved)) in places.iter().zip(solved).enumerate() {
            if self.solve >> bit & 1 == 1 {
                parts.points[*place] = solved.compress().to_bytes();
            }
        }
    }
}

impl<A: Kind> Case<A> {
    pub const fn pair(&self) -> Pair<'_, A> {
        (&self.request, &self.answer)
    }

    /// The verdict of SPEC §12 and §13 at this time, by this platform of the host.
    pub fn expected(&self, platform: &Platform, now: UnixTime) -> Result<(), Error> {
        let Self { request, unchanged, .. } = self;
        let parameters = platform.parameters();
        if request.platform() != platform.id() {
            return Err(Error::ForeignPlatform);
        }
        if request.parameters() != parameters.id() {
            return Err(Error::ForeignParameters);
        }
        if !rules::fits(request, parameters.schema()) {
            return Err(Error::Schema);
        }
        if now > request.expires() {
            return Err(Error::Expired);
        }
        if A::LOGIN && !request.disclosures().is_empty() {
            return Err(Error::LoginCannotDisclose);
        }
        if *unchanged { Ok(()) } else { Err(Error::Rejected) }
    }
}

/// A time after now by so much.
pub fn later(seconds: u16) -> UnixTime {
    NOW.after(seconds.into())
}
