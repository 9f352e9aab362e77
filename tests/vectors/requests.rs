//! requests.json (SPEC §10), and requests for the files of presentations and logins.

use pairnym::{Message, Purpose, Request, Wanted, attribute::Condition};
use pairnym_testkit::{DAY, NOW, name};

use crate::formulas::{Hash, Wire, encode_value};
use crate::json::{Json, check, list};
use crate::parameter_list::{List, Parameters, Slot, slot_json};
use crate::replay;
use crate::setting::{
    AUTHORITY, PLATFORM, SEED, Setting, eight, four, rotated, run, schema, value_json, withdrawn,
};

/// The fields of §10.1, from which an encoding is made without the library.
#[derive(Clone)]
pub struct Fields<'a> {
    pub authority: &'a str,
    pub platform: &'a str,
    pub label: Option<&'a str>,
    pub wanted: Wanted,
    pub purpose: Purpose,
    pub nonce: [u8; 32],
    pub expiry: u64,
    pub slots: Vec<Slot>,
    pub disclosures: Vec<&'a str>,
    /// With the position of the attribute.
    pub conditions: Vec<(u8, Condition)>,
    pub statement: Option<Vec<u8>>,
    pub notice: Option<[u8; 32]>,
}

impl<'a> Fields<'a> {
    /// A request for a login.
    pub fn login() -> Self {
        Self {
            authority: AUTHORITY,
            platform: PLATFORM,
            label: None,
            wanted: Wanted::Login,
            purpose: Purpose::Login,
            nonce: run(0x11),
            expiry: NOW.0 + 300,
            slots: Vec::new(),
            disclosures: Vec::new(),
            conditions: Vec::new(),
            statement: None,
            notice: None,
        }
    }

    /// A request for a presentation that asks for nothing but the 网号.
    pub fn bare(setting: &Setting) -> Self {
        let present = setting.list.slot(NOW.0).unwrap();
        let slots = vec![setting.list.before(&present).unwrap(), present];
        Self { wanted: Wanted::Presentation, slots, ..Self::login() }
    }

