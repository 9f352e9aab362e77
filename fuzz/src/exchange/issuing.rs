//! Issuance (SPEC §8).

use std::collections::BTreeMap;

use pairnym::*;

use super::{Exchange, HOLDERS, Move, PERSONS, WORLDS, back, pins};
use crate::parts::encoded;

/// What a credential says: key, epoch, C_u, values.
type Content = (usize, Epoch, [u8; 32], Vec<Vec<u8>>);

/// A credential in its owner's storage.
pub struct Owned {
    pub credential: Credential,
    pub holder: usize,
    pub key: usize,
}

#[derive(Default)]
pub struct Issuing {
    /// The authority's own copies.
    offers: Vec<IssuanceOffer>,
    /// Honest requests with the offers that they answer.
    requests: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Holders that wait.
    pending: Vec<(PendingCredential, Content, usize)>,
    /// The authority's responses, and of each content the only one.
    responses: BTreeMap<Vec<u8>, Content>,
    contents: BTreeMap<Content, Vec<u8>>,
    pub credentials: Vec<Owned>,
}

/// The number of a key, if it is one of the two.
pub fn key(parameters: &ParametersId) -> Option<usize> {
    WORLDS.iter().position(|world| world.authority.parameters().id() == parameters)
}

fn content(offer: &IssuanceOffer) -> Option<Content> {
    let values = offer.values().iter().map(encoded).collect();
    Some((key(offer.parameters())?, offer.epoch(), offer.commitment().to_bytes(), values))
}

/// SPEC §4.2: one value for each attribute, of its kind or absent.
fn fits(key: usize, values: &[Value]) -> bool {
    let schema = WORLDS[key].authority.parameters().schema();
    let fits = |(value, (_, kind)): (&Value, (&Token, Kind))| match value {
        Value::Absent => true,
        Value::Flag(_) => kind == Kind::Flag,
        Value::Integer(_) => kind == Kind::Integer,
        _ => kind == Kind::Text,
    };
    values.len() == schema.len() && values.iter().zip(schema.iter()).all(fits)
}

impl Exchange {
    /// The authority offers to a registered person what is true, or what fits no schema.
    pub(super) fn offer(&mut self, step: &Move) {
        let person = usize::from(step.who) % PERSONS;
        let Some(commitment) = self.enrolling.registered(person) else { return };
        let world = &WORLDS[usize::from(step.choice) % 2];
        let mut values = world.values.clone();
        let place = usize::from(step.place) % values.len();
        match step.tamper % 8 {
            4 => values[place] = Value::Absent,
            5 => values[place] = u64::from(step.value).into(),
            6 => values[place] = "text".into(),
            7 => drop(values.pop()),
            _ => {}
        }
        let offer = world.authority.offer(commitment, values.clone(), self.now, &mut self.rng());
        let fits = fits(usize::from(step.choice) % 2, &values);
        assert_eq!(offer.as_ref().err(), (!fits).then_some(&Error::Schema));
        if let Ok(offer) = offer {
            assert_eq!(offer.epoch(), world.authority.parameters().epoch(self.now));
            self.network.send(&offer);
            self.issuing.offers.push(offer);
        }
    }

    pub(super) fn accept_offer(&mut self, step: &Move) {
        let Some((offer, bytes)) = self.network.receive::<IssuanceOffer>(step) else { return };
        let person = usize::from(step.who) % PERSONS;
        let holder = &HOLDERS[person];
        let accepted = holder.request_credential(&offer, self.now, &mut self.rng());
        let expected = match key(offer.parameters()).filter(|key| pins(person, *key)) {
            None => Some(Error::UnpinnedParameters),
            Some(key) => {
                let epoch = WORLDS[key].authority.parameters().epoch(self.now);
                if offer.epoch() != epoch {
                    Some(Error::WrongEpoch)
                } else if offer.commitment() != holder.commitment() {
                    Some(Error::ForeignCommitment)
                } else {
                    (!fits(key, offer.values())).then_some(Error::Schema)
                }
            }
        };
        assert_eq!(accepted.as_ref().err(), expected.as_ref());
        if let (Ok((request, pending)), Some(content)) = (accepted, content(&offer)) {
            assert_eq!(request.nonce(), offer.nonce());
            let request = self.network.send(&request);
            self.issuing.requests.insert(request, bytes);
            self.issuing.pending.push((pending, content, person));
        }
    }

    /// The authority takes a request for the answer to one of its offers.
    pub(super) fn issue(&mut self, step: &Move) {
        let Some((request, bytes)) = self.network.receive::<IssuanceRequest>(step) else { return };
        let issuing = &mut self.issuing;
        let Some(place) = back(issuing.offers.len(), step.choice) else { return };
        let offer = &issuing.offers[place];
        let content = content(offer).expect("an offer of the authority's own");
        // Sometimes with the wrong key.
        let with = if step.value % 8 == 7 { 1 - content.0 } else { content.0 };
        let honest = issuing.requests.get(&bytes) == Some(&offer.to_bytes());
        let expected = match (with == content.0, honest) {
            (false, _) => Some(Error::ForeignParameters),
            (true, false) => Some(Error::Rejected),
            (true, true) => None,
        };
        let response = WORLDS[with].authority.issue(offer, &request);
        assert_eq!(response.as_ref().err(), expected.as_ref());
        if let Ok(response) = response {
            let response = self.network.send(&response);
            // One content, one credential.
            let first = issuing.contents.entry(content.clone()).or_insert(response.clone());
            assert_eq!(*first, response);
            let same = issuing.responses.insert(response, content.clone());
            assert!(same.is_none_or(|same| same == content));
        }
    }

    pub(super) fn finish_credential(&mut self, step: &Move) {
        let Some((response, bytes)) = self.network.receive::<IssuanceResponse>(step) else {
            return;
        };
        let issuing = &mut self.issuing;
        let Some(place) = back(issuing.pending.len(), step.choice) else { return };
        let (pending, content, holder) = issuing.pending.remove(place);
        let honest = issuing.responses.get(&bytes) == Some(&content);
        let credential = pending.finish(&response);
        assert_eq!(credential.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let Ok(credential) = credential {
            let (key, epoch, _, values) = content;
            assert_eq!(credential.parameters(), WORLDS[key].authority.parameters().id());
            assert_eq!(credential.epoch(), epoch);
            assert!(credential.values().iter().map(encoded).eq(values));
            issuing.credentials.push(Owned { credential, holder, key });
        }
    }
}
