//! Two wards and their guardian's device (SPEC §20): whatever acts at once in whatever order, over
//! a channel that repeats, exchanges and changes messages, as a malicious device at its other end
//! can; each device by its own clock, and restarted at any time. Beside them a model keeps what was
//! honestly said and consented to, and tells for every step what must come of it.

mod forging;
mod leading;
mod pairing;
mod reference;
mod seconding;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use curve25519_dalek::scalar::Scalar;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, shared::*, *};
use pairnym_testkit::*;

use crate::network::{Move, Network, acts};
use crate::parts::scalar;
use crate::pool::{POOL, World, label};

use leading::{Asked, Committed};
use pairing::Pairing;
use seconding::Opened;

/// A whole input. Each move is preceded by a byte that must be odd.
#[derive(Arbitrary, Debug)]
struct Script {
    moves: Vec<Move>,
}

acts! {
    AskEnrollment, AskCredential, AskPresentation, AskLogin, Approve, Commit, Answer, Complete,
    Forge, Mislead, AnswerOtherwise, Clock, Restart, Invite, AcceptInvitation, AcceptAnswer, Finish,
    HandOver, Recover,
}

/// What a device does wrong, so that the target can be seen to notice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// The second answers although its person refused.
    AsksNobody,
    /// The second signs for any ticket, not for its person's own alone.
    TakesAnyTicket,
    /// The second discloses without separate consent.
    DisclosesAnything,
    /// A session is answered again, from the same coins.
    AnswersTwice,
    /// Sessions live for ever.
    AnswersLate,
    /// Sessions outlive a restart.
    RemembersSessions,
    /// The second looks for the pairing to which a session belongs.
    MixesPairings,
    /// The lead keeps an item of evidence until it has the second's part.
    KeepsEvidence,
    /// The lead commits by the platform's clock.
    CommitsLate,
    /// The lead takes whatever comes for the second's part.
    TakesAnyAnswer,
    /// The lead takes an invitation whose channel key has been exchanged.
    TakesAnyChannel,
}

/// Whether another thing is meant than usual, which is nearly never.
const fn other(number: u8) -> bool {
    number >> 5 == 7
}

pub const WARDS: usize = 2;
/// Its place among those that have clocks, after the wards.
const GUARDIAN: usize = WARDS;

/// So many sessions of the guardian's, for so many seconds.
const ROOM: usize = 3;
const LIFE: u64 = 120;

/// So many tickets of the guardian's.
const TICKETS: usize = 2;

/// A ward, with both sides of its pairing: as they were paired, and as they came out of storage.
struct Ward {
    master: [u8; 32],
    leads: [Lead; 2],
    seconds: [Second; 2],
    /// A malicious guardian's, which does all as the other one does, but with d + 1.
    impostor: Second,
    /// The ward after the hand-over: its 网号s are those of the sum.
    alone: Holder,
    credential: Credential,
    evidence: Vec<Vec<u8>>,
    offers: Vec<(OpenOffer, Received<IssuanceOffer>)>,
}

/// What is the same in all runs.
struct Setting {
    wards: Vec<Ward>,
    tickets: [(OpenTicket, Received<EnrollmentTicket>); TICKETS],
    presentations: Vec<Received<Request>>,
    logins: Vec<Received<Request>>,
}

