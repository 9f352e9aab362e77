//! How a device fetches a credential and its evidence: all messages in one call.

use alloc::vec::Vec;

use pairnym::{attribute::*, authority::*, holder::*, store::*, *};

use crate::{Everybody, TEN_MINUTES, received_offer, sent};

/// Values with the names of an authority's schema, in its order.
pub fn by_name(
    authority: &Authority,
    values: impl IntoIterator<Item = Value>,
) -> impl Iterator<Item = (&str, Value)> {
    authority.parameters().schema().iter().map(|(name, _)| name.as_str()).zip(values)
}

/// A credential without its evidence, for the slot of `now`, with these values in the order of the
/// schema.
///
/// # Panics
/// If the authority does not issue at this time, or the values do not fit its schema.
#[must_use]
pub fn issued(
    authority: &Authority,
    holder: &Holder,
    values: impl IntoIterator<Item = Value>,
    now: UnixTime,
    rng: &mut (impl SecureRng + ?Sized),
) -> IssuedCredential {
    let values = by_name(authority, values);
    let issued = issued_by(authority, &Everybody, holder, values, now, rng);
    issued.expect("an authority that issues now, and values that fit")
}

/// The same through a registry, with values by name.
pub(crate) fn issued_by<'a, R: Registry>(
    authority: &Authority,
    registry: &R,
    holder: &Holder,
    values: impl IntoIterator<Item = (&'a str, Value)>,
    now: UnixTime,
    rng: &mut (impl SecureRng + ?Sized),
) -> Result<IssuedCredential, StoreError<R::Error>> {
    let open = authority.offer(*holder.commitment(), values, TEN_MINUTES, now, rng)?;
    let offer = received_offer(holder.list(), &open);
    let (request, pending) = holder.request_credential(&offer, now, rng)?;
    let response = authority.issue(&open, &sent(&request), now, registry)?;
    Ok(pending.finish(&response)?)
}

/// A batch of evidence.
///
/// # Panics
/// If the credential is not the holder's and the authority's.
#[must_use]
pub fn batch<Part>(
    authority: &Authority,
    holder: &Holder<Part>,
    issued: &IssuedCredential,
    rng: &mut (impl SecureRng + ?Sized),
) -> EvidenceBatch {
    let (request, waiting) = holder.request_evidence(issued, rng).expect("the holder's own");
    let (session, commitments) =
        authority.open_evidence(&request, rng).expect("a credential of this authority's");
    let (challenges, waiting) = waiting.challenge(&commitments, rng).expect("commitments");
    let responses = authority.respond(session, &challenges).expect("challenges of the session");
    waiting.finish(&responses).expect("responses that verify")
}

/// A credential with all its evidence.
///
/// # Panics
/// As [`issued`].
#[must_use]
pub fn credential(
    authority: &Authority,
    holder: &Holder,
    values: impl IntoIterator<Item = Value>,
    now: UnixTime,
    rng: &mut (impl SecureRng + ?Sized),
) -> (Credential, Vec<Evidence>) {
    complete(authority, holder, issued(authority, holder, values, now, rng), rng)
}

/// The credential with all its evidence.
pub(crate) fn complete<Part>(
    authority: &Authority,
    holder: &Holder<Part>,
    issued: IssuedCredential,
    rng: &mut (impl SecureRng + ?Sized),
) -> (Credential, Vec<Evidence>) {
    let batches = 0..issued.batches().get();
    let batches: Vec<_> = batches.map(|_| batch(authority, holder, &issued, rng)).collect();
    issued.complete(batches).expect("all batches")
}
