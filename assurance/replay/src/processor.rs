//! Processor time by part: threads by their names, PostgreSQL's processes by their parent. From
//! `/proc`, in its ticks of 10 ms.

use std::collections::BTreeMap;
use std::fs;

const TICKS: f64 = 100.0;

/// Seconds of processor time so far.
pub type Spent = BTreeMap<String, f64>;

/// Of this process by threads' names, and of the PostgreSQL with this main process.
pub fn spent(postgres: u32) -> Spent {
    let mut spent = Spent::new();
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        if let Some(stat) = Stat::read(&task.path().join("stat")) {
            *spent.entry(stat.name).or_default() += stat.own;
        }
    }
    let mut of_postgres = 0.0;
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        match Stat::read(&process.path().join("stat")) {
            Some(stat) if id == postgres => of_postgres += stat.own + stat.ended,
            Some(stat) if stat.parent == postgres => of_postgres += stat.own,
            _ => {}
        }
    }
    spent.insert("PostgreSQL".to_owned(), of_postgres);
    spent
}

struct Stat {
    name: String,
    parent: u32,
    own: f64,
    /// Of children that have ended.
    ended: f64,
}

impl Stat {
    fn read(path: &std::path::Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        // The name, in brackets, may have brackets and blanks itself.
        let (name, rest) = text.split_once('(')?.1.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let seconds = |field: usize| fields.get(field)?.parse::<f64>().ok().map(|t| t / TICKS);
        Some(Self {
            name: name.to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            own: seconds(11)? + seconds(12)?,
            ended: seconds(13)? + seconds(14)?,
        })
    }
}
