//! Bytes that no decoder takes: each with the first fault that a reader from left to right finds
//! (SPEC §15.1).

use crate::json::{Json, read};
use crate::negative_messages::messages;

pub struct Vector {
    message: &'static str,
    bytes: Vec<u8>,
    reason: &'static str,
    comment: String,
}

impl From<Vector> for Json {
    fn from(vector: Vector) -> Self {
        let Vector { message, bytes, reason, comment } = vector;
        object! { "message": message, "hex": bytes, "reason": reason, "comment": comment }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Field {
    Point,
    Scalar,
    Other,
}

/// A valid message, cut into its fields.
pub struct Fielded {
    message: &'static str,
    rest: Vec<u8>,
    fields: Vec<(&'static str, Field, Vec<u8>)>,
}

impl Fielded {
    pub fn new(message: &'static str, bytes: impl AsRef<[u8]>) -> Self {
        let rest = bytes.as_ref().to_vec();
        Self { message, rest, fields: Vec::new() }.other("header", 2)
    }

    fn cut(mut self, name: &'static str, field: Field, length: usize) -> Self {
        let rest = self.rest.split_off(length);
        self.fields.push((name, field, std::mem::replace(&mut self.rest, rest)));
        self
    }

    pub fn other(self, name: &'static str, length: usize) -> Self {
        self.cut(name, Field::Other, length)
    }

    pub fn points(self, names: &[&'static str]) -> Self {
        names.iter().fold(self, |message, name| message.cut(name, Field::Point, 32))
    }

    pub fn scalars(self, names: &[&'static str]) -> Self {
        names.iter().fold(self, |message, name| message.cut(name, Field::Scalar, 32))
    }

    /// Everything from the field with this name on, or the fields before it.
    fn before(&self, name: &str) -> Vec<u8> {
        let fields = self.fields.iter().take_while(|(other, ..)| *other != name);
        fields.flat_map(|(.., bytes)| bytes).copied().collect()
    }

    /// The message with one field changed.
    pub fn with(&self, name: &str, bytes: &[u8]) -> Vec<u8> {
        assert!(self.fields.iter().any(|(other, ..)| *other == name), "no field {name}");
        let fields = self.fields.iter();
        let fields = fields.map(|(other, _, old)| if *other == name { bytes } else { old });
        [&fields.collect::<Vec<_>>().concat(), &self.rest[..]].concat()
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.with("header", &self.fields[0].2)
    }

    pub fn vector(
        &self,
        bytes: Vec<u8>,
        reason: &'static str,
        comment: impl Into<String>,
    ) -> Vector {
        Vector { message: self.message, bytes, reason, comment: comment.into() }
    }

    /// Vectors with one field changed.
    pub fn changed(&self, faults: &[Fault<'_>]) -> Vec<Vector> {
        let vector = |(field, bytes, reason, comment): &Fault<'_>| {
            self.vector(self.with(field, bytes), reason, *comment)
        };
        faults.iter().map(vector).collect()
    }

    /// Vectors that end with the changed field.
    pub fn ended(&self, faults: &[Fault<'_>]) -> Vec<Vector> {
        let vector = |(field, bytes, reason, comment): &Fault<'_>| {
            self.vector([&self.before(field), *bytes].concat(), reason, *comment)
        };
        faults.iter().map(vector).collect()
    }

    /// What can be wrong with every message.
    fn common(&self, encodings: &mut impl Iterator<Item = Bad>) -> Vec<Vector> {
        let [version, kind] = self.fields[0].2[..] else { panic!("a header has two bytes") };
        let full = self.bytes();
        let mut vectors = vec![
            self.vector(vec![], "short", "no byte"),
            self.vector(vec![version], "short", "no kind"),
            self.vector(vec![0], "version", "version 0"),
            self.vector(vec![2, kind], "version", "version 2"),
            self.vector(vec![255, kind ^ 1], "version", "version and kind are wrong"),
            self.vector(vec![version, kind ^ 1], "kind", "another message's kind"),
            self.vector(vec![version, 14], "kind", "the reserved kind"),
            self.vector(vec![version, kind], "short", "nothing but the header"),
            self.vector(full[..full.len() - 1].to_vec(), "short", "the last byte is missing"),
            self.vector([&full[..], &[0]].concat(), "trailing", "one byte more"),
        ];
        for (name, field, _) in &self.fields {
            let Bad { point, point_comment, scalar, scalar_comment } = encodings.next().unwrap();
            match field {
                Field::Point => vectors.extend([
                    self.vector(self.with(name, &[0; 32]), "identity", format!("{name}: O")),
                    self.vector(
                        self.with(name, &point),
                        "point",
                        format!("{name}: {point_comment}"),
                    ),
                ]),
                Field::Scalar => vectors.push(self.vector(
                    self.with(name, &scalar),
                    "scalar",
                    format!("{name}: {scalar_comment}"),
                )),
                Field::Other => {}
            }
        }
        vectors
    }
}

/// Field, its bytes, reason, comment.
pub type Fault<'a> = (&'a str, &'a [u8], &'static str, &'a str);

/// A bad encoding of each kind, to go round all of them.
#[derive(Clone)]
struct Bad {
    point: [u8; 32],
    point_comment: String,
    scalar: [u8; 32],
    scalar_comment: &'static str,
}

/// RFC 9496's invalid encodings, and integers that are not less than p.
fn bad_encodings() -> impl Iterator<Item = Bad> {
    let file = read("rfc9496_ristretto255.json");
    let points = file["invalid_encodings"]["cases"].as_array().unwrap().clone();
    let points = points.into_iter().map(|case| {
        let bytes = hex::decode(case["encoding"].as_str().unwrap()).unwrap();
        let category = case["category"].as_str().unwrap();
        (<[u8; 32]>::try_from(bytes).unwrap(), format!("RFC 9496, {category}"))
    });
    let integer = |text: &str| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
    let scalars = [
        (ORDER, "p"),
        (integer("eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), "p + 1"),
        (integer("0100000000000000000000000000000000000000000000000000000000000080"), "2^255 + 1"),
        ([0xff; 32], "2^256 - 1"),
        (integer("0000000000000000000000000000000000000000000000000000000000000020"), "2^253"),
    ];
    let pairs = points.collect::<Vec<_>>().into_iter().cycle().zip(scalars.into_iter().cycle());
    pairs.map(|((point, point_comment), (scalar, scalar_comment))| Bad {
        point,
        point_comment,
        scalar,
        scalar_comment,
    })
}

/// p = 2^252 + 27742317777372353535851937790883648493, little-endian.
pub const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub fn vectors() -> Vec<Vector> {
    let encodings = &mut bad_encodings();
    let vectors = messages().into_iter().flat_map(|(message, specific)| {
        let mut vectors = message.common(encodings);
        vectors.extend(specific);
        vectors
    });
    vectors.collect()
}
