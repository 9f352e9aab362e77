//! A batch, a batch on all threads and batches out of a stream judge as one by one: for any
//! members in any order, good, changed, repeated or late, and for any room for nonces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use pairnym::{message::*, platform::*, store::*, *};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::case::{Case, Plan, later};
use crate::kind::{Kind, Pair, Verdicts};
use crate::pool::POOL;

/// How a batch is verified: by the platform, or by a faulty one.
pub trait Batched {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<A>;
}

#[derive(Arbitrary, Debug)]
struct Members {
    login: bool,
    /// Which key's platform verifies, and how much later.
    world: u8,
    seconds: u32,
    /// Room for so many nonces.
    room: u8,
    /// The stream's batches have so many members; one in so many is urgent.
    size: u8,
    urgent: u8,
    plans: Vec<Plan>,
    /// The members as numbers of plans; none, and each plan is one member.
    order: Vec<u8>,
}

/// More than two groups of 64, in which bad members are searched.
const MOST: usize = 140;

static THREADS: LazyLock<ThreadPool> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(2).build().unwrap());

pub fn batch<B: Batched>(bytes: &[u8]) {
    let Ok(members) = Members::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    if members.login {
        members.compare::<Login, B>();
    } else {
        members.compare::<Presentation, B>();
    }
}

impl Members {
    fn compare<A: Kind, B: Batched>(&self) {
        let now = later(self.seconds);
        let world = usize::from(self.world) % POOL.worlds.len();
        let platform = &POOL.worlds[world].platform;
        let cases = self.cases::<A>(world);
        let verdict = |case: &Case<A>| {
            let verdict = A::verify(platform, case.pair(), now, &MemoryNonces::new(1));
            assert_eq!(verdict.as_ref().err(), case.expected(platform, now).err().as_ref());
            verdict
        };
        let verdicts: Vec<_> = cases.iter().map(verdict).collect();
        let order = self.order(cases.len());
        let members: Vec<_> = order.iter().map(|place| &cases[*place]).collect();

        // One by one: the verdict, then the nonce, of which the first to verify has the use.
        let mut used = BTreeSet::new();
        let alone = order.iter().zip(&members).map(|(place, case)| {
            let verified = verdicts[*place].as_ref().map_err(|error| *error)?;
            if used.insert(case.request.nonce().0) { Ok(verified) } else { Err(Error::Replayed) }
        });
        let alone: Vec<Result<_, Error>> = alone.collect();
        let same = |verdicts: Vec<Result<A::Verified, Error>>| {
            let verdicts = verdicts.iter().map(|verdict| verdict.as_ref().map_err(|error| *error));
            assert!(verdicts.eq(alone.iter().copied()), "{self:?}");
        };

        // Without room for all of its nonces a batch uses up none.
        let good = alone.iter().filter(|verdict| verdict.is_ok()).count();
        let store = &MemoryNonces::new(self.room.into());
        match B::verify(platform, &members, now, store) {
            Ok(verdicts) => {
                assert_eq!(store.len(), good);
                same(verdicts);
            }
            Err(error) => {
                assert_eq!((error, store.len()), (Error::Full, 0));
                assert!(good > usize::from(self.room));
            }
        }
        let pairs: Vec<_> = members.iter().map(|case| case.pair()).collect();
        let store = &MemoryNonces::new(MOST);
        let checked = THREADS.install(|| platform.par_check_batch(&pairs, now));
        same(A::spend_all(checked, store, now).unwrap());
        let store = &MemoryNonces::new(MOST);
        let mut threads = false;
        same(self.streamed(&pairs, |batch| {
            threads = !threads;
            let (keys, checked) = match threads {
                true => batch.check(platform, now),
                false => THREADS.install(|| batch.par_check(platform, now)),
            };
            keys.into_iter().zip(A::spend_all(checked, store, now).unwrap()).collect()
        }));
        assert_eq!(store.len(), good);
    }

    /// The members that can be decoded, nearly all for the platform's key.
    fn cases<A: Kind>(&self, world: usize) -> Vec<Case<A>> {
        let each = POOL.answered.len() / POOL.worlds.len();
        let plans = self.plans.iter().take(24).cloned().map(|mut plan| {
            if plan.answered < 240 {
                plan.answered = (world * each + usize::from(plan.answered) % each) as u8;
            }
            plan
        });
        plans.filter_map(|plan| plan.case()).collect()
    }

    fn order(&self, members: usize) -> Vec<usize> {
        if members == 0 || self.order.is_empty() {
            return (0..members).collect();
        }
        // A short order is repeated up to 16 times: a large batch of few different members.
        let again = 1 + usize::from(self.urgent >> 4);
        let order = self.order.iter().map(|place| usize::from(*place) % members);
        order.collect::<Vec<_>>().repeat(again).into_iter().take(MOST).collect()
    }

    /// As [`Batcher`] hands them out, in batches that are full or urgent.
    fn streamed<A: Kind>(
        &self,
        pairs: &[Pair<'_, A>],
        mut verify: impl FnMut(Batch<A, usize>) -> Vec<(usize, Result<A::Verified, Error>)>,
    ) -> Vec<Result<A::Verified, Error>> {
        let size = usize::from(self.size) + 1;
        let urgent = usize::from(self.urgent & 0xf) + 1;
        let mut batcher = Batcher::new(size);
        let mut verdicts = BTreeMap::new();
        // The model: the deadlines of those that wait.
        let mut waiting = Vec::new();
        for (clock, (request, answer)) in pairs.iter().enumerate() {
            let deadline = clock + if clock % urgent == 0 { 2 } else { 100 };
            waiting.push(deadline);
            let full = batcher.push(clock, (*request).clone(), (*answer).clone(), deadline);
            assert_eq!(full.as_ref().map(Batch::len), (waiting.len() == size).then_some(size));
            if full.is_some() {
                waiting.clear();
            }
            let reached = waiting.iter().min().is_some_and(|deadline| *deadline <= clock);
            let late = batcher.due(&clock);
            assert_eq!(late.as_ref().map(Batch::len), reached.then_some(waiting.len()));
            if late.is_some() {
                waiting.clear();
            }
            assert_eq!(batcher.len(), waiting.len());
            assert_eq!(batcher.deadline(), waiting.iter().min());
            verdicts.extend(full.into_iter().chain(late).flat_map(&mut verify));
        }
        verdicts.extend(verify(batcher.flush()));
        assert!(batcher.is_empty() && batcher.deadline().is_none());
        assert!(verdicts.keys().copied().eq(0..pairs.len()));
        verdicts.into_values().collect()
    }
}

/// [`Platform::verify_batch`] and [`Platform::verify_login_batch`].
pub struct Own;

impl Batched for Own {
    fn verify<A: Kind>(
        platform: &Platform,
        members: &[&Case<A>],
        now: UnixTime,
        nonces: &MemoryNonces,
    ) -> Verdicts<A> {
        let pairs: Vec<_> = members.iter().map(|case| case.pair()).collect();
        A::verify_batch(platform, &pairs, now, nonces)
    }
}
