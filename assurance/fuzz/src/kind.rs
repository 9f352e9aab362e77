//! Presentations and logins under one name.

use std::fmt::Debug;

use pairnym::{message::*, platform::*, store::*, *};

use crate::parts;
use crate::pool::{Answered, POOL};

/// A request with its answer, as batches take them.
pub type Pair<'a, A> = (&'a Request, &'a A);

/// What a batch came to: the store's error, or each member's verdict.
pub type Verdicts<A> = Result<Vec<Result<<A as Kind>::Verified, Error>>, Error>;

/// A presentation or a login.
pub trait Kind: Message + Clone + Send + Answer {
    type Verified: PartialEq + Debug;

    const WANTED: Wanted;

    /// The request, and the bytes of the answer.
    fn original(answered: &Answered) -> (&Request, &[u8]);

    /// Takes a valid one apart.
    fn parts(bytes: &[u8]) -> parts::Parts;

    /// What is left is the nonce: a login is looked up among the pool's 网号s first.
    fn unspent(checked: Self::Checked) -> Result<Unspent<Self::Verified>, Error>;

    /// Both phases in one call.
    fn verify(
        platform: &Platform,
        pair: Pair<'_, Self>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<Self::Verified, Error>;

    fn verify_batch(
        platform: &Platform,
        pairs: &[Pair<'_, Self>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<Self>;

    /// As an act, under these parameters (SPEC §13.1): the 网号 and the slot.
    fn act(
        pair: Pair<'_, Self>,
        parameters: &AuthorityParameters,
    ) -> Result<(Pseudonym, Option<Slot>), Error>;

    /// Panics unless this is what the original says.
    fn examine(verified: &Self::Verified, original: &Answered);

    /// Phase by phase, the nonces in one call of the store.
    fn spend_all(
        checked: Vec<Result<Self::Checked, Error>>,
        nonces: &MemoryNonces,
        now: UnixTime,
    ) -> Verdicts<Self> {
        let unspent = checked.into_iter().map(|member| Self::unspent(member?)).collect();
        spend_all(unspent, nonces, now)
    }
}

impl Kind for Presentation {
    type Verified = Verified;

    const WANTED: Wanted = Wanted::Presentation;

    fn original(answered: &Answered) -> (&Request, &[u8]) {
        (&answered.request, &answered.presentation)
    }

    fn parts(bytes: &[u8]) -> parts::Parts {
        parts::Parts::presentation(bytes)
    }

    fn unspent(checked: Unspent<Verified>) -> Result<Unspent<Verified>, Error> {
        Ok(checked)
    }

    fn verify(
        platform: &Platform,
        (request, answer): Pair<'_, Self>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<Verified, Error> {
        Ok(platform.verify(request, answer, now, nonces)?)
    }

    fn verify_batch(
        platform: &Platform,
        pairs: &[Pair<'_, Self>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<Self> {
        platform.verify_batch(pairs, now, nonces)
    }

    fn act(
        (request, answer): Pair<'_, Self>,
        parameters: &AuthorityParameters,
    ) -> Result<(Pseudonym, Option<Slot>), Error> {
        let act = Act::of_presentation(request, answer, parameters)?;
        assert_eq!(Some(act.statement()), request.statement());
        assert_eq!(act.claims().len(), request.disclosures().len());
        Ok((*act.pseudonym(), act.slot().copied()))
    }

    fn examine(verified: &Verified, original: &Answered) {
        assert_eq!(*verified.pseudonym(), original.pseudonym);
        assert_eq!(*verified.request(), original.request.digest());
        let plain = parts::Parts::presentation(&original.presentation).plain.unwrap();
        assert_eq!(*verified.slot(), original.request.slots()[usize::from(plain.slot)]);
        let claims = verified.claims().map(|(name, value)| (name.into(), parts::encoded(value)));
        let names = original.request.disclosures().iter().map(Name::to_string);
        assert!(claims.eq(names.zip(plain.disclosed)));
    }
}

fn account(pseudonym: &Pseudonym) -> Option<Pseudonym> {
    POOL.answered.iter().find(|it| it.pseudonym == *pseudonym).map(|it| it.pseudonym)
}

impl Kind for Login {
    type Verified = Returning<Pseudonym>;

    const WANTED: Wanted = Wanted::Login;

    fn original(answered: &Answered) -> (&Request, &[u8]) {
        (&answered.login_request, &answered.login)
    }

    fn parts(bytes: &[u8]) -> parts::Parts {
        parts::Parts::login(bytes)
    }

    fn unspent(visitor: Visitor) -> Result<Unspent<Returning<Pseudonym>>, Error> {
        let account = account(visitor.look_up_by()).ok_or(Error::NoAccount)?;
        Ok(visitor.is_account(account))
    }

    fn verify(
        platform: &Platform,
        (request, answer): Pair<'_, Self>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<Returning<Pseudonym>, Error> {
        Ok(platform.verify_login(request, answer, account, now, nonces)?)
    }

    fn verify_batch(
        platform: &Platform,
        pairs: &[Pair<'_, Self>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<Self> {
        platform.verify_login_batch(pairs, account, now, nonces)
    }

    fn act(
        (request, answer): Pair<'_, Self>,
        _: &AuthorityParameters,
    ) -> Result<(Pseudonym, Option<Slot>), Error> {
        let act = Act::of_login(request, answer)?;
        assert_eq!(Some(act.statement()), request.statement());
        Ok((*act.pseudonym(), act.slot().copied()))
    }

    fn examine(verified: &Returning<Pseudonym>, original: &Answered) {
        assert_eq!(*verified.pseudonym(), original.pseudonym);
        assert_eq!(*verified.account(), original.pseudonym);
        assert_eq!(*verified.request(), original.login_request.digest());
    }
}
