//! Whatever is changed of a valid answer or of its request, a platform refuses it; and only that
//! which was not changed it accepts, once.

use arbitrary::{Arbitrary, Unstructured};
use pairnym::*;

use crate::case::{Case, Plan, later};
use crate::kind::Kind;
use crate::pool::POOL;

/// A verifier: the platform's own, or a faulty one.
pub trait Verifier {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Result<A::Verified, Error>;
}

#[derive(Arbitrary, Debug)]
struct Forgery {
    login: bool,
    plan: Plan,
    /// How much later it is verified, and by which key's platform.
    seconds: u16,
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
        let nonces = &mut MemoryNonces::new(1);
        let verdict = V::verify(platform, &case, now, nonces);
        let expected = case.expected(platform, now);
        assert_eq!(verdict.as_ref().err(), expected.err().as_ref(), "{self:?}");
        assert_eq!(nonces.len(), usize::from(verdict.is_ok()), "a refusal uses up no nonce");
        if let Ok(verified) = verdict {
            A::examine(&verified, case.original);
            let again = V::verify(platform, &case, now, nonces);
            assert_eq!(again.err(), Some(Error::Replayed));
        }
    }
}

/// [`Platform::verify`] and [`Platform::verify_login`].
pub struct Own;

impl Verifier for Own {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Result<A::Verified, Error> {
        A::verify(platform, case.pair(), now, nonces)
    }
}
