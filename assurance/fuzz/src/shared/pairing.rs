//! New pairings beside those that act: face to face and at a distance, the hand-over, and a second
//! that has lost its storage.

use std::collections::{BTreeMap, BTreeSet};

use pairnym::{hazmat::Transcript, holder::*, shared::*, *};
use pairnym_testkit::masters;

use super::{Fault, SETTING, Shared, WARDS, other, world};
use crate::network::{Move, back};

/// A second that waits for an answer, and the commitment to its invitation.
enum Invited {
    Here(Inviting, Vec<u8>),
    Elsewhere(InvitingAtDistance, Vec<u8>),
}

#[derive(Default)]
pub struct Pairing {
    inviting: Vec<Invited>,
    /// Leads at a distance, with the commitments that they took and the answers that they gave.
    awaiting: Vec<(AwaitingInvitation, Vec<u8>, Vec<u8>)>,
    invitations: BTreeSet<Vec<u8>>,
    /// Leads' answers: the commitment to the invitation that each answers, and C_u if it is known.
    answers: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Both sides of what was paired, by the lead's answer: the code of each, and its C_u.
    seconds: BTreeMap<Vec<u8>, Paired>,
    leads: BTreeMap<Vec<u8>, Paired>,
}

type Paired = (Option<String>, [u8; 32]);

impl Pairing {
    /// The guardian's device forgets the invitations that were not answered.
    pub fn restart(&mut self) {
        self.inviting.clear();
    }

    fn compare(&self, answer: &[u8]) {
        if let (Some(second), Some(lead)) = (self.seconds.get(answer), self.leads.get(answer)) {
            assert_eq!(second, lead, "both sides have the same person and the same code");
        }
    }
}

/// What a second at a distance sends before this invitation (SPEC §20.2, §14.17).
fn commitment(invitation: &[u8]) -> Vec<u8> {
    let end = 3 + usize::from(invitation[2]) + 32;
    let hash = Transcript::new("share-commitment").part(invitation).h32();
    [&[1, 26], &invitation[2..end], &hash].concat()
}

/// The lead's key; now and then that of the second, which must not be taken.
fn key(step: &Move) -> ChannelKey {
    ChannelKey([if other(step.value) { 1 } else { 2 }; 32])
}

fn lead_master(step: &Move) -> MasterSecret {
    masters(40 + step.value % 4).0
}

impl Shared {
    pub(super) fn invite(&mut self, step: &Move) {
        let (_, guardian) = masters(40 + step.who % 2);
        let authority = world().authority.list().authority();
        let (channel, rng) = (ChannelKey([1; 32]), &mut self.rng());
        if step.choice % 2 == 1 {
            let inviting = Second::invite_at_distance(&guardian, authority, channel, rng).unwrap();
            let commitment = self.channel.send(&inviting.commitment());
            self.pairing.inviting.push(Invited::Elsewhere(inviting, commitment));
            return;
        }
        let inviting = Second::invite(&guardian, authority, channel, rng).unwrap();
        let invitation = self.channel.send(inviting.invitation());
        self.pairing.inviting.push(Invited::Here(inviting, commitment(&invitation)));
        self.pairing.invitations.insert(invitation);
    }

    /// A lead takes an invitation, or at a distance the commitment to one.
    pub(super) fn accept_invitation(&mut self, step: &Move) {
        let list = world().authority.list();
        let (master, channel, rng) = (lead_master(step), key(step), &mut self.rng());
        if step.choice % 2 == 1 {
            let received = self.channel.receive::<PairingCommitment>(26, step);
            let Some((committed, bytes)) = received else { return };
            let own = is_for(&bytes, list);
            let answered = Lead::answer(&master, list.clone(), &committed, channel, rng);
            assert_eq!(answered.as_ref().err(), (!own).then_some(&Error::ForeignAuthority));
            let Ok((answer, awaiting)) = answered else { return };
            let answer = self.channel.send(&answer);
            self.pairing.answers.insert(answer.clone(), bytes.clone());
            return self.pairing.awaiting.push((awaiting, bytes, answer));
        }
        let received = self.channel.receive::<PairingInvitation>(24, step);
        let Some((mut invitation, bytes)) = received else { return };
        let known = self.pairing.invitations.contains(&bytes) && !other(step.value);
        let expected = match is_for(&bytes, list) {
            false => Some(Error::ForeignAuthority),
            true => (!known).then_some(Error::Rejected),
        };
        if self.fault == Fault::TakesAnyChannel {
            let end = 3 + usize::from(bytes[2]) + 32;
            let same = |other: &&Vec<u8>| {
                other.len() == bytes.len() && other[end + 32..] == bytes[end + 32..]
            };
            let right = self.pairing.invitations.iter().find(same);
            invitation = right.map_or(invitation, |it| Message::from_bytes(it).unwrap());
        }
        let accepted = Lead::accept(&master, list.clone(), &invitation, channel, rng);
        assert_eq!(accepted.as_ref().err(), expected.as_ref());
        let Ok((answer, lead)) = accepted else { return };
        let answer = self.channel.send(&answer);
        self.pairing.answers.insert(answer.clone(), commitment(&bytes));
        self.pairing.leads.insert(answer.clone(), (None, lead.commitment().to_bytes()));
    }

