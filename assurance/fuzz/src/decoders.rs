//! What every decoder of messages promises: it takes exactly what SPEC §14 allows, names §15.1's
//! reason for the rest, writes again what it read, and allocates in proportion to its input.

use std::alloc::System;
use std::fmt::Debug;

use pairnym::{message::*, shared::*, *};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::grammar;
use crate::parts::{Asked, Listed, encoded};
use crate::rules::Timeline;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A message of SPEC §14.
pub trait Wire: Sized + Debug {
    const KIND: u8;
    const NAME: &'static str;

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;
    fn encode(&self) -> Vec<u8>;

    /// What else must hold of a value that was read.
    fn examine(&self, _bytes: &[u8]) {}
}

/// Messages can be copied and compared too.
fn examine_message<M: Message + Clone + PartialEq + Debug>(message: &M, bytes: &[u8]) {
    let copy = message.clone();
    assert!(copy == *message);
    assert!(M::from_bytes(bytes).as_ref() == Ok(&copy));
}

macro_rules! messages {
    ($($kind:literal $name:ident $(: $examine:path)?),* $(,)?) => {$(
        impl Wire for $name {
            const KIND: u8 = $kind;
            const NAME: &'static str = stringify!($name);

            fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
                Self::from_bytes(bytes)
            }

            fn encode(&self) -> Vec<u8> {
                self.to_bytes()
            }

            fn examine(&self, bytes: &[u8]) {
                examine_message(self, bytes);
                $($examine(self, bytes);)?
            }
        }
    )*};
}

messages! {
    1 AuthorityParameters: examine_parameters,
    2 EnrollmentTicket,
    3 EnrollmentRequest,
    4 IssuanceOffer,
    5 IssuanceRequest,
    6 IssuanceResponse,
    7 EvidenceRequest,
    8 EvidenceCommitments,
    9 EvidenceChallenges,
    10 EvidenceResponses,
    11 Request: examine_request,
    12 Presentation,
    13 Login: examine_login,
    15 ParameterList: examine_list,
    24 PairingInvitation,
    25 PairingAnswer,
    26 PairingCommitment,
    27 CoRequest: examine_co_request,
    28 CoApproval,
    29 CoNonces,
    30 CoAnswer,
    34 PairingRecord,
}

/// No message, so that it is not sent by mistake.
impl Wire for ShareTransfer {
    const KIND: u8 = 31;
    const NAME: &'static str = "ShareTransfer";

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::from_bytes(bytes)
    }

    fn encode(&self) -> Vec<u8> {
        self.to_bytes().to_vec()
    }
}

/// Parameters are named by their bytes, and have an epoch for every time.
fn examine_parameters(parameters: &AuthorityParameters, bytes: &[u8]) {
    assert_eq!(parameters.id().0, grammar::parameters_id(bytes));
    let length = u64::from(parameters.epoch_length().get());
    for time in [0, length - 1, length, u64::MAX] {
        assert_eq!(parameters.epoch(UnixTime(time)), Epoch(time / length));
    }
}

/// Lists are named by their bytes, succeed themselves, and divide time into slots.
fn examine_list(list: &ParameterList, bytes: &[u8]) {
    assert_eq!(Listed::new(list).bytes(), bytes);
    assert_eq!(list.id().0, hazmat::Transcript::new("list").part(bytes).h32());
    for now in [0, list.since().0, u64::MAX] {
        assert_eq!(list.check_successor(list, UnixTime(now)), Ok(false));
    }
    let line = Timeline::new(list);
    [0, list.since().0, list.until().0].into_iter().chain(line.changes()).for_each(|time| {
        line.examine(time);
    });
    for entry in list.entries() {
        assert_eq!(list.find(entry.parameters().id()), Some(entry.parameters()));
    }
}

/// Requests are named by their bytes, and all of them can be read.
fn examine_request(request: &Request, bytes: &[u8]) {
    assert_eq!(request.digest(), RequestDigest::of(bytes));
    assert_eq!(Asked::new(request).bytes(), bytes);
}

/// What is asked is what the bytes say: the body stands in them as it is, with what is shown of it.
fn examine_co_request(asked: &CoRequest, bytes: &[u8]) {
    let body = match asked.act() {
        CoAct::Enrollment(ticket) => ticket.to_bytes(),
        CoAct::Issuance(offer) => offer.to_bytes(),
        CoAct::Login(request) => request.to_bytes(),
        CoAct::Presentation { request, slot, values } => {
            let values: Vec<_> = values.iter().map(encoded).collect();
            [request.to_bytes(), vec![*slot, values.len() as u8], values.concat()].concat()
        }
    };
    assert_eq!((asked.pairing().0, body), (bytes[2..34].try_into().unwrap(), bytes[66..].into()));
}

fn examine_login(login: &Login, bytes: &[u8]) {
    assert_eq!(login.to_array()[..], *bytes);
}

/// At most this many bytes are allocated, all in all, for a message of so many: the decoder may
/// double a list as it grows, and the smallest entry on the wire is a name of one letter with its
/// kind, 3 bytes that become 65.
fn allowance(length: usize) -> usize {
    4096 + 64 * length
}

/// Reads `bytes` by `decode`.
pub fn decoder<W: Wire>(bytes: &[u8], decode: impl Fn(&[u8]) -> Result<W, DecodeError>) {
    let region = Region::new(ALLOCATOR);
    let decoded = decode(bytes);
    let allocated = region.change().bytes_allocated;
    assert!(allocated <= allowance(bytes.len()), "{allocated} for {}", bytes.len());
    match decoded {
        Ok(value) => {
            assert_eq!(grammar::check(W::KIND, bytes), Ok(()), "{value:?}");
            assert_eq!(value.encode(), bytes);
            assert!(!format!("{value:?}").is_empty());
            value.examine(bytes);
        }
        Err(error) => {
            assert_eq!(error.what(), W::NAME);
            assert_eq!(grammar::check(W::KIND, bytes), Err(error.reason().code()));
            assert!(error.to_string().starts_with(W::NAME));
        }
    }
}
