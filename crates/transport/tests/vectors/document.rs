//! The tables of TRANSPORT.md that follow from the code.

use std::fs;

/// Compares what stands between two comments with a table, or writes it.
pub fn check(name: &str, table: &str) {
    let path = crate::path("TRANSPORT.md");
    let text = fs::read_to_string(&path).expect("TRANSPORT.md");
    let [begin, end] = [format!("<!-- {name} -->\n"), format!("<!-- /{name} -->")];
    let (before, rest) = text.split_once(&begin).expect("the beginning of the table");
    let (within, after) = rest.split_once(&end).expect("the end of the table");
    if crate::writing() {
        fs::write(path, [before, &begin, table, &end, after].concat()).expect("TRANSPORT.md");
    } else {
        assert_eq!(within, table, "TRANSPORT.md, {name}");
    }
}