    /// A second takes an answer; at a distance it shows its invitation only now.
    pub(super) fn accept_answer(&mut self, step: &Move) {
        let received = self.channel.receive::<PairingAnswer>(25, step);
        let Some((answer, bytes)) = received else { return };
        let Some(place) = back(self.pairing.inviting.len(), step.choice) else { return };
        let invited = self.pairing.inviting.remove(place);
        let (Invited::Here(_, commitment) | Invited::Elsewhere(_, commitment)) = &invited;
        // The lead's key differs from the second's, [1; 32].
        let honest =
            self.pairing.answers.get(&bytes) == Some(commitment) && bytes[34..66] != [1; 32];
        let accepted = match invited {
            Invited::Here(inviting, _) => inviting.accept(&answer).map(|second| (None, second)),
            Invited::Elsewhere(inviting, _) => inviting.accept(&answer).map(|(shown, second)| {
                let invitation = self.channel.send(&shown);
                self.pairing.invitations.insert(invitation);
                (Some(second.code().to_string()), second.confirm())
            }),
        };
        assert_eq!(accepted.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let Ok((code, second)) = accepted {
            let paired = (code, second.commitment().to_bytes());
            self.pairing.seconds.insert(bytes.clone(), paired);
            self.pairing.compare(&bytes);
        }
    }

    /// A lead at a distance takes the invitation to which its second has committed.
    pub(super) fn finish(&mut self, step: &Move) {
        let received = self.channel.receive::<PairingInvitation>(24, step);
        let Some((invitation, bytes)) = received else { return };
        let Some(place) = back(self.pairing.awaiting.len(), step.choice) else { return };
        let (awaiting, committed, answer) = self.pairing.awaiting.remove(place);
        let honest = commitment(&bytes) == committed && answer[34..66] != [1; 32];
        let accepted = awaiting.accept(&invitation);
        assert_eq!(accepted.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let Ok(lead) = accepted {
            let code = lead.code().to_string();
            let paired = (Some(code), lead.confirm().commitment().to_bytes());
            self.pairing.leads.insert(answer.clone(), paired);
            self.pairing.compare(&answer);
        }
    }

    /// A ward takes over what a second sends, or refuses it and stays as it is.
    pub(super) fn hand_over(&mut self, step: &Move) {
        let ward = usize::from(step.who) % WARDS;
        let sent = self.second(ward).transfer().to_bytes().to_vec();
        self.channel.post(sent.clone());
        let Some(bytes) = self.channel.arrives(31, step) else { return };
        let Ok(transfer) = ShareTransfer::from_bytes(&bytes) else { return };
        let (lead, whole) = (self.lead(ward), &SETTING.wards[ward].alone);
        let master = MasterSecret::import(SETTING.wards[ward].master);
        let taken = lead.take_over(&master, &transfer);
        let honest = bytes == sent;
        assert_eq!(taken.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let Ok((alone, stored)) = taken {
            assert_eq!(alone.commitment(), whole.commitment());
            let (authority, list) = (lead.list().authority(), lead.store_list());
            let again = Holder::restore_share(&master, authority, &list, &stored).unwrap();
            assert_eq!(again.commitment(), whole.commitment());
        }
    }

    /// A guardian that has only its master secret asks its ward.
    pub(super) fn recover(&mut self, step: &Move) {
        let ward = usize::from(step.who) % WARDS;
        let second = self.second(ward);
        let sent = self.channel.send(&self.lead(ward).record(*second.channel_key()));
        let Some((record, bytes)) = self.channel.receive::<PairingRecord>(34, step) else { return };
        let (_, guardian) = masters(SETTING.wards[ward].master[0]);
        let recovered = Second::recover(&guardian, &record);
        // The channel key and C_u are the ward's word.
        let end = 3 + usize::from(sent[2]) + 32;
        let whole = |bytes: &[u8]| [&bytes[..end], &bytes[end + 32..end + 64]].concat();
        let honest = bytes.len() == sent.len() && whole(&bytes) == whole(&sent);
        assert_eq!(recovered.as_ref().err(), (!honest).then_some(&Error::Rejected));
        if let (Ok(again), true) = (recovered, bytes == sent) {
            assert!(again.store() == second.store());
        }
    }
}

/// Whether a message that begins with an authority id names that of the list.
fn is_for(bytes: &[u8], list: &ParameterList) -> bool {
    bytes[3..][..bytes[2].into()] == *list.authority().as_str().as_bytes()
}
