//! Faults that the targets must find: each target once more, with a fault in what it tests. The
//! faults are here and not in the library.

use curve25519_dalek::scalar::Scalar;
use pairnym::*;
use serde::de::DeserializeOwned;

use crate::batch::{self, Batched};
use crate::case::Case;
use crate::decoders::{Wire, decoder};
use crate::exchange::{Fault, exchange};
use crate::forgery::{self, Verifier};
use crate::kind::Kind;
use crate::names;
use crate::pool::POOL;
use crate::reference::Statement;
use crate::serialised::{self, Json};
use crate::targets::Run;

/// A fault, and the target whose inputs must find it.
pub struct Planted {
    pub target: &'static str,
    pub fault: &'static str,
    pub run: Run,
}

const fn planted(target: &'static str, fault: &'static str, run: Run) -> Planted {
    Planted { target, fault, run }
}

pub const PLANTED: &[Planted] = &[
    planted("authority_parameters", "accepts a byte too many", |bytes| {
        decoder::<AuthorityParameters>(bytes, trailing);
    }),
    planted("enrollment_ticket", "accepts capital letters", |bytes| {
        decoder::<EnrollmentTicket>(bytes, |bytes| Wire::decode(&bytes.to_ascii_lowercase()));
    }),
    planted("enrollment_request", "reduces scalars modulo p", |bytes| {
        decoder::<EnrollmentRequest>(bytes, reduced::<_, 98>);
    }),
    planted("issuance_offer", "accepts a byte too many", |bytes| {
        decoder::<IssuanceOffer>(bytes, trailing);
    }),
    planted("issuance_request", "reduces scalars modulo p", |bytes| {
        decoder::<IssuanceRequest>(bytes, reduced::<_, 66>);
    }),
    planted("issuance_response", "ignores the version", |bytes| {
        decoder::<IssuanceResponse>(bytes, versionless);
    }),
    planted("evidence_request", "accepts a byte too many", |bytes| {
        decoder::<EvidenceRequest>(bytes, trailing);
    }),
    planted("evidence_commitments", "takes a bad point for G", |bytes| {
        decoder::<EvidenceCommitments>(bytes, lenient::<_, 34>);
    }),
    planted("evidence_challenges", "reduces scalars modulo p", |bytes| {
        decoder::<EvidenceChallenges>(bytes, reduced::<_, 34>);
    }),
    planted("evidence_responses", "allocates a megabyte", |bytes| {
        decoder::<EvidenceResponses>(bytes, |bytes| {
            std::hint::black_box(vec![1u8; 1 << 20]);
            Wire::decode(bytes)
        });
    }),
    planted("request", "says range for order", |bytes| {
        decoder::<Request>(bytes, |bytes| {
            Request::from_bytes(bytes).map_err(|error| match error.reason() {
                Reason::Order => Request::from_bytes(RANGE).unwrap_err(),
                _ => error,
            })
        });
    }),
    planted("presentation", "accepts a byte too many", |bytes| {
        decoder::<Presentation>(bytes, trailing);
    }),
    planted("login", "takes a bad point for G", |bytes| {
        decoder::<Login>(bytes, lenient::<_, 2>);
    }),
    planted("credential", "ignores the version", |bytes| {
        decoder::<Credential>(bytes, versionless);
    }),
    planted("evidence", "accepts rho = 0", |bytes| {
        decoder::<Evidence>(bytes, |bytes| {
            Evidence::import(bytes).or_else(|error| match error.reason() {
                Reason::Range => Evidence::import(&[&bytes[..bytes.len() - 1], &[1]].concat()),
                _ => Err(error),
            })
        });
    }),
    planted("pseudonym", "accepts mixed case", |bytes| {
        names::pseudonym(bytes, |text| text.to_ascii_lowercase().parse());
    }),
    planted("identifiers", "accepts a trailing dot", |bytes| {
        names::identifiers(bytes, |text| text.strip_suffix('.').unwrap_or(text).parse());
    }),
    planted("serialised", "ignores what follows the JSON", serialised::serialised::<Open>),
    planted("forgery", "accepts everything", forgery::forgery::<Everything>),
    planted("forgery", "takes the challenges of the original", forgery::forgery::<Stale>),
    planted("forgery", "uses up nonces first", forgery::forgery::<Wasteful>),
    planted("forgery", "has no clock", forgery::forgery::<Timeless>),
    planted("batch", "forgets the last member", batch::batch::<Forgetful>),
    planted("batch", "one bad member spoils all", batch::batch::<Spoilt>),
    planted("batch", "counts an answer twice", batch::batch::<Repeated>),
    planted("exchange", "enrolls anybody", |bytes| exchange(bytes, Fault::EnrollsAnybody)),
    planted("exchange", "admits who was deleted", |bytes| exchange(bytes, Fault::AdmitsDeleted)),
    planted("exchange", "answers a session twice", |bytes| exchange(bytes, Fault::AnswersTwice)),
    planted("exchange", "loses refused evidence", |bytes| exchange(bytes, Fault::LosesEvidence)),
    planted("exchange", "forgets nonces", |bytes| exchange(bytes, Fault::ForgetsNonces)),
];

/// A request that is out of range: its epochs are in the wrong order.
const RANGE: &[u8] = &{
    let mut bytes = [0; 128];
    (bytes[0], bytes[1]) = (1, 11);
    (bytes[34], bytes[35], bytes[36], bytes[37]) = (3, b'a', b'.', b'b');
    // No label; registration; nonce; first epoch 1, last epoch 0.
    (bytes[39], bytes[79]) = (1, 1);
    bytes
};

