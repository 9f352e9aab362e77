//! One answer, a batch, a batch on all threads, and batches out of a stream: the same verdicts,
//! whichever answers are bad, repeated, late or of another scope or slot.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use common::*;
use pairnym::{attribute::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

type Asked<A> = (Request, A);

/// What is answered, well, in the tests.
struct Pool {
    platform: Platform,
    presentations: Vec<Asked<Presentation>>,
    logins: Vec<Asked<Login>>,
}

/// After some requests of the pool have expired.
const LATER: UnixTime = UnixTime(NOW.0 + 1);

impl Pool {
    /// Two holders, three scopes of which two have tables, two slots of which one has tables,
    /// requests with and without disclosures, and some that will have expired.
    fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES, NOW);
        let [known, other] = ["known", "other"].map(name);
        let before = UnixTime(NOW.0 - DAY);
        let platform = Platform::new(authority.list().clone(), host("shop.example"));
        let present = authority.list().slot(NOW).unwrap();
        let platform = platform.prepare(&[known], &[present]);
        let rng = &mut seeded(1);
        let (mut presentations, mut logins) = (Vec::new(), Vec::new());
        for (seed, then) in [(2, NOW), (3, before), (2, before)] {
            let holder = holder(seed, authority.list());
            let (credential, evidence) = credential(
                &authority,
                &holder,
                values(),
                then,
                &mut seeded(then.0 + u64::from(seed)),
            );
            for (index, evidence) in evidence.into_iter().enumerate() {
                let shape = Shape { index, known, other };
                let request = shape.of(platform.request_login(Purpose::Login));
                let request = request.build(NOW, rng).unwrap();
                let from_host = received(&request);
                let login = holder.log_in(Consent::to_answer(&from_host), NOW, rng).unwrap();
                logins.push((request, sent(&login)));

                let request = shape.of(platform.request(Purpose::Registration));
                let request = if index % 2 == 0 {
                    request.disclose("assurance").require("assurance", Condition::AtLeast(3))
                } else {
                    request
                };
                let request = request.build(NOW, rng).unwrap();
                let from_host = received(&request);
                let consent = Consent::to_disclose(&from_host);
                let presentation = holder.present(&credential, evidence, consent, NOW, rng);
                presentations.push((request, sent(&presentation.unwrap())));
            }
        }
        Self { platform, presentations, logins }
    }
}

/// Label and life of the request with this number.
struct Shape {
    index: usize,
    known: Name,
    other: Name,
}

impl Shape {
    fn of<'a>(&self, asked: RequestBuilder<'a>) -> RequestBuilder<'a> {
        let asked = match self.index % 3 {
            0 => asked,
            1 => asked.label(self.known),
            _ => asked.label(self.other),
        };
        if self.index % 8 == 7 { asked.valid_for(seconds(0)) } else { asked }
    }
}

static POOL: LazyLock<Pool> = LazyLock::new(Pool::new);

/// What is done to an answer of the pool.
#[derive(Clone, Copy, Debug)]
enum Plant {
    Nothing,
    /// It answers another's request.
    Exchanged(usize),
    /// A point or scalar of it is another's, if that has it in the same place.
    Spliced(usize, usize),
}

fn plant() -> impl Strategy<Value = Plant> {
    prop_oneof![
        12 => Just(Plant::Nothing),
        1 => any::<usize>().prop_map(Plant::Exchanged),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(i, field)| Plant::Spliced(i, field)),
    ]
}

/// A sequence of answers; the few indices make repetitions frequent.
fn sequence() -> impl Strategy<Value = Vec<(usize, Plant)>> {
    prop_oneof![
        vec((0usize..96, plant()), 0..140),
        vec((0usize..6, plant()), 0..12),
        vec(
            (0usize..96, plant().prop_filter("bad", |plant| !matches!(plant, Plant::Nothing))),
            0..80
        ),
        (vec(Just(()), 70..96), 0usize..70, plant()).prop_map(|(all, bad, plant)| {
            let planted = |index| if index == bad { plant } else { Plant::Nothing };
            (0..all.len()).map(|index| (index, planted(index))).collect()
        }),
    ]
}