    /// The canonical encoding (§14.12).
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire::new(11).short(self.authority).short(self.platform);
        let wire = wire.short(self.label.unwrap_or_default());
        let wire = wire.u8(match self.wanted {
            Wanted::Presentation => 1,
            Wanted::Login => 2,
        });
        let wire = match &self.purpose {
            Purpose::Registration => wire.u8(1),
            Purpose::Login => wire.u8(2),
            Purpose::Reverification => wire.u8(3),
            Purpose::GovernmentService => wire.u8(4),
            Purpose::Other(word) => wire.u8(0xff).short(word.as_str()),
            _ => panic!("a purpose that version 1 does not have"),
        };
        let wire = wire.put(self.nonce).u64(self.expiry).u8(self.slots.len() as u8);
        let wire = self.slots.iter().fold(wire, |wire, (id, t)| wire.put(id).u64(*t));
        let wire = wire.u8(self.disclosures.len() as u8);
        let wire = self.disclosures.iter().fold(wire, |wire, name| wire.short(name));
        let conditions = self.conditions.iter();
        let wire = conditions.fold(wire.u8(self.conditions.len() as u8), |wire, (i, condition)| {
            let wire = wire.u8(*i);
            match condition {
                Condition::Equals(value) => wire.u8(1).put(encode_value(value)),
                Condition::AtLeast(bound) => wire.u8(2).u64(*bound),
                Condition::AtMost(bound) => wire.u8(3).u64(*bound),
                Condition::Present => wire.u8(4),
                _ => panic!("a condition that version 1 does not have"),
            }
        });
        let wire = match &self.statement {
            None => wire.u8(0),
            Some(bytes) => wire.u8(1).put((bytes.len() as u16).to_be_bytes()).put(bytes),
        };
        let wire = match &self.notice {
            None => wire.u8(0),
            Some(hash) => wire.u8(1).put(hash),
        };
        wire.u8(0).bytes()
    }

    fn statement(&self) -> Option<&str> {
        self.statement.as_ref().map(|bytes| std::str::from_utf8(bytes).unwrap())
    }

    /// Conditions with the names of their attributes.
    fn named(&self) -> impl Iterator<Item = (&'a str, &Condition)> {
        let name = |position: &u8| self.disclosures[usize::from(*position)];
        self.conditions.iter().map(move |(position, condition)| (name(position), condition))
    }

    /// The request, which must have the same fields again.
    pub fn request(&self) -> Request {
        let encoding = self.encode();
        let request = Request::from_bytes(&encoding).unwrap();
        assert_eq!(request.to_bytes(), encoding);
        assert_eq!(request.authority().as_str(), self.authority);
        assert_eq!(request.platform().as_str(), self.platform);
        assert_eq!(request.label().map(|label| label.as_str()), self.label);
        assert_eq!(request.wanted(), self.wanted);
        assert_eq!(*request.purpose(), self.purpose);
        assert_eq!(request.nonce().0, self.nonce);
        assert_eq!(request.expires().0, self.expiry);
        let slots = request.slots().iter().map(|slot| (slot.parameters.0, slot.epoch.0));
        assert_eq!(slots.collect::<Vec<_>>(), self.slots);
        let names = request.disclosures().iter().map(|name| name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), self.disclosures);
        let conditions = request.conditions().map(|(name, condition)| (name.as_str(), condition));
        assert!(conditions.eq(self.named()));
        assert_eq!(request.statement(), self.statement());
        assert_eq!(request.notice(), self.notice.as_ref());
        request
    }

    pub fn digest(&self) -> [u8; 32] {
        let digest = Hash::new("request").part(self.encode()).h32();
        assert_eq!(self.request().digest().0, digest);
        digest
    }

    fn json(&self) -> Json {
        let conditions = self.conditions.iter().map(|(position, condition)| {
            let (operator, operand) = condition_json(condition);
            object! { "position": u64::from(*position), "operator": operator, "operand": operand }
        });
        object! {
            "authority_id": self.authority,
            "platform": self.platform,
            "label": self.label,
            "wanted": wanted_name(self.wanted),
            "purpose": purpose_json(&self.purpose),
            "nonce": self.nonce,
            "expiry": self.expiry,
            "slots": list(self.slots.iter().map(slot_json)),
            "disclosures": list(self.disclosures.iter().copied()),
            "conditions": list(conditions),
            "statement": self.statement(),
            "notice": self.notice,
            "encoding": self.encode(),
            "digest": self.digest(),
        }
    }
}

fn wanted_name(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Presentation => "presentation",
        Wanted::Login => "login",
    }
}

fn purpose_json(purpose: &Purpose) -> Json {
    match purpose {
        Purpose::Registration => object! { "code": 1 },
        Purpose::Login => object! { "code": 2 },
        Purpose::Reverification => object! { "code": 3 },
        Purpose::GovernmentService => object! { "code": 4 },
        Purpose::Other(word) => object! { "code": 255, "word": word.as_str() },
        _ => panic!("a purpose that version 1 does not have"),
    }
}

fn condition_json(condition: &Condition) -> (&'static str, Json) {
    match condition {
        Condition::Equals(value) => ("equals", value_json(value)),
        Condition::AtLeast(bound) => ("at least", (*bound).into()),
        Condition::AtMost(bound) => ("at most", (*bound).into()),
        Condition::Present => ("is present", Json::Null),
        _ => panic!("a condition that version 1 does not have"),
    }
}

/// Conditions on attributes by their names.
pub fn conditions_json(conditions: &[(&str, Condition)]) -> Json {
    list(conditions.iter().map(|(name, condition)| {
        let (operator, operand) = condition_json(condition);
        object! { "name": *name, "operator": operator, "operand": operand }
    }))
}

