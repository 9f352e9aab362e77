//! The program `pairnym`, as a process at a terminal that is none.

#![allow(dead_code)] // Each test uses a part.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

pub struct Shell<'a> {
    pub folder: &'a Path,
}

impl Shell<'_> {
    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pairnym"));
        command.args(arguments).env("PAIRNYM_WALLET", self.folder.join("wallet"));
        command.env("PAIRNYM_PASSPHRASE_FILE", self.folder.join("passphrase"));
        command.env("LC_ALL", "C").current_dir(self.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Runs it with these lines of input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.spawn(arguments);
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Starts it with `--json`, to be talked to.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self.spawn(&[&["--json"], arguments].concat());
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (says, lines) = channel();
        thread::spawn(move || output.lines().try_for_each(|line| says.send(line.unwrap())));
        Running { child, input, lines }
    }

    /// A wallet, whose words are confirmed.
    pub fn init(&self) {
        let init = self.run(&["init", "--pins", "pins.json"], "\n");
        let words = words(&said(&init).1);
        let confirmed = self.run(&["--json", "confirm"], &format!("{words}\n"));
        assert_eq!(json(&confirmed)["done"], "confirmed");
    }
}

/// How long a program may take to say or do what a test waits for: one that waits for nothing fails
/// the test instead of holding it up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that runs. It is killed if a test fails before its end.
pub struct Running {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Running {
    /// The value of this member in the next object that has it.
    pub fn wait_for(&mut self, member: &str) -> Value {
        let (begun, mut seen) = (Instant::now(), String::new());
        while let Ok(line) = self.lines.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
            let mut object: Value = serde_json::from_str(&line).unwrap();
            if let Some(value) = object.get_mut(member) {
                return value.take();
            }
            seen += &line;
        }
        panic!("no {member} in: {seen}");
    }

    pub fn type_in(&mut self, lines: &str) {
        self.input.write_all(lines.as_bytes()).unwrap();
    }

    /// Ends it, and returns what it said to its person.
    pub fn killed(mut self) -> String {
        self.child.kill().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }

    /// How it ends, with its exit code.
    pub fn ended(mut self) -> i32 {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// What it printed last.
pub fn json(output: &Output) -> Value {
    let (out, err) = said(output);
    serde_json::from_str(out.lines().last().unwrap_or_else(|| panic!("{err}"))).unwrap()
}

/// The words that were shown, as they are typed back.
pub fn words(error: &str) -> String {
    let words = error.lines().filter_map(|line| {
        let (number, word) = line.trim().split_once(' ')?;
        number.parse::<u8>().ok().map(|_| word.to_owned())
    });
    words.collect::<Vec<_>>().join(" ")
}
