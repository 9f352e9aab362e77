//! `inputs DIRECTORY` writes the committed corpus and the seeds as files, for libFuzzer:
//! DIRECTORY/corpus/TARGET/NUMBER and DIRECTORY/seeds/TARGET/NUMBER.

use std::error::Error;
use std::path::Path;
use std::{env, fs, io};

use pairnym_fuzz::{TARGETS, Target, corpus, seeds};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("usage: inputs DIRECTORY")?;
    let directory = Path::new(&directory);
    let mut seeds = seeds::all()?;
    for Target { name, .. } in TARGETS {
        write(&directory.join("corpus").join(name), corpus::of(name)?)?;
        write(&directory.join("seeds").join(name), seeds.remove(name).unwrap_or_default())?;
    }
    Ok(())
}

fn write(directory: &Path, inputs: impl IntoIterator<Item = Vec<u8>>) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    // The number of the line, for an input of the corpus.
    for (number, input) in (1..).zip(inputs) {
        fs::write(directory.join(format!("{number:04}")), input)?;
    }
    Ok(())
}
