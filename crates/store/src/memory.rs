//! Everything in the memory of one process: for tests and demonstrations. After a restart nothing
//! is known any more, so everything is refused.

mod devices;
mod documents;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};

use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{ParametersId, PersonId, Pseudonym, RequestDigest, Slot, TransactionId, UnixTime};

use crate::{
    Account, AccountId, Accounts, Audit, Change, DeviceSession, Erased, Event, Failure,
    FailureKind, Hashed, Held, Identified, Key, Offer, Offers, PeopleRows, Person, RequestRows,
    Row, SWEEP, SignedAct, Stage, Standing, Ticket, Tickets, kept_until,
};

/// A store in memory, of bounded size. Clones share it.
#[derive(Clone)]
pub struct Memory {
    most: usize,
    tables: Arc<Mutex<Tables>>,
}

#[derive(Default)]
struct Tables {
    requests: Expiring<Hashed, (i64, Row)>,
    browsers: HashMap<Hashed, Hashed>,
    codes: HashMap<Hashed, Hashed>,
    accounts: BTreeMap<AccountId, Account>,
    acts: BTreeMap<RequestDigest, SignedAct>,
    people: BTreeMap<PersonId, Person>,
    owners: BTreeMap<[u8; 32], PersonId>,
    documents: BTreeMap<PersonId, PersonId>,
    transactions: BTreeMap<TransactionId, (PersonId, Commitment)>,
    tickets: Expiring<TransactionId, Ticket>,
    offers: Expiring<Hashed, Offer>,
    events: Vec<Event>,
    device_codes: Expiring<Hashed, Identified>,
    sessions: Expiring<Hashed, DeviceSession>,
    granted: Expiring<(PersonId, Slot), u32>,
}

/// Rows and when they may go.
struct Expiring<K, V> {
    rows: BTreeMap<K, V>,
    until: BTreeSet<(UnixTime, K)>,
}

impl<K, V> Default for Expiring<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), until: BTreeSet::new() }
    }
}

impl<K: Copy + Ord, V> Expiring<K, V> {
    /// `false` if the key is taken.
    fn insert(&mut self, key: K, expires: UnixTime, row: V, most: usize) -> Result<bool, Failure> {
        if self.rows.contains_key(&key) {
            return Ok(false);
        }
        if self.rows.len() >= most {
            return Err(Failure::new(FailureKind::Full, "as many rows as were allowed"));
        }
        self.until.insert((kept_until(expires), key));
        self.rows.insert(key, row);
        Ok(true)
    }

    fn sweep(&mut self, now: UnixTime) -> Vec<V> {
        let gone = self.until.iter().take_while(|(until, _)| *until < now).take(SWEEP as usize);
        let gone: Vec<_> = gone.copied().collect();
        for row in &gone {
            self.until.remove(row);
        }
        gone.into_iter().filter_map(|(_, key)| self.rows.remove(&key)).collect()
    }
}

impl Memory {
    /// Keeps at most `most` rows of each kind that expires: requests, tickets, offers.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, tables: Arc::default() }
    }

    /// Does something that nobody else sees half done.
    fn with<R>(&self, act: impl FnOnce(&mut Tables) -> R) -> Result<R, Failure> {
        let tables = self.tables.lock();
        // After a panic in here a table may be half changed.
        tables.map(|mut tables| act(&mut tables)).map_err(|_| Failure::unavailable("a panic"))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("most", &self.most).finish_non_exhaustive()
    }
}

impl RequestRows for Memory {
    async fn insert(&self, handle: Hashed, row: Row) -> Result<bool, Failure> {
        let expires = row.expires;
        self.with(|Tables { requests, browsers, .. }| {
            if browsers.contains_key(&row.browser) {
                return Ok(false);
            }
            let browser = row.browser;
            let new = requests.insert(handle, expires, (0, row), self.most)?;
            if new {
                browsers.insert(browser, handle);
            }
            Ok(new)
        })?
    }