/// The answers of a sequence; `fields` tells where points and scalars stand in an answer's bytes.
fn answers<A: Message + Clone>(
    pool: &[Asked<A>],
    sequence: &[(usize, Plant)],
    fields: fn(&[u8]) -> Vec<usize>,
) -> Vec<Asked<A>> {
    let planted = |&(index, plant): &(usize, Plant)| {
        let (request, answer) = &pool[index % pool.len()];
        match plant {
            Plant::Nothing => (request.clone(), answer.clone()),
            Plant::Exchanged(other) => (pool[other % pool.len()].0.clone(), answer.clone()),
            Plant::Spliced(other, field) => {
                let (mut bytes, other) = (answer.to_bytes(), pool[other % pool.len()].1.to_bytes());
                let places = fields(&bytes);
                let place = places[field % places.len()];
                if other.len() == bytes.len() {
                    bytes[place..place + 32].copy_from_slice(&other[place..place + 32]);
                }
                (request.clone(), A::from_bytes(&bytes).unwrap())
            }
        }
    };
    sequence.iter().map(planted).collect()
}

/// Where points and scalars stand in a presentation.
fn presentation_fields(bytes: &[u8]) -> Vec<usize> {
    let hidden = if bytes.len() == 613 + 32 * ATTRIBUTES.len() { 4 } else { 3 };
    let last = bytes.len() - 32 * hidden;
    let first = last - 1 - 32 * 18;
    let shown = (0..18).map(|field| first + 32 * field);
    shown.chain((0..hidden).map(|field| last + 32 * field)).collect()
}

fn login_fields(_: &[u8]) -> Vec<usize> {
    vec![34, 66, 98]
}

fn borrowed<A>(answers: &[Asked<A>]) -> Vec<(&Request, &A)> {
    answers.iter().map(|(request, answer)| (request, answer)).collect()
}

fn nonces() -> MemoryNonces {
    MemoryNonces::new(1000)
}

/// Uses up the nonces, in the order of the answers.
fn spent<T>(checked: Vec<Result<Unspent<T>, Error>>) -> Vec<Result<T, Error>> {
    spend_all(checked, &nonces(), LATER).unwrap()
}

/// Each visitor has an account of their own name.
fn known(visitor: Visitor) -> Unspent<Returning<Pseudonym>> {
    let account = *visitor.look_up_by();
    visitor.is_account(account)
}

