//! Evidence (SPEC §9): comes with the credential, from an authority that keeps a few sessions.

use std::collections::{BTreeMap, BTreeSet};

use pairnym::{authority::*, holder::*, message::*, *};
use pairnym_testkit::{seconds, seeded};

use super::issuing::{Bare, Content, Owned};
use super::publishing::number;
use super::{AUTHORITY, Exchange, Fault, PERSONS};
use crate::network::{Move, back};

/// A session as the authority opened it.
struct Opened {
    key: usize,
    request: Vec<u8>,
    commitments: Vec<u8>,
    /// Its coins.
    draw: u64,
}

/// A holder that waits, with what it has heard and said.
struct Waiting<S> {
    state: S,
    content: Content,
    request: Vec<u8>,
    commitments: Vec<u8>,
    challenges: Vec<u8>,
}

pub struct Fetching {
    sessions: EvidenceSessions,
    /// The model of the store: the sessions in it, and when they end.
    most: usize,
    kept: BTreeMap<SessionId, u64>,
    opened: BTreeMap<SessionId, Opened>,
    answered: BTreeSet<SessionId>,
    /// Honest requests, and the keys of their credentials.
    requests: BTreeMap<Vec<u8>, usize>,
    offered: Vec<Waiting<AwaitingCommitments>>,
    challenged: Vec<Waiting<AwaitingResponses>>,
    /// The authority's responses, with the challenges and the session that they answer.
    responses: BTreeMap<Vec<u8>, (Vec<u8>, SessionId)>,
    /// Whole batches, with the content that they were made for.
    batches: Vec<(EvidenceBatch, Content)>,
    /// With the content that it was made for.
    pub evidence: Vec<(Evidence, Content)>,
    rounds: usize,
}

/// A session's life time in seconds.
const LIFE: u64 = 60;

/// What ends later than that was kept before the clock was set back.
const AHEAD: u64 = LIFE + 600;

/// As many rounds as an input may open; they take their time.
const ROUNDS: usize = 5;

impl Fetching {
    pub fn new(most: usize) -> Self {
        Self {
            sessions: EvidenceSessions::new(most, seconds(LIFE)),
            most,
            kept: BTreeMap::new(),
            opened: BTreeMap::new(),
            answered: BTreeSet::new(),
            requests: BTreeMap::new(),
            offered: vec![],
            challenged: vec![],
            responses: BTreeMap::new(),
            batches: vec![],
            evidence: vec![],
            rounds: 0,
        }
    }

    fn purge(&mut self, now: UnixTime) {
        self.kept.retain(|_, end| (now.0..=now.0 + AHEAD).contains(end));
    }

    /// Keeps a session, if there is room.
    fn keep(&mut self, id: SessionId, session: EvidenceSession, now: UnixTime) {
        self.purge(now);
        let room = self.kept.len() < self.most;
        assert_eq!(self.sessions.has_room(now), room);
        let kept = self.sessions.keep(session, now);
        assert_eq!(kept, if room { Ok(()) } else { Err(Error::Full) });
        if room {
            self.kept.insert(id, now.0 + LIFE);
        }
        assert_eq!(self.sessions.len(), self.kept.len());
    }
}

impl Exchange {
    pub(super) fn request_evidence(&mut self, step: &Move) {
        let Some(place) = back(self.issuing.bare.len(), step.choice) else { return };
        let rng = &mut self.rng();
        let Bare { issued, holder, content } = &self.issuing.bare[place];
        // Sometimes another holder, who has the credential by some accident.
        let by = if step.who >> 5 == 7 { (holder + 1) % PERSONS } else { *holder };
        let asking = self.publishing.holder(by);
        let requested = asking.request_evidence(issued, rng);
        let listed = asking.list().find(&content.0.parameters).is_some();
        let expected = match (listed, by == *holder) {
            (false, _) => Some(Error::UnpinnedParameters),
            (true, false) => Some(Error::ForeignCredential),
            (true, true) => None,
        };
        assert_eq!(requested.as_ref().err(), expected.as_ref());
        let Ok((request, state)) = requested else { return };
        assert_eq!(*request.parameters(), content.0.parameters);
        let request = self.network.send(&request);
        let key = number(&content.0.parameters).unwrap();
        self.fetching.requests.insert(request.clone(), key);
        let (commitments, challenges) = (vec![], vec![]);
        let content = content.clone();
        self.fetching.offered.push(Waiting { state, content, request, commitments, challenges });
    }

    pub(super) fn open_evidence(&mut self, step: &Move) {
        if self.fetching.rounds == ROUNDS {
            return;
        }
        let Some((request, bytes)) = self.network.receive::<EvidenceRequest>(7, step) else {
            return;
        };
        let (now, rng) = (self.clock(AUTHORITY), &mut self.rng());
        let own = self.fetching.requests.get(&bytes).copied();
        // Sometimes with another key.
        let with = if step.choice % 8 == 7 { step.who } else { own.unwrap_or(0) as u8 };
        let (key, authority) = self.publishing.authority(with);
        let opened = authority.open_evidence(&request, rng);
        let expected = match (self.publishing.has(key), own == Some(key)) {
            (false, _) => Some(Error::ForeignParameters),
            (true, false) => Some(Error::Rejected),
            (true, true) => None,
        };
        assert_eq!(opened.as_ref().err(), expected.as_ref());
        let Ok((session, commitments)) = opened else { return };
        let id = *commitments.session();
        assert_eq!(*session.id(), id);
        self.fetching.rounds += 1;
        self.fetching.keep(id, session, now);
        let commitments = self.network.send(&commitments);
        let opened = Opened { key, request: bytes, commitments, draw: self.draws };
        assert!(self.fetching.opened.insert(id, opened).is_none());
    }

