//! Evidence (SPEC §9): fetched from an authority that keeps a few sessions.

use std::collections::{BTreeMap, BTreeSet};

use pairnym::*;

use super::{Exchange, Fault, Move, WORLDS, back};
use crate::exchange::HOLDERS;
use crate::pool::seeded;

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
    /// Its place among the credentials.
    credential: usize,
    request: Vec<u8>,
    commitments: Vec<u8>,
    challenges: Vec<u8>,
}

pub struct Fetching {
    sessions: EvidenceSessions,
    /// The model of the store: the sessions in it, and when they end.
    most: usize,
    kept: BTreeMap<[u8; 32], UnixTime>,
    opened: BTreeMap<[u8; 32], Opened>,
    answered: BTreeSet<[u8; 32]>,
    /// Honest requests, and the keys of their credentials.
    requests: BTreeMap<Vec<u8>, usize>,
    offered: Vec<Waiting<EvidenceOffered>>,
    challenged: Vec<Waiting<EvidenceChallenged>>,
    /// The authority's responses, with the challenges and the session that they answer.
    responses: BTreeMap<Vec<u8>, (Vec<u8>, [u8; 32])>,
    /// With the credentials that they were made for.
    pub evidence: Vec<(Evidence, usize)>,
    rounds: usize,
}

/// A session's life time in seconds.
const LIFE: u64 = 60;

/// As many rounds as an input may open; they take their time.
const ROUNDS: usize = 5;

impl Fetching {
    pub fn new(most: usize) -> Self {
        Self {
            sessions: EvidenceSessions::new(most, LIFE),
            most,
            kept: BTreeMap::new(),
            opened: BTreeMap::new(),
            answered: BTreeSet::new(),
            requests: BTreeMap::new(),
            offered: vec![],
            challenged: vec![],
            responses: BTreeMap::new(),
            evidence: vec![],
            rounds: 0,
        }
    }

    fn purge(&mut self, now: UnixTime) {
        self.kept.retain(|_, end| *end >= now);
    }

    /// Keeps a session, if there is room.
    fn keep(&mut self, id: [u8; 32], session: EvidenceSession, now: UnixTime) {
        self.purge(now);
        let room = self.kept.len() < self.most;
        assert_eq!(self.sessions.has_room(now), room);
        let kept = self.sessions.keep(session, now);
        assert_eq!(kept, if room { Ok(()) } else { Err(Error::Full) });
        if room {
            self.kept.insert(id, now.after(LIFE));
        }
        assert_eq!(self.sessions.len(), self.kept.len());
    }
}

impl Exchange {
    pub(super) fn request_evidence(&mut self, step: &Move) {
        let Some(place) = back(self.issuing.credentials.len(), step.choice) else { return };
        let rng = &mut self.rng();
        let owned = &self.issuing.credentials[place];
        let (request, state) =
            HOLDERS[owned.holder].request_evidence(&owned.credential, rng).unwrap();
        assert_eq!(request.parameters(), owned.credential.parameters());
        let request = self.network.send(&request);
        self.fetching.requests.insert(request.clone(), owned.key);
        let (commitments, challenges) = (vec![], vec![]);
        let waiting = Waiting { state, credential: place, request, commitments, challenges };
        self.fetching.offered.push(waiting);
    }

    pub(super) fn open_evidence(&mut self, step: &Move) {
        if self.fetching.rounds == ROUNDS {
            return;
        }
        let Some((request, bytes)) = self.network.receive::<EvidenceRequest>(step) else { return };
        let own = self.fetching.requests.get(&bytes).copied();
        // Sometimes with the wrong key.
        let key = own.unwrap_or(0) ^ usize::from(step.choice % 8 == 7);
        let opened = WORLDS[key].authority.open_evidence(&request, &mut self.rng());
        let expected = (own != Some(key)).then_some(Error::Rejected);
        assert_eq!(opened.as_ref().err(), expected.as_ref());
        let Ok((session, commitments)) = opened else { return };
        let id = *commitments.session();
        self.fetching.rounds += 1;
        self.fetching.keep(id, session, self.now);
        let commitments = self.network.send(&commitments);
        let opened = Opened { key, request: bytes, commitments, draw: self.draws };
        assert!(self.fetching.opened.insert(id, opened).is_none());
    }

    pub(super) fn challenge(&mut self, step: &Move) {
        let Some((commitments, bytes)) = self.network.receive::<EvidenceCommitments>(step) else {
            return;
        };
        let Some(place) = back(self.fetching.offered.len(), step.choice) else { return };
        let waiting = self.fetching.offered.remove(place);
        let (challenges, state) = waiting.state.challenge(&commitments, &mut self.rng()).unwrap();
        assert_eq!(challenges.session(), commitments.session());
        let Waiting { credential, request, .. } = waiting;
        let challenges = self.network.send(&challenges);
        let waiting = Waiting { state, credential, request, commitments: bytes, challenges };
        self.fetching.challenged.push(waiting);
    }

    pub(super) fn respond(&mut self, step: &Move) {
        let Some((challenges, bytes)) = self.network.receive::<EvidenceChallenges>(step) else {
            return;
        };
        let fetching = &mut self.fetching;
        let id = *challenges.session();
        fetching.purge(self.now);
        let expected = fetching.kept.remove(&id).map(drop).ok_or(Error::NoSession);
        let mut taken = fetching.sessions.take(&challenges, self.now);
        if let (Fault::AnswersTwice, Err(_), Some(opened)) =
            (self.fault, &taken, fetching.opened.get(&id))
        {
            let request = EvidenceRequest::from_bytes(&opened.request).unwrap();
            let authority = &WORLDS[opened.key].authority;
            taken = authority.open_evidence(&request, &mut seeded(opened.draw)).map(|(it, _)| it);
        }
        assert_eq!(taken.as_ref().err(), expected.err().as_ref(), "a session answers once");
        assert_eq!(fetching.sessions.len(), fetching.kept.len());
        let Ok(session) = taken else { return };
        let key = fetching.opened[&id].key;
        let with = key ^ usize::from(step.choice % 8 == 7);
        let responses = WORLDS[with].authority.respond(session, &challenges);
        assert_eq!(responses.as_ref().err(), (with != key).then_some(&Error::NoSession));
        if let Ok(responses) = responses {
            assert!(fetching.answered.insert(id), "a session answers once");
            let responses = self.network.send(&responses);
            fetching.responses.insert(responses, (bytes, id));
        }
    }

    /// 32 items if every message of the session has arrived as it was sent, else none.
    pub(super) fn finish_evidence(&mut self, step: &Move) {
        let Some((responses, bytes)) = self.network.receive::<EvidenceResponses>(step) else {
            return;
        };
        let fetching = &mut self.fetching;
        let Some(place) = back(fetching.challenged.len(), step.choice) else { return };
        let waiting = fetching.challenged.remove(place);
        let honest = fetching.responses.get(&bytes).is_some_and(|(challenges, id)| {
            let opened = &fetching.opened[id];
            *challenges == waiting.challenges
                && opened.commitments == waiting.commitments
                && opened.request == waiting.request
        });
        let items = waiting.state.finish(&responses);
        assert_eq!(items.as_ref().err(), (!honest).then_some(&Error::Rejected));
        let Ok(items) = items else { return };
        assert_eq!(items.len(), EVIDENCE_BATCH);
        // One in eight is enough to go on with.
        let owned = &self.issuing.credentials[waiting.credential];
        for item in items.into_iter().step_by(8) {
            assert!(item.belongs_to(&owned.credential));
            fetching.evidence.push((item, waiting.credential));
        }
    }
}
