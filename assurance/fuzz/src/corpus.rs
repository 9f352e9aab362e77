//! The committed corpus: a file for each target, with an input in hexadecimal on each line.

use std::path::Path;
use std::{fs, io};

/// The inputs of a target. What the seeds cover already has none.
pub fn of(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let path = path.with_extension("hex");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let lines = fs::read_to_string(path)?;
    lines.lines().map(|line| hex::decode(line).map_err(io::Error::other)).collect()
}
