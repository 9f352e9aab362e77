//! What a holder does with any request: it refuses for the reason that SPEC §11 and §13 name, or
//! what it sends is accepted by the platform that asked.

use std::sync::{Arc, LazyLock};

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

use crate::pool::*;
use crate::rules::Asked;

/// A holder that keeps to SPEC, or a faulty one.
pub trait Device {
    /// Its clock, and the request that it answers.
    fn clock(now: UnixTime, _: &Request) -> UnixTime {
        now
    }

    fn answers(request: &Request) -> Request {
        request.clone()
    }
}

pub struct Own;

impl Device for Own {}

/// The first second of the day after [`NOW`], when the second key takes over.
pub const TOMORROW: u64 = NOW.0 - NOW.0 % DAY + DAY;

/// A holder in the time of a rotation, with credentials of three slots.
struct Setting {
    holder: Holder,
    platform: Arc<Platform>,
    credentials: Vec<(Credential, Vec<u8>)>,
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let [_, first, second] = schemas();
    let (since, until) = (UnixTime(NOW.0 - 2 * DAY), UnixTime(TOMORROW));
    let list = ParameterList::first(
        authority_host(),
        since..until,
        UnixTime(0),
        parameters(&key(1), &kinds(&first)),
    );
    let until = UnixTime(TOMORROW + 10 * DAY);
    let from = UnixTime(TOMORROW);
    let list =
        list.unwrap().rotate(since..until, from, parameters(&key(2), &kinds(&second))).unwrap();
    let platform = Arc::new(Platform::new(list.clone(), HOST.parse().unwrap()));
    let holder = holder(2, &list);
    let fetch = |(number, attributes, now): (u8, &Attributes, u64)| {
        let authority = Authority::open(key(number), list.clone()).unwrap();
        let values = attributes.iter().map(|(_, _, value)| value.clone());
        let (credential, evidence) =
            credential(&authority, &holder, values, UnixTime(now), &mut seeded(now));
        (credential, holder.store_evidence(&evidence[0]).to_vec())
    };
    let slots = [(1, &first, NOW.0 - DAY), (1, &first, NOW.0), (2, &second, TOMORROW)];
    let credentials = slots.into_iter().map(fetch).collect();
    Setting { holder, platform, credentials }
});

/// Requests of every sort, to begin with.
pub fn requests() -> Vec<Vec<u8>> {
    let platform = &SETTING.platform;
    let mut all = Vec::new();
    let mut add = |ask: RequestBuilder<'_>, now: u64| {
        let request = ask.build(UnixTime(now), &mut seeded(now)).unwrap();
        all.push(request.to_bytes());
    };
    for now in [NOW.0, TOMORROW - 700, TOMORROW - 300, TOMORROW + 100, TOMORROW + 700] {
        for life in [0, 300, DAY - 1200] {
            let ask = || platform.request(Purpose::Registration).valid_for(seconds(life));
            add(ask(), now);
            add(ask().current_slot_only().disclose("age_over_18"), now);
            let least = Condition::AtLeast(3);
            add(ask().disclose("assurance").require("assurance", least).statement("agreed"), now);
            let region = Condition::Equals("上海".into());
            add(ask().disclose("region").require("region", region).notice([1; 32]), now);
        }
        add(platform.request_login(Purpose::Login), now);
        add(platform.request_login(Purpose::Other("pay".parse().unwrap())).statement("付"), now);
    }
    all
}

