//! A second opinion, by the clock: the time of an operation on one fixed secret beside its time
//! on random ones (dudect). README.md says how to run it and what it can show. It decides nothing.

use std::cell::RefCell;
use std::hint::black_box;

use dudect_bencher::rand::{Rng, RngExt};
use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main};
use pairnym::{attribute::*, authority::*, holder::*, platform::*, *};
use pairnym_testkit::{
    Everybody, NOW, TEN_MINUTES, authority_id, by_name, credential, host, list, parameters,
    received, received_offer, sent,
};

const SCHEMA: [(&str, Kind); 4] = [
    ("age_over_18", Kind::Flag),
    ("resident", Kind::Flag),
    ("assurance", Kind::Integer),
    ("name", Kind::Text),
];
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
    let key = AuthorityKey::from_seed(seed).unwrap();
    let list = list(parameters(&key, &SCHEMA), NOW);
    Authority::open(key, list).unwrap()
}

fn holder(authority: &Authority, master: [u8; 32]) -> Holder {
    Holder::new(&MasterSecret::import(master), authority.list().clone()).unwrap()
}

fn values(resident: bool, assurance: u64, name: &str) -> [Value; 4] {
    [true.into(), resident.into(), assurance.into(), name.into()]
}

/// Fixed or random master secret: u_k and v.
fn derive(runner: &mut CtRunner, rng: &mut BenchRng) {
    let authority = authority_id();
    for (class, master) in secrets(100_000, rng) {
        let master = MasterSecret::import(master);
        runner.run_one(class, || HolderSecrets::derive(&master, &authority));
    }
}

/// Fixed or random master secret: a login.
fn login(runner: &mut CtRunner, rng: &mut BenchRng) {
    let authority = authority_id();
    let host = host("shop.example");
    let platform = Platform::new(crate::authority(&[1; 32]).list().clone(), host);
    let request = platform.request_login(Purpose::Login).build(NOW, rng).unwrap().to_bytes();
    let request = LoginRequest::from_host(&host, &request).unwrap();
    for (class, master) in secrets(30_000, rng) {
        let secrets = HolderSecrets::derive(&MasterSecret::import(master), &authority);
        let rng = RefCell::new(&mut *rng);
        let sign = || request.log_in(&secrets, NOW, *rng.borrow_mut());
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
        let values = by_name(&authority, values(true, 3, "张三"));
        let open = authority.offer(*holder.commitment(), values, TEN_MINUTES, NOW, rng).unwrap();
        let offer = received_offer(holder.list(), &open);
        let request = sent(&holder.request_credential(&offer, NOW, rng).unwrap().0);
        let issue = || authority.issue(&open, &request, NOW, &Everybody);
        runner.run_one(class, issue);
    }
}

/// Fixed or random hidden attributes: a presentation, of a credential that has just been issued.
fn present(runner: &mut CtRunner, rng: &mut BenchRng) {
    let authority = authority(&[1; 32]);
    let holder = holder(&authority, FIXED);
    let host = host("shop.example");
    let platform = Platform::new(authority.list().clone(), host);
    let request = platform.request(Purpose::Registration).disclose("age_over_18");
    let request = received(&request.build(NOW, rng).unwrap());
    for (class, secret) in secrets(5_000, rng) {
        let values = match class {
            Class::Left => values(false, 0, "aaaaaaaa"),
            Class::Right => {
                let (integer, name) = secret[1..].split_first_chunk().unwrap();
                let name: String = name[..8].iter().map(|a| char::from(b'a' + a % 26)).collect();
                values(secret[0] & 1 == 1, u64::from_le_bytes(*integer), &name)
            }
        };
        let (credential, mut evidence) = credential(&authority, &holder, values, NOW, rng);
        let once = RefCell::new((evidence.pop(), &mut *rng));
        let consent = Consent::to_disclose(&request);
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
