//! What a wallet believes without asking: its authority, and whose signatures count.

use std::fmt;

use pairnym::{AuthorityId, ParameterList, UnixTime};
use pairnym_transport::authority::SignedList;
use pairnym_transport::envelope::Envelope as _;
use pairnym_transport::{Host, PublicKey};
use serde::{Deserialize, Serialize};

/// What a wallet is delivered with: nothing of it is ever taken from the network (TRANSPORT.md
/// §10). As JSON: `authority`, `host`, `list_keys`, `threshold`, `registrars`, and `list`, the
/// envelope of a signed list from which on the wallet follows the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The authority.
    pub authority: AuthorityId,
    /// The one host at which it is.
    pub host: Host,
    /// The keys that sign its parameter lists.
    pub list_keys: Vec<PublicKey>,
    /// How many of them must have signed a list, at least 1.
    pub threshold: usize,
    /// The keys that sign permission statements.
    pub registrars: Vec<PublicKey>,
    /// A list.
    pub list: SignedList,
}

/// Pins that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPins(String);

impl fmt::Display for BadPins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadPins {}

impl Pins {
    /// Reads them.
    ///
    /// # Errors
    /// [`BadPins`].
    pub fn from_json(json: &[u8]) -> Result<Self, BadPins> {
        let pins: Self =
            serde_json::from_slice(json).map_err(|error| BadPins(error.to_string()))?;
        pins.list().map(|_| pins)
    }

    /// The pinned list, checked.
    pub(crate) fn list(&self) -> Result<ParameterList, BadPins> {
        let list = self.list.verify(&self.list_keys, self.threshold);
        let list = list.map_err(|error| BadPins(error.to_string()))?;
        if *list.authority() != self.authority || list.host() != self.host.id() {
            return Err(BadPins("the list is another authority's".to_owned()));
        }
        Ok(list)
    }

    /// Whether the wallet was delivered so long ago that its list is over.
    #[must_use]
    pub fn is_over(&self, now: UnixTime) -> bool {
        self.list().is_ok_and(|list| now >= list.until())
    }

    /// As they are delivered.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// The size of the list, for whoever shows what a wallet is delivered with.
    #[must_use]
    pub fn list_bytes(&self) -> usize {
        self.list.to_json().map_or(0, |json| json.len())
    }
}
