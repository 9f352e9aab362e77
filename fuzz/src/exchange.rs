//! Persons, an authority with two keys, and a platform, which do whatever the input says in
//! whatever order, over a network that repeats, reorders, exchanges and changes messages. Beside
//! them a model keeps what was honestly said, and tells for every step what must come of it.

mod answering;
mod enrolling;
mod fetching;
mod issuing;
mod network;

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use chacha20::ChaCha12Rng;
use pairnym::*;

use crate::pool::{DAY, NOW, World, schemas, seeded};
use answering::Answering;
use enrolling::Enrolling;
use fetching::Fetching;
use issuing::Issuing;
use network::Network;

/// One step: what is done, with which things, and how the message that it takes was changed.
///
/// Numbers count back from the newest thing of a sort, so that zeros are the ordinary course.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Move {
    /// The number of an [`Act`].
    pub act: u8,
    pub who: u8,
    pub message: u8,
    pub choice: u8,
    pub tamper: u8,
    pub place: u8,
    pub value: u8,
}

/// A whole input. Each move is preceded by a byte that must be odd.
#[derive(Arbitrary, Debug)]
struct Script {
    /// The policy of the registry, and room for so many sessions and nonces.
    policy: u8,
    room: u8,
    moves: Vec<Move>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    Invite,
    AnswerTicket,
    Enroll,
    Offer,
    AcceptOffer,
    Issue,
    FinishCredential,
    RequestEvidence,
    OpenEvidence,
    Challenge,
    Respond,
    FinishEvidence,
    Ask,
    Present,
    Verify,
    LogIn,
    VerifyLogin,
    Delete,
    Clock,
    Restart,
}

impl Act {
    pub const ALL: [Self; 20] = [
        Self::Invite,
        Self::AnswerTicket,
        Self::Enroll,
        Self::Offer,
        Self::AcceptOffer,
        Self::Issue,
        Self::FinishCredential,
        Self::RequestEvidence,
        Self::OpenEvidence,
        Self::Challenge,
        Self::Respond,
        Self::FinishEvidence,
        Self::Ask,
        Self::Present,
        Self::Verify,
        Self::LogIn,
        Self::VerifyLogin,
        Self::Delete,
        Self::Clock,
        Self::Restart,
    ];
}

/// What a party does wrong, so that the target can be seen to notice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// The authority registers whoever sends an enrollment request.
    EnrollsAnybody,
    /// The registry takes a deleted person again, whatever the policy.
    AdmitsDeleted,
    /// A session is answered again, from the same coins.
    AnswersTwice,
    /// The evidence of a refused presentation is gone.
    LosesEvidence,
    /// The platform forgets nonces.
    ForgetsNonces,
}

/// Two keys of one authority with different schemas, and platforms for both.
static WORLDS: LazyLock<[World; 2]> = LazyLock::new(|| {
    let [_, first, second] = schemas();
    [World::new(1, first), World::new(2, second)]
});

pub const PERSONS: usize = 3;

/// Persons' devices. The last one has not pinned the second key.
static HOLDERS: LazyLock<[Holder; PERSONS]> = LazyLock::new(|| {
    std::array::from_fn(|person| {
        let mut pinned = PinnedParameters::new(WORLDS[0].authority.parameters().clone());
        if person + 1 < PERSONS {
            pinned.pin(WORLDS[1].authority.parameters().clone()).unwrap();
        }
        Holder::new(&MasterSecret::import([10 + person as u8; 32]), pinned).unwrap()
    })
});

/// Whether a holder has pinned a key.
const fn pins(person: usize, key: usize) -> bool {
    key == 0 || person + 1 < PERSONS
}

/// Everything there is.
struct Exchange {
    fault: Fault,
    now: UnixTime,
    /// The latest that it has ever been.
    latest: UnixTime,
    /// Every draw has coins of its own.
    draws: u64,
    network: Network,
    enrolling: Enrolling,
    issuing: Issuing,
    fetching: Fetching,
    answering: Answering,
}

pub fn exchange(bytes: &[u8], fault: Fault) {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let mut exchange = Exchange {
        fault,
        now: NOW,
        latest: NOW,
        draws: 0,
        network: Network::default(),
        enrolling: Enrolling::new(script.policy, fault),
        issuing: Issuing::default(),
        fetching: Fetching::new(usize::from(script.room) % 4 + 1),
        answering: Answering::new(usize::from(script.room) / 4 % 4 + 1),
    };
    for step in script.moves.iter().take(64) {
        exchange.step(step);
    }
}

impl Exchange {
    fn step(&mut self, step: &Move) {
        match Act::ALL[usize::from(step.act) % Act::ALL.len()] {
            Act::Invite => self.invite(step),
            Act::AnswerTicket => self.answer_ticket(step),
            Act::Enroll => self.enroll(step),
            Act::Offer => self.offer(step),
            Act::AcceptOffer => self.accept_offer(step),
            Act::Issue => self.issue(step),
            Act::FinishCredential => self.finish_credential(step),
            Act::RequestEvidence => self.request_evidence(step),
            Act::OpenEvidence => self.open_evidence(step),
            Act::Challenge => self.challenge(step),
            Act::Respond => self.respond(step),
            Act::FinishEvidence => self.finish_evidence(step),
            Act::Ask => self.ask(step),
            Act::Present => self.present(step),
            Act::Verify => self.verify(step),
            Act::LogIn => self.log_in(step),
            Act::VerifyLogin => self.verify_login(step),
            Act::Delete => self.enrolling.delete(usize::from(step.who) % PERSONS),
            Act::Clock => self.move_clock(step),
            Act::Restart => self.restart(),
        }
    }

    fn rng(&mut self) -> ChaCha12Rng {
        self.draws += 1;
        seeded(self.draws)
    }

    /// Forth and back, by seconds or epochs.
    fn move_clock(&mut self, step: &Move) {
        let seconds = match step.choice % 4 {
            0 => i64::from(step.value),
            1 => i64::from(DAY),
            2 => -i64::from(step.value),
            _ => -i64::from(DAY),
        };
        self.now = UnixTime(self.now.0.saturating_add_signed(seconds));
        self.latest = self.latest.max(self.now);
    }
}

/// The place that counts back from the newest, if there is anything.
fn back(length: usize, number: u8) -> Option<usize> {
    length.checked_sub(1).map(|newest| newest - usize::from(number) % length)
}
