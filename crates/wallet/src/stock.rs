//! The stock of evidence: in a file of its own, outside every backup, since an item that is shown
//! twice links two 网号s (SPEC §16.1).

use pairnym::holder::{Credential, Evidence};

use crate::Failure;
use crate::device::Device;
use crate::folder::Folder;
use crate::parts::{Secret, join, split};
use crate::seal::Key;

const FILE: &str = "stock";

/// Stored items, as they are on the disk.
#[derive(Default)]
pub(crate) struct Stock(Vec<Secret>);

impl Stock {
    pub(crate) fn read(folder: &Folder, key: &Key) -> Result<Self, Failure> {
        let Some(sealed) = folder.read(FILE)? else { return Ok(Self::default()) };
        let items = key.open(FILE.as_bytes(), &sealed).and_then(|plain| split(&plain));
        items.map(Self).ok_or(Failure::Damaged(FILE))
    }

    fn write(&self, folder: &Folder, key: &Key) -> Result<(), Failure> {
        let plain = join(self.0.iter().map(|item| &item[..]));
        folder.replace(FILE, &key.seal(FILE.as_bytes(), &plain))
    }

    /// How many items belong to a credential.
    pub(crate) fn count(&self, holder: &Device, credential: &Credential) -> usize {
        self.places(holder, credential).count()
    }

    fn places(&self, holder: &Device, credential: &Credential) -> impl Iterator<Item = usize> {
        let belongs = move |stored: &Secret| {
            let item = holder.load_evidence(stored);
            item.is_ok_and(|item| item.belongs_to(credential))
        };
        self.0.iter().enumerate().filter(move |(_, stored)| belongs(stored)).map(|(place, _)| place)
    }

    /// An item of a credential, which is off the disk before this returns. If that fails, it is
    /// gone all the same until the wallet is opened again: it counts as used.
    pub(crate) fn take(
        &mut self,
        holder: &Device,
        credential: &Credential,
        folder: &Folder,
        key: &Key,
    ) -> Result<Option<Evidence>, Failure> {
        let Some(place) = self.places(holder, credential).last() else { return Ok(None) };
        let stored = self.0.remove(place);
        self.write(folder, key)?;
        Ok(Some(holder.load_evidence(&stored)?))
    }

    /// An item comes back that was not used.
    pub(crate) fn put_back(
        &mut self,
        holder: &Device,
        item: &Evidence,
        folder: &Folder,
        key: &Key,
    ) -> Result<(), Failure> {
        self.0.push(holder.store_evidence(item));
        self.write(folder, key)
    }

    /// Adds the evidence of a credential, and drops what belongs to none of those that are kept.
    pub(crate) fn renew<'a>(
        &mut self,
        holder: &Device,
        fresh: &[Evidence],
        kept: impl Iterator<Item = &'a Credential> + Clone,
        folder: &Folder,
        key: &Key,
    ) -> Result<(), Failure> {
        let mut items = Vec::new();
        for stored in std::mem::take(&mut self.0) {
            let item = holder.load_evidence(&stored);
            let belongs = |item: &Evidence| kept.clone().any(|kept| item.belongs_to(kept));
            if item.is_ok_and(|item| belongs(&item)) {
                items.push(stored);
            }
        }
        items.extend(fresh.iter().map(|item| holder.store_evidence(item)));
        self.0 = items;
        self.write(folder, key)
    }

    /// Forgets all of it.
    pub(crate) fn drop_all(&mut self, folder: &Folder) -> Result<(), Failure> {
        self.0.clear();
        folder.remove(FILE).map(drop)
    }
}