/// What is checked of a stream of answers of which at most `size` make a batch, and each third one
/// is urgent.
fn streamed<A: Answer + Clone>(
    answers: &[Asked<A>],
    size: usize,
    check: impl Fn(Batch<A, usize>) -> (Vec<usize>, Vec<Result<A::Checked, Error>>),
) -> Vec<Result<A::Checked, Error>> {
    let mut batcher = Batcher::new(size);
    let mut verdicts = BTreeMap::new();
    let checked = |batch| {
        let (keys, verdicts) = check(batch);
        assert_eq!(keys.len(), verdicts.len());
        keys.into_iter().zip(verdicts)
    };
    for (clock, (request, answer)) in answers.iter().enumerate() {
        let patience = if clock % 3 == 0 { 2 } else { 100 };
        let full = batcher.push(clock, request.clone(), answer.clone(), clock + patience);
        let late = batcher.due(&clock);
        assert!(batcher.len() < size);
        assert!(batcher.deadline().is_none_or(|deadline| *deadline > clock));
        verdicts.extend(full.into_iter().chain(late).flat_map(checked));
    }
    verdicts.extend(checked(batcher.flush()));
    assert!(batcher.is_empty() && batcher.deadline().is_none());
    assert!(verdicts.keys().copied().eq(0..answers.len()));
    verdicts.into_values().collect()
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 24;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn presentations_get_the_same_verdicts(sequence in sequence(), size in 1usize..40) {
        let platform = &POOL.platform;
        let answers = answers(&POOL.presentations, &sequence, presentation_fields);
        let used = nonces();
        let alone = answers
            .iter()
            .map(|(request, answer)| platform.verify(request, answer, LATER, &used))
            .map(|verdict| verdict.map_err(Error::from))
            .collect::<Vec<_>>();
        let batch = borrowed(&answers);
        let at_once = platform.verify_batch(&batch, LATER, &nonces()).unwrap();
        prop_assert_eq!(&at_once, &alone);
        prop_assert_eq!(&spent(platform.check_batch(&batch, LATER)), &alone);
        prop_assert_eq!(&spent(platform.par_check_batch(&batch, LATER)), &alone);
        let checked = streamed(&answers, size, |batch| batch.check(platform, LATER));
        prop_assert_eq!(&spent(checked), &alone);
        let checked = streamed(&answers, size, |batch| batch.par_check(platform, LATER));
        prop_assert_eq!(&spent(checked), &alone);
    }

    #[test]
    fn logins_get_the_same_verdicts(sequence in sequence(), size in 1usize..40) {
        let platform = &POOL.platform;
        let mut answers = answers(&POOL.logins, &sequence, login_fields);
        if let Some((request, _)) = answers.first_mut() {
            // A request that no login can answer.
            *request = POOL.presentations[0].0.clone();
        }
        let (used, account) = (nonces(), |pseudonym: &Pseudonym| Some(*pseudonym));
        let alone = answers
            .iter()
            .map(|(request, login)| platform.verify_login(request, login, account, LATER, &used))
            .map(|verdict| verdict.map_err(Error::from))
            .collect::<Vec<_>>();
        prop_assert!(alone.first().is_none_or(|first| *first == Err(Error::WrongAnswer)));
        let batch = borrowed(&answers);
        let at_once = platform.verify_login_batch(&batch, account, LATER, &nonces()).unwrap();
        prop_assert_eq!(&at_once, &alone);
        let spent = |visitors: Vec<Result<Visitor, Error>>| {
            spent(visitors.into_iter().map(|visitor| visitor.map(known)).collect())
        };
        prop_assert_eq!(&spent(platform.check_batch(&batch, LATER)), &alone);
        prop_assert_eq!(&spent(platform.par_check_batch(&batch, LATER)), &alone);
        let checked = streamed(&answers, size, |batch| batch.check(platform, LATER));
        prop_assert_eq!(&spent(checked), &alone);
        let checked = streamed(&answers, size, |batch| batch.par_check(platform, LATER));
        prop_assert_eq!(&spent(checked), &alone);
    }
}

/// What the properties rest on: of the pool, all that has not expired verifies, and each plant
/// makes an answer bad.
#[test]
fn the_pool_is_good_and_plants_are_bad() {
    let Pool { platform, presentations, logins } = &*POOL;
    for (index, (request, presentation)) in presentations.iter().enumerate() {
        let verdict = platform.check(request, presentation, LATER);
        assert_eq!(verdict.err(), (index % 8 == 7).then_some(Error::Expired));
    }
    for (index, (request, login)) in logins.iter().enumerate() {
        let verdict = platform.check(request, login, LATER);
        assert_eq!(verdict.err(), (index % 8 == 7).then_some(Error::Expired));
    }
    let slots: BTreeSet<_> =
        presentations.iter().map(|(_, answer)| answer.to_bytes()[34]).collect();
    assert_eq!(slots.into_iter().collect::<Vec<_>>(), [0, 1], "both slots are shown");
    // Numbers 0 and 32 are different persons' answers to alike requests.
    let verdict = |plant: Plant| {
        let answers = answers(presentations, &[(0, plant)], presentation_fields);
        platform.check(&answers[0].0, &answers[0].1, LATER).err()
    };
    let login_verdict = |plant: Plant| {
        let answers = answers(logins, &[(0, plant)], login_fields);
        platform.check(&answers[0].0, &answers[0].1, LATER).err()
    };
    assert_eq!((verdict(Plant::Nothing), login_verdict(Plant::Nothing)), (None, None));
    assert_eq!(verdict(Plant::Exchanged(32)), Some(Error::Rejected));
    assert_eq!(login_verdict(Plant::Exchanged(32)), Some(Error::Rejected));
    for field in 0..21 {
        assert_eq!(verdict(Plant::Spliced(32, field)), Some(Error::Rejected), "{field}");
    }
    for field in 0..3 {
        assert_eq!(login_verdict(Plant::Spliced(32, field)), Some(Error::Rejected), "{field}");
    }
}

