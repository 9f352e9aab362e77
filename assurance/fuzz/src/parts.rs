//! Presentations, logins, requests and lists taken apart, to be changed and put together again as
//! SPEC §14 says.

use std::sync::LazyLock;

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use pairnym::{attribute::*, message::*, *};

/// 32 bytes of a point or a scalar, valid or not.
pub type Field = [u8; 32];

pub fn point(field: &Field) -> Option<RistrettoPoint> {
    CompressedRistretto(*field).decompress()
}

pub fn scalar(field: &Field) -> Scalar {
    Scalar::from_bytes_mod_order(*field)
}

/// U_0.
pub fn u_0() -> RistrettoPoint {
    static U_0: LazyLock<RistrettoPoint> = LazyLock::new(|| {
        let generator = hazmat::Transcript::new("generator").part(b"U");
        generator.part(&[0; 4]).element()
    });
    *U_0
}

/// A presentation or a login.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The nonce that they begin with.
    pub nonce: Field,
    /// All but nonce, points and scalars, if it is a presentation.
    pub plain: Option<Plain>,
    /// Ā, B̄, R̄1, R̄2, N, T_1, T_2; of a login N, T.
    pub points: Vec<Field>,
    /// z̄, ρ̂, ε̂, û_0 … û_6, v̂, hidden m̂; of a login ŝ.
    pub scalars: Vec<Field>,
}

/// The position of the slot, and the disclosed values as they are encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain {
    pub slot: u8,
    pub disclosed: Vec<Vec<u8>>,
}

/// Places in [`Parts::points`].
pub const A: usize = 0;
pub const B: usize = 1;
pub const R1: usize = 2;
pub const R2: usize = 3;
pub const N: usize = 4;
pub const T1: usize = 5;
pub const T2: usize = 6;

/// Places in [`Parts::scalars`].
pub const Z: usize = 0;
pub const RHO: usize = 1;
pub const EPSILON: usize = 2;
pub const U: usize = 3;
pub const V: usize = 10;
pub const HIDDEN: usize = 11;

struct Cut<'a>(&'a [u8]);

impl<'a> Cut<'a> {
    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn fields(&mut self, count: usize) -> Vec<Field> {
        (0..count).map(|_| self.bytes(32).try_into().unwrap()).collect()
    }
}

/// The length of the encoded value that `bytes` begin with.
fn value_length(bytes: &[u8]) -> usize {
    match bytes[0] {
        0 => 1,
        1 => 2,
        2 => 9,
        _ => 2 + usize::from(bytes[1]),
    }
}

impl Parts {
    /// Takes a valid presentation apart.
    pub fn presentation(bytes: &[u8]) -> Self {
        let mut cut = Cut(&bytes[2..]);
        let nonce = cut.fields(1)[0];
        let slot = cut.bytes(1)[0];
        let disclosed = (0..cut.bytes(1)[0]).map(|_| {
            let length = value_length(cut.0);
            cut.bytes(length).to_vec()
        });
        let plain = Some(Plain { slot, disclosed: disclosed.collect() });
        let mut points = cut.fields(4);
        let mut scalars = cut.fields(1);
        points.extend(cut.fields(3));
        scalars.extend(cut.fields(10));
        let hidden = usize::from(cut.bytes(1)[0]);
        scalars.extend(cut.fields(hidden));
        Self { nonce, plain, points, scalars }
    }

