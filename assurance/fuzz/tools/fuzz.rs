//! The binary of libFuzzer. `FUZZ_TARGET` names the target.

#![no_main]

use std::env;
use std::sync::LazyLock;

use pairnym_fuzz::TARGETS;
use pairnym_fuzz::targets::Run;

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let name = env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    let target = TARGETS.iter().find(|target| target.name == name);
    target.unwrap_or_else(|| panic!("no target {name}")).run
});

libfuzzer_sys::fuzz_target!(init: LazyLock::force(&RUN), |bytes: &[u8]| RUN(bytes));
