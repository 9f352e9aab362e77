//! Measures pairnym beside other anonymous-credential libraries, in one run on one thread.
//! Prints a Markdown table, or JSON; progress goes to standard error. With the argument `--test` it
//! checks every library as before a measurement, and measures nothing.

mod affinidi;
mod bbs_plus;
mod cmz;
mod credit_tokens;
mod ed25519;
mod pairnym;
mod peer;
mod report;
mod sigma_proofs;
mod zkryptium;

use std::process::ExitCode;
use std::time::Duration;

use cpu_time::ThreadTime;
use peer::{ATTRIBUTES, DISCLOSED, Peer};
use report::{Cost, Report, Row};

/// Members of a measured batch.
const BATCH: usize = 1024;
/// Every operation has its turn once in a round, so that a busy spell falls on all alike.
const ROUNDS: usize = 21;
/// How long one turn lasts, at least.
const TURN: Duration = Duration::from_millis(20);
/// So many places on the stack, which together are about a page. In about a third of it the curve
/// library is up to a quarter slower (see `throughput/measure.rs` in `assurance/performance`), for
/// each operation in another third: so each round has another place, and ratios are those of medians.
const PLACES: usize = 32;

const USAGE: &str = "usage: pairnym-peers [--json | --test]

Measures every library, and prints a Markdown table.
  --json  prints JSON instead
  --test  checks every library, and measures nothing";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => print!("{}", measure()),
        ["--json"] => println!("{}", measure().json()),
        ["--test"] => peers().into_iter().zip(peers()).for_each(|(mut peer, other)| {
            checked(peer.as_mut(), other);
        }),
        ["--help"] => println!("{USAGE}"),
        _ => {
            eprintln!("{USAGE}");
            return 2.into();
        }
    }
    ExitCode::SUCCESS
}

/// Every library, each with an issuer of its own.
fn peers() -> Vec<Box<dyn Peer>> {
    vec![
        Box::new(ed25519::Ed25519::new()),
        Box::new(pairnym::Pairnym::new()),
        Box::new(pairnym::PairnymLogin::new()),
        Box::new(cmz::Cmz::new()),
        Box::new(sigma_proofs::SigmaProofs::new()),
        Box::new(bbs_plus::Bbs::new()),
        Box::new(zkryptium::Bbs::new()),
        Box::new(zkryptium::BbsPseudonym::with_one_secret()),
        Box::new(zkryptium::BbsPseudonym::with_seven_secrets()),
        Box::new(affinidi::BbsPseudonym::new()),
        Box::new(credit_tokens::CreditTokens::new()),
    ]
}

fn measure() -> Report {
    let mut contestants: Vec<_> = peers()
        .into_iter()
        .zip(peers())
        .map(|(peer, other)| Contestant::new(peer, other))
        .collect();
    let yardstick = Yardstick::new();
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        let place = 13 * round % PLACES;
        for contestant in &mut contestants {
            deeper(place, &mut || contestant.measure(&yardstick));
        }
    }
    Report::new(BATCH, ROUNDS, contestants.iter().map(Contestant::row).collect())
}

/// Measures so many frames further down the stack, each of them about 128 bytes.
#[inline(never)]
fn deeper(frames: usize, measure: &mut dyn FnMut()) {
    let frame = std::hint::black_box([0u8; 64]);
    if frames == 0 {
        measure();
    } else {
        deeper(frames - 1, measure);
    }
    std::hint::black_box(&frame);
}

/// One Ed25519 verification, timed next to everything else.
struct Yardstick {
    ed25519: ed25519::Ed25519,
    signature: Vec<u8>,
}

impl Yardstick {
    fn new() -> Self {
        let mut ed25519 = ed25519::Ed25519::new();
        let signature = ed25519.prove();
        Self { ed25519, signature }
    }

    fn micros(&self) -> f64 {
        time(|| self.ed25519.verify(&ATTRIBUTES[..DISCLOSED], &self.signature))
    }
}

/// What the rounds gave for one operation.
#[derive(Default)]
struct Samples {
    micros: Vec<f64>,
    yardstick: Vec<f64>,
}

impl Samples {
    /// Times `operation`, which does its work `items` times over.
    fn add(&mut self, yardstick: &Yardstick, items: usize, operation: impl FnMut() -> bool) {
        self.yardstick.push(yardstick.micros());
        self.micros.push(time(operation) / items as f64);
    }

    /// Nothing where there are no samples.
    fn cost(&self) -> Option<Cost> {
        let (microseconds, yardstick) = (median(&self.micros)?, median(&self.yardstick)?);
        Some(Cost { microseconds, ed25519: microseconds / yardstick })
    }
}