    /// Takes a valid login apart.
    pub fn login(bytes: &[u8]) -> Self {
        let mut cut = Cut(&bytes[2..]);
        let nonce = cut.fields(1)[0];
        Self { nonce, plain: None, points: cut.fields(2), scalars: cut.fields(1) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let Some(plain) = &self.plain else {
            let fields = [self.points.as_flattened(), self.scalars.as_flattened()].concat();
            return [&[1, 13], &self.nonce[..], &fields].concat();
        };
        let mut bytes = vec![1, 12];
        bytes.extend(self.nonce);
        bytes.extend([plain.slot, plain.disclosed.len() as u8]);
        bytes.extend(plain.disclosed.concat());
        bytes.extend(self.points[..N].as_flattened());
        bytes.extend(self.scalars[Z]);
        bytes.extend(self.points[N..].as_flattened());
        bytes.extend(self.scalars[RHO..HIDDEN].as_flattened());
        bytes.push((self.scalars.len() - HIDDEN) as u8);
        bytes.extend(self.scalars[HIDDEN..].as_flattened());
        bytes
    }
}

/// A value from its encoding.
pub fn decoded(bytes: &[u8]) -> Option<Value> {
    Some(match bytes {
        [0] => Value::Absent,
        [1, flag] => Value::Flag(*flag == 1),
        [2, integer @ ..] => Value::Integer(u64::from_be_bytes(integer.try_into().ok()?)),
        [3, _, text @ ..] => Value::Text(str::from_utf8(text).ok()?.into()),
        _ => return None,
    })
}

/// The values of a valid list.
pub fn values(bytes: &[u8]) -> Vec<Value> {
    let mut cut = Cut(&bytes[1..]);
    let value = |_| {
        let length = value_length(cut.0);
        decoded(cut.bytes(length)).unwrap()
    };
    (0..bytes[0]).map(value).collect()
}

/// The encoding of a value.
pub fn encoded(value: &Value) -> Vec<u8> {
    match value {
        Value::Absent => vec![0],
        Value::Flag(flag) => vec![1, u8::from(*flag)],
        Value::Integer(integer) => [&[2][..], &integer.to_be_bytes()].concat(),
        Value::Text(text) => [&[3, text.len() as u8], text.as_bytes()].concat(),
        _ => unreachable!("SPEC has four"),
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub authority: String,
    pub platform: String,
    pub label: String,
    pub wanted: u8,
    pub purpose: Vec<u8>,
    pub nonce: [u8; 32],
    pub expires: u64,
    pub slots: Vec<Slot>,
    pub disclosures: Vec<String>,
    /// Position, operator, operand.
    pub conditions: Vec<(u8, u8, Vec<u8>)>,
    pub statement: Option<Vec<u8>>,
    pub notice: Option<[u8; 32]>,
}

impl Asked {
    pub fn new(request: &Request) -> Self {
        let purpose = match request.purpose() {
            Purpose::Registration => vec![1],
            Purpose::Login => vec![2],
            Purpose::Reverification => vec![3],
            Purpose::GovernmentService => vec![4],
            Purpose::Other(word) => {
                let word = word.as_str();
                [&[0xff, word.len() as u8], word.as_bytes()].concat()
            }
            _ => unreachable!("SPEC has five"),
        };
        let disclosures = request.disclosures();
        let condition = |(name, condition): (&Name, &Condition)| {
            let position = disclosures.iter().position(|other| other == name).unwrap() as u8;
            match condition {
                Condition::Equals(value) => (position, 1, encoded(value)),
                Condition::AtLeast(least) => (position, 2, least.to_be_bytes().to_vec()),
                Condition::AtMost(most) => (position, 3, most.to_be_bytes().to_vec()),
                Condition::Present => (position, 4, vec![]),
                _ => unreachable!("SPEC has four"),
            }
        };
        Self {
            authority: request.authority().to_string(),
            platform: request.platform().to_string(),
            label: request.label().map(Name::to_string).unwrap_or_default(),
            wanted: if request.wanted() == Wanted::Presentation { 1 } else { 2 },
            purpose,
            nonce: request.nonce().0,
            expires: request.expires().0,
            slots: request.slots().to_vec(),
            disclosures: disclosures.iter().map(Name::to_string).collect(),
            conditions: request.conditions().map(condition).collect(),
            statement: request.statement().map(|statement| statement.as_bytes().to_vec()),
            notice: request.notice().copied(),
        }
    }

    /// SPEC §14.12.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 11];
        for text in [&self.authority, &self.platform, &self.label] {
            short(&mut bytes, text);
        }
        bytes.push(self.wanted);
        bytes.extend(&self.purpose);
        bytes.extend(self.nonce);
        bytes.extend(self.expires.to_be_bytes());
        bytes.push(self.slots.len() as u8);
        for slot in &self.slots {
            bytes.extend(slot.parameters.0);
            bytes.extend(slot.epoch.0.to_be_bytes());
        }
        bytes.push(self.disclosures.len() as u8);
        self.disclosures.iter().for_each(|name| short(&mut bytes, name));
        bytes.push(self.conditions.len() as u8);
        for (position, operator, operand) in &self.conditions {
            bytes.extend([*position, *operator]);
            bytes.extend(operand);
        }
        bytes.push(u8::from(self.statement.is_some()));
        if let Some(statement) = &self.statement {
            bytes.extend((statement.len() as u16).to_be_bytes());
            bytes.extend(statement);
        }
        bytes.push(u8::from(self.notice.is_some()));
        bytes.extend(self.notice.iter().flatten());
        bytes.push(0);
        bytes
    }
}

fn short(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(text.len() as u8);
    bytes.extend(text.as_bytes());
}

/// A parameter list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub authority: String,
    pub host: String,
    pub serial: u32,
    pub previous: [u8; 32],
    pub since: u64,
    pub until: u64,
    /// from, parameters as they are encoded.
    pub entries: Vec<(u64, Vec<u8>)>,
    pub withdrawn: Vec<([u8; 32], u64)>,
}

impl Listed {
    pub fn new(list: &ParameterList) -> Self {
        let entry = |entry: &ListEntry| (entry.from().0, entry.parameters().to_bytes());
        let withdrawn = |w: &Withdrawn| (w.parameters.0, w.suspect_since.0);
        Self {
            authority: list.authority().to_string(),
            host: list.host().to_string(),
            serial: list.serial(),
            previous: list.previous().0,
            since: list.since().0,
            until: list.until().0,
            entries: list.entries().map(entry).collect(),
            withdrawn: list.withdrawn().iter().map(withdrawn).collect(),
        }
    }

    /// SPEC §14.15.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 15];
        short(&mut bytes, &self.authority);
        short(&mut bytes, &self.host);
        bytes.extend(self.serial.to_be_bytes());
        bytes.extend(self.previous);
        bytes.extend([self.since, self.until].map(u64::to_be_bytes).as_flattened());
        bytes.push(self.entries.len() as u8);
        for (from, parameters) in &self.entries {
            bytes.extend(from.to_be_bytes());
            bytes.extend(parameters);
        }
        bytes.push(self.withdrawn.len() as u8);
        for (id, suspect) in &self.withdrawn {
            bytes.extend(id);
            bytes.extend(suspect.to_be_bytes());
        }
        bytes.push(0);
        bytes
    }
}
