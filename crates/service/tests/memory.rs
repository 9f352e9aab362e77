//! x is in the signer's memory and not in the front's: both are read, from outside, while they work.

mod support;

use std::io::{Read as _, Seek as _, SeekFrom};

use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use sha2::Sha512;
use support::nodes::{Authority, BATCHES};

/// How often these bytes are in the memory of a process.
fn count(process: u32, wanted: &[u8]) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = std::fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let (mut found, mut read) = (0, 0);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let number = |digits| u64::from_str_radix(digits, 16).unwrap();
        let (from, to) = (number(from), number(to));
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        memory.seek(SeekFrom::Start(from)).unwrap();
        // Reserved and never touched, or the kernel's own.
        if memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        read += bytes.len();
        let first = wanted[0];
        found += bytes
            .windows(wanted.len())
            .filter(|window| window[0] == first && *window == wanted)
            .count();
    }
    assert!(read > 500_000, "{read} bytes of memory could be read");
    found
}

/// x, made of the seed as SPEC §4.1 says.
fn x(seed: &[u8]) -> [u8; 32] {
    let mut okm = [0; 128];
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/authority-seed"), seed);
    hkdf.expand(b"pairnym-v1/authority-key", &mut okm).unwrap();
    Scalar::from_bytes_mod_order_wide(okm[..64].try_into().unwrap()).to_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn x_is_in_the_signer_alone() {
    let mut authority = Authority::prepare();
    let a = authority.port("a");
    authority.signer("a", "node-a").front(&[("node-a", a)]);
    authority.start("a").await;
    authority.start("front").await;
    let mut device = authority.enrolled("front", 1).await;
    device.refresh(BATCHES).await;
    let issued = device.credential().await;
    let opened = device.open(&issued, 1).await;
    assert_eq!(opened.response.status, 201);

    let text = std::fs::read_to_string(authority.path("seed")).unwrap();
    let digit = |place| u8::from_str_radix(&text[place..place + 2], 16).unwrap();
    let seed: Vec<_> = (0..64).step_by(2).map(digit).collect();
    let next = std::fs::read_to_string(authority.path("next-seed")).unwrap();
    let digit = |place| u8::from_str_radix(&next[place..place + 2], 16).unwrap();
    let next: Vec<_> = (0..64).step_by(2).map(digit).collect();
    let (front, signer) = (authority.id("front"), authority.id("a"));
    // The check finds x where it is, and the seed of a key that is not used yet.
    assert!(count(signer, &x(&seed)) > 0, "x is not in the signer's memory");
    assert!(count(signer, &next) > 0, "the next seed is not in the signer's memory");
    // What the front must have, which shows that its memory was read: its token for the signer.
    let token = std::fs::read_to_string(authority.path("token")).unwrap();
    assert!(count(front, token.trim().as_bytes()) > 0, "the token is not in the front's memory");
    for (what, secret) in [
        ("x", &x(&seed)[..]),
        ("the seed", &seed),
        ("the seed's digits", text.trim().as_bytes()),
        ("the next x", &x(&next)),
        ("the next seed", &next),
    ] {
        assert_eq!(count(front, secret), 0, "{what} is in the front's memory");
    }
}
