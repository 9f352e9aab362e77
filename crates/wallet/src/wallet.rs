//! The wallet: what a person's device does, one call for each thing.

use std::fmt;
use std::path::Path;

use pairnym::UnixTime;
use pairnym::holder::MasterSecret;
use pairnym_transport::wallet::HttpRequest;
use zeroize::Zeroizing;

use crate::backup::Rest;
use crate::folder::Folder;
use crate::history::History;
use crate::seal::{Header, Key};
use crate::stock::Stock;
use crate::vault::Vault;
use crate::{Cost, Entry, Failure, Http, Language, Lock, Offline, Pins, Response, Words, rng};

mod answer;
mod credential;
mod enrollment;
mod lists;
mod pairing;
mod second;
#[cfg(test)]
mod tests;
mod together;

pub use answer::{Answered, Asked, Coming, Pairing};
#[cfg(feature = "page")]
pub(crate) use answer::{Waited, fetch};
pub use credential::{Due, Offer};
pub use lists::Alarm;
pub use pairing::{Inviting, Meeting, WardName, invited_to};
pub use second::{About, Ask, Asking, Attended};

/// How much earlier than before a clock may be, in seconds (SPEC §16.1).
const SKEW: u64 = 600;

/// A person's wallet, in a folder that this process alone uses.
///
/// `now` is always the device's own clock.
pub struct Wallet {
    folder: Folder,
    header: Header,
    key: Key,
    vault: Vault,
    stock: Stock,
    history: History,
}

impl Wallet {
    /// Makes a wallet with a new secret.
    ///
    /// # Errors
    /// [`Failure::Exists`], [`Failure::InUse`]; the disk.
    pub fn create(
        path: &Path,
        lock: &Lock,
        cost: Cost,
        pins: Pins,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let vault = Vault::new(MasterSecret::generate(&mut rng()), pins, now)?;
        Self::begin(path, lock, cost, vault, Vec::new())
    }

    /// Makes a wallet out of a backup: the same 网号s. It has no credential, and needs a session of
    /// its own with the authority.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`Failure::BadBackup`], [`Failure::WrongPassphrase`] for the
    /// file.
    pub fn restore(
        path: &Path,
        lock: &Lock,
        cost: Cost,
        words: &Words,
        (file, passphrase): (&[u8], &Zeroizing<String>),
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let rest = Rest::decrypt(file, passphrase)?;
        let mut vault = Vault::new(words.master()?, rest.pins, now)?;
        vault.restore_pairs(&rest.pairs)?;
        vault.facts.backed_up = true;
        Self::begin(path, lock, cost, vault, rest.history)
    }

    /// As [`restore`](Self::restore), from the words alone, with pins that come with the program.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`Failure::BadBackup`].
    pub fn restore_words(
        path: &Path,
        lock: &Lock,
        cost: Cost,
        words: &Words,
        pins: Pins,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let mut vault = Vault::new(words.master()?, pins, now)?;
        vault.facts.backed_up = true;
        Self::begin(path, lock, cost, vault, Vec::new())
    }

    fn begin(
        path: &Path,
        lock: &Lock,
        cost: Cost,
        vault: Vault,
        entries: Vec<Entry>,
    ) -> Result<Self, Failure> {
        let folder = Folder::open(path)?;
        if Vault::exists(path) {
            return Err(Failure::Exists);
        }
        let (header, key) = Vault::new_key(lock, cost)?;
        // Whatever an earlier wallet left in the folder is not this one's.
        let mut stock = Stock::default();
        stock.drop_all(&folder)?;
        let mut history = History::default();
        history.replace((0..).zip(entries), &folder, &key)?;
        vault.write(&folder, header, &key)?;
        Ok(Self { folder, header, key, vault, stock, history })
    }

    /// Whether there is a wallet in a folder.
    #[must_use]
    pub fn exists(path: &Path) -> bool {
        Vault::exists(path)
    }

    /// Opens a wallet, which takes as long as the passphrase's cost says.
    ///
    /// # Errors
    /// [`Failure::Missing`], [`Failure::InUse`], [`Failure::WrongPassphrase`],
    /// [`Failure::Damaged`], [`Failure::Newer`]; the disk.
    pub fn open(path: &Path, lock: &Lock) -> Result<Self, Failure> {
        if !path.exists() {
            return Err(Failure::Missing);
        }
        let folder = Folder::open(path)?;
        let (vault, header, key) = Vault::read(&folder, lock)?;
        let stock = Stock::read(&folder, &key)?;
        let history = History::read(&folder, &key)?;
        Ok(Self { folder, header, key, vault, stock, history })
    }

