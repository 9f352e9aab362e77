//! What verification costs, from bytes to claims.
//!
//! ```console
//! cargo bench --bench verify
//! cargo bench --bench verify -- '^batch_64/(ed25519|floor, 8|8 attributes)'
//! ```
//!
//! Each group holds the yardstick and the floor (see `common`) beside what it measures: compare
//! within a group, microseconds alone say little.

mod common;

use std::hint::black_box;

use common::setting::*;
use common::{Ed25519, Floor, quick};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

const BATCHES: [usize; 6] = [1, 8, 64, 256, 1024, 4096];
const SCHEMAS: [usize; 4] = [0, 4, 8, 32];

/// A group that counts members.
fn group<'a>(c: &'a mut Criterion, name: &str, n: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(n as u64));
    group
}

/// What the batches of a group are measured by: signatures verified one by one, and together.
fn yardstick(group: &mut BenchmarkGroup<'_, WallTime>, n: usize) {
    let ed25519 = Ed25519::new(n);
    group.bench_function("ed25519, one by one", |b| b.iter(|| ed25519.verify()));
    group.bench_function("ed25519, batch", |b| b.iter(|| ed25519.verify_batch()));
}

/// None, some and all attributes of a schema.
fn disclosures(attributes: usize) -> Vec<usize> {
    let mut all = vec![0, 3 * attributes / 8, attributes];
    all.dedup();
    all
}

/// A schema, and answers that disclose so many attributes.
type Presented = (Setting, Vec<(usize, Vec<Answered>)>);

fn presented(attributes: usize) -> Presented {
    let setting = Setting::new(attributes);
    let disclosures = disclosures(attributes).into_iter();
    let answers = disclosures.map(|d| (d, setting.presentations(d, DISTINCT))).collect();
    (setting, answers)
}

fn presentations(c: &mut Criterion) {
    let all = SCHEMAS.map(presented);

    let mut one = group(c, "one", 1);
    let ed25519 = Ed25519::new(1);
    one.bench_function("ed25519", |b| b.iter(|| ed25519.verify()));
    for (attributes, (setting, answers)) in SCHEMAS.iter().zip(&all) {
        let floor = Floor::of_presentations(*attributes, 1);
        one.bench_function(format!("floor, {attributes} attributes"), |b| b.iter(|| floor.run()));
        for (disclosed, answers) in answers {
            let name = format!("{attributes} attributes, {disclosed} disclosed");
            let mut answers = answers.iter().cycle();
            one.bench_function(name, |b| {
                b.iter(|| setting.verify(black_box(answers.next().unwrap())))
            });
        }
    }
    one.finish();

    for n in BATCHES {
        let mut batch = group(c, &format!("batch_{n}"), n);
        yardstick(&mut batch, n);
        for (attributes, (setting, answers)) in SCHEMAS.iter().zip(&all) {
            let floor = Floor::of_presentations(*attributes, n);
            let name = format!("floor, {attributes} attributes");
            batch.bench_function(name, |b| b.iter(|| floor.run()));
            for (disclosed, answers) in answers {
                let name = format!("{attributes} attributes, {disclosed} disclosed");
                let answers = cycle(answers, n);
                batch.bench_function(name, |b| {
                    b.iter(|| setting.verify_batch(black_box(&answers), 0))
                });
            }
        }
        batch.finish();
    }

    bad_members(c, &all[2]);
}

/// What bad members of a batch cost, all of them found; and members of several scopes and of a
/// slot that have no tables.
fn bad_members(c: &mut Criterion, (setting, answers): &Presented) {
    let (_, answers) = &answers[1];
    let mut other = Setting::new(SCHEMAS[2]);
    let mixed = other.mixed(3, DISTINCT);
    for n in [64, 1024, 4096] {
        let mut group = group(c, &format!("bad_in_{n}"), n);
        let floor = Floor::of_presentations(SCHEMAS[2], n);
        yardstick(&mut group, n);
        group.bench_function("floor", |b| b.iter(|| floor.run()));
        for (kind, setting, answers) in [("", setting, answers), (", mixed", &other, &mixed)] {
            for bad in [0, n / 64, n] {
                let batch = planted(answers, n, bad);
                let batch: Vec<_> = batch.iter().collect();
                group.bench_function(format!("{bad} bad{kind}"), |b| {
                    b.iter(|| setting.verify_batch(black_box(&batch), bad))
                });
            }
        }
        group.finish();
    }
}

fn logins(c: &mut Criterion) {
    let setting = Setting::new(0);
    let logins = setting.logins(DISTINCT);

    let mut one = group(c, "login_one", 1);
    let (ed25519, floor) = (Ed25519::new(1), Floor::of_logins(1));
    let mut answers = logins.iter().cycle();
    one.bench_function("ed25519", |b| b.iter(|| ed25519.verify()));
    one.bench_function("floor", |b| b.iter(|| floor.run()));
    one.bench_function("login", |b| {
        b.iter(|| setting.verify_login(black_box(answers.next().unwrap())))
    });
    one.finish();

    for n in BATCHES {
        let mut batch = group(c, &format!("login_batch_{n}"), n);
        let floor = Floor::of_logins(n);
        let answers = cycle(&logins, n);
        yardstick(&mut batch, n);
        batch.bench_function("floor", |b| b.iter(|| floor.run()));
        batch.bench_function("login", |b| {
            b.iter(|| setting.verify_login_batch(black_box(&answers)))
        });
        batch.finish();
    }
}

criterion_group! { name = verify; config = quick(); targets = presentations, logins }
criterion_main!(verify);