fn world() -> &'static World {
    &POOL.worlds[1]
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let World { authority, platform, .. } = world();
    let (list, rng) = (authority.list(), &mut seeded(90));
    let ticket = |number| {
        let open = authority.open_ticket(TransactionId([number; 32]), TEN_MINUTES, NOW, rng);
        let open = open.unwrap();
        let ticket = received_ticket(list, &open);
        (open, ticket)
    };
    let tickets = [3, 4].map(ticket);
    let plain = || platform.request(Purpose::Registration);
    let labelled = |ask: RequestBuilder<'static>| ask.label(label(1).unwrap()).statement("agreed");
    let presentations = [
        plain(),
        labelled(plain())
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()))
            .disclose("assurance")
            .require("assurance", Condition::AtLeast(3)),
        plain().disclose("note").disclose("region").valid_for(seconds(60)),
    ];
    let login = || platform.request_login(Purpose::Login);
    let logins = [login(), labelled(login()).valid_for(seconds(0))];
    let rng = &mut seeded(91);
    let mut made = |ask: RequestBuilder<'_>| received(&ask.build(NOW, rng).unwrap());
    Setting {
        wards: [2, 3].map(Ward::new).into(),
        tickets,
        presentations: presentations.map(&mut made).into(),
        logins: logins.map(made).into(),
    }
});

impl Ward {
    fn new(number: u8) -> Self {
        let World { authority, values, .. } = world();
        let (list, rng) = (authority.list(), &mut seeded(92 + u64::from(number)));
        let mut pair = Pair::new(number, list);
        let (credential, evidence) = pair.credential(authority, values.clone(), NOW);
        let Pair { lead, second, .. } = pair;
        let evidence = evidence.iter().map(|item| lead.store_evidence(item).to_vec()).collect();
        let (ward, guardian) = masters(number);
        let (alone, _) = lead.take_over(&ward, &second.transfer()).unwrap();
        let offer = |level: u64| {
            let mut values = values.clone();
            values[1] = level.into();
            let values = by_name(authority, values);
            let open = authority.offer(*lead.commitment(), values, TEN_MINUTES, NOW, rng).unwrap();
            let offer = received_offer(list, &open);
            (open, offer)
        };
        let offers = [3, 4].map(offer).into();
        let mut share = second.transfer().to_bytes().to_vec();
        let at = share.len() - 32;
        let d = scalar(share[at..].try_into().unwrap()) + Scalar::ONE;
        share[at..].copy_from_slice(d.as_bytes());
        let share = ShareTransfer::from_bytes(&share).unwrap();
        let impostor = Second::from_transfer(&guardian, &share, *second.channel_key()).unwrap();
        let authority = authority_id();
        let restored =
            Lead::restore_pairing(&ward, &authority, &lead.store_list(), &lead.store_pairing());
        let again = Second::restore(&guardian, &authority, &second.store()).unwrap();
        Self {
            master: [number; 32],
            leads: [lead, restored.unwrap()],
            seconds: [second, again],
            impostor,
            alone,
            credential,
            evidence,
            offers,
        }
    }

    fn pairing(&self) -> &PairingId {
        self.leads[0].pairing()
    }

    /// D and C_u.
    fn points(&self) -> [[u8; 32]; 2] {
        let record = self.leads[0].record(ChannelKey([0; 32])).to_bytes();
        let at = record.len() - 64;
        [&record[at..at + 32], &record[at + 32..]].map(|field| field.try_into().unwrap())
    }
}

/// Everything there is.
struct Shared {
    fault: Fault,
    now: u64,
    /// How far the devices' clocks are from it.
    clocks: [i64; WARDS + 1],
    /// A clock that nobody sets, for the guardian's sessions.
    elapsed: u64,
    /// Every draw has coins of its own.
    draws: u64,
    /// How often each device was restarted.
    restarts: [usize; WARDS + 1],
    channel: Network,
    /// Leads that wait for an approval, and those that wait for the second's part.
    asked: Vec<Asked>,
    committed: Vec<Committed>,
    /// In the wards' storage; and what of it was shown to a second.
    evidence: Vec<Vec<Vec<u8>>>,
    shown: BTreeSet<Vec<u8>>,
    sessions: CoSessions,
    /// Those of the impostors.
    others: BTreeMap<CoSessionId, (usize, CoSession)>,
    /// The sessions that must be open, by h; and all that ever were.
    open: BTreeMap<CoSessionId, u64>,
    opened: BTreeMap<CoSessionId, Opened>,
    /// By h, the second's only answer, and the lead's part to which it is one.
    answered: BTreeMap<CoSessionId, (Vec<u8>, Vec<u8>)>,
    pairing: Pairing,
}

