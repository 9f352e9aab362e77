//! Presentations and logins under one name.

use std::fmt::Debug;

use pairnym::*;

use crate::parts;
use crate::pool::Answered;

/// A request with its answer, as batches take them.
pub type Pair<'a, A> = (&'a Request, &'a A);

/// A presentation or a login.
pub trait Kind: Message + Clone + Answer<Verified: PartialEq + Debug + Send> {
    const LOGIN: bool;

    /// The request, and the bytes of the answer.
    fn original(answered: &Answered) -> (&Request, &[u8]);

    /// Takes a valid one apart.
    fn parts(bytes: &[u8]) -> parts::Parts;

    fn verify(
        platform: &Platform,
        pair: Pair<'_, Self>,
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Result<Self::Verified, Error>;

    fn verify_batch(
        platform: &Platform,
        pairs: &[Pair<'_, Self>],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<Self::Verified, Error>>;

    fn par_verify_batch(
        platform: &Platform,
        pairs: &[Pair<'_, Self>],
        now: UnixTime,
        nonces: &mut impl NonceStore,
    ) -> Vec<Result<Self::Verified, Error>>;

    /// Panics unless this is what the original says.
    fn examine(verified: &Self::Verified, original: &Answered);
}

macro_rules! kind {
    ($name:ident, $login:literal, $request:ident, $bytes:ident, $parts:path,
     $verify:ident, $batch:ident, $par_batch:ident, $examine:path) => {
        impl Kind for $name {
            const LOGIN: bool = $login;

            fn original(answered: &Answered) -> (&Request, &[u8]) {
                (&answered.$request, &answered.$bytes)
            }

            fn parts(bytes: &[u8]) -> parts::Parts {
                $parts(bytes)
            }

            fn verify(
                platform: &Platform,
                (request, answer): Pair<'_, Self>,
                now: UnixTime,
                nonces: &mut impl NonceStore,
            ) -> Result<Self::Verified, Error> {
                platform.$verify(request, answer, now, nonces)
            }

            fn verify_batch(
                platform: &Platform,
                pairs: &[Pair<'_, Self>],
                now: UnixTime,
                nonces: &mut impl NonceStore,
            ) -> Vec<Result<Self::Verified, Error>> {
                platform.$batch(pairs, now, nonces)
            }

            fn par_verify_batch(
                platform: &Platform,
                pairs: &[Pair<'_, Self>],
                now: UnixTime,
                nonces: &mut impl NonceStore,
            ) -> Vec<Result<Self::Verified, Error>> {
                platform.$par_batch(pairs, now, nonces)
            }

            fn examine(verified: &Self::Verified, original: &Answered) {
                $examine(verified, original);
            }
        }
    };
}

kind!(
    Presentation,
    false,
    request,
    presentation,
    parts::Parts::presentation,
    verify,
    verify_batch,
    par_verify_batch,
    examine_presentation
);
kind!(
    Login,
    true,
    login_request,
    login,
    parts::Parts::login,
    verify_login,
    verify_login_batch,
    par_verify_login_batch,
    examine_login
);

fn examine_presentation(verified: &Verified, original: &Answered) {
    assert_eq!(*verified.pseudonym(), original.pseudonym);
    assert_eq!(*verified.request(), original.request.digest());
    let plain = parts::Parts::presentation(&original.presentation).plain.unwrap();
    assert_eq!(verified.epoch(), Epoch(plain.epoch));
    let claims = verified.claims().map(|(_, value)| parts::encoded(value));
    assert!(claims.eq(plain.disclosed.into_iter().map(|(_, value)| value)));
}

fn examine_login(verified: &Pseudonym, original: &Answered) {
    assert_eq!(*verified, original.pseudonym);
}
