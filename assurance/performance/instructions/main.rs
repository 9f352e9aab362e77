//! Instruction counts of the hot operations under callgrind, which a noisy machine does not move.
//!
//! ```console
//! .ci/instructions              # compares with assurance/performance/instructions/baseline.json
//! .ci/instructions --update     # writes it
//! ```
//!
//! The script builds portable code only, so that the counts are those of the algorithms and do not
//! depend on the vector instructions of the machine. `cargo bench -p pairnym-performance` counts what
//! this machine selects. Both need valgrind, and the runner of gungraun in the same version:
//! `cargo install gungraun-runner --version 0.20.0 --locked`.
//!
//! A credential of 8 attributes, of which 3 are disclosed; decoding is part of verification.

mod joint;
#[path = "../../../benches/common/setting.rs"]
mod setting;

use std::hint::black_box;

use gungraun::Callgrind;
use gungraun::prelude::*;
use joint::joint_acts;
use pairnym::{authority::*, holder::*, message::*, platform::*, store::*};
use pairnym_testkit::*;
use setting::*;

const ATTRIBUTES: usize = 8;
const DISCLOSED: usize = 3;

/// What the operations get is made beforehand and leaked: neither making nor dropping it counts.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

type Batch = (&'static Setting, &'static [&'static Answered]);

fn presentations(n: usize, bad: usize) -> Batch {
    let setting = leak(Setting::new(ATTRIBUTES));
    let made = setting.presentations(DISCLOSED, n);
    (setting, leak(leak(planted(&made, n, bad)).iter().collect::<Vec<_>>()))
}

/// Of four scopes, and of a slot without a table.
fn mixed(n: usize) -> Batch {
    let mut setting = Setting::new(ATTRIBUTES);
    let made = setting.mixed(DISCLOSED, n);
    (leak(setting), leak(leak(made).iter().collect::<Vec<_>>()))
}

fn logins(n: usize) -> Batch {
    let setting = leak(Setting::new(ATTRIBUTES));
    (setting, leak(cycle(leak(setting.logins(n)), n)))
}

#[library_benchmark]
#[bench::presentation(presentations(1, 0))]
fn decode((_, answers): Batch) -> Presentation {
    Presentation::from_bytes(black_box(&answers[0].bytes)).unwrap()
}

#[library_benchmark]
#[bench::one(presentations(1, 0))]
fn verify((setting, answers): Batch) -> Verified {
    setting.verify(black_box(answers[0]))
}

#[library_benchmark]
#[bench::of_64(presentations(64, 0), 0)]
#[bench::of_256(presentations(256, 0), 0)]
#[bench::of_64_one_bad(presentations(64, 1), 1)]
#[bench::of_64_all_bad(presentations(64, 64), 64)]
#[bench::of_64_mixed(mixed(64), 0)]
fn verify_batch((setting, answers): Batch, bad: usize) {
    setting.verify_batch(black_box(answers), bad);
}

#[library_benchmark]
#[bench::one(logins(1))]
fn verify_login((setting, answers): Batch) -> Returning<()> {
    setting.verify_login(black_box(answers[0]))
}

#[library_benchmark]
#[bench::of_64(logins(64))]
fn verify_login_batch((setting, answers): Batch) {
    setting.verify_login_batch(black_box(answers));
}

/// With a holder that has tables, or has none.
fn setting(prepared: bool) -> Setting {
    let mut setting = Setting::new(ATTRIBUTES);
    if prepared {
        setting.holder.prepare();
    }
    setting
}

fn unprepared() -> &'static mut Holder {
    &mut Box::leak(Box::new(setting(false))).holder
}

#[library_benchmark]
#[bench::holder(unprepared())]
fn prepare(holder: &mut Holder) {
    black_box(holder).prepare();
}

fn account_of(setting: &'static Setting) -> &'static Account<'static> {
    leak(setting.holder.account(setting.platform.id(), None).unwrap())
}

#[library_benchmark]
#[bench::new(leak(setting(false)))]
fn account(setting: &'static Setting) -> Account<'static> {
    setting.holder.account(black_box(setting.platform.id()), None).unwrap()
}

fn presentable() -> (&'static Setting, &'static Received<Request>, Evidence) {
    let setting = leak(Setting::new(ATTRIBUTES));
    let request = received(&setting.request(DISCLOSED, 1));
    (setting, leak(request), setting.evidence(1).remove(0))
}

#[library_benchmark]
#[bench::presentation(presentable())]
fn present(
    (setting, request, evidence): (&Setting, &Received<Request>, Evidence),
) -> Outgoing<Presentation> {
    setting.present(black_box(request), evidence)
}

type Presentable<'a> = (&'a Account<'a>, &'a Credential, &'a Received<Request>, Evidence);

fn presentable_in_account(prepared: bool) -> Presentable<'static> {
    let setting = leak(setting(prepared));
    let request = received(&setting.request(DISCLOSED, 1));
    (account_of(setting), &setting.credential, leak(request), setting.evidence(1).remove(0))
}

#[library_benchmark]
#[bench::presentation(presentable_in_account(false))]
#[bench::prepared(presentable_in_account(true))]
fn present_in_account(
    (account, credential, request, evidence): Presentable<'_>,
) -> Outgoing<Presentation> {
    let consent = Consent::to_disclose(black_box(request));
    account.present(credential, evidence, consent, NOW, &mut seeded(5)).unwrap()
}

fn login_request() -> (&'static Setting, &'static Received<Request>) {
    let setting = leak(Setting::new(ATTRIBUTES));
    (setting, leak(received(&setting.request_login(1))))
}

#[library_benchmark]
#[bench::login(login_request())]
fn log_in((setting, request): (&Setting, &Received<Request>)) -> Outgoing<Login> {
    setting.log_in(black_box(request))
}

fn login_in_account() -> (&'static Account<'static>, &'static Received<Request>) {
    let (setting, request) = login_request();
    (account_of(setting), request)
}

#[library_benchmark]
#[bench::login(login_in_account())]
fn log_in_account((account, request): (&Account<'_>, &Received<Request>)) -> Outgoing<Login> {
    account.log_in(Consent::to_answer(black_box(request)), NOW, &mut seeded(6)).unwrap()
}

fn stored() -> (&'static Setting, &'static [u8], &'static [u8]) {
    let setting = leak(Setting::new(ATTRIBUTES));
    let credential = setting.holder.store_credential(&setting.credential).to_vec();
    let evidence = setting.holder.store_evidence(&setting.evidence(1).remove(0)).to_vec();
    (setting, leak(credential), leak(evidence))
}

#[library_benchmark]
#[bench::credential(stored())]
fn load_credential((setting, credential, _): (&Setting, &[u8], &[u8])) -> Credential {
    setting.holder.load_credential(black_box(credential)).unwrap()
}

#[library_benchmark]
#[bench::item(stored())]
fn load_evidence((setting, _, evidence): (&Setting, &[u8], &[u8])) -> Evidence {
    setting.holder.load_evidence(black_box(evidence)).unwrap()
}

fn successor() -> (&'static mut Platform, ParameterList) {
    let setting = leak(Setting::new(ATTRIBUTES));
    let platform = Platform::new(setting.list().clone(), *setting.platform.id());
    let platform = platform.prepare(&[], &[*setting.credential.slot()]);
    let [_, rotated] = setting.successors();
    (Box::leak(Box::new(platform)), rotated)
}

#[library_benchmark]
#[bench::platform(successor())]
fn adopt((platform, next): (&mut Platform, ParameterList)) -> bool {
    platform.adopt(black_box(next), NOW).unwrap()
}

type Enrolling = (&'static Setting, OpenTicket, &'static Received<EnrollmentTicket>);

fn invited() -> Enrolling {
    let setting = leak(Setting::new(ATTRIBUTES));
    let (transaction, rng) = (TransactionId([1; 32]), &mut seeded(1));
    let open = setting.authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap();
    let ticket = received_ticket(setting.list(), &open);
    (setting, open, leak(ticket))
}

#[library_benchmark]
#[bench::ticket(invited())]
fn enroll((setting, _, ticket): Enrolling) -> Outgoing<EnrollmentRequest> {
    setting.holder.enroll(black_box(ticket), &mut seeded(2)).unwrap()
}

fn enrolling() -> (&'static Authority, &'static OpenTicket, &'static EnrollmentRequest) {
    let (setting, open, ticket) = invited();
    let request = setting.holder.enroll(ticket, &mut seeded(2)).unwrap();
    (&setting.authority, leak(open), leak(sent(&request)))
}

#[library_benchmark]
#[bench::request(enrolling())]
fn check_enrollment(
    (authority, open, request): (&Authority, &OpenTicket, &EnrollmentRequest),
) -> Unregistered {
    authority.check_enrollment(open, black_box(request), PersonId([1; 32]), NOW).unwrap()
}

fn to_begin() -> (AuthorityKey, ParameterList) {
    (key(1), Setting::new(ATTRIBUTES).list().clone())
}

#[library_benchmark]
#[bench::authority(to_begin())]
fn open((key, list): (AuthorityKey, ParameterList)) -> Authority {
    Authority::open(key, black_box(list)).unwrap()
}

fn offered(prepared: bool) -> (&'static Setting, &'static Received<IssuanceOffer>) {
    let setting = leak(setting(prepared));
    (setting, leak(setting.offer().1))
}

#[library_benchmark]
#[bench::offer(offered(false))]
#[bench::prepared(offered(true))]
fn accept(
    (setting, offer): (&Setting, &Received<IssuanceOffer>),
) -> (Outgoing<IssuanceRequest>, AwaitingIssuance) {
    setting.holder.request_credential(black_box(offer), NOW, &mut seeded(2)).unwrap()
}

fn requested() -> (&'static Setting, &'static OpenOffer, &'static IssuanceRequest) {
    let setting = leak(Setting::new(ATTRIBUTES));
    let (open, offer) = setting.offer();
    let (request, _) = setting.holder.request_credential(&offer, NOW, &mut seeded(2)).unwrap();
    let request = sent(&request);
    (setting, leak(open), leak(request))
}

#[library_benchmark]
#[bench::credential(requested())]
fn issue((setting, open, request): (&Setting, &OpenOffer, &IssuanceRequest)) -> IssuanceResponse {
    setting.authority.issue(black_box(open), request, NOW, &Everybody).unwrap()
}

fn to_complete() -> (AwaitingIssuance, &'static IssuanceResponse) {
    let (setting, open, request) = requested();
    let response = setting.authority.issue(open, request, NOW, &Everybody).unwrap();
    let (_, offer) = setting.offer();
    let pending = setting.holder.request_credential(&offer, NOW, &mut seeded(2)).unwrap().1;
    (pending, leak(response))
}

#[library_benchmark]
#[bench::credential(to_complete())]
fn complete((pending, response): (AwaitingIssuance, &IssuanceResponse)) -> IssuedCredential {
    pending.finish(black_box(response)).unwrap()
}

#[library_benchmark]
#[bench::of_32(leak(setting(false)))]
fn evidence_ask(setting: &Setting) -> (EvidenceRequest, AwaitingCommitments) {
    black_box(setting).ask()
}

fn to_open() -> (&'static Setting, &'static EvidenceRequest) {
    let setting = leak(Setting::new(ATTRIBUTES));
    (setting, leak(setting.ask().0))
}

#[library_benchmark]
#[bench::of_32(to_open())]
fn evidence_open(
    (setting, request): (&Setting, &EvidenceRequest),
) -> (EvidenceSession, EvidenceCommitments) {
    setting.authority.open_evidence(black_box(request), &mut seeded(2)).unwrap()
}

fn to_challenge(prepared: bool) -> (AwaitingCommitments, &'static EvidenceCommitments) {
    let setting = setting(prepared);
    (setting.ask().1, leak(setting.open().1))
}

#[library_benchmark]
#[bench::of_32(to_challenge(false))]
#[bench::prepared(to_challenge(true))]
fn evidence_challenge(
    (offered, commitments): (AwaitingCommitments, &EvidenceCommitments),
) -> (EvidenceChallenges, AwaitingResponses) {
    offered.challenge(black_box(commitments), &mut seeded(3)).unwrap()
}

fn to_respond() -> (&'static Setting, EvidenceSession, &'static EvidenceChallenges) {
    let setting = leak(Setting::new(ATTRIBUTES));
    (setting, setting.open().0, leak(setting.challenge().0))
}

#[library_benchmark]
#[bench::of_32(to_respond())]
fn evidence_respond(
    (setting, session, challenges): (&Setting, EvidenceSession, &EvidenceChallenges),
) -> EvidenceResponses {
    setting.authority.respond(session, black_box(challenges)).unwrap()
}

fn to_finish() -> (AwaitingResponses, &'static EvidenceResponses) {
    let setting = Setting::new(ATTRIBUTES);
    (setting.challenge().1, leak(setting.respond()))
}

#[library_benchmark]
#[bench::of_32(to_finish())]
fn evidence_finish(
    (challenged, responses): (AwaitingResponses, &EvidenceResponses),
) -> EvidenceBatch {
    challenged.finish(black_box(responses)).unwrap()
}

library_benchmark_group!(
    name = instructions,
    benchmarks = [
        decode,
        verify,
        verify_batch,
        verify_login,
        verify_login_batch,
        prepare,
        account,
        present,
        present_in_account,
        log_in,
        log_in_account,
        load_credential,
        load_evidence,
        adopt,
        enroll,
        check_enrollment,
        open,
        accept,
        issue,
        complete,
        evidence_ask,
        evidence_open,
        evidence_challenge,
        evidence_respond,
        evidence_finish,
    ]
);

// Without the cache simulation, which takes time. The C library chooses its `memcpy` by the machine:
// here always the same.
main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])).env(
        "GLIBC_TUNABLES",
        "glibc.cpu.hwcaps=-AVX_Fast_Unaligned_Load,-AVX2,-AVX512F,-AVX512VL,-ERMS,-SSSE3,-SSE4_1",
    ),
    library_benchmark_groups = [instructions, joint_acts]
);
