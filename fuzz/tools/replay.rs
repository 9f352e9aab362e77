//! Runs every target on its committed corpus, without libFuzzer: nothing may panic. Then runs the
//! targets with planted faults: each fault must make some input panic.

use std::error::Error;
use std::panic::{catch_unwind, set_hook};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use pairnym_fuzz::planted::{PLANTED, check_pool};
use pairnym_fuzz::targets::Run;
use pairnym_fuzz::{TARGETS, Target};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = env::args_os().nth(1).map_or(here.join("corpus"), PathBuf::from);
    check_pool();
    let mut failed = false;
    for Target { name, run } in TARGETS {
        let inputs = inputs(&corpus.join(name))?;
        let panics = inputs.iter().filter(|(path, input)| {
            let panicked = panics(*run, input);
            if panicked {
                println!("{} panics", path.display());
            }
            panicked
        });
        failed |= panics.count() > 0;
        println!("{name}: {} inputs", inputs.len());
    }
    // From here on panics are expected.
    set_hook(Box::new(|_| {}));
    for planted in PLANTED {
        let inputs = inputs(&corpus.join(planted.target))?;
        let found = inputs.iter().filter(|(_, input)| panics(planted.run, input)).count();
        println!("{} that {}: found by {found} inputs", planted.target, planted.fault);
        failed |= found == 0;
    }
    Ok(ExitCode::from(u8::from(failed)))
}

fn panics(run: Run, input: &[u8]) -> bool {
    catch_unwind(|| run(input)).is_err()
}

/// The inputs of a target, of which there must be some.
fn inputs(directory: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Box<dyn Error>> {
    let read = |path: PathBuf| fs::read(&path).map(|input| (path, input));
    let entries = fs::read_dir(directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?
        .map(|entry| read(entry?.path()));
    let mut inputs = entries.collect::<Result<Vec<_>, _>>()?;
    inputs.sort();
    if inputs.is_empty() {
        return Err(format!("{}: no inputs", directory.display()).into());
    }
    Ok(inputs)
}
