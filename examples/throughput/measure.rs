//! Rounds and medians. Each operation of each round is measured between yardsticks of its own, in
//! the processor time of its thread, so that ratios hold on a busy machine too.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use serde::Serialize;

use crate::Result;
use crate::world::Yardstick;

/// Does something so many times, and says how long it took without the preparations.
pub type Run<'a> = Box<dyn FnMut(usize) -> Result<Duration> + 'a>;

pub struct Operation<'a> {
    pub name: &'static str,
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

/// Medians for one item.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    pub operation: &'static str,
    pub microseconds: f64,
    pub per_second_and_core: f64,
    pub ed25519: f64,
    pub floor: Option<f64>,
    pub bytes: Option<usize>,
}

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

/// The median.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One measurement aims at this.
const SLICE: Duration = Duration::from_millis(8);

/// So many times the yardstick takes about as long.
const YARDSTICKS: usize = 200;

/// In seconds: what one time of a run takes, once it has the caches to itself.
fn once(run: &mut Run<'_>, times: usize) -> Result<f64> {
    run(times.div_ceil(8))?;
    Ok(run(times)?.as_secs_f64() / times as f64)
}

/// The same from a place further down the stack, another one in each round. Where the stack
/// happens to lie in its page of 4096 bytes, stores to it are sometimes taken for stores to the
/// tables of the curve library, which makes one and the same verification a quarter slower.
fn elsewhere(round: usize, run: &mut Run<'_>, times: usize) -> Result<f64> {
    match round % 8 {
        0 => once(run, times),
        1 => below::<512>(run, times),
        2 => below::<1024>(run, times),
        3 => below::<1536>(run, times),
        4 => below::<2048>(run, times),
        5 => below::<2560>(run, times),
        6 => below::<3072>(run, times),
        _ => below::<3584>(run, times),
    }
}

#[inline(never)]
fn below<const BYTES: usize>(run: &mut Run<'_>, times: usize) -> Result<f64> {
    let place = std::hint::black_box([0u8; BYTES]);
    let seconds = once(run, times);
    std::hint::black_box(&place);
    seconds
}

fn times(run: &mut Run<'_>) -> Result<usize> {
    let one = once(run, 1)?;
    Ok(((SLICE.as_secs_f64() / one) as usize).clamp(1, 200))
}

/// Measures all operations in turn until the time is over, the yardstick itself first.
pub fn operations(
    mut operations: Vec<Operation<'_>>,
    yardstick: &Yardstick,
    time: Duration,
    progress: impl Fn(String, f64),
) -> Result<Vec<Measured>> {
    let start = Instant::now();
    let mut yardstick: Run<'_> = Box::new(|times| repeated(times, || yardstick.verify()));
    let counts = operations
        .iter_mut()
        .map(|operation| times(&mut operation.run))
        .collect::<Result<Vec<_>>>()?;
    let mut samples = vec![Vec::new(); operations.len()];
    let mut yardsticks = Vec::new();
    let mut round = 0;
    while round == 0 || start.elapsed() < time {
        for ((operation, times), samples) in operations.iter_mut().zip(&counts).zip(&mut samples) {
            progress(operation.name.to_owned(), start.elapsed().as_secs_f64() / time.as_secs_f64());
            let unit = elsewhere(round, &mut yardstick, YARDSTICKS)?;
            let seconds = elsewhere(round, &mut operation.run, *times)? / operation.items as f64;
            let floor = match &mut operation.floor {
                Some(floor) => Some(elsewhere(round, floor, *times)? / operation.items as f64),
                None => None,
            };
            yardsticks.push(unit);
            samples.push((seconds, seconds / unit, floor.map(|floor| seconds / floor)));
        }
        round += 1;
    }
    let unit = median(yardsticks);
    let mut measured = vec![Measured {
        operation: "ed25519 verification",
        microseconds: 1e6 * unit,
        per_second_and_core: 1.0 / unit,
        ed25519: 1.0,
        floor: None,
        bytes: Some(64),
    }];
    for (operation, samples) in operations.into_iter().zip(samples) {
        let seconds = median(samples.iter().map(|(seconds, ..)| *seconds).collect());
        measured.push(Measured {
            operation: operation.name,
            microseconds: 1e6 * seconds,
            per_second_and_core: 1.0 / seconds,
            ed25519: median(samples.iter().map(|(_, ratio, _)| *ratio).collect()),
            floor: operation
                .floor
                .map(|_| median(samples.iter().filter_map(|(.., floor)| *floor).collect())),
            bytes: operation.bytes,
        });
    }
    Ok(measured)
}
