//! Rounds, of which the lower quartile counts: what disturbs a measurement only adds to it. In each
//! round every operation is measured between its own yardstick and its floor, in the processor
//! time of the thread, so that ratios hold on a busy machine too.
//!
//! Each round has another place on the stack. In about a third of its page of 4096 bytes, stores
//! to the stack are taken for stores to what the curve library reads next, which makes one and the
//! same verification up to a quarter slower, and for an operation, its floor and its yardstick
//! that is another third. In one place for a whole run, ratios would be luck.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use serde::Serialize;

use crate::Result;
use crate::world::Yardstick;

/// Does something so many times, and says how long it took without the preparations.
pub type Run<'a> = Box<dyn FnMut(usize) -> Result<Duration> + 'a>;

pub struct Operation<'a> {
    /// How many answers or items each time does.
    pub items: usize,
    /// The length of the message, in bytes.
    pub bytes: Option<usize>,
    pub run: Run<'a>,
    pub floor: Option<Run<'a>>,
}

impl<'a> Operation<'a> {
    /// Measured in the same rounds as `floor`.
    pub fn over(self, floor: impl FnMut(usize) -> Result<Duration> + 'a) -> Self {
        Self { floor: Some(Box::new(floor)), ..self }
    }
}

/// Lower quartiles for one item, and their ratios.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    pub name: &'static str,
    pub items: usize,
    pub microseconds: f64,
    pub per_second_and_core: f64,
    pub ed25519: f64,
    pub floor: Option<f64>,
    pub bytes: Option<usize>,
}

/// How far the yardstick moved while nothing but the machine could move it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Noise {
    /// In each round all yardsticks have the same place on the stack: how much larger their upper
    /// quartile is than their lower one, the median of the rounds.
    pub spread: f64,
    pub limit: f64,
    pub quiet: bool,
}

impl Noise {
    /// Above this, ratios of single operations are no longer worth a comparison.
    const LIMIT: f64 = 0.03;

    fn of(rounds: &[Vec<f64>]) -> Self {
        let spread = |round: &Vec<f64>| {
            let samples = sorted(round.clone());
            at(&samples, 3 * samples.len() / 4) / at(&samples, samples.len() / 4) - 1.0
        };
        let spread = median(rounds.iter().map(spread).collect());
        Self { spread, limit: Self::LIMIT, quiet: spread <= Self::LIMIT }
    }
}

/// What all rounds gave.
pub struct Rounds {
    pub count: usize,
    pub noise: Noise,
    pub measured: Vec<Measured>,
}

/// The operation that is always measured, before each of the others.
pub const YARDSTICK: &str = "ed25519";

/// Prepares `times` inputs, then uses them up against the clock.
pub fn timed<T, U>(
    times: usize,
    prepare: impl FnMut(usize) -> Result<T>,
    mut operation: impl FnMut(T) -> Result<U>,
) -> Result<Duration> {
    let inputs = (0..times).map(prepare).collect::<Result<Vec<_>>>()?;
    let start = ThreadTime::now();
    for input in inputs {
        std::hint::black_box(operation(input)?);
    }
    Ok(start.elapsed())
}

/// Does it so many times against the clock; there is nothing to prepare.
pub fn repeated<U>(times: usize, mut operation: impl FnMut() -> Result<U>) -> Result<Duration> {
    timed(times, |_| Ok(()), |()| operation())
}

fn sorted(mut samples: Vec<f64>) -> Vec<f64> {
    samples.sort_by(f64::total_cmp);
    samples
}

fn at(samples: &[f64], index: usize) -> f64 {
    samples.get(index).copied().unwrap_or(f64::NAN)
}

/// The lower quartile.
fn quartile(samples: Vec<f64>) -> f64 {
    let samples = sorted(samples);
    at(&samples, samples.len() / 4)
}

/// The median.
pub fn median(samples: Vec<f64>) -> f64 {
    let samples = sorted(samples);
    at(&samples, samples.len() / 2)
}

/// One measurement aims at this.
const SLICE: Duration = Duration::from_millis(8);

/// And its preparations, where they take longer, at this.
const PREPARATION: Duration = Duration::from_millis(100);

/// So many times the yardstick takes about as long.
const YARDSTICKS: usize = 200;

/// In seconds: what one time of a run takes, once its inputs are in the caches, as what has just
/// been received is.
fn once(run: &mut Run<'_>, times: usize) -> Result<f64> {
    run(times)?;
    Ok(run(times)?.as_secs_f64() / times as f64)
}