    pub(super) fn challenge(&mut self, step: &Move) {
        let received = self.network.receive::<EvidenceCommitments>(8, step);
        let Some((commitments, bytes)) = received else { return };
        let Some(place) = back(self.fetching.offered.len(), step.choice) else { return };
        let waiting = self.fetching.offered.remove(place);
        let (challenges, state) = waiting.state.challenge(&commitments, &mut self.rng()).unwrap();
        assert_eq!(challenges.session(), commitments.session());
        let Waiting { content, request, .. } = waiting;
        let challenges = self.network.send(&challenges);
        let waiting = Waiting { state, content, request, commitments: bytes, challenges };
        self.fetching.challenged.push(waiting);
    }

    pub(super) fn respond(&mut self, step: &Move) {
        let received = self.network.receive::<EvidenceChallenges>(9, step);
        let Some((challenges, bytes)) = received else { return };
        let now = self.clock(AUTHORITY);
        let fetching = &mut self.fetching;
        let id = *challenges.session();
        fetching.purge(now);
        let expected = fetching.kept.remove(&id).map(drop).ok_or(Error::NoSession);
        let mut taken = fetching.sessions.take(&id, now);
        if let (Fault::AnswersTwice, Err(_), Some(opened)) =
            (self.fault, &taken, fetching.opened.get(&id))
        {
            let request = EvidenceRequest::from_bytes(&opened.request).unwrap();
            let (_, authority) = self.publishing.authority(opened.key as u8);
            let again = authority.open_evidence(&request, &mut seeded(opened.draw));
            taken = again.map(|(session, _)| session);
        }
        assert_eq!(taken.as_ref().err(), expected.err().as_ref(), "a session answers once");
        assert_eq!(fetching.sessions.len(), fetching.kept.len());
        let Ok(session) = taken else { return };
        let key = fetching.opened[&id].key;
        let with = if step.choice % 8 == 7 { step.who } else { key as u8 };
        let (with, authority) = self.publishing.authority(with);
        let responses = authority.respond(session, &challenges);
        assert_eq!(responses.as_ref().err(), (with != key).then_some(&Error::NoSession));
        if let Ok(responses) = responses {
            assert!(fetching.answered.insert(id), "a session answers once");
            let responses = self.network.send(&responses);
            fetching.responses.insert(responses, (bytes, id));
        }
    }

    /// A whole batch if every message of the session has arrived as it was sent, else nothing.
    pub(super) fn finish_evidence(&mut self, step: &Move) {
        let received = self.network.receive::<EvidenceResponses>(10, step);
        let Some((responses, bytes)) = received else { return };
        let fetching = &mut self.fetching;
        let Some(place) = back(fetching.challenged.len(), step.choice) else { return };
        let waiting = fetching.challenged.remove(place);
        let honest = fetching.responses.get(&bytes).is_some_and(|(challenges, id)| {
            let opened = &fetching.opened[id];
            *challenges == waiting.challenges
                && opened.commitments == waiting.commitments
                && opened.request == waiting.request
        });
        let batch = waiting.state.finish(&responses);
        assert_eq!(batch.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let Ok(batch) = batch {
            fetching.batches.push((batch, waiting.content));
        }
    }

    /// The holder has a credential once all its evidence is there; what does not fit is dropped.
    pub(super) fn complete(&mut self, step: &Move) {
        let fetching = &mut self.fetching;
        let Some(place) = back(self.issuing.bare.len(), step.choice) else { return };
        let Bare { issued, holder, content } = self.issuing.bare.remove(place);
        let wanted = usize::from(issued.batches().get());
        // All that there is, or the newest; of this credential only, or of any.
        let any = step.who >> 5 == 7;
        let mut taken: Vec<_> =
            fetching.batches.extract_if(.., |(_, of)| any || *of == content).collect();
        let most = if step.value % 8 == 7 { taken.len() } else { wanted.min(taken.len()) };
        let mut taken = taken.split_off(taken.len() - most);
        if self.fault == Fault::CompletesWithout && taken.len() < wanted {
            let owned = issued.complete([]).map(drop);
            assert_ne!(owned, Err(Error::Incomplete), "no credential without evidence");
        } else {
            let own = taken.iter().all(|(_, of)| *of == content);
            let expected = match (taken.len() == wanted, own) {
                (false, _) => Some(Error::Incomplete),
                (true, false) => Some(Error::ForeignEvidence),
                (true, true) => None,
            };
            let completed = issued.complete(taken.drain(..).map(|(batch, _)| batch));
            assert_eq!(completed.as_ref().err(), expected.as_ref());
            let Ok((credential, items)) = completed else { return };
            assert_eq!(items.len(), wanted * EVIDENCE_BATCH);
            // One in eight is enough to go on with.
            for item in items.into_iter().step_by(8) {
                assert!(item.belongs_to(&credential));
                fetching.evidence.push((item, content.clone()));
            }
            assert!(credential.values().iter().map(crate::parts::encoded).eq(content.2.clone()));
            assert_eq!(*credential.slot(), content.0);
            self.issuing.credentials.push(Owned { credential, holder, content });
        }
    }
}
