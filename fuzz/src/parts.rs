//! Presentations, logins and requests taken apart, to be changed and put together again as
//! SPEC §14 says.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use pairnym::*;

/// 32 bytes of a point or a scalar, valid or not.
pub type Field = [u8; 32];

pub fn point(field: &Field) -> Option<RistrettoPoint> {
    CompressedRistretto(*field).decompress()
}

pub fn scalar(field: &Field) -> Scalar {
    Scalar::from_bytes_mod_order(*field)
}

/// A presentation or a login.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// All but points and scalars, if it is a presentation.
    pub plain: Option<Plain>,
    /// Ā, B̄, R̄1, R̄2, N, T_1, T_2; of a login N, T.
    pub points: Vec<Field>,
    /// z̄, ρ̂, ε̂, û_0 … û_6, v̂, hidden m̂; of a login ŝ.
    pub scalars: Vec<Field>,
}

/// The epoch, and the disclosed attributes as they are encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain {
    pub epoch: u64,
    pub disclosed: Vec<(u8, Vec<u8>)>,
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
        let epoch = u64::from_be_bytes(cut.bytes(8).try_into().unwrap());
        let disclosed = (0..cut.bytes(1)[0]).map(|_| {
            let index = cut.bytes(1)[0];
            let length = value_length(cut.0);
            (index, cut.bytes(length).to_vec())
        });
        let plain = Some(Plain { epoch, disclosed: disclosed.collect() });
        let mut points = cut.fields(4);
        let mut scalars = cut.fields(1);
        points.extend(cut.fields(3));
        scalars.extend(cut.fields(10));
        let hidden = usize::from(cut.bytes(1)[0]);
        scalars.extend(cut.fields(hidden));
        Self { plain, points, scalars }
    }

    /// Takes a valid login apart.
    pub fn login(bytes: &[u8]) -> Self {
        let mut cut = Cut(&bytes[2..]);
        Self { plain: None, points: cut.fields(2), scalars: cut.fields(1) }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let Some(plain) = &self.plain else {
            return [&[1, 13], self.points.as_flattened(), self.scalars.as_flattened()].concat();
        };
        let mut bytes = vec![1, 12];
        bytes.extend(plain.epoch.to_be_bytes());
        bytes.push(plain.disclosed.len() as u8);
        for (index, value) in &plain.disclosed {
            bytes.push(*index);
            bytes.extend(value);
        }
        bytes.extend(self.points[..N].as_flattened());
        bytes.extend(self.scalars[Z]);
        bytes.extend(self.points[N..].as_flattened());
        bytes.extend(self.scalars[RHO..HIDDEN].as_flattened());
        bytes.push((self.scalars.len() - HIDDEN) as u8);
        bytes.extend(self.scalars[HIDDEN..].as_flattened());
        bytes
    }
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
    pub parameters: [u8; 32],
    pub platform: String,
    pub label: String,
    pub purpose: Vec<u8>,
    pub nonce: [u8; 32],
    pub first: u64,
    pub last: u64,
    pub expires: u64,
    pub disclosures: Vec<u8>,
    /// Index, operator, operand.
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
        let condition = |(index, condition): &(u8, Condition)| match condition {
            Condition::Equals(value) => (*index, 1, encoded(value)),
            Condition::AtLeast(least) => (*index, 2, least.to_be_bytes().to_vec()),
            Condition::AtMost(most) => (*index, 3, most.to_be_bytes().to_vec()),
            Condition::Present => (*index, 4, vec![]),
            _ => unreachable!("SPEC has four"),
        };
        Self {
            parameters: request.parameters().0,
            platform: request.platform().to_string(),
            label: request.label().map(Token::to_string).unwrap_or_default(),
            purpose,
            nonce: *request.nonce(),
            first: request.epochs().start().0,
            last: request.epochs().end().0,
            expires: request.expires().0,
            disclosures: request.disclosures().to_vec(),
            conditions: request.conditions().iter().map(condition).collect(),
            statement: request.statement().map(<[u8]>::to_vec),
            notice: request.notice().copied(),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 11];
        bytes.extend(self.parameters);
        for text in [&self.platform, &self.label] {
            bytes.push(text.len() as u8);
            bytes.extend(text.as_bytes());
        }
        bytes.extend(&self.purpose);
        bytes.extend(self.nonce);
        bytes.extend([self.first, self.last, self.expires].map(u64::to_be_bytes).as_flattened());
        bytes.push(self.disclosures.len() as u8);
        bytes.extend(&self.disclosures);
        bytes.push(self.conditions.len() as u8);
        for (index, operator, operand) in &self.conditions {
            bytes.extend([*index, *operator]);
            bytes.extend(operand);
        }
        bytes.push(u8::from(self.statement.is_some()));
        if let Some(statement) = &self.statement {
            bytes.extend((statement.len() as u16).to_be_bytes());
            bytes.extend(statement);
        }
        bytes.push(u8::from(self.notice.is_some()));
        bytes.extend(self.notice.iter().flatten());
        bytes
    }
}
