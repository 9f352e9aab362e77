//! Runs every target on its committed corpus and on its seeds, without libFuzzer: nothing may
//! panic. Then runs the targets with planted faults: each fault must make some input panic.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::{catch_unwind, set_hook};
use std::process::ExitCode;
use std::time::Instant;

use pairnym_fuzz::planted::{PLANTED, Planted, check_pool};
use pairnym_fuzz::targets::Run;
use pairnym_fuzz::{TARGETS, Target, corpus, seeds};

/// Inputs with their names.
type Named = Vec<(String, Vec<u8>)>;
type Inputs = BTreeMap<&'static str, Named>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    check_pool();
    let inputs = inputs()?;
    let mut failed = false;
    for Target { name, run } in TARGETS {
        let begun = Instant::now();
        for (input, bytes) in &inputs[name] {
            if panics(*run, bytes) {
                println!("{name} panics with {input}");
                failed = true;
            }
        }
        println!("{name}: {:.1} s", begun.elapsed().as_secs_f64());
    }
    // From here on panics are expected.
    set_hook(Box::new(|_| {}));
    for Planted { target, fault, run } in PLANTED {
        let found = inputs[target].iter().find(|(_, bytes)| panics(*run, bytes));
        let by = found.map_or("NOTHING", |(input, _)| input);
        println!("planted: {target} {fault}: found by {by}");
        failed |= found.is_none();
    }
    Ok(ExitCode::from(u8::from(failed)))
}

fn panics(run: Run, input: &[u8]) -> bool {
    catch_unwind(|| run(input)).is_err()
}

/// The inputs of all targets with their names. Every target must have some.
fn inputs() -> Result<Inputs, Box<dyn Error>> {
    let mut all = Inputs::new();
    let mut seeds = seeds::all()?;
    for Target { name, .. } in TARGETS {
        let mut inputs = named("input", corpus::of(name)?);
        let committed = inputs.len();
        inputs.extend(named("seed", seeds.remove(name).unwrap_or_default()));
        if inputs.is_empty() {
            return Err(format!("{name}: no inputs").into());
        }
        println!("{name}: {committed} inputs of the corpus, {} seeds", inputs.len() - committed);
        all.insert(name, inputs);
    }
    Ok(all)
}

/// Numbers from 1, as the lines of a file have them.
fn named(what: &str, inputs: impl IntoIterator<Item = Vec<u8>>) -> Named {
    (1..).zip(inputs).map(|(number, input)| (format!("{what} {number}"), input)).collect()
}
