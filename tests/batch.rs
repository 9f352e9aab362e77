//! One answer, a batch, a batch on all threads, and batches out of a stream: the same verdicts,
//! whichever answers are bad, repeated, late or of another scope or epoch.

mod common;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use common::*;
use pairnym::*;
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
    /// Two holders, three scopes of which two have tables, three epochs of which two have tables,
    /// requests with and without disclosures, and some that will have expired.
    fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES);
        let parameters = authority.parameters();
        let host = PlatformId::new("shop.example").unwrap();
        let [known, other] = ["known", "other"].map(|label| Token::new(label).unwrap());
        let epoch = parameters.epoch(NOW);
        let platform =
            Platform::new(parameters.clone(), host).prepare(&[known], Epoch(epoch.0 - 1)..=epoch);
        let rng = &mut seeded(1);
        let (mut presentations, mut logins) = (Vec::new(), Vec::new());
        for (seed, age) in [(2, 0), (3, 1), (2, 2)] {
            let holder = holder(seed, &authority);
            let then = UnixTime(NOW.0 - age * DAY);
            let credential = credential(&authority, &holder, values(), then);
            let evidence = evidence(&authority, &holder, &credential, age);
            for (index, evidence) in evidence.into_iter().enumerate() {
                let asked = || {
                    let asked = platform.request(Purpose::Login).accept_previous_epochs(2);
                    let asked = match index % 3 {
                        0 => asked,
                        1 => asked.label(known),
                        _ => asked.label(other),
                    };
                    if index % 8 == 7 { asked.valid_for(0) } else { asked }
                };
                let request = asked().build(NOW, rng).unwrap();
                let consent = Consent::to_answer(&request, &host);
                let login = holder.log_in(consent, NOW, rng).unwrap();
                logins.push((request, login));

                let request = if index % 2 == 0 {
                    asked().disclose("assurance").require("assurance", Condition::AtLeast(3))
                } else {
                    asked()
                };
                let request = request.build(NOW, rng).unwrap();
                let consent = Consent::to_disclose(&request, &host);
                let presentation =
                    holder.present(&credential, evidence, consent, NOW, rng).unwrap();
                presentations.push((request, presentation));
            }
        }
        Self { platform, presentations, logins }
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
    let hidden = if bytes.len() == 588 + 32 * ATTRIBUTES.len() { 4 } else { 3 };
    let last = bytes.len() - 32 * hidden;
    let first = last - 1 - 32 * 18;
    let shown = (0..18).map(|field| first + 32 * field);
    shown.chain((0..hidden).map(|field| last + 32 * field)).collect()
}

fn login_fields(_: &[u8]) -> Vec<usize> {
    vec![2, 34, 66]
}

fn borrowed<A>(answers: &[Asked<A>]) -> Vec<(&Request, &A)> {
    answers.iter().map(|(request, answer)| (request, answer)).collect()
}

fn nonces() -> MemoryNonces {
    MemoryNonces::new(1000)
}