/// A stranger's login in a batch uses up nothing, and disturbs nobody.
#[test]
fn strangers_in_a_batch_use_up_nothing() {
    let Pool { platform, logins, .. } = &*POOL;
    let own = *platform.check(&logins[0].0, &logins[0].1, LATER).unwrap().look_up_by();
    let batch = borrowed(&logins[..6]);
    let used = nonces();
    let account = |pseudonym: &Pseudonym| (*pseudonym == own).then_some(());
    let verdicts = platform.verify_login_batch(&batch, account, LATER, &used).unwrap();
    // Of the same person, but in the scopes of other labels.
    let expected = [0, 1, 2, 3, 4, 5].map(|index| (index % 3 != 0).then_some(Error::NoAccount));
    assert_eq!(verdicts.into_iter().map(Result::err).collect::<Vec<_>>(), expected);
    assert_eq!(used.len(), 2);
}

#[test]
fn a_secret_and_foreign_slots_change_no_verdict() {
    let mut world = World::new();
    let slot = |epoch| Slot { epoch: Epoch(epoch), ..*world.credential.slot() };
    let nobodys = Slot { parameters: ParametersId([0; 32]), epoch: Epoch(7) };
    let slots = [slot(0), nobodys, slot(u64::MAX), slot(1)];
    let platform = world.platform.prepare(&[], &slots).with_secret([7; 32]);
    let request = world.request(1);
    let good = world.present(&request);
    let other = world.request(2);
    let bad = world.present(&world.request(3));
    let batch = [(&request, &good), (&other, &bad)];
    let verdicts = platform.verify_batch(&batch, NOW, &nonces()).unwrap();
    assert!(verdicts[0].is_ok());
    assert_eq!(verdicts[1], Err(Error::Rejected));
}

#[test]
fn a_batch_is_ready_when_it_is_full_or_due() {
    let pool = &*POOL;
    let mut batcher = Batcher::new(3);
    let push = |batcher: &mut Batcher<_, _, _>, key: usize, deadline: u64| {
        let (request, answer) = pool.logins[key].clone();
        batcher.push(key, request, answer, deadline).map(|batch| batch.len())
    };
    assert!(batcher.is_empty() && batcher.deadline().is_none());
    assert_eq!(push(&mut batcher, 0, 9), None);
    assert_eq!(push(&mut batcher, 1, 7), None);
    assert_eq!((batcher.len(), batcher.deadline()), (2, Some(&7)), "the first deadline counts");
    assert!(!batcher.is_empty());
    assert!(batcher.due(&6).is_none());
    assert_eq!(batcher.due(&7).map(|batch| batch.len()), Some(2));
    assert!(batcher.is_empty() && batcher.deadline().is_none());
    assert!(batcher.due(&99).is_none());
    assert_eq!(push(&mut batcher, 2, 9), None);
    assert_eq!(push(&mut batcher, 3, 8), None);
    assert_eq!(push(&mut batcher, 4, 7), Some(3), "full");
    assert_eq!((batcher.len(), batcher.deadline()), (0, None));
    assert_eq!(push(&mut batcher, 5, 9), None);
    assert_eq!((batcher.flush().len(), batcher.flush().len()), (1, 0));
}