struct Contestant {
    peer: Box<dyn Peer>,
    proof: Vec<u8>,
    /// Empty where the library has no batch verification.
    batch: Vec<Vec<u8>>,
    prove: Samples,
    verify: Samples,
    verify_batch: Samples,
}

impl Contestant {
    /// Checks the peer and makes the proofs that it is to verify.
    fn new(mut peer: Box<dyn Peer>, other: Box<dyn Peer>) -> Self {
        let proof = checked(peer.as_mut(), other);
        let batch = match peer.verify_batch(&ATTRIBUTES[..DISCLOSED], &[]) {
            Some(_) => (0..BATCH).map(|_| peer.prove()).collect(),
            None => Vec::new(),
        };
        Self {
            peer,
            proof,
            batch,
            prove: Samples::default(),
            verify: Samples::default(),
            verify_batch: Samples::default(),
        }
    }

    fn measure(&mut self, yardstick: &Yardstick) {
        let disclosed = &ATTRIBUTES[..DISCLOSED];
        self.prove.add(yardstick, 1, || !self.peer.prove().is_empty());
        self.verify.add(yardstick, 1, || self.peer.verify(disclosed, &self.proof));
        if !self.batch.is_empty() {
            self.verify_batch.add(yardstick, BATCH, || {
                self.peer.verify_batch(disclosed, &self.batch) == Some(true)
            });
        }
    }

    fn row(&self) -> Row {
        Row {
            package: self.peer.package(),
            version: version(self.peer.package()),
            proves: self.peer.proves(),
            checked_with: self.peer.checked_with(),
            prove: self.prove.cost(),
            verify: self.verify.cost(),
            verify_batch: self.verify_batch.cost(),
            bytes: self.proof.len(),
        }
    }
}

/// A valid proof of a peer that has been checked, with the help of one that has another issuer.
fn checked(peer: &mut dyn Peer, mut other: Box<dyn Peer>) -> Vec<u8> {
    eprintln!("checking {}: {}", peer.package(), peer.proves());
    let proof = peer.prove();
    assert_eq!(Some(proof.len()), documented_bytes(peer), "README.md has another length");
    check(peer, &proof, &other.prove());
    proof
}

/// Aborts unless the peer accepts a valid proof, refuses it after every change, and refuses what
/// another issuer's holder proves.
fn check(peer: &dyn Peer, proof: &[u8], other: &[u8]) {
    let disclosed = &ATTRIBUTES[..DISCLOSED];
    let batch = |member: &[u8]| peer.verify_batch(disclosed, &[proof.to_vec(), member.to_vec()]);
    assert!(peer.verify(disclosed, proof), "refuses a valid proof");
    assert_ne!(batch(proof), Some(false), "refuses a valid batch");

    assert!(!peer.verify(disclosed, other), "accepts another issuer");
    assert_ne!(batch(other), Some(true), "accepts another issuer in a batch");

    for index in 0..DISCLOSED {
        let mut values = disclosed.to_vec();
        values[index] += 1;
        assert!(!peer.verify(&values, proof), "accepts another attribute");
    }
    for index in 0..proof.len() {
        let mut tampered = proof.to_vec();
        tampered[index] ^= 1;
        assert!(!peer.verify(disclosed, &tampered), "accepts a changed byte {index}");
        assert_ne!(batch(&tampered), Some(true), "accepts a changed byte {index} in a batch");
    }
}

/// The median processor time of `operation`, which must succeed, in microseconds.
fn time(mut operation: impl FnMut() -> bool) -> f64 {
    let turn = ThreadTime::now();
    let mut micros = Vec::new();
    while micros.is_empty() || turn.elapsed() < TURN {
        let start = ThreadTime::now();
        assert!(operation(), "a valid proof was refused");
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    median(&micros).expect("there is one")
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// The version to which `Cargo.toml` pins a package.
fn version(package: &str) -> &'static str {
    include_str!("../Cargo.toml")
        .lines()
        .find(|line| line.starts_with(&format!("{package} = ")))
        .and_then(|line| line.split('"').find_map(|part| part.strip_prefix('=')))
        .unwrap_or("this tree")
}

/// The length of a peer's proof in README.md's table, whose rows begin with package and version, and
/// then say what is proven.
fn documented_bytes(peer: &dyn Peer) -> Option<usize> {
    let library = format!("`{}` {}", peer.package(), version(peer.package()));
    include_str!("../README.md").lines().find_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        match cells[..] {
            ["", first, proves, .., bytes, ""] if first == library && proves == peer.proves() => {
                bytes.parse().ok()
            }
            _ => None,
        }
    })
}
