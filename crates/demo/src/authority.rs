//! The authority: its lists, its signer, its front and its counter.

use std::collections::VecDeque;
use std::error::Error;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use pairnym::attribute::{Kind, Schema};
use pairnym::authority::AuthorityKey;
use pairnym::rand_core::{Rng as _, UnwrapErr};
use pairnym::store::Reenrollment;
use pairnym::{AuthorityParameters, Name, ParameterList, ParametersId, UnixTime};
use pairnym_service::authority::counter::{self, Certified, DemonstrationCheck, IdentityCheck};
use pairnym_service::authority::profile::{Notice, Rules, Waiting};
use pairnym_service::authority::{
    Chain, ListFolder, LocalSigner, Node, Nodes, Options, Service, Sessions, SignerOptions,
};
use pairnym_service::{AuthorityStore, Limit};
use pairnym_store::Memory;
use pairnym_transport::Host;
use pairnym_transport::authority::SignedList;
use pairnym_transport::ed25519_dalek::SigningKey;
use pairnym_transport::envelope::Envelope as _;
use pairnym_wallet::Pins;
use zeroize::Zeroizing;

use crate::clock::{Clock, DAY};
use crate::people::{self, Person};

type Failure = Box<dyn Error + Send + Sync>;

/// How many keys there are in all: the signer learns of none later.
const KEYS: usize = 24;
/// The batches of evidence, of 32 items each, that come with a credential.
const BATCHES: u8 = 1;

const NODE: &str = "node-1";

/// The authority with all its parts.
pub struct Authority {
    /// For wallets, and for whoever looks at its store.
    pub service: Service,
    /// What its officials call.
    pub counter: Router,
    /// The token of the official.
    pub token: String,
    /// Who can come to the counter.
    pub people: Vec<Person>,
    /// What wallets are delivered with.
    pub pins: Pins,
    /// The key that signs what platforms may ask.
    pub registrar: SigningKey,
    signer: LocalSigner,
    list_key: SigningKey,
    folder: ListFolder,
    clock: Clock,
    state: Mutex<Lists>,
}

/// The lists that were published, and the keys that are left.
struct Lists {
    all: Vec<ParameterList>,
    seeds: VecDeque<Zeroizing<[u8; 32]>>,
}

pub(crate) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    UnwrapErr(getrandom::SysRng).fill_bytes(&mut bytes);
    bytes
}

fn schema() -> Result<Schema, pairnym::Error> {
    Schema::new([("age_over_18", Kind::Flag), ("name", Kind::Text)])
}

fn parameters(seed: &[u8; 32]) -> Result<AuthorityParameters, Failure> {
    let (key, day) = (AuthorityKey::from_seed(seed)?, Duration::from_secs(DAY));
    Ok(AuthorityParameters::new(&key, "demo-authority".parse()?, day, BATCHES, schema()?)?)
}

/// The end of tomorrow: so far every list goes.
fn until(now: UnixTime) -> UnixTime {
    UnixTime((now.0 / DAY + 2) * DAY)
}

impl Authority {
    /// An authority at this host, whose lists are in this folder. Within a runtime.
    ///
    /// # Errors
    /// The disk.
    pub async fn start(host: Host, folder: PathBuf, clock: Clock) -> Result<Self, Failure> {
        let now = clock.now();
        let mut seeds: VecDeque<_> = (0..KEYS).map(|_| Zeroizing::new(random())).collect();
        let all_seeds = seeds.iter().cloned().collect();
        let first = seeds.pop_front().ok_or("no key")?;
        let time = UnixTime(now.0 - DAY)..until(now);
        let list = ParameterList::first(*host.id(), time, UnixTime(0), parameters(&first)?)?;
        let (list_key, registrar) =
            (SigningKey::from_bytes(&random()), SigningKey::from_bytes(&random()));
        let folder = ListFolder { path: folder, keys: vec![(&list_key).into()], threshold: 1 };
        let pins = Pins {
            authority: *list.authority(),
            host,
            list_keys: folder.keys.clone(),
            threshold: 1,
            registrars: vec![(&registrar).into()],
            list: SignedList::new(&list, std::slice::from_ref(&list_key)),
        };

        let node: Name = NODE.parse()?;
        let signer = SignerOptions {
            node,
            seeds: all_seeds,
            storage_key: Zeroizing::new(random()),
            list: list.clone(),
            sessions: Sessions::default(),
            threads: 1,
            queue: 100,
        };
        let signer = LocalSigner::start(signer, clock.shared())?;
        let nodes = Nodes::new(vec![Node { name: node, signer: Arc::new(signer.clone()) }])?;
        nodes.look().await;

        let people = people::people(now);
        let documents_key = random();
        let check: Arc<dyn IdentityCheck> =
            Arc::new(DemonstrationCheck::new(&people::file(&people), &documents_key)?);
        let certified = Certified::new(check.clone(), Rules::new(&schema()?, None)?);
        let often = Limit { burst: 1_000, per_minute: 10_000 };
        let options = Options {
            lists: Chain::of(pins.list.clone())?,
            registrars: pins.registrars.clone(),
            sessions: 16,
            reenrollment: Reenrollment::SameCommitment,
            session_seconds: 400 * DAY,
            device_limit: often,
            code_limit: Limit { burst: 20, per_minute: 10 },
        };
        let store = AuthorityStore::new(Memory::new(10_000));
        let service = Service::start(options, nodes, Arc::new(certified), store, clock.shared());
        let token = random().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let official = counter::Official { name: "counter 1".into(), token: token.clone() };
        let options = counter::Options {
            officials: vec![official],
            check,
            documents_key,
            waiting: Waiting(1),
            notice: notice(),
        };
        let counter = counter::router(&service, options)?;
        let state = Mutex::new(Lists { all: vec![list.clone()], seeds });
        let authority = Self {
            service,
            counter,
            token,
            people,
            pins,
            registrar,
            signer,
            list_key,
            folder,
            clock,
            state,
        };
        authority.write(&list)?;
        Ok(authority)
    }

