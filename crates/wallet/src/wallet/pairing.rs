//! Two devices become one holder (SPEC §20.2, §20.5; PAIRING.md).

use std::fmt;

use pairnym::Message as _;
use pairnym::shared::{
    ChannelKey, InvitingAtDistance, Lead, PairingAnswer, PairingCode, PairingCommitment, PairingId,
    PairingInvitation, PairingRecord, Second, Unconfirmed,
};
use zeroize::Zeroizing;

use super::Wallet;
use crate::channel::{Channel, Keys, Kind, PERSON, Refusal, SOON, Secure, new_keys, public};
use crate::device::Device;
use crate::pairs::{Leading, Link, Ward};
use crate::{Failure, rng};

/// What an invitation begins with: letters, digits and signs that make a small QR code.
const SCHEME: &str = "PAIRNYM-PAIR:";

/// What a record begins with.
const RECORD: &str = "PAIRNYM-RECORD:";

/// The most bytes of an address.
const ADDRESS: usize = 255;

/// A second that has invited a lead: good for one answer.
pub struct Inviting {
    inviting: Option<InvitingAtDistance>,
    text: String,
    key: Zeroizing<[u8; 32]>,
}

/// Two devices that have met. Each person sees digits on their screen, and says whether those on
/// the other one are the same; neither device keeps anything before.
pub struct Meeting<'c, Party> {
    secure: Secure<'c>,
    party: Unconfirmed<Party>,
    key: Zeroizing<[u8; 32]>,
    peer: [u8; 32],
    address: String,
}

impl Inviting {
    /// What the other device is to read, by a QR code or otherwise. It is no secret.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether somebody has answered: then it is good for nothing more.
    #[must_use]
    pub const fn is_used_up(&self) -> bool {
        self.inviting.is_none()
    }

    /// Meets the lead that answers. What is no answer at all uses up nothing: another connection
    /// can be tried.
    ///
    /// # Errors
    /// [`Failure::PeerAway`]; [`Failure::FalsePeer`]; [`Failure::NotPaired`], if the invitation is
    /// used up, and a person has to begin again.
    pub fn meet<'c>(
        &mut self,
        channel: &'c mut dyn Channel,
    ) -> Result<Meeting<'c, Second>, Failure> {
        let frame = channel.receive(SOON)?;
        let answer = PairingAnswer::from_bytes(&frame).map_err(|_| Failure::FalsePeer)?;
        let inviting = self.inviting.take().ok_or(Failure::NotPaired)?;
        let peer = answer.channel_key().0;
        let (invitation, party) = inviting.accept(&answer).map_err(|_| Failure::FalsePeer)?;
        channel.send(&invitation.to_bytes())?;
        let key = std::mem::take(&mut self.key);
        let prologue = meeting_prologue(&invitation, &answer);
        let keys = Keys { own: &key, peer: &peer, prologue };
        let (_, secure) = Secure::respond(channel, std::iter::once(keys))?;
        Ok(Meeting { secure, party, key, peer, address: String::new() })
    }
}

/// All that both have said.
fn meeting_prologue(invitation: &PairingInvitation, answer: &PairingAnswer) -> Vec<u8> {
    [&b"pairnym-pair/1\0"[..], &invitation.to_bytes(), &answer.to_bytes()].concat()
}

impl<Party> Meeting<'_, Party> {
    /// Six digits, which the other device shows too if nobody is in between.
    #[must_use]
    pub fn code(&self) -> PairingCode {
        self.party.code()
    }

    /// The persons see different digits: nothing is kept, and the other device hears of it.
    pub fn differ(mut self) {
        // Whoever is in between may keep it from the other one.
        let _ = self.secure.refuse(Refusal::CodesDiffer);
    }
}

/// A device that this wallet is the second of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WardName {
    /// What the person calls it.
    pub name: String,
    /// The name of the pairing.
    pub pairing: PairingId,
    /// Whether this device has a ticket for its enrollment.
    pub applied: bool,
    /// What the credential says to which this device's person consented last: names and values, as
    /// they were shown. Empty if there was none.
    pub values: Vec<(String, String)>,
}

impl WardName {
    /// What tells it from all the wallet's others, for the person's eyes: its name, and where
    /// another has the same one, the pairing's first eight digits.
    #[must_use]
    pub fn label(&self, all: &[Self]) -> String {
        match all.iter().filter(|other| other.name == self.name).count() {
            0 | 1 => self.name.clone(),
            _ => format!("{} ({:.8})", self.name, self.pairing.to_string()),
        }
    }
}

impl Wallet {
    /// Invites a lead: a ward's device, or the person's first. `address` is where this device waits
    /// for it.
    ///
    /// # Errors
    /// [`Failure::NoBackup`], since what this device keeps comes back by the words;
    /// [`Failure::BadInvitation`] for an address that cannot be written.
    pub fn invite(&self, address: &str) -> Result<Inviting, Failure> {
        if !self.is_backed_up() {
            return Err(Failure::NoBackup);
        }
        check_address(address)?;
        let (key, own) = new_keys();
        let (master, authority) = (&self.vault.master, &self.pins().authority);
        let inviting = Second::invite_at_distance(master, authority, ChannelKey(own), &mut rng())?;
        let commitment = hex::encode_upper(inviting.commitment().to_bytes());
        let text = format!("{SCHEME}{commitment}/{address}");
        Ok(Inviting { inviting: Some(inviting), text, key })
    }

