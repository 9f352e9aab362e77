//! `listing FILE`: the public API in a rustdoc JSON file, one item per line, with derived traits,
//! but without those that hold for every type or that the compiler infers.

use std::env;
use std::error::Error;

use public_api::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).ok_or("no file named")?;
    let api = Builder::from_rustdoc_json(file)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(false)
        .sorted(true)
        .build()?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(())
}
