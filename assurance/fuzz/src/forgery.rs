//! Whatever is changed of a valid answer or of its request, a platform refuses it; and only that
//! which was not changed it accepts, once.

use arbitrary::{Arbitrary, Unstructured};
use pairnym::{message::*, platform::*, store::*, *};

use crate::case::{Case, Plan, later};
use crate::kind::Kind;
use crate::pool::POOL;

/// A verifier: the platform's own, or a faulty one.
pub trait Verifier {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error>;

    fn act<A: Kind>(
        case: &Case<A>,
        parameters: &AuthorityParameters,
    ) -> Result<(Pseudonym, Option<Slot>), Error> {
        A::act(case.pair(), parameters)
    }
}

#[derive(Arbitrary, Debug)]
struct Forgery {
    login: bool,
    plan: Plan,
    /// How much later it is verified, and by which key's platform.
    seconds: u32,
    elsewhere: Option<u8>,
}

pub fn forgery<V: Verifier>(bytes: &[u8]) {
    let Ok(forgery) = Forgery::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    if forgery.login {
        forgery.attempt::<Login, V>();
    } else {
        forgery.attempt::<Presentation, V>();
    }
}

impl Forgery {
    fn attempt<A: Kind, V: Verifier>(&self) {
        let Some(case) = self.plan.case::<A>() else { return };
        let now = later(self.seconds);
        let platform = match self.elsewhere {
            Some(world) => &POOL.worlds[usize::from(world) % POOL.worlds.len()].platform,
            None => &case.world.platform,
        };
        let nonces = &MemoryNonces::new(1);
        let verdict = V::verify(platform, &case, now, nonces);
        let expected = case.expected(platform, now);
        assert_eq!(verdict.as_ref().err(), expected.err().as_ref(), "{self:?}");
        assert_eq!(nonces.len(), usize::from(verdict.is_ok()), "a refusal uses up no nonce");
        if let Ok(verified) = verdict {
            A::examine(&verified, case.original);
            let again = V::verify(platform, &case, now, nonces);
            assert_eq!(again.err(), Some(Error::Replayed));
        }
        let act = V::act(&case, platform.list().entries().next().unwrap().parameters());
        self.examine_act(&case, platform, act);
    }
}

impl Forgery {
    fn examine_act<A: Kind>(
        &self,
        case: &Case<A>,
        platform: &Platform,
        act: Result<(Pseudonym, Option<Slot>), Error>,
    ) {
        let parameters = platform.list().entries().next().unwrap().parameters();
        let expected = case.expected_act(parameters);
        assert_eq!(act.as_ref().err(), expected.err().as_ref(), "{self:?}");
        if let Ok((pseudonym, slot)) = act {
            assert_eq!(pseudonym, case.original.pseudonym);
            assert_eq!(slot.as_ref(), case.slot());
        }
    }
}

/// [`Platform::verify`], [`Platform::verify_login`] and [`Act`].
pub struct Own;

impl Verifier for Own {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error> {
        A::verify(platform, case.pair(), now, nonces)
    }
}
