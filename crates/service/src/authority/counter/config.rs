//! The counter's part of the configuration.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pairnym::attribute::Schema;
use serde::Deserialize;

use super::{Certified, DemonstrationCheck, IdentityCheck, Official, Options};
use crate::TlsFiles;
use crate::authority::profile::{Notice, Rules, Waiting};
use crate::authority::{Unfit, keys};
use crate::settings::secret;

/// The counter of a program. Files are found from the folder of the configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// TLS of its own.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
    /// Must be `true`: the only check that the program has is a demonstration. Whoever checks real
    /// people writes an [`IdentityCheck`] and a program of their own.
    #[serde(default)]
    pub demonstration: bool,
    /// The invented people.
    pub people_file: PathBuf,
    /// The key of documents' keyed hashes: 64 hexadecimal digits.
    pub documents_key_file: PathBuf,
    /// The key of `name_number`, in the same form.
    #[serde(default)]
    pub comparison_key_file: Option<PathBuf>,
    /// How many days somebody who was deleted waits.
    #[serde(default)]
    pub waiting_days: Waiting,
    /// What people are told.
    pub notice: Notice,
    /// Who may call.
    pub officials: Vec<OfficialConfig>,
}

/// Somebody who may call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficialConfig {
    /// As in the audit log.
    pub name: String,
    /// A file with their token.
    pub token_file: PathBuf,
}

impl Config {
    /// The counter, and what is certified by a schema.
    ///
    /// # Errors
    /// It is not a demonstration; a file is missing or of another form; the schema is not the
    /// profile's.
    pub fn open(&self, folder: &Path, schema: &Schema) -> Result<(Options, Certified), Unfit> {
        if !self.demonstration {
            let why = "the program's only identity check is a demonstration with invented people";
            return Err(Unfit(format!(
                "counter: {why}: say demonstration = true, or link your own"
            )));
        }
        let documents_key = *keys::read(&folder.join(&self.documents_key_file))?;
        let comparison_key = match &self.comparison_key_file {
            Some(file) => Some(*keys::read(&folder.join(file))?),
            None => None,
        };
        if comparison_key == Some(documents_key) {
            return Err(Unfit("the key of comparisons is that of the registry".into()));
        }
        let path = folder.join(&self.people_file);
        let people = std::fs::read_to_string(&path)
            .map_err(|error| Unfit(format!("{}: {error}", path.display())))?;
        let check: Arc<dyn IdentityCheck> =
            Arc::new(DemonstrationCheck::new(&people, &documents_key)?);
        let rules = Rules::new(schema, comparison_key).map_err(unfit)?;
        let official = |official: &OfficialConfig| {
            let token = secret(&folder.join(&official.token_file)).map_err(unfit)?;
            Ok(Official { name: official.name.clone(), token })
        };
        let officials = self.officials.iter().map(official).collect::<Result<_, Unfit>>()?;
        let certified = Certified::new(check.clone(), rules);
        let (waiting, notice) = (self.waiting_days, self.notice.clone());
        Ok((Options { officials, check, documents_key, waiting, notice }, certified))
    }
}

fn unfit(why: impl std::fmt::Display) -> Unfit {
    Unfit(why.to_string())
}