fn trailing<W: Wire>(bytes: &[u8]) -> Result<W, DecodeError> {
    W::decode(bytes).or_else(|error| match error.reason() {
        Reason::Trailing => W::decode(&bytes[..bytes.len() - 1]).map_err(|_| error),
        _ => Err(error),
    })
}

fn versionless<W: Wire>(bytes: &[u8]) -> Result<W, DecodeError> {
    W::decode(&[&[1], bytes.get(1..).unwrap_or_default()].concat())
}

/// Fields from `START` on are scalars.
fn reduced<W: Wire, const START: usize>(bytes: &[u8]) -> Result<W, DecodeError> {
    let mut bytes = bytes.to_vec();
    for field in bytes.get_mut(START..).unwrap_or_default().chunks_exact_mut(32) {
        let scalar = Scalar::from_bytes_mod_order(field.try_into().unwrap());
        field.copy_from_slice(scalar.as_bytes());
    }
    W::decode(&bytes)
}

/// The field at `START` is a point.
fn lenient<W: Wire, const START: usize>(bytes: &[u8]) -> Result<W, DecodeError> {
    W::decode(bytes).or_else(|error| {
        let mut bytes = bytes.to_vec();
        let basepoint = curve25519_dalek::constants::RISTRETTO_BASEPOINT_COMPRESSED;
        bytes.get_mut(START..START + 32).ok_or(error)?.copy_from_slice(basepoint.as_bytes());
        W::decode(&bytes).map_err(|_| error)
    })
}

/// What the platform would have learned from the original.
fn honest<A: Kind>(case: &Case<A>) -> Result<A::Verified, Error> {
    let (request, bytes) = A::original(case.original);
    let answer = A::from_bytes(bytes)?;
    let nonces = &mut MemoryNonces::new(1);
    A::verify(&case.world.platform, (request, &answer), crate::pool::NOW, nonces)
}

struct Open;

impl Json for Open {
    fn read<T: DeserializeOwned>(input: &[u8]) -> Option<T> {
        T::deserialize(&mut serde_json::Deserializer::from_slice(input)).ok()
    }
}

struct Everything;

impl Verifier for Everything {
    fn verify<A: Kind>(
        _: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Result<A::Verified, Error> {
        nonces.consume(case.request.nonce(), case.request.expires(), now)?;
        honest(case)
    }
}

/// A verifier for which the challenges bind nothing.
struct Stale;

impl Verifier for Stale {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Result<A::Verified, Error> {
        let statement = Statement::new(case.world, &case.request);
        if !statement.holds(&case.parts, &case.challenges) {
            return A::verify(platform, case.pair(), now, nonces);
        }
        case.expected(platform, now).or_else(|error| match error {
            Error::Rejected => Ok(()),
            error => Err(error),
        })?;
        nonces.consume(case.request.nonce(), case.request.expires(), now)?;
        honest(case)
    }
}

struct Wasteful;

impl Verifier for Wasteful {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Result<A::Verified, Error> {
        let verified = A::verify(platform, case.pair(), now, &mut MemoryNonces::new(1));
        nonces.consume(case.request.nonce(), case.request.expires(), now)?;
        verified
    }
}

struct Timeless;

impl Verifier for Timeless {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Result<A::Verified, Error> {
        let now = now.min(case.request.expires());
        A::verify(platform, case.pair(), now, nonces)
    }
}

struct Forgetful;

impl Batched for Forgetful {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Vec<Result<A::Verified, Error>> {
        let Some((last, others)) = members.split_last() else { return vec![] };
        let mut verdicts = batch::Own::verify(platform, others, now, nonces);
        verdicts.push(Everything::verify(platform, last, now, nonces));
        verdicts
    }
}

struct Spoilt;

impl Batched for Spoilt {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Vec<Result<A::Verified, Error>> {
        let mut verdicts = batch::Own::verify(platform, members, now, nonces);
        if verdicts.iter().any(|verdict| *verdict == Err(Error::Rejected)) {
            verdicts.fill_with(|| Err(Error::Rejected));
        }
        verdicts
    }
}

/// A store for each half of a batch.
struct Repeated;

impl Batched for Repeated {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &mut MemoryNonces,
    ) -> Vec<Result<A::Verified, Error>> {
        let (first, second) = members.split_at(members.len() / 2);
        let mut verdicts = batch::Own::verify(platform, first, now, &mut nonces.clone());
        verdicts.extend(batch::Own::verify(platform, second, now, nonces));
        verdicts
    }
}

/// Whether the pool is what the targets take it for: all of it verifies, and by the equations of
/// [`crate::reference`] too.
pub fn check_pool() {
    for answered in &POOL.answered {
        check::<Presentation>(answered);
        check::<Login>(answered);
    }
}

fn check<A: Kind>(answered: &crate::pool::Answered) {
    let world = &POOL.worlds[answered.world];
    let (request, bytes) = A::original(answered);
    let parts = A::parts(bytes);
    assert_eq!(parts.bytes(), bytes);
    assert_eq!(crate::parts::Asked::new(request).bytes(), request.to_bytes());
    let statement = Statement::new(world, request);
    assert!(statement.holds(&parts, &statement.challenges(&parts)));
    let answer = A::from_bytes(bytes).unwrap();
    let nonces = &mut MemoryNonces::new(1);
    let pair = (request, &answer);
    let verified = A::verify(&world.platform, pair, crate::pool::NOW, nonces).unwrap();
    A::examine(&verified, answered);
}
