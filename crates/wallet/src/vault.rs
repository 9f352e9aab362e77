//! The vault: everything a wallet keeps for long, in one encrypted file.

use std::path::Path;

use pairnym::holder::{Credential, Holder, MasterSecret};
use pairnym::{Slot, UnixTime};
use pairnym_transport::Token;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::device::Device;
use crate::folder::Folder;
use crate::pairs::Pairs;
use crate::parts::{Secret, join, split};
use crate::seal::{Header, Key};
use crate::{Cost, Failure, Lock, Pins};

const FILE: &str = "vault";
/// 1 had no pairings.
const VERSION: u32 = 2;

/// What is no secret in itself. Later versions add members with defaults, and read all earlier
/// ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Facts {
    version: u32,
    pub(crate) pins: Pins,
    /// Whether the person has shown that they have the words.
    pub(crate) backed_up: bool,
    /// Whether the authority has registered this device's commitment.
    pub(crate) enrolled: bool,
    /// The latest time at which the wallet acted.
    pub(crate) latest: UnixTime,
    /// When it shall refresh next.
    pub(crate) refresh: Option<UnixTime>,
    /// The slot for which the authority denied a credential, until the person decides to go on.
    pub(crate) denied: Option<Slot>,
}

/// The contents of the vault.
pub(crate) struct Vault {
    pub(crate) facts: Facts,
    pub(crate) master: MasterSecret,
    pub(crate) holder: Device,
    pub(crate) current: Option<Credential>,
    pub(crate) previous: Option<Credential>,
    /// Of the session with the authority.
    pub(crate) token: Option<Token>,
    /// A ticket whose enrollment has not been acknowledged.
    pub(crate) ticket: Option<Secret>,
    pub(crate) pairs: Pairs,
}

/// The parts of the plain bytes, in their order.
const PARTS: usize = 8;

impl Vault {
    /// A new one, of this secret.
    pub(crate) fn new(master: MasterSecret, pins: Pins, now: UnixTime) -> Result<Self, Failure> {
        let list = pins.list().map_err(|_| Failure::ForeignAuthority)?;
        let holder = Device::Alone(Box::new(Holder::new(&master, list)?));
        let facts = Facts {
            version: VERSION,
            pins,
            backed_up: false,
            enrolled: false,
            latest: now,
            refresh: None,
            denied: None,
        };
        let (current, previous, token, ticket) = (None, None, None, None);
        let pairs = Pairs::default();
        Ok(Self { facts, master, holder, current, previous, token, ticket, pairs })
    }

    pub(crate) fn exists(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// A key for a vault that is about to be made.
    pub(crate) fn new_key(lock: &Lock, cost: Cost) -> Result<(Header, Key), Failure> {
        let header = Header::new(lock, cost);
        Ok((header, header.key(lock)?))
    }

    pub(crate) fn write(&self, folder: &Folder, header: Header, key: &Key) -> Result<(), Failure> {
        let Self { facts, master, holder, current, previous, token, ticket, .. } = self;
        let facts = serde_json::to_vec(facts).map_err(|_| Failure::Damaged(FILE))?;
        let stored = |credential: &Option<Credential>| {
            credential.as_ref().map(|credential| holder.store_credential(credential))
        };
        let (master, list) = (master.export(), holder.store_list());
        let (current, previous) = (stored(current), stored(previous));
        let pairs = self.store_pairs(true)?;
        let parts: [&[u8]; PARTS] = [
            &facts,
            &master[..],
            &list,
            current.as_deref().map_or(&[], |bytes| bytes),
            previous.as_deref().map_or(&[], |bytes| bytes),
            token.as_ref().map_or(&[], |token| &token.0),
            ticket.as_deref().map_or(&[], |bytes| bytes),
            &pairs,
        ];
        let plain = join(parts.into_iter());
        let header = header.to_bytes();
        folder.replace(FILE, &[&header[..], &key.seal(&place(&header), &plain)].concat())
    }

    /// Its pairings, with what belongs to a session or, for a backup, without.
    pub(crate) fn store_pairs(&self, session: bool) -> Result<Secret, Failure> {
        let pairing = self.holder.lead().ok().map(|lead| lead.store_pairing());
        self.pairs.store(pairing.as_deref(), session)
    }

    /// Takes the pairings of a backup.
    pub(crate) fn restore_pairs(&mut self, stored: &[u8]) -> Result<(), Failure> {
        let authority = &self.facts.pins.authority;
        let (pairs, half) =
            Pairs::read(stored, &self.master, authority).ok_or(Failure::BadBackup)?;
        let list = self.holder.store_list();
        let holder = Device::restore(&self.master, authority, &list, half.as_ref());
        self.holder = holder.map_err(|_| Failure::BadBackup)?;
        self.pairs = pairs;
        Ok(())
    }

    /// Opens it, which takes as long as the passphrase's cost says.
    pub(crate) fn read(folder: &Folder, lock: &Lock) -> Result<(Self, Header, Key), Failure> {
        let bytes = folder.read(FILE)?.ok_or(Failure::Missing)?;
        let header = Header::read(&bytes).ok_or(Failure::Damaged(FILE))?;
        let key = header.key(lock)?;
        let (head, sealed) = bytes.split_at(Header::LENGTH);
        // Nobody can tell a wrong passphrase from changed bytes.
        let plain = key.open(&place(head), sealed).ok_or(Failure::WrongPassphrase)?;
        let parts = split(&plain).ok_or(Failure::Damaged(FILE))?;
        Ok((Self::from_parts(&parts)?, header, key))
    }

    pub(crate) fn from_parts(parts: &[Secret]) -> Result<Self, Failure> {
        let damaged = || Failure::Damaged(FILE);
        let facts = parts.first().ok_or_else(damaged)?;
        let version: Version = serde_json::from_slice(facts).map_err(|_| damaged())?;
        if version.version > VERSION {
            return Err(Failure::Newer);
        }
        let mut facts: Facts = serde_json::from_slice(facts).map_err(|_| damaged())?;
        let none = [Secret::default()];
        let (parts, pairs) = match version.version {
            ..2 => (parts, &none[..]),
            _ => parts.split_at_checked(PARTS - 1).ok_or_else(damaged)?,
        };
        let ([_, master, list, current, previous, token, ticket], [pairs]) = (parts, pairs) else {
            return Err(damaged());
        };
        facts.version = VERSION;
        let mut bytes = Zeroizing::new([0; 32]);
        if master.len() != bytes.len() {
            return Err(damaged());
        }
        bytes.copy_from_slice(master);
        let master = MasterSecret::import(*bytes);
        let authority = &facts.pins.authority;
        let (pairs, half) = Pairs::read(pairs, &master, authority).ok_or_else(damaged)?;
        let holder = Device::restore(&master, authority, list, half.as_ref())?;
        let credential = |stored: &Secret| {
            let there = !stored.is_empty();
            there.then(|| holder.load_credential(stored)).transpose()
        };
        let token = match &token[..] {
            [] => None,
            token => Some(Token(token.try_into().map_err(|_| damaged())?)),
        };
        let (current, previous) = (credential(current)?, credential(previous)?);
        let ticket = (!ticket.is_empty()).then(|| ticket.clone());
        Ok(Self { facts, master, holder, current, previous, token, ticket, pairs })
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

fn place(header: &[u8]) -> Vec<u8> {
    [FILE.as_bytes(), header].concat()
}
