//! What every operation but verification costs, and how long the messages are.
//!
//! ```console
//! cargo bench --bench protocol
//! ```
//!
//! A credential of 8 attributes, of which 3 are disclosed. Evidence comes in batches of 32 and is
//! counted by items. Each message is printed with its length, and its decoding measured.

mod common;

use std::hint::black_box;

use common::*;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pairnym::*;

const ATTRIBUTES: usize = 8;
const DISCLOSED: usize = 3;

/// Prints the length of a message, and measures its decoding.
fn wire<M: Message>(c: &mut Criterion, name: &str, message: &M) {
    let bytes = message.to_bytes();
    println!("{name}: {} bytes", bytes.len());
    c.bench_function(&format!("decode/{name}"), |b| {
        b.iter(|| M::from_bytes(black_box(&bytes)).unwrap())
    });
}

fn secrets(c: &mut Criterion, setting: &Setting) {
    let master = MasterSecret::import([2; 32]);
    let parameters = setting.authority.parameters();
    let pinned = PinnedParameters::new(parameters.clone());
    let label = Token::new("app").unwrap();
    let pseudonym = setting.holder.pseudonym(&setting.host, None).unwrap();
    let text = pseudonym.to_string();
    println!("Pseudonym: {} bytes, {} letters", pseudonym.to_bytes().len(), text.len());

    let mut group = c.benchmark_group("secrets");
    group.bench_function("holder secrets", |b| {
        b.iter(|| HolderSecrets::derive(black_box(&master), parameters.authority()))
    });
    group.bench_function("holder", |b| {
        b.iter_batched(
            || pinned.clone(),
            |pinned| Holder::new(black_box(&master), pinned).unwrap(),
            BatchSize::SmallInput,
        )
    });
    group.bench_function("网号", |b| {
        b.iter(|| setting.holder.pseudonym(black_box(&setting.host), Some(&label)).unwrap())
    });
    group.bench_function("网号 to text", |b| b.iter(|| black_box(&pseudonym).to_string()));
    group.bench_function("网号 from text", |b| {
        b.iter(|| black_box(&text).parse::<Pseudonym>().unwrap())
    });
    group.finish();
}

fn enrollment(c: &mut Criterion, Setting { authority, holder, .. }: &Setting) {
    let rng = &mut seeded(1);
    let ticket = authority.invite([3; 32], rng);
    let request = holder.enroll(&ticket, rng).unwrap();
    wire(c, "EnrollmentTicket", &ticket);
    wire(c, "EnrollmentRequest", &request);

    let mut group = c.benchmark_group("enrollment");
    group.bench_function("invite", |b| b.iter(|| authority.invite(black_box([3; 32]), rng)));
    group.bench_function("holder enrolls", |b| {
        b.iter(|| holder.enroll(black_box(&ticket), rng).unwrap())
    });
    group.bench_function("authority enrolls", |b| {
        b.iter_batched_ref(
            || MemoryRegistry::new(Reenrollment::Refused),
            |registry| authority.enroll(&ticket, &request, PersonId([4; 32]), registry).unwrap(),
            BatchSize::SmallInput,
        )
    });
    group.finish();
}

fn issuance(c: &mut Criterion, Setting { authority, holder, credential, .. }: &Setting) {
    let rng = &mut seeded(1);
    let (commitment, values) = (*holder.commitment(), credential.values());
    let offer = authority.offer(commitment, values.to_vec(), NOW, rng).unwrap();
    let (request, _) = holder.request_credential(&offer, NOW, rng).unwrap();
    let response = authority.issue(&offer, &request).unwrap();
    wire(c, "IssuanceOffer", &offer);
    wire(c, "IssuanceRequest", &request);
    wire(c, "IssuanceResponse", &response);

    let mut group = c.benchmark_group("issuance");
    group.bench_function("offer", |b| {
        b.iter_batched(
            || values.to_vec(),
            |values| authority.offer(commitment, values, NOW, rng).unwrap(),
            BatchSize::SmallInput,
        )
    });
    group.bench_function("request", |b| {
        b.iter(|| holder.request_credential(black_box(&offer), NOW, rng).unwrap())
    });
    group.bench_function("issue", |b| {
        b.iter(|| authority.issue(black_box(&offer), &request).unwrap())
    });
    group.bench_function("finish", |b| {
        b.iter_batched(
            || holder.request_credential(&offer, NOW, rng).unwrap().1,
            |pending| pending.finish(&response).unwrap(),
            BatchSize::SmallInput,
        )
    });
    group.finish();
}

