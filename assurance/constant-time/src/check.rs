//! Runs everything under valgrind, and says what that has shown.

use std::collections::BTreeSet;
use std::env::current_exe;
use std::fs::{create_dir_all, read_to_string};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;

use crate::excused::{COMMITMENT, Excuse, IDENTITY, STORED_RHO};
use crate::operations::{OPERATIONS, Operation};
use crate::planted::{Expected, PLANTS, Plant};
use crate::report::{Report, judge};
use crate::{CHECKED, NOBODY_WATCHES, Outcome, TOGETHER};

const PLANTED: &str = "assurance/constant-time/src/planted.rs";

/// Processes at a time.
const JOBS: usize = 2;

/// What one run has printed, and what memcheck has reported about it.
struct Run {
    success: bool,
    printed: String,
    reports: Vec<Report>,
}

/// The project's files, and where the logs go, for whoever wants to read more than the table.
struct Bench {
    root: PathBuf,
    logs: PathBuf,
}

impl Bench {
    fn new() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .ok_or("no root")?
            .to_path_buf();
        let logs = current_exe()?.with_file_name("logs");
        create_dir_all(&logs)?;
        Ok(Self { root, logs })
    }

    fn log(&self, name: &str) -> PathBuf {
        self.logs.join(name).with_extension("log")
    }

    fn run(&self, name: &str) -> Outcome<Run> {
        let log = self.log(name);
        let output = Command::new("valgrind")
            .args(["--tool=memcheck", "--leak-check=no", "--error-limit=no", "--num-callers=50"])
            .args(["--expensive-definedness-checks=yes", "--fullpath-after="])
            .arg(format!("--log-file={}", log.display()))
            .arg(current_exe()?)
            .arg(name)
            .env("RUST_BACKTRACE", "0")
            .output()?;
        let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
        printed += &String::from_utf8_lossy(&output.stderr);
        let reports = Report::read(&read_to_string(log)?, &self.root)?;
        Ok(Run { success: output.status.success(), printed, reports })
    }

    fn operation(&self, operation: &Operation) -> Outcome<Row> {
        let run = self.run(operation.name)?;
        let mut wrong = judge(&run.reports, operation.excused, &self.root)?;
        if !run.success {
            wrong.push(run.printed.clone());
        }
        let together = run.printed.split_once(TOGETHER).map_or("", |(_, printed)| printed);
        let mut outputs: Vec<_> =
            together.lines().filter_map(|l| l.strip_prefix(CHECKED)).collect();
        // The items of evidence are alike.
        outputs.dedup();
        if outputs.is_empty() {
            outputs.push("–");
        }
        let secrets = operation.secrets.names();
        Ok(Row::new(&[&code(operation.name), &secrets, &outputs.join("; ")], wrong))
    }

    fn plant(&self, plant: &Plant) -> Outcome<Row> {
        let run = self.run(plant.name)?;
        let mut planted = run.reports.iter().filter(|report| report.is_in(PLANTED));
        let (expected, found) = match plant.expected {
            Expected::Reported(what) => {
                ("reported", run.success && planted.any(|report| report.what.starts_with(what)))
            }
            Expected::Unseen => ("not seen", run.success && planted.next().is_none()),
            Expected::Refused(message) => {
                ("refused", !run.success && run.printed.contains(message))
            }
        };
        let wrong = if found { vec![] } else { vec![format!("not {expected}:\n{}", run.printed)] };
        Ok(Row::new(&[&code(plant.name), plant.about, expected], wrong))
    }

    /// Without valgrind nothing may be claimed.
    fn unwatched(&self) -> Outcome<Row> {
        let output = Command::new(current_exe()?).arg(OPERATIONS[0].name).output()?;
        let refused = !output.status.success()
            && String::from_utf8_lossy(&output.stderr).contains(NOBODY_WATCHES);
        let wrong = if refused { vec![] } else { vec!["it runs without valgrind".into()] };
        Ok(Row::new(&["–", "an operation that nobody watches", "refused"], wrong))
    }

    /// A jump without its excuse, and an excuse without its jump.
    fn unexcused(&self) -> Outcome<Row> {
        let log = read_to_string(self.log(OPERATIONS[0].name))?;
        let reports = Report::read(&log, &self.root)?;
        let missed = judge(&reports, &[], &self.root)?.is_empty();
        let idle = judge(&reports, &[&IDENTITY, &COMMITMENT, &STORED_RHO], &self.root)?.is_empty();
        let wrong = if missed || idle { vec!["the judge is blind".into()] } else { vec![] };
        let about = "a jump without its excuse, an excuse without its jump";
        Ok(Row::new(&["–", about, "refused"], wrong))
    }
}

