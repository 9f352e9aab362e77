//! Settings: one TOML file, then the environment, then flags; the later ones count. Keys that
//! nobody knows are errors, wherever they stand.

use std::fmt;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// Settings that cannot be read.
#[derive(Debug)]
pub(crate) struct BadSettings(pub(crate) String);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSettings {}

/// What a variable's name begins with: `PAIRNYM_STORE__PATH` is `store.path`.
const PREFIX: &str = "PAIRNYM_";

/// Reads the file, if there is one; then `variables` with [`PREFIX`]; then `flags` of the form
/// `store.path=…`. Values of the last two are TOML, or else texts.
pub(crate) fn read<T: DeserializeOwned>(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
    flags: &[String],
) -> Result<T, BadSettings> {
    let mut settings = match file {
        None => Table::new(),
        Some(path) => {
            let shown = path.display();
            let text = std::fs::read_to_string(path)
                .map_err(|error| BadSettings(format!("{shown}: {error}")))?;
            text.parse().map_err(|error| BadSettings(format!("{shown}: {error}")))?
        }
    };
    let mut variables: Vec<_> = variables.into_iter().collect();
    variables.sort();
    for (name, value) in &variables {
        if let Some(key) = name.strip_prefix(PREFIX) {
            set(&mut settings, &key.to_lowercase().replace("__", "."), value)?;
        }
    }
    for flag in flags {
        let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
        set(&mut settings, key, value)?;
    }
    T::deserialize(settings).map_err(|error| BadSettings(error.to_string().trim().to_owned()))
}

fn set(settings: &mut Table, key: &str, value: &str) -> Result<(), BadSettings> {
    let mut table = settings;
    let (sections, last) = key.rsplit_once('.').unwrap_or(("", key));
    for section in sections.split('.').filter(|section| !section.is_empty()) {
        let next = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(next) = next else {
            return Err(BadSettings(format!("{key}: {section} is no section")));
        };
        table = next;
    }
    let parsed = format!("value = {value}").parse::<Table>().ok();
    let parsed = parsed.and_then(|mut table| table.remove("value"));
    table.insert(last.to_owned(), parsed.unwrap_or_else(|| Value::String(value.to_owned())));
    Ok(())
}

/// A secret that stands in a file of its own, without the line's end.
pub(crate) fn secret(path: &Path) -> Result<String, BadSettings> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| BadSettings(format!("{shown}: {error}")))?;
    match text.trim_end_matches(['\n', '\r']) {
        "" => Err(BadSettings(format!("{shown}: empty"))),
        secret => Ok(secret.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        name: String,
        store: Store,
    }

    #[derive(serde::Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Store {
        path: String,
        places: u32,
    }

    fn read_all(
        file: &str,
        variables: &[(&str, &str)],
        flags: &[&str],
    ) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, file).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let flags: Vec<_> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        read(Some(&path), variables, &flags).map_err(|error| error.to_string())
    }

    #[test]
    fn the_later_ones_count() {
        let file = "name = 'a'\n[store]\npath = 'x'\nplaces = 1";
        let expect = |name: &str, path: &str, places| Settings {
            name: name.into(),
            store: Store { path: path.into(), places },
        };
        assert_eq!(read_all(file, &[], &[]), Ok(expect("a", "x", 1)));
        let variables = [("PAIRNYM_NAME", "b"), ("PAIRNYM_STORE__PLACES", "2"), ("OTHER", "c")];
        assert_eq!(read_all(file, &variables, &[]), Ok(expect("b", "x", 2)));
        let flags = ["store.places=3", "store.path=y"];
        assert_eq!(read_all(file, &variables, &flags), Ok(expect("b", "y", 3)));
    }

    #[test]
    fn what_nobody_knows_is_an_error() {
        let file = "name = 'a'\n[store]\npath = 'x'\nplaces = 1\n";
        let unknown = |result: Result<Settings, String>, key: &str| {
            let error = result.unwrap_err();
            assert!(error.contains("unknown field") && error.contains(key), "{error}");
        };
        unknown(read_all(&format!("{file}colour = 1"), &[], &[]), "colour");
        unknown(read_all(file, &[("PAIRNYM_STORE__COLOUR", "1")], &[]), "colour");
        unknown(read_all(file, &[("PAIRNYM_STORE_PATH", "1")], &[]), "store_path");
        unknown(read_all(file, &[], &["colour=1"]), "colour");
        assert!(read_all(file, &[], &["name.x=1"]).unwrap_err().contains("no section"));
        assert!(read_all("name =", &[], &[]).unwrap_err().contains("settings.toml"));
    }
}
