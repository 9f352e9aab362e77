//! The vectors of TRANSPORT.md, in `vectors/*.json`: made here, and compared with the files; and the
//! tables of the document itself. After a change, write them anew and read the difference:
//!
//! ```text
//! PAIRNYM_WRITE_VECTORS=1 cargo test -p pairnym-transport --test vectors
//! ```

mod authority;
mod document;
mod envelopes;
mod permissions;
mod states;
mod uris;

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn writing() -> bool {
    env::var_os("PAIRNYM_WRITE_VECTORS").is_some()
}

/// Compares values, not texts: the order of members is no part of a vector.
fn check(name: &str, section: &str, description: &str, mut content: Value) {
    content["section"] = section.into();
    content["description"] = description.into();
    let path = path("vectors").join(name);
    if writing() {
        let text = serde_json::to_string_pretty(&content).expect("JSON") + "\n";
        fs::write(path, text).expect("a file that can be written");
        return;
    }
    let committed = fs::read_to_string(&path).expect("a vector file");
    let committed: Value = serde_json::from_str(&committed).expect("JSON");
    assert_eq!(content, committed, "{name}: made here, and in the file");
}
