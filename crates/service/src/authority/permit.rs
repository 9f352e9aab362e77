//! Signing what one platform may ask, once and offline.

use std::path::PathBuf;

use pairnym::{AuthorityId, PlatformId, UnixTime};
use pairnym_transport::envelope::Envelope as _;

use super::keys;
use super::registrar::Permitted;
use crate::program::Failure;

/// A permission of a platform.
#[derive(clap::Args)]
pub(super) struct Permit {
    /// The registrar's key.
    #[arg(long)]
    key_file: PathBuf,
    /// The authority of the requests.
    #[arg(long)]
    authority: AuthorityId,
    /// For how long, 30 days at most.
    #[arg(long, default_value_t = 30)]
    days: u64,
    /// The file.
    file: PathBuf,
}

impl Permit {
    pub(super) fn carry_out(&self) -> Result<(), Failure> {
        let Self { key_file, authority, days, file } = self;
        let host = file.file_stem().and_then(|stem| stem.to_str());
        let platform = PlatformId::new(host.ok_or("the file is not HOST.toml")?)?;
        let permitted: Permitted = toml::from_str(&std::fs::read_to_string(file)?)?;
        let now = UnixTime::now();
        let until = UnixTime(now.0.saturating_add(days.saturating_mul(86_400)));
        let key = keys::signing(key_file)?;
        let signed = permitted.sign((*authority, platform), (now, until), &key)?;
        println!("{}", String::from_utf8(signed.to_json()?)?);
        Ok(())
    }
}
