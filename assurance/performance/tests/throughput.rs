//! `throughput` as a program: what it prints is what README.md documents, and its exit code says
//! what its report says. No measured time decides a test.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use serde_json::Value;

const README: &str = include_str!("../README.md");
const PERFORMANCE: &str = include_str!("../../../PERFORMANCE.md");

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_throughput")).args(arguments).output().unwrap()
}

/// Runs for a moment, and returns the exit code with the report.
fn measure(arguments: &[&str]) -> (i32, Value) {
    let output = run(&[&["--json", "--seconds", "1"], arguments].concat());
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// The first cells of the table under a heading of README.md, with the second ones.
fn documented(heading: &str) -> BTreeMap<String, String> {
    let (_, section) = README.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        (cells[1].trim_matches('`').to_owned(), cells[2].to_owned())
    })
    .collect()
}

/// The paths of all values that are neither an object nor a list, with the types they have.
fn fields(path: &str, value: &Value, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Object(members) => {
            let dot = if path.is_empty() { "" } else { "." };
            members.iter().for_each(|(name, value)| {
                fields(&format!("{path}{dot}{name}"), value, found);
            });
            return;
        }
        Value::Array(elements) => {
            elements.iter().for_each(|value| fields(&format!("{path}[]"), value, found));
            return;
        }
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(_) => "number",
    };
    found.entry(path.to_owned()).or_default().insert(kind);
}

fn names(report: &Value) -> BTreeSet<&str> {
    let operations = report["operations"].as_array().unwrap();
    let names: BTreeSet<_> = operations.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len(), "a name stands for one operation");
    names
}

/// The exit code that README.md documents for a report.
fn expected(report: &Value) -> i32 {
    let missed = |goal: &Value| goal["met"] == false;
    match report["noise"]["quiet"].as_bool().unwrap() {
        false => 3,
        true if report["goals"].as_array().unwrap().iter().any(missed) => 1,
        true => 0,
    }
}

#[test]
fn a_report_has_the_documented_operations_and_fields() {
    let (code, report) = measure(&["--goals"]);
    assert_eq!(code, expected(&report));
    assert_eq!(report["format"], 1);

    let operations = documented("Operations");
    assert_eq!(names(&report), operations.keys().map(String::as_str).collect());

    let mut found = BTreeMap::new();
    fields("", &report, &mut found);
    let fields = documented("JSON");
    assert_eq!(found.keys().collect::<Vec<_>>(), fields.keys().collect::<Vec<_>>());
    for (field, kinds) in found {
        let admitted: BTreeSet<_> = fields[&field].split(" or ").collect();
        assert!(kinds.is_subset(&admitted), "{field} is {kinds:?}, not {admitted:?}");
    }

    let goals = report["goals"].as_array().unwrap();
    let mut rows = Vec::new();
    for goal in goals {
        let floor =
            goal["floor_limit"].as_f64().map_or(String::new(), |limit| format!("{limit:.2} "));
        let (name, ed25519) =
            (goal["name"].as_str().unwrap(), goal["ed25519_limit"].as_f64().unwrap());
        rows.push(format!("| `{name}` | {ed25519:.2} | {floor}|"));
    }
    let (_, table) = PERFORMANCE.split_once("\n## Goals\n").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let documented: Vec<_> = table.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows, documented);

    let limit = report["noise"]["limit"].as_f64().unwrap();
    assert!(README.contains(&format!("Above {:.0} % the machine is too noisy", 100.0 * limit)));
}

#[test]
fn only_the_named_operations_are_measured() {
    let (code, report) = measure(&["--operations", "verify-login-1", "enroll-authority"]);
    assert_eq!(code, expected(&report));
    assert_eq!(names(&report), BTreeSet::from(["ed25519", "enroll-authority", "verify-login-1"]));
    assert_eq!(report["scaling"], Value::Array(Vec::new()));
    assert_eq!(report["goals"], Value::Array(Vec::new()));
}

#[test]
fn wrong_usage_has_its_exit_code() {
    let wrong: [&[&str]; 6] = [
        &["--nonsense"],
        &["--seconds", "0"],
        &["--operations"],
        &["--operations", "verify-2"],
        &["--goals", "--operations", "enroll-holder"],
        &["--plot", "plot.svg", "--operations", "present"],
    ];
    for arguments in wrong {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_written_is_no_measurement() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/file");
    std::fs::write(file, "is no folder").unwrap();
    let output = run(&["--seconds", "1", "--plot", &format!("{file}/plot.svg")]);
    assert_eq!(output.status.code(), Some(4));
    assert!(output.stdout.is_empty());
}

#[test]
fn help_names_options_operations_and_exit_codes() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    let named = documented("Options").into_keys().map(|option| {
        let end = option.find([' ', '…']).unwrap_or(option.len());
        option[..end].to_owned()
    });
    // The yardstick cannot be chosen: it is always measured.
    let operations = documented("Operations").into_keys().filter(|name| name != "ed25519");
    for name in named.chain(operations) {
        assert!(help.contains(&name), "{name}");
    }
    for code in 0..=4 {
        assert!(help.contains(&format!("\n  {code}  ")), "{code}");
    }
}
