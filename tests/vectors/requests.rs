//! requests.json (SPEC §10), and requests for the files of presentations and logins.

use pairnym::{Condition, Epoch, Message, Purpose, Request, UnixTime};

use crate::common::{DAY, NOW};
use crate::formulas::{Hash, Wire, encode_value};
use crate::json::{Json, check, list};
use crate::setting::{PLATFORM, Setting, eight, four, run, token, tossed, value_json};

/// The fields of §10.1, from which an encoding is made without the library.
#[derive(Clone)]
pub struct Fields<'a> {
    pub params_id: [u8; 32],
    pub platform: &'a str,
    pub label: Option<&'a str>,
    pub purpose: Purpose,
    pub nonce: [u8; 32],
    pub epochs: (u64, u64),
    pub expiry: u64,
    pub disclosures: Vec<u8>,
    pub conditions: Vec<(u8, Condition)>,
    pub statement: Option<Vec<u8>>,
    pub notice: Option<[u8; 32]>,
}

impl<'a> Fields<'a> {
    /// A request that asks for nothing but the 网号.
    pub fn bare(setting: &Setting) -> Self {
        let today = NOW.0 / DAY;
        Self {
            params_id: setting.parameters().id().0,
            platform: PLATFORM,
            label: None,
            purpose: Purpose::Login,
            nonce: run(0x11),
            epochs: (today, today),
            expiry: NOW.0 + 300,
            disclosures: Vec::new(),
            conditions: Vec::new(),
            statement: None,
            notice: None,
        }
    }

    /// The canonical encoding (§14.12).
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire::new(11).put(self.params_id).short(self.platform);
        let wire = wire.short(self.label.unwrap_or_default());
        let wire = match &self.purpose {
            Purpose::Registration => wire.u8(1),
            Purpose::Login => wire.u8(2),
            Purpose::Reverification => wire.u8(3),
            Purpose::GovernmentService => wire.u8(4),
            Purpose::Other(word) => wire.u8(0xff).short(word.as_str()),
            _ => panic!("a purpose that version 1 does not have"),
        };
        let wire = wire.put(self.nonce).u64(self.epochs.0).u64(self.epochs.1).u64(self.expiry);
        let wire = wire.u8(self.disclosures.len() as u8).put(&self.disclosures);
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
        match &self.notice {
            None => wire.u8(0),
            Some(hash) => wire.u8(1).put(hash),
        }
        .bytes()
    }

    /// The request, which must have the same fields again.
    pub fn request(&self) -> Request {
        let encoding = self.encode();
        let request = Request::from_bytes(&encoding).unwrap();
        assert_eq!(request.to_bytes(), encoding);
        assert_eq!(request.parameters().0, self.params_id);
        assert_eq!(request.platform().as_str(), self.platform);
        assert_eq!(request.label().map(|label| label.as_str()), self.label);
        assert_eq!(*request.purpose(), self.purpose);
        assert_eq!(*request.nonce(), self.nonce);
        assert_eq!(request.epochs(), Epoch(self.epochs.0)..=Epoch(self.epochs.1));
        assert_eq!(request.expires(), UnixTime(self.expiry));
        assert_eq!(request.disclosures(), self.disclosures);
        assert_eq!(request.conditions(), self.conditions);
        assert_eq!(request.statement(), self.statement.as_deref());
        assert_eq!(request.notice(), self.notice.as_ref());
        request
    }

    pub fn digest(&self) -> [u8; 32] {
        let digest = Hash::new("request").part(self.encode()).h32();
        assert_eq!(self.request().digest().0, digest);
        digest
    }

    fn json(&self) -> Json {
        let conditions = self.conditions.iter().map(|(index, condition)| {
            let (operator, operand) = match condition {
                Condition::Equals(value) => ("equals", value_json(value)),
                Condition::AtLeast(bound) => ("at least", (*bound).into()),
                Condition::AtMost(bound) => ("at most", (*bound).into()),
                _ => ("is present", Json::Null),
            };
            object! { "index": u64::from(*index), "operator": operator, "operand": operand }
        });
        object! {
            "params_id": self.params_id,
            "platform": self.platform,
            "label": self.label,
            "purpose": match &self.purpose {
                Purpose::Registration => object! { "code": 1 },
                Purpose::Login => object! { "code": 2 },
                Purpose::Reverification => object! { "code": 3 },
                Purpose::GovernmentService => object! { "code": 4 },
                Purpose::Other(word) => object! { "code": 255, "word": word.as_str() },
                _ => panic!("a purpose that version 1 does not have"),
            },
            "nonce": self.nonce,
            "first": self.epochs.0,
            "last": self.epochs.1,
            "expiry": self.expiry,
            "disclosures": list(self.disclosures.iter().map(|index| u64::from(*index))),
            "conditions": list(conditions),
            "statement": self.statement.as_ref(),
            "notice": self.notice,
            "encoding": self.encode(),
            "digest": self.digest(),
        }
    }
}

#[test]
fn requests_json() {
    let (small, large) = (Setting::new(four()), Setting::new(eight()));
    let bare = Fields::bare(&small);
    let asking = Fields {
        label: Some("app-1"),
        purpose: Purpose::Registration,
        epochs: (20_832, 20_833),
        disclosures: vec![0, 1],
        conditions: vec![(0, Condition::Equals(true.into())), (1, Condition::AtLeast(2))],
        statement: Some(b"agreed".to_vec()),
        notice: Some(run(0x12)),
        ..bare.clone()
    };
    let every_condition = Fields {
        params_id: large.parameters().id().0,
        platform: "xn--fiqs8s.example",
        label: Some("a"),
        purpose: Purpose::Other(token("checkout")),
        epochs: (0, 255),
        expiry: u64::MAX,
        disclosures: (0..8).collect(),
        conditions: vec![
            (1, Condition::Equals(3.into())),
            (1, Condition::AtLeast(0)),
            (1, Condition::AtMost(u64::MAX)),
            (1, Condition::Present),
            (2, Condition::Equals("\u{4e0a}\u{6d77}".into())),
            (6, Condition::Equals("".into())),
        ],
        statement: Some(Vec::new()),
        ..bare.clone()
    };
    let last_of_all = Fields {
        purpose: Purpose::Reverification,
        epochs: (u64::MAX - 255, u64::MAX),
        expiry: 0,
        disclosures: vec![63],
        ..bare.clone()
    };
    let service = Fields { purpose: Purpose::GovernmentService, ..bare.clone() };

    // The second one as the platform builds it.
    let platform = small.platform();
    let built = platform.request(Purpose::Registration).label(token("app-1"));
    let built = built.disclose("assurance").disclose("age_over_18").accept_previous_epochs(1);
    let built = built.require("assurance", Condition::AtLeast(2));
    let built = built.require("age_over_18", Condition::Equals(true.into()));
    let built = built.statement(b"agreed").notice(run(0x12));
    let built = tossed(&asking.nonce, |rng| built.build(NOW, rng)).unwrap();
    assert_eq!(built, asking.request());

    let requests = [bare, asking, every_condition, last_of_all, service];
    check(
        "requests.json",
        "10",
        "Requests with their encodings and digests.",
        object! { "requests": list(requests.iter().map(Fields::json)) },
    );
}
