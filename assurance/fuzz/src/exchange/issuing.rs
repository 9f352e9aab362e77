//! Issuance (SPEC §8).

use std::collections::BTreeMap;

use pairnym::{attribute::*, authority::*, holder::*, message::*, *};
use pairnym_testkit::seconds;

use super::enrolling::storage_key;
use super::publishing::{commitment, number, of_key, values};
use super::{AUTHORITY, Exchange, Fault, PERSONS};
use crate::network::{Move, back, peer};
use crate::parts::encoded;
use crate::rules;

/// What a credential says: slot, C_u, values. One content has one credential, however often it is
/// issued.
pub type Content = (Slot, [u8; 32], Vec<Vec<u8>>);

/// A credential that lacks its evidence.
pub struct Bare {
    pub issued: IssuedCredential,
    pub holder: usize,
    pub content: Content,
}

/// A credential in its owner's storage.
pub struct Owned {
    pub credential: Credential,
    pub holder: usize,
    pub content: Content,
}

#[derive(Default)]
pub struct Issuing {
    /// The authority's open offers.
    offers: Vec<OpenOffer>,
    /// Honest requests with the offers that they answer.
    requests: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Holders that wait.
    pending: Vec<(AwaitingIssuance, Content, usize)>,
    /// The authority's responses, and of each content the only one.
    responses: BTreeMap<Vec<u8>, Content>,
    contents: BTreeMap<Content, Vec<u8>>,
    pub bare: Vec<Bare>,
    pub credentials: Vec<Owned>,
}

fn content(offer: &IssuanceOffer) -> Content {
    let values = offer.values().iter().map(encoded).collect();
    (*offer.slot(), offer.commitment().to_bytes(), values)
}

impl Issuing {
    /// The authority restarts: its open offers come out of storage.
    pub fn restart(&mut self) {
        let key = storage_key();
        for open in &mut self.offers {
            let stored = open.store(&key);
            *open = OpenOffer::load(&stored, &key).unwrap();
            assert_eq!(open.store(&key), stored);
        }
    }
}

impl Exchange {
    /// The authority offers what is true, or what fits no schema; nearly always to somebody who is
    /// registered, and with the key that issues.
    pub(super) fn offer(&mut self, step: &Move) {
        let person = usize::from(step.who) % PERSONS;
        let (now, rng) = (self.clock(AUTHORITY), &mut self.rng());
        let registered = self.enrolling.registered(person);
        let anybody = (step.who >> 6 == 3).then_some(*commitment(person));
        let Some(commitment) = registered.or(anybody) else { return };
        let issuing = self.publishing.issuing(now) as u8;
        let choice = if step.choice % 8 == 7 { step.message } else { issuing };
        let (key, authority) = self.publishing.authority(choice);
        let mut values = values(key);
        let schema = of_key(key).schema();
        let mut names: Vec<_> = schema.iter().map(|(name, _)| name.as_str()).collect();
        let place = usize::from(step.place) % values.len();
        match step.tamper % 8 {
            3 => names[place] = "nothing",
            4 => values[place] = Value::Absent,
            5 => values[place] = u64::from(step.value).into(),
            6 => values[place] = "text".into(),
            7 => values[place] = "\u{200b}".into(),
            _ => {}
        }
        let life = if step.tamper >> 3 == 31 { 601 } else { 60 + u64::from(step.value) };
        let named = names.iter().copied().zip(values.iter().cloned());
        let offer = authority.offer(commitment, named, seconds(life), now, rng);
        let list = self.publishing.newest();
        let slot = list.slot(now);
        let hidden = values.iter().any(|value| value.as_text() == Some("\u{200b}"));
        let rules = [
            (self.publishing.has(key), Error::ForeignParameters),
            (now < list.until(), Error::ListExpired),
            (slot.is_some_and(|slot| slot.parameters == *of_key(key).id()), Error::WrongEpoch),
            (life <= 600, Error::Range),
            (!names.contains(&"nothing"), Error::UnknownAttribute),
            (rules::values_fit(&values, schema), Error::Schema),
            (!hidden, Error::Text),
        ];
        let expected = rules.into_iter().find(|(holds, _)| !holds).map(|(_, error)| error);
        assert_eq!(offer.as_ref().err(), expected.as_ref());
        if let Ok(open) = offer {
            assert_eq!(Some(*open.offer().slot()), slot);
            assert_eq!(open.expires().0, now.0 + life);
            assert!(open.offer().values().iter().eq(&values));
            self.network.send(open.offer());
            self.issuing.offers.push(open);
        }
    }

