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

use common::quick;
use common::setting::*;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

const ATTRIBUTES: usize = 8;
const DISCLOSED: usize = 3;

/// Prints the length of a message, and measures its decoding.
fn wire<M: Message>(c: &mut Criterion, name: &str, message: &M) {
    wire_bytes::<M>(c, name, &message.to_bytes());
}

fn wire_bytes<M: Message>(c: &mut Criterion, name: &str, bytes: &[u8]) {
    println!("{name}: {} bytes", bytes.len());
    c.bench_function(&format!("decode/{name}"), |b| {
        b.iter(|| M::from_bytes(black_box(bytes)).unwrap())
    });
}

fn secrets(c: &mut Criterion, setting: &Setting) {
    let master = MasterSecret::import([2; 32]);
    let list = setting.list();
    let host = setting.platform.id();
    let label = name("app");
    let pseudonym = setting.holder.pseudonym(host, None).unwrap();
    let text = pseudonym.to_string();
    println!("Pseudonym: {} bytes, {} letters", pseudonym.to_bytes().len(), text.len());

    let mut group = c.benchmark_group("secrets");
    group.bench_function("holder secrets", |b| {
        b.iter(|| HolderSecrets::derive(black_box(&master), list.authority()))
    });
    group.bench_function("holder", |b| {
        b.iter_batched(
            || list.clone(),
            |list| Holder::new(black_box(&master), list).unwrap(),
            BatchSize::SmallInput,
        )
    });
    group.bench_function("网号", |b| {
        b.iter(|| setting.holder.pseudonym(black_box(host), Some(&label)).unwrap())
    });
    group.bench_function("网号 to text", |b| b.iter(|| black_box(&pseudonym).to_string()));
    group.bench_function("网号 from text", |b| {
        b.iter(|| black_box(&text).parse::<Pseudonym>().unwrap())
    });
    group.finish();
}

fn enrollment(c: &mut Criterion, Setting { authority, holder, .. }: &Setting) {
    let (rng, list) = (&mut seeded(1), holder.list());
    let transaction = TransactionId([3; 32]);
    let open = authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap();
    let ticket = received_ticket(list, &open);
    let request = holder.enroll(&ticket, rng).unwrap();
    wire(c, "EnrollmentTicket", open.ticket());
    wire_bytes::<EnrollmentRequest>(c, "EnrollmentRequest", request.as_bytes());
    let request = sent(&request);
    let person = PersonId([4; 32]);

    let mut group = c.benchmark_group("enrollment");
    group.bench_function("open a ticket", |b| {
        b.iter(|| authority.open_ticket(black_box(transaction), TEN_MINUTES, NOW, rng).unwrap())
    });
    group.bench_function("holder enrolls", |b| {
        b.iter(|| holder.enroll(black_box(&ticket), rng).unwrap())
    });
    group.bench_function("authority enrolls", |b| {
        b.iter_batched_ref(
            || MemoryRegistry::new(Reenrollment::Refused),
            |registry| authority.enroll(&open, &request, person, NOW, registry).unwrap(),
            BatchSize::SmallInput,
        )
    });
    group.finish();
}

