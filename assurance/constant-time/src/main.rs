//! Runs pairnym on secrets that valgrind's memcheck watches. README.md says what that shows.
//!
//! ```text
//! constant-time check [<operation> …]    what is named, or everything, under valgrind
//! constant-time <operation>              one operation or plant: by `check`, under valgrind
//! ```

mod check;
mod excused;
mod memcheck;
mod operations;
mod output;
mod planted;
mod report;
mod taint;
mod world;

use std::error::Error;
use std::process::ExitCode;

use operations::OPERATIONS;
use planted::PLANTS;
use world::World;

/// What an operation comes to.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What is printed before each output that was found to be secret.
pub const CHECKED: &str = "checked: ";

/// What is printed before the run with all kinds of secrets.
pub const TOGETHER: &str = "all together:";

/// What is said where nothing can be shown.
pub const NOBODY_WATCHES: &str = "not under valgrind: nobody watches, so nothing is shown";

/// One operation: with each kind of secret alone, to see that the outputs depend on it, and with
/// all of them.
fn run(name: &str) -> Outcome<()> {
    if !memcheck::running() {
        return Err(NOBODY_WATCHES.into());
    }
    if name == "machine" {
        println!("{}", machine());
        return Ok(());
    }
    if let Some(plant) = PLANTS.iter().find(|plant| plant.name == name) {
        return (plant.run)();
    }
    let operation = OPERATIONS.iter().find(|operation| operation.name == name);
    let operation = operation.ok_or("no such operation")?;
    let world = World::new()?;
    for kind in operation.secrets.kinds() {
        (operation.run)(&world, kind)?;
    }
    println!("{TOGETHER}");
    (operation.run)(&world, operation.secrets)
}

/// What code the curve and the hash can choose from.
fn machine() -> String {
    let built = if cfg!(curve25519_dalek_backend = "serial") { "portable" } else { "by detection" };
    let avx2 = std::arch::is_x86_feature_detected!("avx2");
    format!("code: {built}; AVX2 under valgrind: {}", if avx2 { "yes" } else { "no" })
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let well = match &*arguments {
        [check, names @ ..] if check == "check" => check::check(names),
        [name] => run(name).map(|()| true),
        _ => Err("which operation?".into()),
    };
    match well {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
