//! The authority's parameter lists: a chain, staged in a folder as `SERIAL.json`, each published at
//! once and adopted at its *since* (SPEC §4.5, TRANSPORT.md §10).

use std::path::{Path, PathBuf};

use pairnym::{Error, ParameterList, UnixTime};
use pairnym_transport::PublicKey;
use pairnym_transport::authority::SignedList;
use pairnym_transport::envelope::Envelope as _;

use super::Unfit;

/// A folder of signed lists.
#[derive(Clone, Debug)]
pub struct ListFolder {
    /// Where it is.
    pub path: PathBuf,
    /// The list keys, as wallets and platforms pin them.
    pub keys: Vec<PublicKey>,
    /// How many of them must have signed a list.
    pub threshold: usize,
}

/// Lists of which each follows the one before: at least one.
#[derive(Clone, Debug)]
pub struct Chain(Vec<Listed>);

#[derive(Clone, Debug)]
struct Listed {
    signed: SignedList,
    list: ParameterList,
}

impl ListFolder {
    /// All lists of the folder.
    ///
    /// # Errors
    /// There is none, one has not been signed by enough of the keys, or they are no chain.
    pub fn read(&self) -> Result<Chain, Unfit> {
        let at =
            |path: &Path, why: &dyn std::fmt::Display| Unfit(format!("{}: {why}", path.display()));
        if self.threshold == 0 || self.threshold > self.keys.len() {
            return Err(at(&self.path, &"the threshold is not one of 1 to the number of keys"));
        }
        let mut serials = Vec::new();
        let folder = std::fs::read_dir(&self.path).map_err(|error| at(&self.path, &error))?;
        for file in folder {
            let name = file.map_err(|error| at(&self.path, &error))?.file_name();
            let serial = name.to_str().and_then(|name| name.strip_suffix(".json"));
            serials.extend(serial.and_then(|serial| serial.parse::<u32>().ok()));
        }
        serials.sort_unstable();
        let mut chain: Vec<Listed> = Vec::new();
        for serial in serials {
            let path = self.path.join(format!("{serial}.json"));
            let bytes = std::fs::read(&path).map_err(|error| at(&path, &error))?;
            let signed = SignedList::from_json(&bytes).map_err(|error| at(&path, &error))?;
            let list = signed.verify(&self.keys, self.threshold);
            let list = list.map_err(|error| at(&path, &error))?;
            if list.serial() != serial {
                return Err(at(&path, &format!("it is the list with serial {}", list.serial())));
            }
            if let Some(before) = chain.last() {
                // Whether the time has come is another question.
                let late = UnixTime(list.since().0);
                let follows = before.list.check_successor(&list, late);
                follows.map_err(|error| at(&path, &error))?;
            }
            chain.push(Listed { signed, list });
        }
        match chain.is_empty() {
            true => Err(at(&self.path, &"no list")),
            false => Ok(Chain(chain)),
        }
    }
}

impl Chain {
    /// A list alone, which has been authenticated.
    ///
    /// # Errors
    /// It does not decode.
    pub fn of(signed: SignedList) -> Result<Self, Error> {
        use pairnym::Message as _;
        let list = ParameterList::from_bytes(&signed.list)?;
        Ok(Self(vec![Listed { signed, list }]))
    }

    /// The list that is used now: the last whose *since* has come, or else the first.
    #[must_use]
    pub fn present(&self, now: UnixTime) -> &ParameterList {
        &self.now(now).list
    }

    /// The same, as it is published.
    pub(super) fn published(&self, now: UnixTime) -> &SignedList {
        &self.now(now).signed
    }

    fn now(&self, now: UnixTime) -> &Listed {
        let begun = self.0.iter().rev().find(|listed| listed.list.since() <= now);
        // A chain is never empty.
        begun.unwrap_or(&self.0[0])
    }

    /// The lists after the one with this serial whose *since* has come, in their order.
    pub(super) fn after(&self, serial: u32, now: UnixTime) -> impl Iterator<Item = &ParameterList> {
        let lists = self.0.iter().map(|listed| &listed.list);
        lists.filter(move |list| list.serial() > serial && list.since() <= now)
    }

    /// The list with this serial, also one that is only staged.
    pub(super) fn find(&self, serial: u32) -> Option<&SignedList> {
        self.0.iter().find(|listed| listed.list.serial() == serial).map(|listed| &listed.signed)
    }

    /// How many seconds are left until the last of them ends.
    pub(super) fn left(&self, now: UnixTime) -> u64 {
        self.0.last().map_or(0, |last| last.list.until().0.saturating_sub(now.0))
    }

    /// Whether this one has something that the other does not have.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let ids = |chain: &Self| chain.0.iter().map(|listed| *listed.list.id()).collect::<Vec<_>>();
        ids(self) != ids(other)
    }
}
