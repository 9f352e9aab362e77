//! The parameter list: from a file, signed by enough of the keys that the platform pins.

use std::fmt;
use std::path::{Path, PathBuf};

use pairnym::ParameterList;
use pairnym_transport::PublicKey;
use pairnym_transport::authority::SignedList;
use pairnym_transport::envelope::Envelope;
use serde::Deserialize;

/// Where the parameter list comes from (TRANSPORT.md §10).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSource {
    /// A file with a `list` envelope, as the authority publishes it. Whatever fetches it need not be
    /// trusted, since it is signed.
    pub file: PathBuf,
    /// The list keys that are pinned.
    pub keys: Vec<PublicKey>,
    /// How many of them must have signed.
    pub threshold: usize,
    /// How often the file is read again.
    #[serde(default = "ten_minutes")]
    pub reload_seconds: u64,
}

fn ten_minutes() -> u64 {
    600
}

/// Why a list is not taken.
#[derive(Debug)]
pub(super) struct NoList(String);

impl fmt::Display for NoList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoList {}

impl ListSource {
    /// The list, if enough of the pinned keys have signed it.
    pub(super) fn read(&self, folder: &Path) -> Result<ParameterList, NoList> {
        let path = folder.join(&self.file);
        let failed = |why: &dyn fmt::Display| NoList(format!("{}: {why}", path.display()));
        if self.threshold == 0 || self.threshold > self.keys.len() {
            return Err(failed(&"the threshold is not one of 1 to the number of keys"));
        }
        let bytes = std::fs::read(&path).map_err(|error| failed(&error))?;
        let signed = SignedList::from_json(&bytes).map_err(|error| failed(&error))?;
        signed.verify(&self.keys, self.threshold).map_err(|error| failed(&error))
    }
}