fn issuance(c: &mut Criterion, setting: &Setting) {
    let Setting { authority, holder, .. } = setting;
    let rng = &mut seeded(1);
    let (open, offer) = setting.offer();
    let (request, _) = holder.request_credential(&offer, NOW, rng).unwrap();
    wire(c, "IssuanceOffer", open.offer());
    wire_bytes::<IssuanceRequest>(c, "IssuanceRequest", request.as_bytes());
    let request = sent(&request);
    let response = authority.issue(&open, &request, NOW, &Everybody).unwrap();
    wire(c, "IssuanceResponse", &response);

    let mut group = c.benchmark_group("issuance");
    group.bench_function("offer", |b| b.iter(|| setting.offer()));
    group.bench_function("request", |b| {
        b.iter(|| holder.request_credential(black_box(&offer), NOW, rng).unwrap())
    });
    group.bench_function("issue", |b| {
        b.iter(|| authority.issue(black_box(&open), &request, NOW, &Everybody).unwrap())
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
    let Setting { authority, holder, issued, .. } = setting;
    let (request, commitments) = (setting.ask().0, setting.open().1);
    let (challenges, responses) = (setting.challenge().0, setting.respond());
    wire(c, "EvidenceRequest", &request);
    wire(c, "EvidenceCommitments", &commitments);
    wire(c, "EvidenceChallenges", &challenges);
    wire(c, "EvidenceResponses", &responses);

    let rng = &mut seeded(1);
    let mut group = c.benchmark_group("evidence");
    group.throughput(Throughput::Elements(EVIDENCE_BATCH as u64));
    group.bench_function("request", |b| {
        b.iter(|| holder.request_evidence(black_box(issued), rng).unwrap())
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

/// What the holder and the authority keep, and believe again by its MAC.
fn storage(c: &mut Criterion, setting: &Setting) {
    let Setting { authority, holder, credential, .. } = setting;
    let master = MasterSecret::import([2; 32]);
    let id = *setting.list().authority();
    let list = holder.store_list();
    let stored = holder.store_credential(credential);
    let item = holder.store_evidence(&setting.evidence(1).remove(0));
    let key = StorageKey::new([5; 32], id);
    let ticket =
        authority.open_ticket(TransactionId([3; 32]), TEN_MINUTES, NOW, &mut seeded(1)).unwrap();
    let (ticket, offer) = (ticket.store(&key), setting.offer().0.store(&key));
    for (name, bytes) in [
        ("ParameterList", &list[..]),
        ("Credential", &stored[..]),
        ("Evidence", &item[..]),
        ("OpenTicket", &ticket[..]),
        ("OpenOffer", &offer[..]),
    ] {
        println!("{name}, stored: {} bytes", bytes.len());
    }

    let mut group = c.benchmark_group("storage");
    group.bench_function("restore a holder", |b| {
        b.iter(|| Holder::restore(&master, &id, black_box(&list)).unwrap())
    });
    group.bench_function("store a credential", |b| {
        b.iter(|| holder.store_credential(black_box(credential)))
    });
    group.bench_function("load a credential", |b| {
        b.iter(|| holder.load_credential(black_box(&stored)).unwrap())
    });
    group.bench_function("load evidence", |b| {
        b.iter(|| holder.load_evidence(black_box(&item)).unwrap())
    });
    group.bench_function("load an open ticket", |b| {
        b.iter(|| OpenTicket::load(black_box(&ticket), &key).unwrap())
    });
    group.bench_function("load an open offer", |b| {
        b.iter(|| OpenOffer::load(black_box(&offer), &key).unwrap())
    });
    group.finish();
}

fn answers(c: &mut Criterion, setting: &Setting) {
    let request = received(&setting.request(DISCLOSED, 1));
    let login_request = received(&setting.request_login(2));
    let item = setting.holder.store_evidence(&setting.evidence(1).remove(0));
    let evidence = || setting.holder.load_evidence(&item).unwrap();
    wire_bytes::<Request>(c, "Request", request.bytes());
    let presentation = setting.present(&request, evidence());
    wire_bytes::<Presentation>(c, "Presentation", presentation.as_bytes());
    wire_bytes::<Login>(c, "Login", setting.log_in(&login_request).as_bytes());

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
    let list = setting.list();
    wire(c, "AuthorityParameters", setting.authority.parameters());
    wire(c, "ParameterList", list);

    let new = || Platform::new(list.clone(), *setting.platform.id());
    let present = *setting.credential.slot();
    let before = list.slot_before(&present).unwrap();
    let earlier = list.slot_before(&before).unwrap();
    let slots = [present, before, earlier];
    let mut group = c.benchmark_group("platform");
    group.bench_function("new", |b| b.iter(new));
    for count in [1, 3] {
        let slots = &slots[..count];
        group.bench_function(BenchmarkId::new("prepare, slots", count), |b| {
            b.iter_batched(new, |platform| platform.prepare(&[], slots), BatchSize::PerIteration)
        });
    }
    group.finish();

    let [renewed, rotated] = setting.successors();
    let holder = || holder(2, list);
    let mut group = c.benchmark_group("adopt");
    for (name, next) in [("the same key", &renewed), ("one key more", &rotated)] {
        group.bench_function(BenchmarkId::new("platform", name), |b| {
            b.iter_batched(
                || (new().prepare(&[], &slots[..1]), next.clone()),
                |(mut platform, next)| (platform.adopt(next, NOW).unwrap(), platform),
                BatchSize::PerIteration,
            )
        });
        group.bench_function(BenchmarkId::new("holder", name), |b| {
            b.iter_batched(
                || (holder(), next.clone()),
                |(mut holder, next)| (holder.adopt(next, NOW).unwrap(), holder),
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
    storage(c, &setting);
    answers(c, &setting);
    platform(c, &setting);
}

criterion_group! { name = protocol; config = quick(); targets = all }
criterion_main!(protocol);
