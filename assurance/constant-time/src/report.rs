//! What memcheck has reported, and whether it is excused.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Outcome;
use crate::excused::{Excuse, Reach};

/// A function that was running, by the line it had come to.
struct Frame {
    function: String,
    /// Relative to the project's root, if it is a file of the project.
    file: String,
    line: usize,
}

/// One report: a jump, an address or a system call that depends on a secret.
pub struct Report {
    pub what: String,
    /// From the innermost one outwards, with those that were inlined.
    frames: Vec<Frame>,
}

impl Frame {
    /// Of `at 0x1234: function (file:line)`, or a library instead of file and line.
    fn read(text: &str, root: &Path) -> Option<Self> {
        let text = text.strip_prefix("at 0x").or_else(|| text.strip_prefix("by 0x"))?;
        let (_, text) = text.split_once(": ")?;
        let (function, place) = text.trim_end_matches(')').rsplit_once(" (").unwrap_or((text, ""));
        let (file, line) = place.rsplit_once(':').unwrap_or((place, "0"));
        let relative = Path::new(file).strip_prefix(root).ok().and_then(Path::to_str);
        let (function, file) = (function.to_string(), relative.unwrap_or(file).to_string());
        Some(Self { function, file, line: line.parse().unwrap_or(0) })
    }

    /// In pairnym itself.
    fn is_ours(&self) -> bool {
        self.file.starts_with("src/")
    }

    /// In what compilers make part of a line.
    fn is_language(&self) -> bool {
        self.file.contains("library/core/") || self.file.contains("/subtle-")
    }
}

impl Report {
    /// The reports of a log; as many as it says itself.
    pub fn read(log: &str, root: &Path) -> Outcome<Vec<Self>> {
        let mut reports: Vec<Self> = Vec::new();
        let (mut what, mut summary) = ("", None);
        for line in log.lines() {
            let Some((_, text)) = line.strip_prefix("==").and_then(|line| line.split_once("=="))
            else {
                continue;
            };
            let text = text.trim();
            match Frame::read(text, root) {
                Some(frame) if text.starts_with("at ") => {
                    reports.push(Self { what: what.to_string(), frames: vec![frame] });
                }
                Some(frame) => reports.last_mut().ok_or("no report")?.frames.push(frame),
                None => what = text,
            }
            if let Some(counts) = text.strip_prefix("ERROR SUMMARY: ") {
                summary = counts.split(' ').nth(3).and_then(|contexts| contexts.parse().ok());
            }
        }
        if summary == Some(reports.len()) { Ok(reports) } else { Err("unreadable log".into()) }
    }

    /// Whether a function of this file was running.
    pub fn is_in(&self, file: &str) -> bool {
        self.frames.iter().any(|frame| frame.file == file)
    }

    /// Where it is, for people: the innermost frames, as far as the first one in the project.
    pub fn place(&self) -> String {
        let last = self.frames.iter().position(Frame::is_ours).unwrap_or(self.frames.len() - 1);
        let frames = self.frames[..=last].iter();
        let places = frames.map(|f| format!("{}:{} {}", f.file, f.line, f.function));
        places.collect::<Vec<_>>().join("\n        from ")
    }

    fn is_excused_by(&self, excuse: &Excuse, line: usize) -> bool {
        let here = |frame: &Frame| frame.file == excuse.file && frame.line == line;
        match excuse.reach {
            Reach::Called => self.frames.iter().any(here),
            Reach::Here => {
                let innermost = self.frames.iter().find(|frame| !frame.is_language());
                self.what.starts_with("Conditional jump") && innermost.is_some_and(here)
            }
        }
    }
}

/// Where the line of an excuse is, if the file has it once.
fn line_of(excuse: &Excuse, root: &Path) -> Outcome<Option<usize>> {
    let text = std::fs::read_to_string(root.join(excuse.file))?;
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| line.trim() == excuse.line);
    let first = lines.next().map(|(number, _)| number);
    Ok(first.filter(|_| lines.next().is_none()))
}

/// What is wrong: reports that are not excused, and excuses that are not needed.
pub fn judge(reports: &[Report], excuses: &[&Excuse], root: &Path) -> Outcome<Vec<String>> {
    let mut excused = vec![false; reports.len()];
    let mut wrong = BTreeSet::new();
    for excuse in excuses {
        let Some(line) = line_of(excuse, root)? else {
            wrong.insert(format!("not one line `{}` in {}", excuse.line, excuse.file));
            continue;
        };
        let mut needed = false;
        for (report, excused) in reports.iter().zip(&mut excused) {
            if report.is_excused_by(excuse, line) {
                (needed, *excused) = (true, true);
            }
        }
        if !needed {
            wrong.insert(format!("not needed: the excuse `{}` in {}", excuse.line, excuse.file));
        }
    }
    let bad = reports.iter().zip(excused).filter(|(_, excused)| !excused);
    wrong.extend(bad.map(|(r, _)| format!("{}\n        at {}", r.what, r.place())));
    Ok(wrong.into_iter().collect())
}
