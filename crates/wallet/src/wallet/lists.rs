//! The authority's parameter lists: compared with the pins, followed along their chain.

use std::fmt;

use pairnym::{Error, UnixTime};
use pairnym_transport::authority::{Directory, SignedList, list_path, path};
use pairnym_transport::wallet::HttpRequest;

use super::Wallet;
use crate::{Failure, Http};

/// Something of which the person should hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alarm {
    /// The clock is earlier than the time at which the wallet acted last.
    Clock {
        /// That time.
        latest: UnixTime,
    },
    /// The authority's directory names other registrars than the wallet pins: it is time for a new
    /// version of the wallet, or somebody is in between.
    Registrars,
    /// The authority shows this wallet a list that contradicts the one it has, or that its pinned
    /// keys have not signed. **Somebody may be telling people apart.**
    List,
    /// A batch of evidence did not verify, and all of it was dropped. **The authority may be trying
    /// to tell people apart.**
    Evidence,
    /// The authority denied a credential of the present slot.
    Denied,
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clock { .. } => "the clock is earlier than it was",
            Self::Registrars => "the authority names other registrars than the pinned ones",
            Self::List => "the authority shows a list that is not the pinned chain's",
            Self::Evidence => "evidence did not verify and was dropped",
            Self::Denied => "the authority denied a credential",
        })
    }
}

/// The most lists that are followed in one call.
const CHAIN: usize = 64;

impl Wallet {
    /// Compares the authority's directory with the pins, and takes the lists that follow the
    /// wallet's own and have begun.
    ///
    /// # Errors
    /// [`Failure::ForeignAuthority`]; the network, the disk.
    pub fn follow_lists(&mut self, http: &impl Http, now: UnixTime) -> Result<Vec<Alarm>, Failure> {
        let mut alarms: Vec<_> = self.acts(now).into_iter().collect();
        let call = HttpRequest::get::<Directory>(self.authority(path::DIRECTORY));
        let directory: Directory = self.call(http, &call)?.as_http().read(200)?;
        if directory.authority != self.pins().authority {
            return Err(Failure::ForeignAuthority);
        }
        let mut named: Vec<_> = directory.registrars.iter().map(|key| key.to_bytes()).collect();
        let mut pinned: Vec<_> = self.pins().registrars.iter().map(|key| key.to_bytes()).collect();
        named.sort_unstable();
        pinned.sort_unstable();
        if named != pinned {
            alarms.push(Alarm::Registrars);
        }
        match self.take_lists(http, directory.list, now) {
            Err(Failure::Core(_)) => alarms.push(Alarm::List),
            other => other?,
        }
        self.save()?;
        Ok(alarms)
    }

    /// Follows the chain up to the directory's list.
    fn take_lists(
        &mut self,
        http: &impl Http,
        last: SignedList,
        now: UnixTime,
    ) -> Result<(), Failure> {
        let (keys, threshold) = (self.pins().list_keys.clone(), self.pins().threshold);
        let read = |signed: SignedList| {
            signed.verify(&keys, threshold).map_err(|_| Failure::Core(Error::ConflictingList))
        };
        let last = read(last)?;
        for _ in 0..CHAIN {
            let serial = self.vault.holder.list().serial();
            if last.serial() <= serial {
                break;
            }
            let next = if last.serial() == serial + 1 {
                last.clone()
            } else {
                let call = HttpRequest::get::<SignedList>(self.authority(&list_path(serial + 1)));
                read(self.call(http, &call)?.as_http().read(200)?)?
            };
            match self.vault.holder.adopt(next, now) {
                Ok(_) => {}
                Err(Error::EarlyList) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        // The same serial must be the same list; an older one is a server that is behind.
        match self.vault.holder.adopt(last, now) {
            Ok(_) | Err(Error::StaleList | Error::EarlyList | Error::MissingList) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