/// What a platform asks for, and when: names and conditions in any order.
#[derive(Clone)]
pub struct Asked<'a> {
    pub list: List,
    pub platform: &'a str,
    pub label: Option<&'a str>,
    pub wanted: Wanted,
    pub purpose: Purpose,
    /// Whether a credential of S⁻ is accepted.
    pub previous: bool,
    pub now: u64,
    pub life: u64,
    pub disclosures: Vec<&'a str>,
    pub conditions: Vec<(&'a str, Condition)>,
    pub statement: Option<&'a str>,
    pub notice: Option<[u8; 32]>,
    pub nonce: [u8; 32],
}

impl<'a> Asked<'a> {
    /// For a presentation with nothing disclosed, and for 300 seconds.
    pub fn bare(list: List, now: u64) -> Self {
        Self {
            list,
            platform: PLATFORM,
            label: None,
            wanted: Wanted::Presentation,
            purpose: Purpose::Registration,
            previous: true,
            now,
            life: 300,
            disclosures: Vec::new(),
            conditions: Vec::new(),
            statement: None,
            notice: None,
            nonce: run(0x11),
        }
    }

    pub fn login(list: List, now: u64) -> Self {
        Self { wanted: Wanted::Login, ..Self::bare(list, now) }
    }

    /// §10.1, for what is not refused.
    fn fields(&self) -> Fields<'a> {
        let mut slots: Vec<Slot> = Vec::new();
        if self.wanted == Wanted::Presentation {
            let first = self.list.slot(self.now.saturating_sub(600));
            let last = self.list.slot(self.now + self.life + 600);
            let has = |slot: &Slot| {
                let schema = self.list.find(&slot.0).unwrap();
                self.disclosures.iter().all(|name| schema.has(name))
            };
            let before = first.and_then(|first| self.list.before(&first));
            let before = before.filter(|slot| self.previous && has(slot));
            for slot in [before, first, last].into_iter().flatten() {
                if !slots.contains(&slot) {
                    slots.push(slot);
                }
            }
        }
        let mut disclosures = self.disclosures.clone();
        disclosures.sort_unstable();
        disclosures.dedup();
        let mut conditions: Vec<(u8, Condition)> = Vec::new();
        for (name, condition) in &self.conditions {
            let position = disclosures.iter().position(|other| other == name).unwrap() as u8;
            let same = |(other, old): &(u8, Condition)| {
                *other == position && condition_json(old).0 == condition_json(condition).0
            };
            conditions.retain(|condition| !same(condition));
            conditions.push((position, condition.clone()));
        }
        conditions.sort_by_key(|(position, condition)| (*position, operator(condition)));
        Fields {
            authority: AUTHORITY,
            platform: self.platform,
            label: self.label,
            wanted: self.wanted,
            purpose: self.purpose,
            nonce: self.nonce,
            expiry: self.now + self.life,
            slots,
            disclosures,
            conditions,
            statement: self.statement.map(|text| text.as_bytes().to_vec()),
            notice: self.notice,
        }
    }

    pub fn json(&self) -> Vec<(&'static str, Json)> {
        let fields = object! {
            "list": self.list.encode(),
            "platform": self.platform,
            "label": self.label,
            "wanted": wanted_name(self.wanted),
            "purpose": purpose_json(&self.purpose),
            "previous": self.previous,
            "now": self.now,
            "life": self.life,
            "disclosures": list(self.disclosures.iter().copied()),
            "conditions": conditions_json(&self.conditions),
            "statement": self.statement,
            "notice": self.notice,
            "nonce": self.nonce,
        };
        fields.fields()
    }

    /// With the request that it must be.
    fn made(&self, comment: &'static str) -> Json {
        let fields = self.fields();
        let built = replay::make_request(&self.as_inputs()).unwrap();
        assert_eq!(built, fields.request(), "{comment}");
        let mut json = vec![("comment", Json::from(comment))];
        json.extend(self.json());
        json.extend([
            ("slots", list(fields.slots.iter().map(slot_json))),
            ("expiry", fields.expiry.into()),
            ("request", fields.encode().into()),
        ]);
        Json::Object(json)
    }
}