    pub(super) fn accept_offer(&mut self, step: &Move) {
        let Some((offer, bytes)) = self.network.receive::<IssuanceOffer>(4, step) else { return };
        let person = usize::from(step.who) % PERSONS;
        let (now, rng) = (self.clock(person), &mut self.rng());
        let holder = self.publishing.holder(person);
        let list = holder.list();
        let peer = peer(list.host().as_str(), step);
        let received = Received::<IssuanceOffer>::from_authority(list, &peer, &bytes);
        let own = peer == *list.host();
        assert_eq!(received.as_ref().err(), (!own).then_some(&Error::ForeignAuthority));
        let Ok(received) = received else { return };
        let accepted = holder.request_credential(&received, now, rng);
        let expected = rules::accepts(list, holder.commitment(), &offer, now);
        assert_eq!(accepted.as_ref().err(), expected.as_ref().err());
        if let Ok((request, pending)) = accepted {
            let request = self.network.send_checked(request);
            self.issuing.requests.insert(request, bytes);
            self.issuing.pending.push((pending, content(&offer), person));
        }
    }

    /// The authority takes a request for the answer to one of its offers.
    pub(super) fn issue(&mut self, step: &Move) {
        let Some((request, bytes)) = self.network.receive::<IssuanceRequest>(5, step) else {
            return;
        };
        let now = self.clock(AUTHORITY);
        let issuing = &mut self.issuing;
        let Some(place) = back(issuing.offers.len(), step.choice) else { return };
        let open = &issuing.offers[place];
        let (offer, content) = (open.offer(), content(open.offer()));
        let key = number(&offer.slot().parameters).expect("an offer of the authority's own");
        // Sometimes with another key.
        let with = if step.value % 8 == 7 { step.who } else { key as u8 };
        let (with, authority) = self.publishing.authority(with);
        let honest = issuing.requests.get(&bytes) == Some(&offer.to_bytes());
        let rules = [
            (self.publishing.has(with) && with == key, Error::ForeignParameters),
            (now <= open.expires(), Error::Expired),
            (honest, Error::Rejected),
            (self.enrolling.is_registered(offer.commitment()), Error::NotRegistered),
        ];
        let expected = rules.into_iter().find(|(holds, _)| !holds).map(|(_, error)| error);
        let registry = &self.enrolling.registry;
        let response = match self.fault {
            Fault::IssuesToDeleted => {
                let checked = authority.check_issuance(open, &request, now);
                checked.and_then(|unissued| unissued.issue_if(true))
            }
            Fault::IssuesLate => {
                let now = now.min(open.expires());
                authority.issue(open, &request, now, registry).map_err(Error::from)
            }
            _ => authority.issue(open, &request, now, registry).map_err(Error::from),
        };
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
        let Some((response, bytes)) = self.network.receive::<IssuanceResponse>(6, step) else {
            return;
        };
        let issuing = &mut self.issuing;
        let Some(place) = back(issuing.pending.len(), step.choice) else { return };
        let (pending, content, holder) = issuing.pending.remove(place);
        let honest = issuing.responses.get(&bytes) == Some(&content);
        let issued = pending.finish(&response);
        assert_eq!(issued.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let Ok(issued) = issued {
            assert_eq!(*issued.slot(), content.0);
            let key = number(&content.0.parameters).unwrap();
            assert_eq!(issued.batches(), of_key(key).batches());
            issuing.bare.push(Bare { issued, holder, content });
        }
    }
}
