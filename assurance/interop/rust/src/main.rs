//! The Rust side of the cross-runs: JSON objects on standard input, one on each line, each a step
//! of one of pairnym's roles; answers on standard output. `../README.md` describes the steps.
//!
//! Holder, authority and platform are played by pairnym's public API alone; what is done here
//! besides is to keep what a role has to keep, under a handle.

mod act;
mod authority;
mod coins;
mod credential;
mod device;
mod evidence;
mod fault;
mod group;
mod handles;
mod holder;
mod json;
mod lead;
mod lists;
mod messages;
mod pairing;
mod platform;
mod registry;
mod second;
mod world;

use std::io::{BufRead, Write, stdin, stdout};

use serde_json::json;

use fault::Fault;
use world::World;

fn main() -> std::io::Result<()> {
    let mut world = World::default();
    let mut answers = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = match world.run(&line?) {
            Ok(answer) => json!({ "ok": answer }),
            Err(fault) => json!({ "error": fault }),
        };
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

/// What a step answers.
type Answer = Result<serde_json::Value, Fault>;