    /// The person has said that both devices show the same digits: this one keeps its share, and
    /// tells the other. `name` is what the person calls the other.
    ///
    /// # Errors
    /// The disk, and nothing is paired; [`Failure::PeerAway`], and the other device may not have
    /// heard of it: then [`forget_ward`](Self::forget_ward), and a new wallet there.
    pub fn confirm_ward(
        &mut self,
        meeting: Meeting<'_, Second>,
        name: &str,
    ) -> Result<PairingId, Failure> {
        let Meeting { mut secure, party, key, peer, address } = meeting;
        let link = Link::new(name.to_owned(), address, peer);
        let second = party.confirm();
        let pairing = *second.pairing();
        let ward = Ward { link, key, second, values: None, token: None, ticket: None };
        self.vault.pairs.wards.push(ward);
        if let Err(failure) = self.save() {
            self.vault.pairs.wards.pop();
            return Err(failure);
        }
        secure.send(Kind::Confirmed, &[])?;
        Ok(pairing)
    }

    /// Answers an invitation: this device becomes a lead, and does nothing without the other from
    /// then on. Its wallet is a new one, whose secret is used for nothing else. `channel` leads to
    /// the [`address`](invited_to) of the invitation.
    ///
    /// # Errors
    /// [`Failure::NotFresh`], [`Failure::NoBackup`], [`Failure::BadInvitation`], and nothing was
    /// sent; [`Failure::PeerAway`], [`Failure::FalsePeer`]; [`Failure::Core`], for another
    /// authority.
    pub fn join<'c>(
        &self,
        channel: &'c mut dyn Channel,
        invitation: &str,
    ) -> Result<Meeting<'c, Lead>, Failure> {
        let vault = &self.vault;
        let fresh = !vault.facts.enrolled
            && vault.token.is_none()
            && vault.ticket.is_none()
            && vault.pairs.share.is_none();
        let (Ok(holder), true) = (vault.holder.alone(), fresh) else {
            return Err(Failure::NotFresh);
        };
        if !self.is_backed_up() {
            return Err(Failure::NoBackup);
        }
        let (commitment, address) = read_invitation(invitation)?;
        let (key, own) = new_keys();
        let list = holder.list().clone();
        let (answer, awaiting) =
            Lead::answer(&vault.master, list, &commitment, ChannelKey(own), &mut rng())?;
        channel.send(&answer.to_bytes())?;
        let frame = channel.receive(SOON)?;
        let invitation = PairingInvitation::from_bytes(&frame).map_err(|_| Failure::FalsePeer)?;
        let peer = invitation.channel_key().0;
        let party = awaiting.accept(&invitation).map_err(|_| Failure::FalsePeer)?;
        let prologue = meeting_prologue(&invitation, &answer);
        let secure = Secure::initiate(channel, &Keys { own: &key, peer: &peer, prologue })?;
        Ok(Meeting { secure, party, key, peer, address: address.to_owned() })
    }

    /// The person has said that both devices show the same digits: once the other person has, too,
    /// this wallet is a lead. `name` is what the person calls the other.
    ///
    /// # Errors
    /// [`Failure::CodesDiffer`], [`Failure::PeerAway`], the disk: nothing is paired.
    pub fn confirm_second(
        &mut self,
        meeting: Meeting<'_, Lead>,
        name: &str,
    ) -> Result<(), Failure> {
        let Meeting { mut secure, party, key, peer, address } = meeting;
        secure.expect(Kind::Confirmed, PERSON)?;
        let link = Link::new(name.to_owned(), address, peer);
        let lead = Device::Lead(Box::new(party.confirm()));
        let alone = std::mem::replace(&mut self.vault.holder, lead);
        self.vault.pairs.leading = Some(Leading { link, key });
        self.save().inspect_err(|_| {
            self.vault.holder = alone;
            self.vault.pairs.leading = None;
        })
    }

    /// Whether this device does nothing without another, and what the person calls that one.
    #[must_use]
    pub fn second(&self) -> Option<&str> {
        self.vault.pairs.leading.as_ref().map(|leading| &leading.link.name[..])
    }

    /// Where the other device waits.
    #[must_use]
    pub fn second_address(&self) -> Option<&str> {
        self.vault.pairs.leading.as_ref().map(|leading| &leading.link.address[..])
    }

    /// The other device waits elsewhere from now on.
    ///
    /// # Errors
    /// [`Failure::NotPaired`], [`Failure::BadInvitation`]; the disk.
    pub fn move_second(&mut self, address: &str) -> Result<(), Failure> {
        check_address(address)?;
        let leading = self.vault.pairs.leading.as_mut().ok_or(Failure::NotPaired)?;
        address.clone_into(&mut leading.link.address);
        self.save()
    }

    /// The devices of which this one is the second.
    pub fn wards(&self) -> impl Iterator<Item = WardName> + '_ {
        self.vault.pairs.wards.iter().map(|ward| WardName {
            name: ward.link.name.clone(),
            pairing: *ward.pairing(),
            applied: ward.ticket.is_some(),
            values: ward.values.clone().unwrap_or_default(),
        })
    }

    /// Forgets a pairing, and with it, unless a backup has it, all that the ward can do.
    ///
    /// # Errors
    /// [`Failure::NotPaired`]; the disk.
    pub fn forget_ward(&mut self, pairing: &PairingId) -> Result<(), Failure> {
        let wards = &mut self.vault.pairs.wards;
        let place = wards.iter().position(|ward| ward.pairing() == pairing);
        let forgotten = wards.remove(place.ok_or(Failure::NotPaired)?);
        self.save().inspect_err(|_| self.vault.pairs.wards.push(forgotten))
    }

    /// What a second that has lost everything but its 24 words needs: for its person's eyes, face to
    /// face.
    ///
    /// # Errors
    /// [`Failure::NotPaired`].
    pub fn record(&self) -> Result<String, Failure> {
        let lead = self.vault.holder.lead()?;
        let leading = self.vault.pairs.leading.as_ref().ok_or(Failure::NotPaired)?;
        let record = lead.record(ChannelKey(public(&leading.key)));
        Ok(format!("{RECORD}{}", hex::encode_upper(record.to_bytes())))
    }

    /// Makes this wallet, restored from its words, the second again for the lead that shows this
    /// record. It has a new key, which the lead has to be [told](Self::accept_key), face to face.
    ///
    /// # Errors
    /// [`Failure::BadInvitation`]; [`Failure::NotFresh`] if it is that already; [`Failure::Core`]
    /// if it is the record of another second; the disk.
    pub fn recover_ward(&mut self, record: &str, name: &str) -> Result<String, Failure> {
        let bytes = record.trim().strip_prefix(RECORD).and_then(|text| hex::decode(text).ok());
        let record = bytes.and_then(|bytes| PairingRecord::from_bytes(&bytes).ok());
        let record = record.ok_or(Failure::BadInvitation)?;
        let second = Second::recover(&self.vault.master, &record)?;
        if *second.authority() != self.pins().authority {
            return Err(Failure::ForeignAuthority);
        }
        if self.vault.pairs.wards.iter().any(|ward| ward.pairing() == second.pairing()) {
            return Err(Failure::NotFresh);
        }
        let (key, own) = new_keys();
        let link = Link::new(name.to_owned(), String::new(), second.channel_key().0);
        let ward = Ward { link, key, second, values: None, token: None, ticket: None };
        self.vault.pairs.wards.push(ward);
        if let Err(failure) = self.save() {
            self.vault.pairs.wards.pop();
            return Err(failure);
        }
        Ok(hex::encode_upper(own))
    }

    /// The second has a new device, which shows this key to this one's person, face to face.
    ///
    /// # Errors
    /// [`Failure::NotPaired`], [`Failure::BadInvitation`]; the disk.
    pub fn accept_key(&mut self, key: &str) -> Result<(), Failure> {
        let mut peer = [0; 32];
        hex::decode_to_slice(key.trim(), &mut peer).map_err(|_| Failure::BadInvitation)?;
        let leading = self.vault.pairs.leading.as_mut().ok_or(Failure::NotPaired)?;
        let before = leading.link.replace_peer(peer);
        self.save().inspect_err(|_| {
            if let Some(leading) = &mut self.vault.pairs.leading {
                leading.link.replace_peer(before);
            }
        })
    }
}

/// Where the device waits that shows this invitation.
///
/// # Errors
/// [`Failure::BadInvitation`].
pub fn invited_to(invitation: &str) -> Result<&str, Failure> {
    read_invitation(invitation).map(|(_, address)| address)
}

fn read_invitation(text: &str) -> Result<(PairingCommitment, &str), Failure> {
    let rest = text.trim().strip_prefix(SCHEME).ok_or(Failure::BadInvitation)?;
    let (commitment, address) = rest.split_once('/').ok_or(Failure::BadInvitation)?;
    check_address(address)?;
    let bytes = hex::decode(commitment).map_err(|_| Failure::BadInvitation)?;
    let commitment = PairingCommitment::from_bytes(&bytes);
    Ok((commitment.map_err(|_| Failure::BadInvitation)?, address))
}

fn check_address(address: &str) -> Result<(), Failure> {
    let fits = (1..=ADDRESS).contains(&address.len())
        && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if fits { Ok(()) } else { Err(Failure::BadInvitation) }
}

impl fmt::Debug for Inviting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inviting").field("text", &self.text).finish_non_exhaustive()
    }
}

impl<Party> fmt::Debug for Meeting<'_, Party> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meeting(..)")
    }
}
