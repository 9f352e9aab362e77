//! What a reader sees: tables, or JSON.

use std::fmt;
use std::process::ExitCode;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::goals::Judged;
use crate::measure::{Measured, Noise, Rounds};
use crate::scaling::{Point, SIZES};

/// Another number whenever a field is removed, renamed or means something else; README.md documents
/// the fields of this one.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize)]
pub struct Report {
    format: u32,
    machine: Machine,
    seconds: u64,
    rounds: usize,
    noise: Noise,
    operations: Vec<Measured>,
    pub scaling: Vec<Point>,
    goals: Vec<Judged>,
}

/// What a run says by its exit code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    Measured = 0,
    Missed = 1,
    Noisy = 3,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        (verdict as u8).into()
    }
}

/// Where and how busy, as far as the system tells, and for what it was built.
#[derive(Debug, Serialize)]
pub struct Machine {
    processor: String,
    cores: usize,
    /// Before the measurement, which is a load itself.
    load: Option<f64>,
    target: String,
    avx512: bool,
    optimized: bool,
}

impl Machine {
    pub fn new() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let information = read("/proc/cpuinfo");
        let model = information.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(": "));
        Self {
            processor: model.map_or("unknown", |(_, name)| name).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()),
            target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            avx512: cfg!(target_feature = "avx512ifma"),
            optimized: !cfg!(debug_assertions),
        }
    }
}

impl Report {
    pub fn new(
        machine: Machine,
        seconds: u64,
        rounds: Rounds,
        scaling: Vec<Point>,
        goals: Vec<Judged>,
    ) -> Self {
        let Rounds { count, noise, measured } = rounds;
        Self {
            format: FORMAT,
            machine,
            seconds,
            rounds: count,
            noise,
            operations: measured,
            scaling,
            goals,
        }
    }

    /// On a noisy machine no goal is missed, nor met.
    pub fn verdict(&self) -> Verdict {
        if !self.noise.quiet {
            Verdict::Noisy
        } else if self.goals.iter().any(|goal| !goal.met) {
            Verdict::Missed
        } else {
            Verdict::Measured
        }
    }

    fn operations(&self) -> Table {
        let header =
            ["operation, one item", "µs", "per second and core", "× ed25519", "× floor", "bytes"];
        let mut operations = table(&header);
        for measured in &self.operations {
            operations.add_row([
                measured.name.to_owned(),
                format!("{:.1}", measured.microseconds),
                format!("{:.0}", measured.per_second_and_core),
                ratio(Some(measured.ed25519)),
                ratio(measured.floor),
                measured.bytes.map_or_else(String::new, |bytes| bytes.to_string()),
            ]);
        }
        operations
    }

    fn scaling(&self) -> Table {
        let sizes = SIZES.map(|size| size.to_string());
        let header: Vec<_> =
            ["threads"].into_iter().chain(sizes.iter().map(String::as_str)).collect();
        let mut scaling = table(&header);
        for points in self.scaling.chunk_by(|a, b| a.threads == b.threads) {
            let threads =
                points.first().map_or_else(String::new, |point| point.threads.to_string());
            let per_second = points.iter().map(|point| format!("{:.0}", point.per_second));
            scaling.add_row([threads].into_iter().chain(per_second));
        }
        scaling
    }

    fn goals(&self) -> Table {
        let mut goals = table(&["goal", "× ed25519", "at most", "× floor", "at most", "met"]);
        for goal in &self.goals {
            goals.add_row([
                goal.name.to_owned(),
                ratio(Some(goal.ed25519)),
                ratio(Some(goal.ed25519_limit)),
                ratio(goal.floor),
                ratio(goal.floor_limit),
                if goal.met { "yes" } else { "no" }.to_owned(),
            ]);
        }
        goals
    }
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_header(header);
    let numbers = table.column_iter_mut().skip(1);
    numbers.for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { processor, cores, load, target, avx512, optimized } = &self.machine;
        write!(f, "{processor}, {cores} cores, {target}")?;
        if let Some(load) = load {
            write!(f, ", load {load}")?;
        }
        if *avx512 {
            write!(f, ", built for AVX-512")?;
        }
        if !optimized {
            write!(f, ", NOT OPTIMIZED: build with --release")?;
        }
        writeln!(f, "\n8 attributes, 3 disclosed; decoding included\n")?;
        writeln!(f, "{}\n", self.operations())?;
        if !self.scaling.is_empty() {
            writeln!(f, "Presentations per second, over threads and batch size")?;
            writeln!(f, "{}\n", self.scaling())?;
        }
        if !self.goals.is_empty() {
            writeln!(f, "{}\n", self.goals())?;
        }
        let Noise { spread, limit, quiet } = self.noise;
        let verdict = if quiet { "quiet enough" } else { "TOO NOISY to judge" };
        writeln!(
            f,
            "{} rounds; the yardstick spread by {:.1} % within a round, of at most {:.0} %: {verdict}",
            self.rounds,
            100.0 * spread,
            100.0 * limit,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(quiet: bool, met: &[bool]) -> Verdict {
        let goal = |met: &bool| Judged {
            name: "verify-1",
            operations: &["verify-1"],
            ed25519: 1.0,
            ed25519_limit: 1.0,
            floor: None,
            floor_limit: None,
            met: *met,
        };
        let noise = Noise { spread: 0.0, limit: 0.0, quiet };
        let rounds = Rounds { count: 1, noise, measured: Vec::new() };
        let goals = met.iter().map(goal).collect();
        Report::new(Machine::new(), 1, rounds, Vec::new(), goals).verdict()
    }

    #[test]
    fn a_noisy_machine_judges_nothing() {
        assert_eq!(verdict(true, &[]), Verdict::Measured);
        assert_eq!(verdict(true, &[true, true]), Verdict::Measured);
        assert_eq!(verdict(true, &[true, false]), Verdict::Missed);
        assert_eq!(verdict(false, &[true, false]), Verdict::Noisy);
        assert_eq!(verdict(false, &[]), Verdict::Noisy);
    }
}
