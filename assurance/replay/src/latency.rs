//! How long the servers took for each kind of call, from the call's arrival to its response.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// In steps of a sixteenth of the time: 1 µs to 1 minute.
const STEPS: usize = 16 * 26;

#[derive(Default)]
pub struct Latencies(Mutex<BTreeMap<&'static str, Vec<u64>>>);

/// The time at or below which so many of a kind were, in milliseconds.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Percentiles {
    pub calls: u64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub p999: f64,
}

impl Latencies {
    pub fn add(&self, what: &'static str, took: Duration) {
        let micros = (took.as_micros() as f64).max(1.0);
        let step = ((micros.log2() * 16.0).ceil() as usize).min(STEPS - 1);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(what).or_insert_with(|| vec![0; STEPS])[step] += 1;
    }

    pub fn percentiles(&self) -> BTreeMap<&'static str, Percentiles> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(what, counts): (&&'static str, &Vec<u64>)| {
            let calls: u64 = counts.iter().sum();
            let at = |share: f64| {
                let (wanted, mut below) = ((calls as f64 * share).ceil() as u64, 0);
                let step = counts.iter().position(|count| {
                    below += count;
                    below >= wanted
                });
                2f64.powf(step.unwrap_or(STEPS) as f64 / 16.0) / 1_000.0
            };
            let percentiles =
                Percentiles { calls, p50: at(0.5), p95: at(0.95), p99: at(0.99), p999: at(0.999) };
            (*what, percentiles)
        };
        all.iter().map(of).collect()
    }
}
