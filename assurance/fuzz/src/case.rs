//! One answer of the pool, changed, and what a platform must say about it.

use arbitrary::Arbitrary;
use pairnym::{message::*, platform::*, *};
use pairnym_testkit::{DAY, NOW};

use crate::changes::{Ask, Change, answered};
use crate::kind::{Kind, Pair};
use crate::parts::{Asked, Parts, R1, R2, T1, T2};
use crate::pool::{Answered, POOL, World};
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

    /// The slot that is shown, if there is one.
    pub fn slot(&self) -> Option<&Slot> {
        let shown = self.parts.plain.as_ref()?.slot;
        self.request.slots().get(usize::from(shown))
    }

    /// The verdict of SPEC §12 and §13 at this time, by this platform of the host.
    pub fn expected(&self, platform: &Platform, now: UnixTime) -> Result<(), Error> {
        rules::verifies(platform, &self.request, A::WANTED, now)?;
        self.fits(|slot| platform.list().find(&slot.parameters))?;
        if self.unchanged { Ok(()) } else { Err(Error::Rejected) }
    }

    /// The verdict of SPEC §13.1.
    pub fn expected_act(&self, parameters: &AuthorityParameters) -> Result<(), Error> {
        let request = &self.request;
        if request.statement().is_none() {
            return Err(Error::NoStatement);
        }
        if request.wanted() != A::WANTED {
            return Err(Error::WrongAnswer);
        }
        let foreign = request.authority() != parameters.authority();
        if foreign && A::WANTED == Wanted::Presentation {
            self.fits(|_| None).map_err(|error| match error {
                Error::ForeignParameters => Error::ForeignAuthority,
                error => error,
            })?;
        }
        self.fits(|slot| (slot.parameters == *parameters.id()).then_some(parameters))?;
        if self.unchanged { Ok(()) } else { Err(Error::Rejected) }
    }

    /// SPEC §12, the first half of step 3.
    fn fits<'a>(
        &self,
        find: impl Fn(&Slot) -> Option<&'a AuthorityParameters>,
    ) -> Result<(), Error> {
        if A::WANTED == Wanted::Login {
            return Ok(());
        }
        let same = self.parts.nonce == self.request.nonce().0;
        let slot = self.slot().filter(|_| same).ok_or(Error::Rejected)?;
        rules::verifies_slot(find(slot), &self.request)
    }
}

/// A time after now by so much, up to three weeks.
pub fn later(seconds: u32) -> UnixTime {
    UnixTime(NOW.0 + u64::from(seconds) % (21 * DAY))
}