pub fn holding<D: Device>(bytes: &[u8]) {
    let Ok(request) = Request::from_bytes(bytes) else { return };
    let stranger = "stranger.example".parse().unwrap();
    let relayed = Received::<Request>::from_host(&stranger, bytes).err();
    let own = *request.platform() == stranger;
    assert_eq!(relayed, (!own).then_some(Error::ForeignPlatform));

    let expires = request.expires().0;
    let until = SETTING.holder.list().until().0;
    let times = [
        NOW.0,
        TOMORROW - 300,
        TOMORROW + 100,
        expires,
        expires.saturating_add(600),
        expires.saturating_add(601),
        expires.saturating_sub(87_001),
        until - 1,
        until,
    ];
    // Making two of each sort is enough.
    let (mut presented, mut logged_in) = (0, 0);
    let mut items = [None, None, None];
    for now in times.map(UnixTime) {
        let asked = Asked { list: SETTING.holder.list(), now, request: &request };
        if logged_in < 2 {
            logged_in += usize::from(log_in::<D>(&asked));
        }
        for ((credential, stored), item) in SETTING.credentials.iter().zip(&mut items) {
            for consents in [false, true] {
                if presented < 2 {
                    let taken = item.take();
                    let taken =
                        taken.unwrap_or_else(|| SETTING.holder.load_evidence(stored).unwrap());
                    *item = present::<D>(&asked, credential, taken, consents);
                    presented += usize::from(item.is_none());
                }
            }
        }
    }
    for ((_, stored), item) in SETTING.credentials.iter().zip(items) {
        let same = |item| SETTING.holder.store_evidence(&item)[..] == *stored;
        assert!(item.is_none_or(same), "refused evidence comes back");
    }
}

/// The platform at a time at which it still accepts the answer.
fn in_time(asked: &Asked<'_>) -> UnixTime {
    asked.now.min(asked.request.expires())
}

/// The platform that asked.
fn platform(request: &Request) -> Arc<Platform> {
    let own = &SETTING.platform;
    if request.platform() == own.id() {
        return own.clone();
    }
    Arc::new(Platform::new(own.list().clone(), *request.platform()))
}

fn log_in<D: Device>(asked: &Asked<'_>) -> bool {
    let Setting { holder, .. } = &*SETTING;
    let request = asked.request;
    let received = received(&D::answers(request));
    let now = D::clock(asked.now, request);
    let login = holder.log_in(Consent::to_answer(&received), now, &mut seeded(1));
    assert_eq!(login.as_ref().err(), asked.logs_in().err().as_ref());
    let Ok(login) = login else { return false };
    let login = sent(&login);
    let (platform, now) = (platform(request), in_time(asked));
    let known = |pseudonym: &Pseudonym| Some(*pseudonym);
    let returning = platform.verify_login(request, &login, known, now, &MemoryNonces::new(1));
    let own = holder.pseudonym(request.platform(), request.label()).unwrap();
    assert_eq!(returning.map(|returning| *returning.pseudonym()), Ok(own));
    true
}

/// The evidence, if it is not used up.
fn present<D: Device>(
    asked: &Asked<'_>,
    credential: &Credential,
    item: Evidence,
    consents: bool,
) -> Option<Evidence> {
    let Setting { holder, .. } = &*SETTING;
    let request = asked.request;
    let received = received(&D::answers(request));
    let consent =
        if consents { Consent::to_disclose(&received) } else { Consent::to_answer(&received) };
    let now = D::clock(asked.now, request);
    let answer = holder.present(credential, item, consent, now, &mut seeded(1));
    let expected = asked.presents(true, credential.slot(), credential.values(), consents, true);
    let answer = match answer {
        Ok(answer) => answer,
        Err(refused) => {
            assert_eq!(Err(refused.error()), expected, "{request:?} at {now:?}");
            return Some(refused.into_evidence().expect("refused evidence comes back"));
        }
    };
    assert_eq!(expected, Ok(()), "{request:?} at {now:?}");
    let presentation = sent(&answer);
    let (platform, now) = (platform(request), in_time(asked));
    let verified = platform.verify(request, &presentation, now, &MemoryNonces::new(1));
    let verified = verified.expect("a platform accepts what a holder sends");
    let own = holder.pseudonym(request.platform(), request.label()).unwrap();
    assert_eq!((*verified.pseudonym(), verified.slot()), (own, credential.slot()));
    None
}