/// So many places on the stack, which together are about a page.
const PLACES: usize = 32;

/// The place of a round: far from that of the round before, so that every few rounds are spread
/// over the page.
const fn place(round: usize) -> usize {
    13 * round % PLACES
}

/// The same from a place on the stack.
fn once_at(place: usize, run: &mut Run<'_>, times: usize) -> Result<f64> {
    deeper(place, &mut || once(run, times))
}

/// From so many frames further down, each of them about 128 bytes.
#[inline(never)]
fn deeper(frames: usize, measure: &mut dyn FnMut() -> Result<f64>) -> Result<f64> {
    let frame = std::hint::black_box([0u8; 48]);
    let seconds = if frames == 0 { measure() } else { deeper(frames - 1, measure) };
    std::hint::black_box(&frame);
    seconds
}

fn times(run: &mut Run<'_>) -> Result<usize> {
    run(1)?;
    let start = Instant::now();
    let measured = run(1)?.as_secs_f64();
    let prepared = start.elapsed().as_secs_f64() - measured;
    let times = (SLICE.as_secs_f64() / measured).min(PREPARATION.as_secs_f64() / prepared);
    Ok((times as usize).clamp(1, 200))
}

/// Measures all operations in turn until the time is over, the yardstick before each and after the
/// last.
pub fn operations(
    mut operations: Vec<(&'static str, Operation<'_>)>,
    yardstick: &Yardstick,
    time: Duration,
    progress: impl Fn(String, f64),
) -> Result<Rounds> {
    let start = Instant::now();
    let mut yardstick: Run<'_> = Box::new(|times| repeated(times, || yardstick.verify()));
    let counts = operations
        .iter_mut()
        .map(|(_, operation)| times(&mut operation.run))
        .collect::<Result<Vec<_>>>()?;
    let mut samples: Vec<_> = operations.iter().map(|_| Samples::default()).collect();
    let mut yardsticks = Vec::new();
    while yardsticks.is_empty() || start.elapsed() < time {
        let place = place(yardsticks.len());
        let mut round = Vec::new();
        let all = operations.iter_mut().zip(&counts).zip(&mut samples);
        for (((name, operation), times), samples) in all {
            progress((*name).to_owned(), start.elapsed().as_secs_f64() / time.as_secs_f64());
            let items = operation.items as f64;
            let unit = once_at(place, &mut yardstick, YARDSTICKS)?;
            round.push(unit);
            samples.yardstick.push(unit);
            samples.operation.push(once_at(place, &mut operation.run, *times)? / items);
            if let Some(floor) = &mut operation.floor {
                samples.floor.push(once_at(place, floor, *times)? / items);
            }
        }
        round.push(once_at(place, &mut yardstick, YARDSTICKS)?);
        yardsticks.push(round);
    }
    let unit = quartile(yardsticks.concat());
    let mut measured = vec![Measured {
        name: YARDSTICK,
        items: 1,
        microseconds: 1e6 * unit,
        per_second_and_core: 1.0 / unit,
        ed25519: 1.0,
        floor: None,
        bytes: Some(64),
    }];
    for ((name, operation), samples) in operations.into_iter().zip(samples) {
        let seconds = quartile(samples.operation);
        measured.push(Measured {
            name,
            items: operation.items,
            microseconds: 1e6 * seconds,
            per_second_and_core: 1.0 / seconds,
            ed25519: seconds / quartile(samples.yardstick),
            floor: operation.floor.map(|_| seconds / quartile(samples.floor)),
            bytes: operation.bytes,
        });
    }
    Ok(Rounds { count: yardsticks.len(), noise: Noise::of(&yardsticks), measured })
}

/// What the rounds gave for one operation: seconds for one item.
#[derive(Default)]
struct Samples {
    operation: Vec<f64>,
    yardstick: Vec<f64>,
    floor: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::Noise;

    #[test]
    fn noise_is_what_moves_a_yardstick_in_one_place() {
        // Another place on the stack is no noise.
        let still = [vec![1.0, 1.01, 1.0, 1.01], vec![1.25, 1.26, 1.25, 1.26]];
        assert!(Noise::of(&still).quiet);
        let moving = [vec![1.0, 1.2, 1.0, 1.2], vec![1.3, 1.1, 1.1, 1.3], vec![1.0; 4]];
        let noise = Noise::of(&moving);
        assert!(!noise.quiet && noise.spread > 0.18);
        // A single blow is none either.
        assert!(Noise::of(&[vec![1.0, 1.0, 1.0, 9.0, 1.0]]).quiet);
    }
}
