//! What is counted, in the text format of Prometheus. Labels are route templates, statuses and
//! codes: nothing of a request or a person.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the times, in milliseconds; those above are counted in the last one.
const TIMES: [u64; 8] = [1, 2, 5, 10, 50, 250, 1_000, 30_000];
/// Upper ends of the sizes of batches.
const SIZES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// The calls of a route, by method and status.
type OfRoute = BTreeMap<(&'static str, u16), Histogram<8>>;

/// What a service counts.
#[derive(Debug, Default)]
pub struct Metrics {
    calls: Mutex<BTreeMap<String, OfRoute>>,
    problems: Mutex<BTreeMap<String, u64>>,
    batches: Mutex<Histogram<7>>,
    waits: AtomicU64,
    list_failures: AtomicU64,
}

#[derive(Debug)]
struct Histogram<const N: usize> {
    counts: [u64; N],
    sum: u64,
    count: u64,
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self { counts: [0; N], sum: 0, count: 0 }
    }
}

impl<const N: usize> Histogram<N> {
    fn add(&mut self, ends: &[u64; N], value: u64, weight: u64) {
        let place = ends.iter().position(|end| value <= *end).unwrap_or(N);
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
        self.sum += weight;
        self.count += 1;
    }

    fn write(&self, out: &mut String, name: &str, labels: &str, ends: &[u64; N], unit: f64) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut below = 0;
        for (end, count) in ends.iter().zip(self.counts) {
            below += count;
            let end = *end as f64 * unit;
            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{end}\"}} {below}");
        }
        let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}", self.count);
        let (open, close) = if labels.is_empty() { ("", "") } else { ("{", "}") };
        let sum = self.sum as f64 * unit / if unit < 1.0 { 1_000.0 } else { 1.0 };
        let _ = writeln!(out, "{name}_sum{open}{labels}{close} {sum}");
        let _ = writeln!(out, "{name}_count{open}{labels}{close} {}", self.count);
    }
}

/// Somebody who waits; until it is dropped.
#[cfg_attr(not(feature = "platform"), allow(dead_code))]
pub(crate) struct Waits<'a>(&'a AtomicU64);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub(crate) fn call(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if !calls.contains_key(route) {
            calls.insert(route.to_owned(), OfRoute::new());
        }
        let Some(of_route) = calls.get_mut(route) else { return };
        let call = of_route.entry((method, status)).or_default();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        call.add(&TIMES, micros.div_ceil(1_000), micros);
    }

    pub(crate) fn problem(&self, code: &str) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        *problems.entry(code.to_owned()).or_default() += 1;
    }

    #[cfg_attr(not(feature = "platform"), allow(dead_code))]
    pub(crate) fn batch(&self, size: usize) {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.add(&SIZES, size as u64, size as u64);
    }

    /// A parameter list could not be read, fetched or taken.
    #[cfg_attr(not(feature = "platform"), allow(dead_code))]
    pub(crate) fn list_failed(&self) {
        self.list_failures.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg_attr(not(feature = "platform"), allow(dead_code))]
    pub(crate) fn waits(&self) -> Waits<'_> {
        self.waits.fetch_add(1, Ordering::Relaxed);
        Waits(&self.waits)
    }

    /// As Prometheus reads it; `queue` is how many answers wait for verification.
    #[must_use]
    pub fn render(&self, queue: usize) -> String {
        let mut out = String::new();
        let name = "pairnym_http_request_duration_seconds";
        let _ = writeln!(out, "# TYPE {name} histogram");
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        for (route, calls) in calls.iter() {
            for ((method, status), call) in calls {
                let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
                call.write(&mut out, name, &labels, &TIMES, 0.001);
            }
        }
        let _ = writeln!(out, "# TYPE pairnym_problems_total counter");
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, count) in problems.iter() {
            let _ = writeln!(out, "pairnym_problems_total{{code=\"{code}\"}} {count}");
        }
        let _ = writeln!(out, "# TYPE pairnym_batch_size histogram");
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.write(&mut out, "pairnym_batch_size", "", &SIZES, 1.0);
        let _ = writeln!(out, "# TYPE pairnym_queue gauge\npairnym_queue {queue}");
        let waits = self.waits.load(Ordering::Relaxed);
        let _ = writeln!(out, "# TYPE pairnym_waiting_pages gauge\npairnym_waiting_pages {waits}");
        let failures = self.list_failures.load(Ordering::Relaxed);
        let name = "pairnym_list_failures_total";
        let _ = writeln!(out, "# TYPE {name} counter\n{name} {failures}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let metrics = Metrics::default();
        metrics.call("POST", "/x/{handle}", 200, Duration::from_micros(1_500));
        metrics.call("POST", "/x/{handle}", 200, Duration::from_secs(60));
        metrics.problem("rejected");
        metrics.batch(3);
        let waits = metrics.waits();
        let text = metrics.render(7);
        let call = "pairnym_http_request_duration_seconds";
        let labels = "route=\"/x/{handle}\",method=\"POST\",status=\"200\"";
        for line in [
            &format!("{call}_bucket{{{labels},le=\"0.001\"}} 0"),
            &format!("{call}_bucket{{{labels},le=\"0.002\"}} 1"),
            &format!("{call}_bucket{{{labels},le=\"30\"}} 1"),
            &format!("{call}_bucket{{{labels},le=\"+Inf\"}} 2"),
            &format!("{call}_sum{{{labels}}} 60.0015"),
            "pairnym_problems_total{code=\"rejected\"} 1",
            "pairnym_batch_size_bucket{le=\"2\"} 0",
            "pairnym_batch_size_bucket{le=\"4\"} 1",
            "pairnym_batch_size_sum 3",
            "pairnym_queue 7",
            "pairnym_waiting_pages 1",
        ] {
            assert!(text.lines().any(|found| found == line), "no {line} in\n{text}");
        }
        drop(waits);
        assert!(metrics.render(0).contains("pairnym_waiting_pages 0"));
    }
}
