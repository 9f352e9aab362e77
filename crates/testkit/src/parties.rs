//! Authorities and persons by number, for tests that put their own world together. The same number
//! is the same secret.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use pairnym::{attribute::*, authority::*, holder::*, *};

/// Eight hours into an epoch of a day: 2027-01-15, 08:00 UTC.
pub const NOW: UnixTime = UnixTime(1_800_000_000);

/// A day in seconds.
pub const DAY: u64 = 86_400;

/// How long tickets and offers live.
pub const TEN_MINUTES: Duration = seconds(600);

/// Attributes of every kind.
pub const ATTRIBUTES: [(&str, Kind); 4] = [
    ("age_over_18", Kind::Flag),
    ("assurance", Kind::Integer),
    ("region", Kind::Text),
    ("note", Kind::Text),
];

/// Values for the [`ATTRIBUTES`]; there is no note.
#[must_use]
pub fn values() -> Vec<Value> {
    vec![true.into(), 3.into(), "上海".into(), Value::Absent]
}

/// A duration in seconds.
#[must_use]
pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The authority: `authority.example`.
#[must_use]
pub fn authority_id() -> AuthorityId {
    "authority.example".parse().expect("an authority id")
}

/// The authority's one host: `id.authority.example`.
#[must_use]
pub fn authority_host() -> PlatformId {
    host("id.authority.example")
}

/// A host.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn host(host: &str) -> PlatformId {
    host.parse().expect("a host")
}

/// A name.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn name(name: &str) -> Name {
    name.parse().expect("a name")
}

/// The authority's key with this number.
#[must_use]
pub fn key(number: u8) -> AuthorityKey {
    AuthorityKey::from_seed(&[number; 32]).expect("a key for every number")
}

/// A schema.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn schema(attributes: &[(&str, Kind)]) -> Schema {
    Schema::new(attributes.iter().copied()).expect("a schema")
}

/// The parameters of a key: epochs of a day, one batch of evidence with each credential.
///
/// # Panics
/// If the attributes are no schema.
#[must_use]
pub fn parameters(key: &AuthorityKey, attributes: &[(&str, Kind)]) -> AuthorityParameters {
    let (day, schema) = (seconds(DAY), schema(attributes));
    AuthorityParameters::new(key, authority_id(), day, 1, schema).expect("parameters")
}

/// A first list, which begins ten days before a time and ends ten days after it. Its key has been
/// issuing since 1970.
///
/// # Panics
/// For a time within ten days of 1970 or of `u64::MAX`.
#[must_use]
pub fn list(parameters: AuthorityParameters, now: UnixTime) -> ParameterList {
    let since = UnixTime(now.0.checked_sub(10 * DAY).expect("a time after 1970"));
    let until = UnixTime(now.0.checked_add(10 * DAY).expect("a time before the end"));
    ParameterList::first(authority_host(), since..until, UnixTime(0), parameters).expect("a list")
}

/// The authority that has the key with this number, alone on its [list].
///
/// # Panics
/// As [`parameters`] and [`list`].
#[must_use]
pub fn authority(number: u8, attributes: &[(&str, Kind)], now: UnixTime) -> Authority {
    let key = key(number);
    let list = list(parameters(&key, attributes), now);
    Authority::open(key, list).expect("the key is on the list")
}

/// The device of the person with this number.
#[must_use]
pub fn holder(number: u8, list: &ParameterList) -> Holder {
    Holder::new(&MasterSecret::import([number; 32]), list.clone()).expect("a holder")
}