/// As code in a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// A line of README.md's tables, and what is wrong with it.
struct Row {
    text: String,
    wrong: Vec<String>,
}

impl Row {
    fn new(cells: &[&str], wrong: Vec<String>) -> Self {
        Self { text: format!("| {} |", cells.join(" | ")), wrong }
    }

    /// Prints it. Whether all is well.
    fn print(&self) -> bool {
        println!("{}", self.text);
        self.wrong.iter().for_each(|wrong| println!("    WRONG: {wrong}"));
        self.wrong.is_empty()
    }
}

/// What has a row of its own.
enum Job {
    Operation(&'static Operation),
    Plant(&'static Plant),
}

/// The named operations and plants, or all, in their order, a few at a time.
fn run_all(bench: &Bench, names: &[String]) -> Vec<Outcome<Row>> {
    let named = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let operations = OPERATIONS.iter().filter(|o| named(o.name)).map(Job::Operation);
    let plants = PLANTS.iter().filter(|plant| named(plant.name)).map(Job::Plant);
    let jobs: Vec<_> = operations.chain(plants).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut rows = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let row = match jobs.get(place) {
                Some(Job::Operation(operation)) => bench.operation(operation),
                Some(Job::Plant(plant)) => bench.plant(plant),
                None => return rows,
            };
            rows.push((place, row));
        }
    };
    let mut rows: Vec<_> = scope(|scope| {
        let workers: Vec<_> = (0..JOBS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
    });
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The excuses, each once.
fn excuses() -> Vec<Row> {
    let mut all: Vec<&Excuse> = Vec::new();
    for excuse in OPERATIONS.iter().flat_map(|operation| operation.excused) {
        if !all.iter().any(|other| std::ptr::eq(*other, *excuse)) {
            all.push(excuse);
        }
    }
    let row = |e: &Excuse| Row::new(&[&code(e.line), &code(e.file), e.reason], vec![]);
    all.into_iter().map(row).collect()
}

/// The rows of a text's tables.
fn rows_of(text: &str) -> Vec<&str> {
    let lines: Vec<_> = text.lines().collect();
    let is_row = |pair: &&[&str]| pair[0].starts_with("| ") && !pair[1].starts_with("|---");
    lines.windows(2).filter(is_row).map(|pair| pair[0]).collect()
}

/// Runs what is named, or everything, and prints it. Whether all is well.
pub fn check(names: &[String]) -> Outcome<bool> {
    let bench = Bench::new()?;
    println!("{}", bench.run("machine")?.printed.trim());
    let mut rows = run_all(&bench, names);
    if names.is_empty() {
        rows.extend([bench.unwatched(), bench.unexcused()]);
        rows.extend(excuses().into_iter().map(Ok));
    }
    let rows = rows.into_iter().collect::<Outcome<Vec<_>>>()?;
    let readme = read_to_string(bench.root.join("assurance/constant-time/README.md"))?;
    let known: BTreeSet<_> = rows_of(&readme).into_iter().collect();
    let found: BTreeSet<_> = rows.iter().map(|row| &*row.text).collect();
    let mut well = rows.iter().fold(true, |well, row| well & row.print());
    for row in found.difference(&known) {
        println!("WRONG: README.md does not have this row: {row}");
        well = false;
    }
    for row in known.difference(&found).filter(|_| names.is_empty()) {
        println!("WRONG: README.md has a row too many: {row}");
        well = false;
    }
    Ok(well && !rows.is_empty())
}