impl Asked<'_> {
    fn as_inputs(&self) -> serde_json::Value {
        serde_json::to_value(Json::Object(self.json())).unwrap()
    }
}

fn operator(condition: &Condition) -> u8 {
    match condition {
        Condition::Equals(_) => 1,
        Condition::AtLeast(_) => 2,
        Condition::AtMost(_) => 3,
        _ => 4,
    }
}

/// The first second after today.
const TOMORROW: u64 = (NOW.0 / DAY + 1) * DAY;

#[test]
fn requests_json() {
    let (small, large) = (Setting::new(four()), Setting::new(eight()));
    let bare = Fields::bare(&small);
    let asking = Fields {
        label: Some("app-1"),
        purpose: Purpose::Registration,
        disclosures: vec!["age_over_18", "assurance"],
        conditions: vec![(0, Condition::Equals(true.into())), (1, Condition::AtLeast(2))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..bare.clone()
    };
    let every_condition = Fields {
        platform: "xn--fiqs8s.example",
        label: Some("a"),
        purpose: Purpose::Other(name("checkout")),
        expiry: u64::MAX,
        slots: vec![([0xff; 32], u64::MAX), ([0xff; 32], 0), (large.params_id(), 0)],
        // `0` comes before `0-serial`, and a prefix before what it begins.
        disclosures: vec!["0", "0-serial", "assurance", "name", "name.2", "region"],
        conditions: vec![
            (1, Condition::AtLeast(0)),
            (1, Condition::AtMost(u64::MAX)),
            (2, Condition::Equals(3.into())),
            (2, Condition::AtLeast(0)),
            (2, Condition::AtMost(u64::MAX)),
            (2, Condition::Present),
            (3, Condition::Equals("a\nb".into())),
            (5, Condition::Equals("\u{4e0a}\u{6d77}".into())),
        ],
        statement: Some(format!("{}\u{6c38}", " ".repeat(8189)).into_bytes()),
        ..bare.clone()
    };
    let one_slot = Fields {
        authority: "0",
        platform: "a.b",
        purpose: Purpose::Reverification,
        expiry: 0,
        slots: vec![([0; 32], 0)],
        ..bare.clone()
    };
    let login = Fields::login();
    let service = Fields {
        purpose: Purpose::GovernmentService,
        label: Some("app-2"),
        statement: Some("\u{6211}\u{540c}\u{610f}\n100 \u{5143}".as_bytes().to_vec()),
        ..login.clone()
    };
    let requests = [bare, asking, every_condition, one_slot, login, service];
    check(
        "requests.json",
        "10",
        "requests: requests with their encodings and digests. made: what a platform asks for, by \
         its list and at a time, and the request that it makes.",
        object! {
            "requests": list(requests.iter().map(Fields::json)),
            "made": list(made().iter().map(|(comment, asked)| asked.made(comment))),
        },
    );
}

/// Requests around the boundaries of slots.
fn made() -> Vec<(&'static str, Asked<'static>)> {
    let small = List::first(Parameters::new(&SEED, schema(&four())));
    let at = |now| Asked::bare(small.clone(), now);
    let mut made = vec![
        ("in the middle of a slot", at(NOW.0)),
        ("the end + 600 is the last second of the slot", at(TOMORROW - 901)),
        ("the end + 600 is the first second of the next slot", at(TOMORROW - 900)),
        ("now is the last second of the slot", at(TOMORROW - 1)),
        ("now is the first second of the slot", at(TOMORROW)),
        ("now - 600 is the last second of the slot before", at(TOMORROW + 599)),
        ("now - 600 is the first second of the slot", at(TOMORROW + 600)),
        ("no life", Asked { life: 0, ..at(NOW.0) }),
        ("no life, and three slots", Asked { life: 0, ..at(TOMORROW + 599) }),
        (
            "the longest life, now - 600 in the first second",
            Asked { life: 85_200, ..at(TOMORROW + 600) },
        ),
        (
            "the longest life, now - 600 in the second second",
            Asked { life: 85_200, ..at(TOMORROW + 601) },
        ),
        ("the end + 600 is the last second of the list", at(small.until - 901)),
        ("only present credentials", Asked { previous: false, ..at(NOW.0) }),
        ("only present credentials, two of them", Asked { previous: false, ..at(TOMORROW) }),
    ];

    let early = List { since: 0, until: 10 * DAY, ..small.clone() };
    let early = |now| Asked::bare(early.clone(), now);
    made.extend([
        ("the first second of all time", early(0)),
        ("the second 600, in the first slot of all", early(600)),
        ("the first slot but one: the first is the one before", early(DAY + 600)),
    ]);
    let mut begins = small.clone();
    begins.entries[0].0 = TOMORROW;
    let begins = |now| Asked::bare(begins.clone(), now);
    made.extend([
        ("before the first slot, the end + 600 in its first second", begins(TOMORROW - 900)),
        ("in the first slot, now - 600 before it", begins(TOMORROW + 599)),
        ("in the first slot, now - 600 in its first second", begins(TOMORROW + 600)),
        ("in the second slot", begins(TOMORROW + DAY + 600)),
    ]);

    let rotated = rotated(TOMORROW);
    let rotating = |now| Asked::bare(rotated.clone(), now);
    made.extend([
        ("rotation: the end + 600 is the last second of the old key", rotating(TOMORROW - 901)),
        ("rotation: the end + 600 is the first second of the new key", rotating(TOMORROW - 900)),
        ("rotation: now - 600 is the last second of the old key", rotating(TOMORROW + 599)),
        ("rotation: now - 600 is the first second of the new key", rotating(TOMORROW + 600)),
        ("rotation: an epoch later", rotating(TOMORROW + DAY + 600)),
        (
            "rotation: the old key's slot is left out, it lacks the attribute",
            Asked { disclosures: vec!["guardian"], ..rotating(TOMORROW + 600) },
        ),
        (
            "rotation: both have the attribute",
            Asked { disclosures: vec!["region"], ..rotating(TOMORROW + 600) },
        ),
    ]);

    let mut hourly = rotated.clone();
    hourly.entries[1].1.epoch_length = 3600;
    let hourly = |now| Asked { life: 2400, ..Asked::bare(hourly.clone(), now) };
    made.extend([
        ("from days to hours: the last slot of a day", hourly(TOMORROW - 3001)),
        ("from days to hours: the first hour is next", hourly(TOMORROW - 3000)),
        ("from days to hours: the first hour, after a day", hourly(TOMORROW + 600)),
        ("from days to hours: the second hour", hourly(TOMORROW + 4200)),
    ]);

    let withdrawn = withdrawn(&small);
    made.push((
        "withdrawal: the replacement has the slot before too",
        Asked::bare(withdrawn, NOW.0),
    ));

    made.extend([
        (
            "names and conditions in another order, some twice",
            Asked {
                label: Some("app-1"),
                purpose: Purpose::Other(name("checkout")),
                disclosures: vec!["region", "assurance", "region", "age_over_18"],
                conditions: vec![
                    ("region", Condition::Present),
                    ("assurance", Condition::AtLeast(1)),
                    ("assurance", Condition::Equals(3.into())),
                    ("assurance", Condition::AtLeast(2)),
                    ("age_over_18", Condition::Equals(true.into())),
                ],
                statement: Some("agreed"),
                notice: Some(run(0x12)),
                ..at(NOW.0)
            },
        ),
        ("a login", Asked::login(small.clone(), NOW.0)),
        (
            "a login when the list is over, for a day",
            Asked { life: 86_400, ..Asked::login(small.clone(), small.until) },
        ),
        ("a login at the end of all time", Asked::login(small.clone(), u64::MAX - 900)),
        (
            "a statement",
            Asked { statement: Some("\u{540c}\u{610f}"), ..Asked::login(small, NOW.0) },
        ),
    ]);
    made
}
