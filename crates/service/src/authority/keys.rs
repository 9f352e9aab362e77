//! Keys in files: 32 random bytes each, as 64 hex digits, readable by their owner alone.

use std::io::Write as _;
use std::path::Path;

use pairnym::rand_core::{Rng as _, UnwrapErr};
use pairnym::zeroize::Zeroizing;
use pairnym_transport::ed25519_dalek::SigningKey;

use super::Unfit;
use crate::program::hex32;

/// The key in a file.
pub(super) fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, Unfit> {
    let unfit = |why: String| Unfit(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| unfit(error.to_string()))?;
    let text = Zeroizing::new(text);
    let key = hex32(text.trim_end_matches(['\n', '\r']));
    key.map(Zeroizing::new).ok_or_else(|| unfit("not 64 hex digits".into()))
}

/// The Ed25519 key in a file.
pub(super) fn signing(path: &Path) -> Result<SigningKey, Unfit> {
    Ok(SigningKey::from_bytes(&*read(path)?))
}

/// Draws a key and writes it into a new file.
pub(super) fn generate(path: &Path) -> Result<(), Unfit> {
    let unfit = |error: std::io::Error| Unfit(format!("{}: {error}", path.display()));
    let mut key = Zeroizing::new([0; 32]);
    UnwrapErr(getrandom::SysRng).fill_bytes(&mut *key);
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in key.iter() {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(half.into(), 16).unwrap_or_default());
        }
    }
    text.push('\n');
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unfit)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unfit)
}
