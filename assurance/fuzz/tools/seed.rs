//! `seed DIRECTORY` writes the seeds as files DIRECTORY/TARGET/NUMBER, for libFuzzer.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("usage: seed DIRECTORY")?;
    for (target, inputs) in pairnym_fuzz::seeds::all()? {
        let directory = Path::new(&directory).join(target);
        fs::create_dir_all(&directory)?;
        println!("{target}: {} seeds", inputs.len());
        for (number, input) in inputs.iter().enumerate() {
            fs::write(directory.join(format!("{number:04}")), input)?;
        }
    }
    Ok(())
}
