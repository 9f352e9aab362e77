//! How the program is linked, and the vector that it checks.

use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    link();
    vector("pseudonyms.json", "", &["master_secret", "authority_id", "platform", "text"]);
    vector("login.json", "LOGIN_", &["master_secret", "request", "peer"]);
}

/// No start files, no libraries: what is not in the program does not link.
fn link() {
    let arguments: &[_] = match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => &["-nostartfiles", "-nostdlib", "-static", "-no-pie"],
        Ok("none") => &["-Tlink.x"],
        other => panic!("no start code for {other:?}"),
    };
    for argument in arguments {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    // Where link.x finds memory.x.
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=memory.x");
}

/// The first vector of a file, as the variables MASTER_SECRET, AUTHORITY_ID, …, LOGIN_REQUEST, …;
/// of files in the folder that the variable VECTORS names, to see the program fail.
fn vector(file: &str, prefix: &str, names: &[&str]) {
    let folder = env::var("VECTORS").unwrap_or("../../tests/vectors/data".to_owned());
    let file = format!("{folder}/{file}");
    println!("cargo::rerun-if-env-changed=VECTORS");
    println!("cargo::rerun-if-changed={file}");
    let text = fs::read_to_string(&file).expect(&file);
    for name in names {
        let value =
            text.split_once(&format!("\"{name}\": \"")).and_then(|(_, at)| at.split_once('"'));
        let (value, _) = value.expect(name);
        println!("cargo::rustc-env={prefix}{}={value}", name.to_uppercase());
    }
}
