//! How the cost of one presentation falls with batch size and threads. This is wall-clock time,
//! since it is about all threads together.

use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;
use serde::Serialize;

use crate::Result;
use crate::measure::median;
use crate::world::World;

pub const SIZES: [usize; 7] = [1, 4, 16, 64, 256, 1024, 4096];

/// One point of the plot.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Point {
    pub threads: usize,
    pub batch: usize,
    pub microseconds: f64,
    pub per_second: f64,
}

/// 1, 2, 4, … and as many as there are cores.
fn threads() -> Vec<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut threads: Vec<_> = (0..).map(|power| 1 << power).take_while(|n| *n < cores).collect();
    threads.push(cores);
    threads
}

pub fn measure(
    world: &World,
    time: Duration,
    progress: impl Fn(String, f64),
) -> Result<Vec<Point>> {
    let start = Instant::now();
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    let pools = threads().into_iter().map(pool).collect::<std::result::Result<Vec<_>, _>>()?;
    let mut samples = vec![[(); SIZES.len()].map(|()| Vec::new()); pools.len()];
    while samples[0][0].is_empty() || start.elapsed() < time {
        for (pool, samples) in pools.iter().zip(&mut samples) {
            for (size, samples) in SIZES.iter().zip(samples) {
                let threads = pool.current_num_threads();
                let done = start.elapsed().as_secs_f64() / time.as_secs_f64();
                progress(format!("{threads} threads, {size} together"), done);
                let times = 256usize.div_ceil(*size);
                let start = Instant::now();
                pool.install(|| {
                    (0..times).try_for_each(|index| world.par_verify(index * size, *size))
                })?;
                samples.push(start.elapsed().as_secs_f64() / (times * size) as f64);
            }
        }
    }
    let mut points = Vec::new();
    for (pool, samples) in pools.iter().zip(samples) {
        for (batch, samples) in SIZES.into_iter().zip(samples) {
            let seconds = median(samples);
            points.push(Point {
                threads: pool.current_num_threads(),
                batch,
                microseconds: 1e6 * seconds,
                per_second: 1.0 / seconds,
            });
        }
    }
    Ok(points)
}
