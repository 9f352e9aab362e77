//! Faults that the targets must find: each target once more, with a fault in what it tests. The
//! faults are here and not in the library.

use curve25519_dalek::scalar::Scalar;
use pairnym::{message::*, platform::*, shared::*, store::*, *};
use serde::de::DeserializeOwned;

use crate::batch::{self, Batched};
use crate::case::Case;
use crate::chain::chain;
use crate::decoders::{Wire, decoder};
use crate::exchange::{Fault, exchange};
use crate::forgery::{self, Verifier};
use crate::holding::{self, Device};
use crate::kind::{Kind, Verdicts};
use crate::parts::Asked;
use crate::pool::POOL;
use crate::reference::Statement;
use crate::rules::{self, Gap};
use crate::serialised::{self, Json};
use crate::shared::{Fault as Half, shared};
use crate::storage::{self, Storage};
use crate::targets::Run;
use crate::{grammar, names};

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
        decoder::<Request>(bytes, |bytes| renamed(bytes, DecodeReason::Order, RANGE));
    }),
    planted("request", "ignores extensions", |bytes| {
        decoder::<Request>(bytes, |bytes| ignoring(bytes, DecodeReason::Extension));
    }),
    planted("request", "is answered at any time", holding::holding::<Timeless>),
    planted("request", "is answered for its own slots alone", holding::holding::<Selective>),
    planted("presentation", "accepts a byte too many", |bytes| {
        decoder::<Presentation>(bytes, trailing);
    }),
    planted("login", "takes a bad point for G", |bytes| {
        decoder::<Login>(bytes, lenient::<_, 34>);
    }),
    planted("parameter_list", "says range for order", |bytes| {
        decoder::<ParameterList>(bytes, |bytes| renamed(bytes, DecodeReason::Order, LIST));
    }),
    planted("parameter_list", "ignores extensions", |bytes| {
        decoder::<ParameterList>(bytes, |bytes| ignoring(bytes, DecodeReason::Extension));
    }),
    planted("pairing_invitation", "takes a bad point for G", |bytes| {
        decoder::<PairingInvitation>(bytes, lenient::<_, 84>);
    }),
    planted("pairing_answer", "reduces scalars modulo p", |bytes| {
        decoder::<PairingAnswer>(bytes, reduced::<_, 130>);
    }),
    planted("pairing_commitment", "accepts a byte too many", |bytes| {
        decoder::<PairingCommitment>(bytes, trailing);
    }),
    planted("co_request", "says range for kind", |bytes| {
        decoder::<CoRequest>(bytes, |bytes| renamed(bytes, DecodeReason::Kind, CO_REQUEST));
    }),
    planted("co_approval", "accepts a byte too many", |bytes| {
        decoder::<CoApproval>(bytes, trailing);
    }),
    planted("co_nonces", "reduces scalars modulo p", |bytes| {
        decoder::<CoNonces>(bytes, reduced::<_, 259>);
    }),
    planted("co_answer", "takes a bad point for G", |bytes| {
        decoder::<CoAnswer>(bytes, lenient::<_, 35>);
    }),
    planted("share_transfer", "reduces scalars modulo p", |bytes| {
        decoder::<ShareTransfer>(bytes, reduced::<_, 84>);
    }),
    planted("pairing_record", "takes a bad point for G", |bytes| {
        decoder::<PairingRecord>(bytes, lenient::<_, 84>);
    }),
    planted("list", "does not look at the list before", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::Previous));
    }),
    planted("list", "lets time go back", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::Times));
    }),
    planted("list", "forgets what was withdrawn", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::Withdrawn));
    }),
    planted("list", "takes a stolen key again", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::Key));
    }),
    planted("list", "keeps what a thief can date back", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::Earlier));
    }),
    planted("list", "lets slots change hands", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::Slots));
    }),
    planted("list", "lets the slot before change hands", |bytes| {
        chain(bytes, |hand, next, now| rules::succession(hand, next, now, Gap::SlotBefore));
    }),
    planted("list", "takes any fork", |bytes| {
        chain(bytes, |hand, next, now| match hand.check_successor(next, now) {
            Err(Error::ConflictingList) => Ok(true),
            checked => checked,
        });
    }),
    planted("storage", "does not compare the MAC", storage::storage::<Unauthentic>),
    planted("storage", "takes anybody's credential", storage::storage::<Careless>),
    planted("text", "shows soft hyphens", |bytes| {
        names::text(bytes, |bytes| {
            let text = str::from_utf8(bytes).map(|text| text.replace('\u{ad}', "-"));
            text.is_ok_and(|text| grammar::is_text(text.as_bytes()))
        });
    }),
    planted("text", "shows blanks alone", |bytes| {
        names::text(bytes, |bytes| {
            grammar::is_text(bytes) || grammar::is_text(&[bytes, b"a"].concat())
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
    planted("forgery", "takes any act", forgery::forgery::<Gullible>),
    planted("batch", "forgets the last member", batch::batch::<Forgetful>),
    planted("batch", "one bad member spoils all", batch::batch::<Spoilt>),
    planted("batch", "counts an answer twice", batch::batch::<Repeated>),
    planted("exchange", "enrolls anybody", |bytes| exchange(bytes, Fault::EnrollsAnybody)),
    planted("exchange", "admits who was deleted", |bytes| exchange(bytes, Fault::AdmitsDeleted)),
    planted("exchange", "issues to who was deleted", |bytes| {
        exchange(bytes, Fault::IssuesToDeleted);
    }),
    planted("exchange", "issues on old offers", |bytes| exchange(bytes, Fault::IssuesLate)),
    planted("exchange", "answers a session twice", |bytes| exchange(bytes, Fault::AnswersTwice)),
    planted("exchange", "has a credential without evidence", |bytes| {
        exchange(bytes, Fault::CompletesWithout);
    }),
    planted("exchange", "loses refused evidence", |bytes| exchange(bytes, Fault::LosesEvidence)),
    planted("exchange", "answers old requests", |bytes| {
        exchange(bytes, Fault::PresentsAtAnyTime);
    }),
    planted("exchange", "forgets nonces", |bytes| exchange(bytes, Fault::ForgetsNonces)),
    planted("exchange", "verifies what was withdrawn", |bytes| {
        exchange(bytes, Fault::IgnoresWithdrawal);
    }),
    planted("exchange", "knows everybody", |bytes| exchange(bytes, Fault::KnowsEverybody)),
    planted("shared", "the second asks nobody", |bytes| shared(bytes, Half::AsksNobody)),
    planted("shared", "the second takes any ticket", |bytes| {
        shared(bytes, Half::TakesAnyTicket);
    }),
    planted("shared", "the second discloses anything", |bytes| {
        shared(bytes, Half::DisclosesAnything);
    }),
    planted("shared", "the second answers twice", |bytes| shared(bytes, Half::AnswersTwice)),
    planted("shared", "the second answers late", |bytes| shared(bytes, Half::AnswersLate)),
    planted("shared", "the second remembers sessions", |bytes| {
        shared(bytes, Half::RemembersSessions);
    }),
    planted("shared", "the second mixes pairings", |bytes| shared(bytes, Half::MixesPairings)),
    planted("shared", "the lead keeps evidence", |bytes| shared(bytes, Half::KeepsEvidence)),
    planted("shared", "the lead commits late", |bytes| shared(bytes, Half::CommitsLate)),
    planted("shared", "the lead takes any answer", |bytes| shared(bytes, Half::TakesAnyAnswer)),
    planted("shared", "the lead takes any channel", |bytes| {
        shared(bytes, Half::TakesAnyChannel);
    }),
];

/// A request that is out of range: for a presentation, without slots.
const RANGE: &[u8] = &{
    let mut bytes = [0; 64];
    (bytes[0], bytes[1], bytes[2], bytes[3]) = (1, 11, 1, b'a');
    (bytes[4], bytes[5], bytes[6], bytes[7]) = (3, b'a', b'.', b'b');
    // No label; a presentation; registration.
    (bytes[9], bytes[10]) = (1, 1);
    bytes
};

/// A list that is out of range: the first one with a list before.
const LIST: &[u8] = &{
    let mut bytes = [1; 64];
    (bytes[0], bytes[1], bytes[2], bytes[3]) = (1, 15, 1, b'a');
    (bytes[4], bytes[5], bytes[6], bytes[7]) = (3, b'a', b'.', b'b');
    (bytes[8], bytes[9], bytes[10], bytes[11]) = (0, 0, 0, 0);
    bytes
};

/// A body that is out of range.
const CO_REQUEST: &[u8] = &{
    let mut bytes = [1; 66 + RANGE.len()];
    bytes[1] = 27;
    let mut place = 0;
    while place < RANGE.len() {
        bytes[66 + place] = RANGE[place];
        place += 1;
    }
    bytes
};

/// Says range, which is what is wrong with `other`, for another reason.
fn renamed<W: Wire>(bytes: &[u8], reason: DecodeReason, other: &[u8]) -> Result<W, DecodeError> {
    let Err(range) = W::decode(other) else { unreachable!() };
    assert_eq!(range.reason(), DecodeReason::Range);
    W::decode(bytes).map_err(|error| if error.reason() == reason { range } else { error })
}

/// Takes the last byte for 0, if it is wrong.
fn ignoring<W: Wire>(bytes: &[u8], reason: DecodeReason) -> Result<W, DecodeError> {
    W::decode(bytes).or_else(|error| match bytes.split_last() {
        Some((_, rest)) if error.reason() == reason => W::decode(&[rest, &[0]].concat()),
        _ => Err(error),
    })
}

fn trailing<W: Wire>(bytes: &[u8]) -> Result<W, DecodeError> {
    W::decode(bytes).or_else(|error| match error.reason() {
        DecodeReason::Trailing => W::decode(&bytes[..bytes.len() - 1]).map_err(|_| error),
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
    let nonces = &MemoryNonces::new(1);
    A::verify(&case.world.platform, (request, &answer), pairnym_testkit::NOW, nonces)
}

/// Uses up the nonce, whatever was checked.
fn use_up<A: Kind>(case: &Case<A>, now: UnixTime, nonces: &MemoryNonces) -> Result<(), Error> {
    let (nonce, expires) = (*case.request.nonce(), case.request.expires());
    if now > expires {
        return Err(Error::Expired);
    }
    let won = NonceStore::spend(nonces, &[Spend { nonce, expires }], now)?;
    if won.is_empty() { Err(Error::Replayed) } else { Ok(()) }
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
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error> {
        use_up(case, now, nonces)?;
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
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error> {
        let statement = Statement::new(case.world, &case.request);
        if !statement.holds(&case.parts, &case.challenges) {
            return A::verify(platform, case.pair(), now, nonces);
        }
        case.expected(platform, now).or_else(|error| match error {
            Error::Rejected => Ok(()),
            error => Err(error),
        })?;
        use_up(case, now, nonces)?;
        honest(case)
    }
}

struct Wasteful;

impl Verifier for Wasteful {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error> {
        let verified = A::verify(platform, case.pair(), now, &MemoryNonces::new(1));
        use_up(case, now, nonces)?;
        verified
    }
}

struct Timeless;

impl Verifier for Timeless {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error> {
        let now = now.min(case.request.expires());
        A::verify(platform, case.pair(), now, nonces)
    }
}

/// A holder that believes the request's clock.
impl Device for Timeless {
    fn clock(now: UnixTime, request: &Request) -> UnixTime {
        now.min(request.expires())
    }
}

/// A holder that answers the request as if it listed no slot but the last.
struct Selective;

impl Device for Selective {
    fn answers(request: &Request) -> Request {
        let mut asked = Asked::new(request);
        asked.slots.drain(..asked.slots.len().saturating_sub(1));
        Request::from_bytes(&asked.bytes()).unwrap()
    }
}

/// A court that believes every signature.
struct Gullible;

impl Verifier for Gullible {
    fn verify<A: Kind>(
        platform: &Platform,
        case: &Case<A>,
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Result<A::Verified, Error> {
        forgery::Own::verify(platform, case, now, nonces)
    }

    fn act<A: Kind>(
        case: &Case<A>,
        parameters: &AuthorityParameters,
    ) -> Result<(Pseudonym, Option<Slot>), Error> {
        A::act(case.pair(), parameters).or_else(|error| match error {
            Error::Rejected => Ok((case.original.pseudonym, case.slot().copied())),
            error => Err(error),
        })
    }
}

/// Whoever reads storage without looking at the MAC.
struct Unauthentic;

impl Storage for Unauthentic {
    fn load(kind: u8, stored: &[u8]) -> Result<Vec<u8>, Error> {
        storage::Own::load(kind, stored).or_else(|error| match error {
            Error::Decode(reason) if reason.reason() == DecodeReason::Mac => {
                let encoding = &stored[..stored.len() - 32];
                storage::Own::load(kind, &storage::authentic(kind, encoding))
            }
            error => Err(error),
        })
    }
}

/// A holder that does not look whose credential it reads.
struct Careless;

impl Storage for Careless {
    fn load(kind: u8, stored: &[u8]) -> Result<Vec<u8>, Error> {
        storage::Own::load(kind, stored).or_else(|error| match error {
            Error::ForeignCredential => Ok(stored.to_vec()),
            error => Err(error),
        })
    }
}

struct Forgetful;

impl Batched for Forgetful {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<A> {
        let Some((last, others)) = members.split_last() else { return Ok(vec![]) };
        let mut verdicts = batch::Own::verify(platform, others, now, nonces)?;
        verdicts.push(Everything::verify(platform, last, now, nonces));
        Ok(verdicts)
    }
}

struct Spoilt;

impl Batched for Spoilt {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<A> {
        let mut verdicts = batch::Own::verify(platform, members, now, nonces)?;
        if verdicts.contains(&Err(Error::Rejected)) {
            verdicts.fill_with(|| Err(Error::Rejected));
        }
        Ok(verdicts)
    }
}

/// A store for each half of a batch.
struct Repeated;

impl Batched for Repeated {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<A> {
        let (first, second) = members.split_at(members.len() / 2);
        let mut verdicts = batch::Own::verify(platform, first, now, &MemoryNonces::new(1000))?;
        verdicts.extend(batch::Own::verify(platform, second, now, nonces)?);
        Ok(verdicts)
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
    let nonces = &MemoryNonces::new(1);
    let pair = (request, &answer);
    let verified = A::verify(&world.platform, pair, pairnym_testkit::NOW, nonces).unwrap();
    A::examine(&verified, answered);
}