pub fn shared(bytes: &[u8], fault: Fault) {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let mut shared = Shared {
        fault,
        now: NOW.0,
        clocks: [0; WARDS + 1],
        elapsed: 1_000,
        draws: 0,
        restarts: [0; WARDS + 1],
        channel: Network::default(),
        asked: vec![],
        committed: vec![],
        evidence: SETTING.wards.iter().map(|ward| ward.evidence.clone()).collect(),
        shown: BTreeSet::new(),
        sessions: sessions(),
        others: BTreeMap::new(),
        open: BTreeMap::new(),
        opened: BTreeMap::new(),
        answered: BTreeMap::new(),
        pairing: Pairing::default(),
    };
    for step in script.moves.iter().take(64) {
        shared.step(step);
    }
}

const fn sessions() -> CoSessions {
    CoSessions::new(ROOM, Duration::from_secs(LIFE))
}

impl Shared {
    fn step(&mut self, step: &Move) {
        match Act::ALL[usize::from(step.act) % Act::ALL.len()] {
            Act::AskEnrollment => self.ask_to_enroll(step),
            Act::AskCredential => self.ask_for_credential(step),
            Act::AskPresentation => self.ask_to_present(step),
            Act::AskLogin => self.ask_to_log_in(step),
            Act::Approve => self.approve(step),
            Act::Commit => self.commit(step),
            Act::Answer => self.answer(step),
            Act::Complete => self.complete(step),
            Act::Forge => self.forge(step),
            Act::Mislead => self.mislead(step),
            Act::AnswerOtherwise => self.answer_otherwise(step),
            Act::Clock => self.move_clock(step),
            Act::Restart => self.restart(usize::from(step.who) % (WARDS + 1)),
            Act::Invite => self.invite(step),
            Act::AcceptInvitation => self.accept_invitation(step),
            Act::AcceptAnswer => self.accept_answer(step),
            Act::Finish => self.finish(step),
            Act::HandOver => self.hand_over(step),
            Act::Recover => self.recover(step),
        }
    }

    fn rng(&mut self) -> Seeded {
        self.draws += 1;
        seeded(self.draws)
    }

    /// The time by a device's clock.
    fn clock(&self, device: usize) -> UnixTime {
        UnixTime(self.now.saturating_add_signed(self.clocks[device]))
    }

    fn lead(&self, ward: usize) -> &'static Lead {
        &SETTING.wards[ward].leads[self.restarts[ward] % 2]
    }

    fn second(&self, ward: usize) -> &'static Second {
        &SETTING.wards[ward].seconds[self.restarts[GUARDIAN] % 2]
    }

    /// All clocks forth and back, by seconds or days; or one of them for itself.
    fn move_clock(&mut self, step: &Move) {
        let Move { who, choice, value, .. } = *step;
        let seconds = [u64::from(value), DAY][usize::from(choice) / 4 % 2];
        match choice % 4 {
            0 => {
                self.now += seconds;
                self.elapsed += seconds;
            }
            1 => self.now = self.now.saturating_sub(seconds),
            2 => self.clocks[usize::from(who) % (WARDS + 1)] = i64::from(value as i8) * 10,
            _ => self.clocks = [0; WARDS + 1],
        }
    }

    /// A device drops what it had in memory, and comes out of its storage.
    fn restart(&mut self, device: usize) {
        self.restarts[device] += 1;
        if device != GUARDIAN {
            self.asked.retain(|asked| asked.ward != device);
            self.committed.retain(|committed| committed.ward != device);
            return;
        }
        if self.fault != Fault::RemembersSessions {
            self.sessions = sessions();
        }
        self.open.clear();
        self.pairing.restart();
    }
}