/// The verdicts on a stream of answers of which at most `size` make a batch, and each third one
/// is urgent.
fn streamed<A: Answer + Clone>(
    answers: &[Asked<A>],
    size: usize,
    mut verify: impl FnMut(Batch<A, usize>) -> Vec<(usize, Result<A::Verified, Error>)>,
) -> Vec<Result<A::Verified, Error>> {
    let mut batcher = Batcher::new(size);
    let mut verdicts = BTreeMap::new();
    for (clock, (request, answer)) in answers.iter().enumerate() {
        let patience = if clock % 3 == 0 { 2 } else { 100 };
        let full = batcher.push(clock, request.clone(), answer.clone(), clock + patience);
        let late = batcher.due(&clock);
        assert!(batcher.len() < size);
        assert!(batcher.deadline().is_none_or(|deadline| *deadline > clock));
        verdicts.extend(full.into_iter().chain(late).flat_map(&mut verify));
    }
    verdicts.extend(verify(batcher.flush()));
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
        let mut used = nonces();
        let alone = answers
            .iter()
            .map(|(request, answer)| platform.verify(request, answer, LATER, &mut used))
            .collect::<Vec<_>>();
        let batch = borrowed(&answers);
        prop_assert_eq!(&platform.verify_batch(&batch, LATER, &mut nonces()), &alone);
        prop_assert_eq!(&platform.par_verify_batch(&batch, LATER, &mut nonces()), &alone);
        let used = &mut nonces();
        let verdicts = streamed(&answers, size, |batch| batch.verify(platform, LATER, used));
        prop_assert_eq!(&verdicts, &alone);
        let used = &mut nonces();
        let verdicts = streamed(&answers, size, |batch| batch.par_verify(platform, LATER, used));
        prop_assert_eq!(&verdicts, &alone);
    }

    #[test]
    fn logins_get_the_same_verdicts(sequence in sequence(), size in 1usize..40) {
        let platform = &POOL.platform;
        let mut answers = answers(&POOL.logins, &sequence, login_fields);
        if let Some((request, _)) = answers.first_mut() {
            // A request that no login can answer.
            *request = POOL.presentations[0].0.clone();
        }
        let mut used = nonces();
        let alone = answers
            .iter()
            .map(|(request, answer)| platform.verify_login(request, answer, LATER, &mut used))
            .collect::<Vec<_>>();
        let batch = borrowed(&answers);
        prop_assert_eq!(&platform.verify_login_batch(&batch, LATER, &mut nonces()), &alone);
        prop_assert_eq!(&platform.par_verify_login_batch(&batch, LATER, &mut nonces()), &alone);
        let used = &mut nonces();
        let verdicts = streamed(&answers, size, |batch| batch.verify(platform, LATER, used));
        prop_assert_eq!(&verdicts, &alone);
        let used = &mut nonces();
        let verdicts = streamed(&answers, size, |batch| batch.par_verify(platform, LATER, used));
        prop_assert_eq!(&verdicts, &alone);
    }
}

/// What the properties rest on: of the pool, all that has not expired verifies, and each plant
/// makes an answer bad.
#[test]
fn the_pool_is_good_and_plants_are_bad() {
    let Pool { platform, presentations, logins } = &*POOL;
    for (index, (request, presentation)) in presentations.iter().enumerate() {
        let verdict = platform.verify(request, presentation, LATER, &mut nonces());
        assert_eq!(verdict.err(), (index % 8 == 7).then_some(Error::Expired));
    }
    for (index, (request, login)) in logins.iter().enumerate() {
        let verdict = platform.verify_login(request, login, LATER, &mut nonces());
        assert_eq!(verdict.err(), (index % 8 == 7).then_some(Error::Expired));
    }
    // Numbers 0 and 32 are different persons' answers to alike requests.
    let verdict = |plant: Plant| {
        let answers = answers(presentations, &[(0, plant)], presentation_fields);
        platform.verify(&answers[0].0, &answers[0].1, LATER, &mut nonces())
    };
    let login_verdict = |plant: Plant| {
        let answers = answers(logins, &[(0, plant)], login_fields);
        platform.verify_login(&answers[0].0, &answers[0].1, LATER, &mut nonces())
    };
    assert_eq!(verdict(Plant::Exchanged(32)), Err(Error::Rejected));
    assert_eq!(login_verdict(Plant::Exchanged(32)), Err(Error::Rejected));
    for field in 0..21 {
        assert_eq!(verdict(Plant::Spliced(32, field)), Err(Error::Rejected), "{field}");
    }
    for field in 0..3 {
        assert_eq!(login_verdict(Plant::Spliced(32, field)), Err(Error::Rejected), "{field}");
    }
}

#[test]
fn a_secret_and_a_long_range_of_epochs_change_no_verdict() {
    let mut world = World::new();
    let platform = world.platform.prepare(&[], Epoch(0)..=Epoch(u64::MAX)).with_secret([7; 32]);
    let request = world.request(1);
    let good = world.present(&request);
    let other = world.request(2);
    let bad = world.present(&world.request(3));
    let verdicts = platform.verify_batch(
        &[(&request, &good), (&other, &bad)],
        NOW,
        &mut MemoryNonces::new(10),
    );
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
