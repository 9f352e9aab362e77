//! Persons, an authority whose keys are rotated and withdrawn, and a platform, which do whatever
//! the input says in whatever order, each by its own clock and its own list, over a network that
//! repeats, reorders, exchanges and changes messages. Beside them a model keeps what was honestly
//! said, and tells for every step what must come of it.

mod answering;
mod enrolling;
mod fetching;
mod issuing;
mod publishing;

use arbitrary::{Arbitrary, Unstructured};
use pairnym::*;
use pairnym_testkit::{DAY, NOW, Seeded, seeded};

use answering::Answering;
use enrolling::Enrolling;
use fetching::Fetching;
use issuing::Issuing;
use publishing::Publishing;

use crate::network::{Move, Network, acts};

/// A whole input. Each move is preceded by a byte that must be odd.
#[derive(Arbitrary, Debug)]
struct Script {
    /// The policy of the registry, and room for so many sessions and nonces.
    policy: u8,
    room: u8,
    moves: Vec<Move>,
}

acts! {
    Invite, AnswerTicket, Enroll, Offer, AcceptOffer, Issue, FinishCredential, RequestEvidence,
    OpenEvidence, Challenge, Respond, FinishEvidence, Complete, Ask, Present, Verify, LogIn,
    VerifyLogin, Check, Spend, Delete, Clock, Restart, Publish, Adopt,
}

/// What a party does wrong, so that the target can be seen to notice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// The authority registers whoever sends an enrollment request.
    EnrollsAnybody,
    /// The registry takes a deleted person again, whatever the policy.
    AdmitsDeleted,
    /// The authority does not ask its registry when it issues.
    IssuesToDeleted,
    /// The authority answers offers whose time is over.
    IssuesLate,
    /// A session is answered again, from the same coins.
    AnswersTwice,
    /// A credential counts without its evidence.
    CompletesWithout,
    /// The evidence of a refused presentation is gone.
    LosesEvidence,
    /// The holder believes the platform's clock.
    PresentsAtAnyTime,
    /// The platform forgets nonces.
    ForgetsNonces,
    /// The platform still verifies what was withdrawn.
    IgnoresWithdrawal,
    /// The platform believes any login.
    KnowsEverybody,
}

pub const PERSONS: usize = 3;

/// The parties with clocks of their own: the persons, the authority, the platform.
pub const PARTIES: usize = PERSONS + 2;
const AUTHORITY: usize = PERSONS;
const PLATFORM: usize = PERSONS + 1;

/// Everything there is.
struct Exchange {
    fault: Fault,
    now: u64,
    /// How far the parties' clocks are from it.
    clocks: [i64; PARTIES],
    /// The latest that it has ever been for the platform.
    latest: UnixTime,
    /// Every draw has coins of its own.
    draws: u64,
    network: Network,
    publishing: Publishing,
    enrolling: Enrolling,
    issuing: Issuing,
    fetching: Fetching,
    answering: Answering,
}

pub fn exchange(bytes: &[u8], fault: Fault) {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let mut exchange = Exchange {
        fault,
        now: NOW.0,
        clocks: [0; PARTIES],
        latest: NOW,
        draws: 0,
        network: Network::default(),
        publishing: Publishing::new(),
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
            Act::Complete => self.complete(step),
            Act::Ask => self.ask(step),
            Act::Present => self.present(step),
            Act::Verify => self.verify(step, true),
            Act::LogIn => self.log_in(step),
            Act::VerifyLogin => self.verify_login(step),
            Act::Check => self.verify(step, false),
            Act::Spend => self.spend(step),
            Act::Delete => self.enrolling.delete(usize::from(step.who) % PERSONS),
            Act::Clock => self.move_clock(step),
            Act::Restart => self.restart(),
            Act::Publish => self.publish(step),
            Act::Adopt => self.adopt(step),
        }
    }

    fn rng(&mut self) -> Seeded {
        self.draws += 1;
        seeded(self.draws)
    }

    /// The time by a party's clock.
    fn clock(&self, party: usize) -> UnixTime {
        UnixTime(self.now.saturating_add_signed(self.clocks[party]))
    }

    /// All clocks forth and back, by seconds or days, to one side of midnight or the other; or one
    /// of them for itself.
    fn move_clock(&mut self, step: &Move) {
        let Move { who, choice, value, .. } = *step;
        let (seconds, midnight) = (u64::from(value), self.now / DAY * DAY + DAY);
        match choice % 8 {
            0 => self.now += seconds,
            1 => self.now += DAY,
            2 => self.now = self.now.saturating_sub(seconds),
            3 => self.now = self.now.saturating_sub(DAY),
            4 => self.clocks[usize::from(who) % PARTIES] = i64::from(value as i8) * 10,
            5 => self.clocks = [0; PARTIES],
            6 => self.now = midnight - seconds - 1,
            _ => self.now = midnight + 3 * seconds,
        }
        self.latest = self.latest.max(self.clock(PLATFORM));
    }
}
