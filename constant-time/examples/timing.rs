//! A second opinion, by the clock: the time of an operation on one fixed secret beside its time
//! on random ones (dudect). README.md says how to run it and what it can show. It decides nothing.

use std::cell::RefCell;
use std::hint::black_box;
use std::num::NonZeroU32;

use dudect_bencher::rand::{Rng, RngExt};
use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main};
use pairnym::*;

const NOW: UnixTime = UnixTime(1_800_000_000);
const FIXED: [u8; 32] = [2; 32];

/// So many secrets, each fixed or random (then the class is `Right`) as a coin says.
fn secrets(samples: usize, rng: &mut BenchRng) -> Vec<(Class, [u8; 32])> {
    let mut secret = || {
        let mut random = [0; 32];
        rng.fill_bytes(&mut random);
        if rng.random() { (Class::Left, FIXED) } else { (Class::Right, random) }
    };
    (0..samples).map(|_| secret()).collect()
}

fn authority(seed: &[u8; 32]) -> Authority {
    let schema = Schema::new([
        ("age_over_18", Kind::Flag),
        ("resident", Kind::Flag),
        ("assurance", Kind::Integer),
        ("name", Kind::Text),
    ]);
    let key = AuthorityKey::from_seed(seed).unwrap();
    let id = AuthorityId::new("authority.example").unwrap();
    Authority::new(key, id, schema.unwrap(), NonZeroU32::new(86_400).unwrap())
}

fn holder(authority: &Authority, master: [u8; 32]) -> Holder {
    let pinned = PinnedParameters::new(authority.parameters().clone());
    Holder::new(&MasterSecret::import(master), pinned).unwrap()
}

fn values(resident: bool, assurance: u64, name: &str) -> Vec<Value> {
    vec![true.into(), resident.into(), assurance.into(), name.into()]
}

/// Fixed or random master secret: u_k and v.
fn derive(runner: &mut CtRunner, rng: &mut BenchRng) {
    let authority = AuthorityId::new("authority.example").unwrap();
    for (class, master) in secrets(100_000, rng) {
        let master = MasterSecret::import(master);
        runner.run_one(class, || HolderSecrets::derive(&master, &authority));
    }
}

/// Fixed or random master secret: a login.
fn login(runner: &mut CtRunner, rng: &mut BenchRng) {
    let authority = AuthorityId::new("authority.example").unwrap();
    let scope = Scope::new(authority, PlatformId::new("shop.example").unwrap(), None);
    let (parameters, request) = (ParametersId([1; 32]), RequestDigest::of(b"a request"));
    for (class, master) in secrets(30_000, rng) {
        let secrets = HolderSecrets::derive(&MasterSecret::import(master), &authority);
        let rng = RefCell::new(&mut *rng);
        let sign = || Login::sign(&secrets, &scope, &parameters, &request, *rng.borrow_mut());
        runner.run_one(class, sign);
    }
}

/// Fixed or random seed: issuance with x and k_e.
fn issue(runner: &mut CtRunner, rng: &mut BenchRng) {
    for (class, seed) in secrets(5_000, rng) {
        let authority = authority(&seed);
        // M differs each time: on the same M the authority would verify the same public response,
        // in the same time.
        let holder = holder(&authority, rng.random());
        let values = values(true, 3, "张三");
        let offer = authority.offer(*holder.commitment(), values, NOW, rng).unwrap();
        let (request, _) = holder.request_credential(&offer, NOW, rng).unwrap();
        runner.run_one(class, || authority.issue(&offer, &request));
    }
}

/// Fixed or random hidden attributes: a presentation. All credentials have the same MAC, which
/// only the platform would find not to fit, and share one item of evidence.
fn present(runner: &mut CtRunner, rng: &mut BenchRng) {
    let authority = authority(&[1; 32]);
    let holder = holder(&authority, FIXED);
    let fixed = values(false, 0, "aaaaaaaa");
    let offer = authority.offer(*holder.commitment(), fixed, NOW, rng).unwrap();
    let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
    let credential = pending.finish(&authority.issue(&offer, &request).unwrap()).unwrap();
    let (request, offered) = holder.request_evidence(&credential, rng).unwrap();
    let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
    let (challenges, waiting) = offered.challenge(&commitments, rng).unwrap();
    let responses = authority.respond(session, &challenges).unwrap();
    let evidence = waiting.finish(&responses).unwrap()[0].export();
    let fixed = credential.export();

    let host = PlatformId::new("shop.example").unwrap();
    let platform = Platform::new(authority.parameters().clone(), host);
    let request = platform.request(Purpose::Registration).disclose("age_over_18");
    let request = request.build(NOW, rng).unwrap();
    for (class, secret) in secrets(5_000, rng) {
        let mut stored = fixed.to_vec();
        if let Class::Right = class {
            // The contents of the hidden values: a flag, an integer, eight letters.
            stored[142] = secret[0] & 1;
            stored[144..152].copy_from_slice(&secret[1..9]);
            stored[154..162].iter_mut().zip(&secret[9..]).for_each(|(a, b)| *a = b & 0x7f);
        }
        let credential = Credential::import(&stored).unwrap();
        let once = RefCell::new((Evidence::import(&evidence).ok(), &mut *rng));
        let consent = Consent::to_disclose(&request, &host);
        runner.run_one(class, || {
            let (item, rng) = &mut *once.borrow_mut();
            holder.present(&credential, item.take().unwrap(), consent, NOW, *rng).unwrap()
        });
    }
}

/// What a leak looks like: `==` of slices, which stops at the first difference.
fn leak(runner: &mut CtRunner, rng: &mut BenchRng) {
    let expected = [7; 4096];
    for (class, _) in secrets(100_000, rng) {
        let mut bytes = expected.to_vec();
        bytes[0] ^= u8::from(matches!(class, Class::Right));
        runner.run_one(class, || black_box(&bytes[..]) == black_box(&expected[..]));
    }
}

ctbench_main!(derive, login, issue, present, leak);