    /// Whether this opens the wallet, which takes as long as the passphrase's cost says: for what
    /// the person shall prove once more, though the wallet is open.
    ///
    /// # Errors
    /// [`Failure::WrongPassphrase`], and as [`open`](Self::open).
    pub fn check_lock(&self, lock: &Lock) -> Result<(), Failure> {
        Vault::read(&self.folder, lock).map(drop)
    }

    /// Another passphrase or key from now on.
    ///
    /// # Errors
    /// The disk: then the former one is still right, but evidence or history may be gone.
    pub fn change_lock(&mut self, lock: &Lock, cost: Cost) -> Result<(), Failure> {
        let (header, key) = Vault::new_key(lock, cost)?;
        // In this order a crash leaves a wallet that opens: without stock, at worst.
        self.stock.drop_all(&self.folder)?;
        self.vault.write(&self.folder, header, &key)?;
        (self.header, self.key) = (header, key);
        self.history.retain(|_, _| true, &self.folder, &self.key)
    }

    fn save(&self) -> Result<(), Failure> {
        self.vault.write(&self.folder, self.header, &self.key)
    }

    /// Notes the time, and warns if the clock is earlier than it was by more than ten minutes.
    fn acts(&mut self, now: UnixTime) -> Option<Alarm> {
        let latest = &mut self.vault.facts.latest;
        let early = now.0.saturating_add(SKEW) < latest.0;
        *latest = (*latest).max(now);
        early.then_some(Alarm::Clock { latest: *latest })
    }

    /// What the wallet was delivered with.
    #[must_use]
    pub const fn pins(&self) -> &Pins {
        &self.vault.facts.pins
    }

    /// Whether the authority has registered this person's commitment from this device.
    #[must_use]
    pub const fn is_enrolled(&self) -> bool {
        self.vault.facts.enrolled
    }

    /// The person's 网号 at a platform, whether or not they were ever there.
    ///
    /// # Errors
    /// [`Failure::NeedsSecond`]: a lead finds it in its history, once it was there;
    /// [`Failure::Core`] with probability about 2^-252.
    pub fn pseudonym(
        &self,
        platform: &pairnym::PlatformId,
        label: Option<&pairnym::Name>,
    ) -> Result<pairnym::Pseudonym, Failure> {
        Ok(self.vault.holder.alone()?.pseudonym(platform, label)?)
    }

    /// The backup's words, to be written down.
    ///
    /// # Errors
    /// None in fact.
    pub fn words(&self, language: Language) -> Result<Words, Failure> {
        Words::of(&self.vault.master, language)
    }

    /// The person types the words back: from now on the wallet enrolls.
    ///
    /// # Errors
    /// [`Failure::BadBackup`] if they are others; the disk.
    pub fn confirm_words(&mut self, words: &Words) -> Result<(), Failure> {
        let (given, own) = (words.master()?.export(), self.vault.master.export());
        if given != own {
            return Err(Failure::BadBackup);
        }
        self.vault.facts.backed_up = true;
        self.save()
    }

    /// Whether the person has confirmed the words.
    #[must_use]
    pub const fn is_backed_up(&self) -> bool {
        self.vault.facts.backed_up
    }

    /// The backup's file: pins and history, encrypted to a passphrase by age. Without the words it
    /// restores nothing; without the file the words restore the 网号s.
    ///
    /// # Errors
    /// None in fact.
    pub fn backup(&self, passphrase: &Zeroizing<String>) -> Result<Vec<u8>, Failure> {
        let history = self.history.entries().rev().map(|(_, entry)| entry.clone()).collect();
        Rest::new(self.pins().clone(), history, self.vault.store_pairs(false)?).encrypt(passphrase)
    }

    /// The history, with the number of each entry, the latest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        self.history.entries()
    }

    /// Erases the entries of which this holds.
    ///
    /// # Errors
    /// The disk.
    pub fn erase_history(&mut self, which: impl Fn(u64, &Entry) -> bool) -> Result<(), Failure> {
        self.history.retain(|number, entry| !which(number, entry), &self.folder, &self.key)
    }

    fn call(&self, http: &impl Http, request: &HttpRequest) -> Result<Response, Failure> {
        call(http, request)
    }
}

/// Tries three times while nothing comes back.
fn call(http: &impl Http, request: &HttpRequest) -> Result<Response, Failure> {
    let once = || http.call(request);
    let response = once().or_else(|Offline| once()).or_else(|Offline| once());
    response.map_err(|Offline| {
        let host = request.url.split('/').nth(2).unwrap_or_default();
        Failure::Network(host.to_owned())
    })
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wallet").field("authority", &self.pins().authority).finish_non_exhaustive()
    }
}
