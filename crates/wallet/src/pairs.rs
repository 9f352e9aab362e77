//! What the vault keeps of pairings (SPEC §20.5): a lead's way to its second, and the wards of a
//! second.

use pairnym::AuthorityId;
use pairnym::holder::MasterSecret;
use pairnym::shared::{Lead, PairingId, Second};
use pairnym_transport::Token;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Failure;
use crate::channel::{Keys, prologue};
use crate::parts::{Secret, join, split};

/// The way to the other device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    /// What the person calls it.
    pub(crate) name: String,
    /// Where it waits.
    pub(crate) address: String,
    /// Its public key.
    peer: [u8; 32],
}

impl Link {
    pub(crate) const fn new(name: String, address: String, peer: [u8; 32]) -> Self {
        Self { name, address, peer }
    }

    /// Returns the former one.
    pub(crate) const fn replace_peer(&mut self, peer: [u8; 32]) -> [u8; 32] {
        std::mem::replace(&mut self.peer, peer)
    }
}

/// A lead's way to its second. The pairing itself is the lead's.
pub(crate) struct Leading {
    pub(crate) link: Link,
    pub(crate) key: Zeroizing<[u8; 32]>,
}

/// A device without which this one decides nothing, and which does nothing without this one.
pub(crate) struct Ward {
    pub(crate) link: Link,
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) second: Second,
    /// What the credential said to which the person consented last, as it was shown.
    pub(crate) values: Option<Vec<(String, String)>>,
    /// Of the session in which this device got the ticket.
    pub(crate) token: Option<Token>,
    /// A ticket whose enrollment has not been acknowledged.
    pub(crate) ticket: Option<Secret>,
}

impl Leading {
    pub(crate) fn keys(&self, lead: &Lead) -> Keys<'_> {
        let authority = lead.list().authority();
        let prologue = prologue(authority, lead.pairing(), lead.commitment());
        Keys { own: &self.key, peer: &self.link.peer, prologue }
    }

    /// With the lead's stored pairing.
    fn store(&self, pairing: &[u8]) -> Result<Secret, Failure> {
        let link = json(&self.link)?;
        Ok(join([&link[..], &self.key[..], pairing].into_iter()))
    }

    fn read(link: &[u8], key: &[u8]) -> Option<Self> {
        Some(Self { link: serde_json::from_slice(link).ok()?, key: secret(key)? })
    }
}

/// What a device has of a pairing as lead, or had, in its stored form.
pub(crate) enum Half {
    /// It does nothing alone.
    Pairing(Secret),
    /// It has been handed its second's share, and is alone.
    Share(Secret),
}

impl Ward {
    pub(crate) fn keys(&self) -> Keys<'_> {
        let Self { link, key, second, .. } = self;
        let prologue = prologue(second.authority(), second.pairing(), second.commitment());
        Keys { own: key, peer: &link.peer, prologue }
    }

    pub(crate) const fn pairing(&self) -> &PairingId {
        self.second.pairing()
    }

    /// Without the session, for a backup.
    fn store(&self, session: bool) -> Result<Secret, Failure> {
        let Self { link, key, second, values, token, ticket } = self;
        let (link, values) = (json(link)?, json(values)?);
        let stored = second.store();
        let parts: [&[u8]; 6] = [
            &link,
            &key[..],
            &stored,
            &values,
            token.as_ref().filter(|_| session).map_or(&[], |token| &token.0),
            ticket.as_deref().filter(|_| session).map_or(&[], |bytes| bytes),
        ];
        Ok(join(parts.into_iter()))
    }

    fn read(bytes: &[u8], master: &MasterSecret, authority: &AuthorityId) -> Option<Self> {
        let parts = split(bytes)?;
        let [link, key, second, values, token, ticket] = &parts[..] else { return None };
        Some(Self {
            link: serde_json::from_slice(link).ok()?,
            key: secret(key)?,
            second: Second::restore(master, authority, second).ok()?,
            values: serde_json::from_slice(values).ok()?,
            token: match &token[..] {
                [] => None,
                token => Some(Token(token.try_into().ok()?)),
            },
            ticket: (!ticket.is_empty()).then(|| ticket.clone()),
        })
    }
}

/// All pairings of a wallet.
#[derive(Default)]
pub(crate) struct Pairs {
    pub(crate) leading: Option<Leading>,
    /// What a second handed over, in its stored form.
    pub(crate) share: Option<Secret>,
    pub(crate) wards: Vec<Ward>,
}

impl Pairs {
    /// In one secret. `pairing` is the stored one of the lead; what belongs to a session stays out
    /// of backups.
    pub(crate) fn store(&self, pairing: Option<&[u8]>, session: bool) -> Result<Secret, Failure> {
        let leading = match (&self.leading, &self.share, pairing) {
            (Some(leading), _, Some(pairing)) => leading.store(pairing)?,
            (_, Some(share), _) => join(std::iter::once(&share[..])),
            _ => Secret::default(),
        };
        let wards: Result<Vec<_>, _> = self.wards.iter().map(|ward| ward.store(session)).collect();
        let wards = wards?;
        Ok(join(std::iter::once(&leading[..]).chain(wards.iter().map(|ward| &ward[..]))))
    }

    /// With the stored half of a wallet that is a lead, or was. Nothing for other bytes.
    pub(crate) fn read(
        bytes: &[u8],
        master: &MasterSecret,
        authority: &AuthorityId,
    ) -> Option<(Self, Option<Half>)> {
        let parts = split(bytes)?;
        let Some((first, rest)) = parts.split_first() else { return Some(Default::default()) };
        let wards = rest.iter().map(|ward| Ward::read(ward, master, authority));
        let mut pairs = Self { wards: wards.collect::<Option<_>>()?, ..Self::default() };
        let half = match &split(first)?[..] {
            [] => None,
            [share] => {
                pairs.share = Some(share.clone());
                Some(Half::Share(share.clone()))
            }
            [link, key, pairing] => {
                pairs.leading = Some(Leading::read(link, key)?);
                Some(Half::Pairing(pairing.clone()))
            }
            _ => return None,
        };
        Some((pairs, half))
    }
}

fn json(facts: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(facts).map_err(|_| Failure::Damaged("vault"))
}

fn secret(bytes: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut secret = Zeroizing::new([0; 32]);
    (bytes.len() == secret.len()).then(|| secret.copy_from_slice(bytes))?;
    Some(secret)
}