    async fn load(&self, keys: Vec<Key>) -> Result<Vec<Option<Held>>, Failure> {
        self.with(|tables| {
            let find = |key| {
                let handle = match key {
                    Key::Handle(handle) => handle,
                    Key::Browser(browser) => *tables.browsers.get(&browser)?,
                    Key::Code(code) => *tables.codes.get(&code)?,
                };
                let (version, row) = tables.requests.rows.get(&handle)?;
                Some(Held { handle, version: *version, row: row.clone() })
            };
            keys.into_iter().map(find).collect()
        })
    }

    async fn replace(&self, changes: Vec<Change>) -> Result<Vec<bool>, Failure> {
        self.with(|Tables { requests, codes, .. }| {
            let change = |Change { handle, version, stage }| {
                let Some((current, row)) = requests.rows.get_mut(&handle) else { return false };
                if *current != version {
                    return false;
                }
                if let Stage::Answered { code, .. } = &row.stage {
                    codes.remove(code);
                }
                if let Stage::Answered { code, .. } = &stage {
                    codes.insert(*code, handle);
                }
                (*current, row.stage) = (version + 1, stage);
                true
            };
            changes.into_iter().map(change).collect()
        })
    }

    async fn sweep_requests(&self, now: UnixTime) -> Result<u64, Failure> {
        self.with(|Tables { requests, browsers, codes, .. }| {
            let gone = requests.sweep(now);
            for (_, row) in &gone {
                browsers.remove(&row.browser);
                if let Stage::Answered { code, .. } = &row.stage {
                    codes.remove(code);
                }
            }
            gone.len() as u64
        })
    }
}

impl Accounts for Memory {
    async fn link(&self, accounts: Vec<Account>) -> Result<Vec<bool>, Failure> {
        self.with(|tables| {
            let link = |account: Account| match tables.accounts.get_mut(&account.id) {
                Some(linked) => {
                    linked.slot = account.slot;
                    false
                }
                None => tables.accounts.insert(account.id.clone(), account).is_none(),
            };
            accounts.into_iter().map(link).collect()
        })
    }

    async fn find_accounts(&self, ids: Vec<AccountId>) -> Result<Vec<Option<Account>>, Failure> {
        self.with(|tables| ids.iter().map(|id| tables.accounts.get(id).cloned()).collect())
    }

    async fn admitted_under(
        &self,
        parameters: ParametersId,
        after: Option<AccountId>,
        most: u32,
    ) -> Result<Vec<Account>, Failure> {
        self.with(|tables| {
            let later = |account: &&Account| after.as_ref().is_none_or(|after| account.id > *after);
            let admitted = |account: &&Account| account.slot.parameters == parameters;
            let accounts = tables.accounts.values().filter(later).filter(admitted);
            accounts.take(most as usize).cloned().collect()
        })
    }

    async fn unlink(&self, id: AccountId) -> Result<bool, Failure> {
        self.with(|tables| tables.accounts.remove(&id).is_some())
    }

    async fn erase(&self, pseudonym: Pseudonym) -> Result<Erased, Failure> {
        self.with(|tables| {
            let before = (tables.accounts.len(), tables.acts.len());
            tables.accounts.retain(|id, _| id.pseudonym != pseudonym);
            tables.acts.retain(|_, act| act.account.pseudonym != pseudonym);
            Erased {
                accounts: (before.0 - tables.accounts.len()) as u64,
                acts: (before.1 - tables.acts.len()) as u64,
            }
        })
    }

    async fn record(&self, act: SignedAct) -> Result<(), Failure> {
        self.with(|tables| {
            tables.acts.entry(act.digest).or_insert(act);
        })
    }

    async fn acts(&self, id: AccountId) -> Result<Vec<SignedAct>, Failure> {
        let mut acts: Vec<_> = self.with(|tables| {
            tables.acts.values().filter(|act| act.account == id).cloned().collect()
        })?;
        acts.sort_by_key(|act| (act.at, act.digest));
        Ok(acts)
    }
}

impl PeopleRows for Memory {
    async fn standing(&self, registration: Registration) -> Result<Standing, Failure> {
        self.with(|tables| tables.standing(&registration))
    }