    fn state(&self) -> MutexGuard<'_, Lists> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All lists so far, the latest last.
    #[must_use]
    pub fn lists(&self) -> Vec<ParameterList> {
        self.state().all.clone()
    }

    /// The list that is in use.
    #[must_use]
    pub fn present(&self) -> ParameterList {
        let now = self.clock.now();
        let mut lists = self.lists();
        let begun = lists.iter().rposition(|list| list.since() <= now).unwrap_or(0);
        lists.swap_remove(begun)
    }

    fn write(&self, list: &ParameterList) -> Result<(), Failure> {
        let signed = SignedList::new(list, std::slice::from_ref(&self.list_key)).to_json()?;
        std::fs::write(self.folder.path.join(format!("{}.json", list.serial())), signed)?;
        Ok(())
    }

    /// Publishes the successor that `make` makes out of the last list, for a time from now on.
    fn publish(
        &self,
        make: impl FnOnce(
            &ParameterList,
            Range<UnixTime>,
            &mut VecDeque<Zeroizing<[u8; 32]>>,
        ) -> Result<ParameterList, Failure>,
    ) -> Result<ParameterList, Failure> {
        let (now, mut state) = (self.clock.now(), self.state());
        let last = state.all.last().ok_or("no list")?.clone();
        let time = now.max(last.since())..until(now).max(last.until());
        let next = make(&last, time, &mut state.seeds)?;
        self.write(&next)?;
        self.service.publish(self.folder.read()?);
        self.signer.adopt(next.clone())?;
        state.all.push(next.clone());
        Ok(next)
    }

    /// Another list before the last one ends; nothing, while there is time.
    ///
    /// # Errors
    /// The disk.
    pub fn renew(&self) -> Result<Option<ParameterList>, Failure> {
        let (now, last) = (self.clock.now(), self.lists().pop());
        if last.is_some_and(|last| last.until() >= until(now)) {
            return Ok(None);
        }
        self.publish(|last, time, _| Ok(last.renew(time)?)).map(Some)
    }

    /// Publishes a list with another key, and returns when that key begins.
    ///
    /// # Errors
    /// There is no key left; the disk.
    pub fn rotate(&self) -> Result<(ParameterList, UnixTime), Failure> {
        let mut from = UnixTime(0);
        let next = self.publish(|last, time, seeds| {
            from = UnixTime(last.until().0.div_ceil(DAY) * DAY);
            let time = time.start..UnixTime(from.0 + DAY);
            Ok(last.rotate(time, from, parameters(&*next_seed(seeds)?)?)?)
        })?;
        Ok((next, from))
    }

    /// Publishes a list without the key that issues now, as if it had been stolen an hour ago.
    ///
    /// # Errors
    /// There is no key left; the disk.
    pub fn withdraw(&self) -> Result<(ParameterList, ParametersId), Failure> {
        let now = self.clock.now();
        let stolen = self.present().slot(now).ok_or("no key issues now")?.parameters;
        let next = self.publish(|last, time, seeds| {
            let replacement = parameters(&*next_seed(seeds)?)?;
            Ok(last.withdraw(time, &stolen, UnixTime(now.0 - 3_600), Some(replacement))?)
        })?;
        Ok((next, stolen))
    }
}

fn next_seed(seeds: &mut VecDeque<Zeroizing<[u8; 32]>>) -> Result<Zeroizing<[u8; 32]>, Failure> {
    seeds.pop_front().ok_or_else(|| "no key is left: start the demonstration again".into())
}

fn notice() -> Notice {
    let text = str::to_owned;
    Notice {
        processor: text("示例公共服务平台（演示）"),
        contact: text("演示中的柜台 1"),
        purposes: text("核验身份，签发网证"),
        methods: text("与登记的（虚构）资料比对"),
        information: text("姓名、出生日期、证件号码"),
        retention: text("至注销为止；证件号码只以带密钥的散列值留存"),
        rights: text("在任一柜台查阅、更正、删除，或撤回同意"),
        sensitive: text("没有证件号码就无法确认一人一号；号码不提供给任何平台"),
        minors: text("由监护人同意并陪同"),
        objections: text("异议由演示中的柜台 2 处理。"),
    }
}
