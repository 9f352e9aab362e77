//! What a reader sees: tables, or JSON.

use std::fmt;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::measure::Measured;
use crate::scaling::{Point, SIZES};

#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: Machine,
    pub operations: Vec<Measured>,
    pub scaling: Vec<Point>,
}

/// Where and how busy, as far as the system tells.
#[derive(Debug, Serialize)]
pub struct Machine {
    processor: String,
    cores: usize,
    load: String,
    target: &'static str,
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
            load: read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" "),
            target: if cfg!(target_feature = "avx512ifma") {
                "native, AVX-512"
            } else {
                "default build flags"
            },
        }
    }
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
        let Machine { processor, cores, load, target } = &self.machine;
        writeln!(f, "{processor}, {cores} cores, load {load}, {target}")?;
        writeln!(f, "8 attributes, 3 disclosed; decoding included\n")?;

        let header =
            ["operation, one item", "µs", "per second and core", "× ed25519", "× floor", "bytes"];
        let mut operations = table(&header);
        for measured in &self.operations {
            operations.add_row([
                measured.operation.to_owned(),
                format!("{:.1}", measured.microseconds),
                format!("{:.0}", measured.per_second_and_core),
                format!("{:.2}", measured.ed25519),
                measured.floor.map_or_else(String::new, |floor| format!("{floor:.2}")),
                measured.bytes.map_or_else(String::new, |bytes| bytes.to_string()),
            ]);
        }
        writeln!(f, "{operations}\n")?;

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
        writeln!(f, "Presentations per second, over threads and batch size\n{scaling}")?;
        let of = |threads, batch| {
            let mut points = self.scaling.iter();
            points.find(|point| (point.threads, point.batch) == (threads, batch))
        };
        if let (Some(one), Some(two)) = (of(1, 4096), of(2, 4096)) {
            let gain = two.per_second / one.per_second;
            writeln!(f, "Two threads do {gain:.2} times the work of one.")?;
        }
        Ok(())
    }
}