    async fn write(&self, registration: Registration, known: Standing) -> Result<bool, Failure> {
        self.with(|tables| {
            if tables.standing(&registration) != known {
                return false;
            }
            let Registration { transaction, person, commitment, .. } = registration;
            tables.transactions.insert(transaction, (person, commitment));
            tables.owners.insert(commitment.to_bytes(), person);
            let version = known.person.map_or(0, |last| last.version + 1);
            let row = Person { commitment, transaction, deleted: None, version };
            tables.people.insert(person, row);
            true
        })
    }

    async fn bury(&self, person: PersonId, now: UnixTime) -> Result<bool, Failure> {
        self.with(|tables| match tables.people.get_mut(&person) {
            Some(row) if row.deleted.is_none() => {
                (row.deleted, row.version) = (Some(now), row.version + 1);
                tables.offers.rows.retain(|_, offer| offer.person != person);
                tables.end(person);
                true
            }
            _ => false,
        })
    }

    async fn person(&self, person: PersonId) -> Result<Option<Person>, Failure> {
        self.with(|tables| tables.people.get(&person).copied())
    }

    async fn stands(&self, commitment: Commitment, nonce: Hashed) -> Result<bool, Failure> {
        self.with(|tables| {
            let offer = tables.offers.rows.get(&nonce);
            offer.is_some_and(|offer| {
                offer.commitment == commitment && tables.has(&offer.person, &commitment)
            })
        })
    }
}

impl Tables {
    fn standing(&self, registration: &Registration) -> Standing {
        Standing {
            transaction: self.transactions.get(&registration.transaction).copied(),
            person: self.people.get(&registration.person).copied(),
            owner: self.owners.get(&registration.commitment.to_bytes()).copied(),
        }
    }

    /// Whether the person is registered with the commitment.
    fn has(&self, person: &PersonId, commitment: &Commitment) -> bool {
        let person = self.people.get(person);
        person.is_some_and(|row| row.deleted.is_none() && row.commitment == *commitment)
    }
}

impl Tickets for Memory {
    async fn put_ticket(&self, ticket: Ticket) -> Result<bool, Failure> {
        self.with(|tables| {
            tables.tickets.insert(ticket.transaction, ticket.expires, ticket, self.most)
        })?
    }

    async fn find_ticket(&self, transaction: TransactionId) -> Result<Option<Ticket>, Failure> {
        self.with(|tables| tables.tickets.rows.get(&transaction).cloned())
    }

    async fn sweep_tickets(&self, now: UnixTime) -> Result<u64, Failure> {
        self.with(|tables| tables.tickets.sweep(now).len() as u64)
    }
}

impl Offers for Memory {
    async fn put_offer(&self, offer: Offer) -> Result<bool, Failure> {
        self.with(|tables| match tables.has(&offer.person, &offer.commitment) {
            true => tables.offers.insert(offer.nonce, offer.expires, offer, self.most),
            false => Ok(false),
        })?
    }

    async fn find_offer(&self, nonce: Hashed) -> Result<Option<Offer>, Failure> {
        self.with(|tables| tables.offers.rows.get(&nonce).cloned())
    }

    async fn withdraw_offers(&self, person: PersonId) -> Result<u64, Failure> {
        self.with(|tables| {
            let before = tables.offers.rows.len();
            tables.offers.rows.retain(|_, offer| offer.person != person);
            (before - tables.offers.rows.len()) as u64
        })
    }

    async fn sweep_offers(&self, now: UnixTime) -> Result<u64, Failure> {
        self.with(|tables| tables.offers.sweep(now).len() as u64)
    }
}

impl Audit for Memory {
    async fn append(&self, events: Vec<Event>) -> Result<u64, Failure> {
        self.with(|tables| {
            tables.events.extend(events);
            tables.events.len() as u64
        })
    }

    async fn read(&self, after: u64, most: u32) -> Result<Vec<(u64, Event)>, Failure> {
        self.with(|tables| {
            let numbered = (1..).zip(tables.events.iter().cloned());
            numbered
                .skip(usize::try_from(after).unwrap_or(usize::MAX))
                .take(most as usize)
                .collect()
        })
    }
}
