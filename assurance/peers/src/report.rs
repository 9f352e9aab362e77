//! What a measurement prints: a Markdown table, or JSON.

use std::fmt;

use serde::Serialize;

/// Another number whenever a field is removed, renamed or means something else; README.md documents
/// the fields of this one.
const FORMAT: u32 = 1;

#[derive(Serialize)]
pub struct Report {
    format: u32,
    batch: usize,
    rounds: usize,
    libraries: Vec<Row>,
}

#[derive(Serialize)]
pub struct Row {
    pub package: &'static str,
    pub version: &'static str,
    pub proves: &'static str,
    pub checked_with: &'static str,
    pub prove: Option<Cost>,
    pub verify: Option<Cost>,
    /// Of one member.
    pub verify_batch: Option<Cost>,
    pub bytes: usize,
}

#[derive(Clone, Copy, Serialize)]
pub struct Cost {
    pub microseconds: f64,
    pub ed25519: f64,
}

impl Report {
    pub fn new(batch: usize, rounds: usize, libraries: Vec<Row>) -> Self {
        Self { format: FORMAT, batch, rounds, libraries }
    }

    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("names are text")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| library | proves | checked with | prove, µs | × | verify, µs | × \
             | verify in a batch of {}, µs each | × | bytes |",
            self.batch
        )?;
        writeln!(f, "|---|---|---|--:|--:|--:|--:|--:|--:|--:|")?;
        for row in &self.libraries {
            let Row { package, version, proves, checked_with, bytes, .. } = row;
            write!(f, "| {package} {version} | {proves} | {checked_with} |")?;
            for cost in [row.prove, row.verify, row.verify_batch] {
                match cost {
                    Some(Cost { microseconds, ed25519 }) => {
                        write!(f, " {microseconds:.0} | {ed25519:.1} |")?;
                    }
                    None => write!(f, " – | – |")?,
                }
            }
            writeln!(f, " {bytes} |")?;
        }
        Ok(())
    }
}