fn evidence(c: &mut Criterion, setting: &Setting) {
    let Setting { authority, holder, credential, .. } = setting;
    let (request, commitments) = (setting.ask().0, setting.open().1);
    let (challenges, responses) = (setting.challenge().0, setting.respond());
    let items = setting.evidence();
    wire(c, "EvidenceRequest", &request);
    wire(c, "EvidenceCommitments", &commitments);
    wire(c, "EvidenceChallenges", &challenges);
    wire(c, "EvidenceResponses", &responses);
    println!("Evidence, stored: {} bytes each", items[0].export().len());

    let rng = &mut seeded(1);
    let mut group = c.benchmark_group("evidence");
    group.throughput(Throughput::Elements(EVIDENCE_BATCH as u64));
    group.bench_function("request", |b| {
        b.iter(|| holder.request_evidence(black_box(credential), rng).unwrap())
    });
    group.bench_function("open", |b| {
        b.iter(|| authority.open_evidence(black_box(&request), rng).unwrap())
    });
    group.bench_function("challenge", |b| {
        b.iter_batched(
            || setting.ask().1,
            |offered| offered.challenge(&commitments, rng).unwrap(),
            BatchSize::PerIteration,
        )
    });
    group.bench_function("respond", |b| {
        b.iter_batched(
            || setting.open().0,
            |session| authority.respond(session, &challenges).unwrap(),
            BatchSize::PerIteration,
        )
    });
    group.bench_function("finish", |b| {
        b.iter_batched(
            || setting.challenge().1,
            |challenged| challenged.finish(&responses).unwrap(),
            BatchSize::PerIteration,
        )
    });
    group.finish();
}

fn answers(c: &mut Criterion, setting: &Setting) {
    let request = setting.request(DISCLOSED, 1);
    let login_request = setting.request(0, 2);
    let item = setting.evidence().remove(0).export();
    let evidence = || Evidence::import(&item).unwrap();
    wire(c, "Request", &request);
    wire(c, "Presentation", &setting.present(&request, evidence()));
    wire(c, "Login", &setting.log_in(&login_request));

    let mut group = c.benchmark_group("answer");
    group.bench_function("request", |b| b.iter(|| setting.request(black_box(DISCLOSED), 1)));
    group.bench_function("present", |b| {
        b.iter_batched(
            evidence,
            |evidence| setting.present(&request, evidence),
            BatchSize::SmallInput,
        )
    });
    group.bench_function("log in", |b| b.iter(|| setting.log_in(black_box(&login_request))));
    group.finish();
}

fn platform(c: &mut Criterion, setting: &Setting) {
    let parameters = setting.authority.parameters();
    wire(c, "AuthorityParameters", parameters);

    let new = || Platform::new(parameters.clone(), setting.host);
    let last = parameters.epoch(NOW);
    let mut group = c.benchmark_group("platform");
    group.bench_function("new", |b| b.iter(new));
    for epochs in [1, 8] {
        let epochs_accepted = Epoch(last.0 - (epochs - 1))..=last;
        group.bench_function(BenchmarkId::new("prepare, epochs", epochs), |b| {
            b.iter_batched(
                new,
                |platform| platform.prepare(&[], epochs_accepted.clone()),
                BatchSize::PerIteration,
            )
        });
    }
    group.finish();
}

fn all(c: &mut Criterion) {
    let setting = Setting::new(ATTRIBUTES);
    secrets(c, &setting);
    enrollment(c, &setting);
    issuance(c, &setting);
    evidence(c, &setting);
    answers(c, &setting);
    platform(c, &setting);
}

criterion_group! { name = protocol; config = quick(); targets = all }
criterion_main!(protocol);
