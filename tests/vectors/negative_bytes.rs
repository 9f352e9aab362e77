//! Bytes that no decoder takes: each with the first fault that a reader from left to right finds
//! (SPEC §15.1).

use crate::formulas::stored;
use crate::json::{Json, read};
use crate::negative_messages::{messages, stored_forms};
use crate::setting::{AUTHORITY, run};

pub struct Vector {
    message: &'static str,
    key: Option<[u8; 32]>,
    bytes: Vec<u8>,
    reason: &'static str,
    comment: String,
}

impl From<Vector> for Json {
    fn from(vector: Vector) -> Self {
        let Vector { message, key, bytes, reason, comment } = vector;
        match key {
            None => {
                object! { "message": message, "hex": bytes, "reason": reason, "comment": comment }
            }
            Some(key) => object! {
                "message": message,
                "key": key,
                "authority_id": AUTHORITY,
                "hex": bytes,
                "reason": reason,
                "comment": comment,
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Field {
    Point,
    Scalar,
    Other,
}

/// A valid message, cut into its fields, and what is wrong with some other bytes.
pub struct Fielded {
    message: &'static str,
    /// The key, of a stored form. Bytes are without their MAC, but in what is made of them.
    key: Option<[u8; 32]>,
    rest: Vec<u8>,
    fields: Vec<(&'static str, Field, Vec<u8>)>,
    /// Faults of one field, by its index, after which the reader reads no further.
    faults: Vec<(usize, Vec<u8>, &'static str, String)>,
    vectors: Vec<Vector>,
}

impl Fielded {
    pub fn new(message: &'static str, bytes: impl AsRef<[u8]>) -> Self {
        let rest = bytes.as_ref().to_vec();
        let (fields, faults, vectors) = (Vec::new(), Vec::new(), Vec::new());
        Self { message, key: None, rest, fields, faults, vectors }.other("header", 2)
    }

    /// A stored form, of its encoding.
    pub fn stored(message: &'static str, key: [u8; 32], encoding: impl AsRef<[u8]>) -> Self {
        Self { key: Some(key), ..Self::new(message, encoding) }
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

    fn index(&self, name: &str) -> usize {
        let place = self.fields.iter().position(|(other, ..)| *other == name);
        place.unwrap_or_else(|| panic!("{}: no field {name}", self.message))
    }

    /// The message with some fields changed.
    fn with(&self, changed: &[(usize, &[u8])]) -> Vec<u8> {
        let field = |(index, (.., old)): (usize, &(_, _, Vec<u8>))| {
            let new = changed.iter().find(|(place, _)| *place == index);
            new.map_or_else(|| old.clone(), |(_, bytes)| bytes.to_vec())
        };
        let fields: Vec<_> = self.fields.iter().enumerate().map(field).collect();
        [fields.concat(), self.rest.clone()].concat()
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.with(&[])
    }

    /// What is refused, as it stands.
    fn raw(&mut self, bytes: Vec<u8>, reason: &'static str, comment: impl Into<String>) {
        let (message, key, comment) = (self.message, self.key, comment.into());
        self.vectors.push(Vector { message, key, bytes, reason, comment });
    }

    /// What is refused; a stored form with the right MAC.
    pub fn refused(&mut self, bytes: Vec<u8>, reason: &'static str, comment: impl Into<String>) {
        let bytes = match &self.key {
            Some(key) => stored(key, AUTHORITY, &bytes),
            None => bytes,
        };
        self.raw(bytes, reason, comment);
    }

    /// Vectors with one field changed.
    pub fn changed(mut self, faults: &[Fault<'_>]) -> Self {
        for (name, bytes, reason, comment) in faults {
            let index = self.index(name);
            self.refused(self.with(&[(index, bytes)]), reason, *comment);
            // Of a missing or a superfluous byte the reader takes notice elsewhere.
            if !["short", "trailing"].contains(reason) {
                self.faults.push((index, bytes.to_vec(), reason, (*comment).to_owned()));
            }
        }
        self
    }

    /// Vectors that end with the changed field.
    pub fn ended(mut self, faults: &[Fault<'_>]) -> Self {
        for (name, bytes, reason, comment) in faults {
            let index = self.index(name);
            let before = self.fields[..index].iter().flat_map(|(.., bytes)| bytes);
            let before: Vec<_> = before.copied().collect();
            self.refused([&before, *bytes].concat(), reason, *comment);
        }
        self
    }

    /// What can be wrong with every message.
    fn common(&mut self, encodings: &mut impl Iterator<Item = Bad>) {
        let [version, kind] = self.fields[0].2[..] else { panic!("a header has two bytes") };
        let full = self.bytes();
        self.raw(vec![], "short", "no byte");
        self.raw(vec![version], "short", "no kind");
        self.raw(vec![0], "version", "version 0");
        self.raw(vec![2, kind], "version", "version 2");
        self.raw(vec![255, kind ^ 1], "version", "version and kind are wrong");
        self.raw(vec![version, kind ^ 1], "kind", "another message's kind");
        self.raw(vec![version, 14], "kind", "the reserved kind");
        self.raw(vec![version, kind], "short", "nothing but the header");
        self.refused(vec![version, kind], "short", "the header alone");
        self.refused(full[..full.len() - 1].to_vec(), "short", "the last byte is missing");
        self.refused([&full[..], &[0]].concat(), "trailing", "one byte more");
        let version_2 = [&[2], &full[1..]].concat();
        self.refused(version_2, "version", "version 2 and all the rest");
        let other_kind = [&[version, kind ^ 1], &full[2..]].concat();
        self.refused(other_kind, "kind", "another message's kind and all the rest");
        for index in 0..self.fields.len() {
            let (name, field, _) = self.fields[index];
            let Bad { point, point_comment, scalar, scalar_comment } = encodings.next().unwrap();
            let faults = match field {
                Field::Point => vec![
                    ([0; 32], "identity", format!("{name}: O")),
                    (point, "point", format!("{name}: {point_comment}")),
                ],
                Field::Scalar => vec![(scalar, "scalar", format!("{name}: {scalar_comment}"))],
                Field::Other => vec![],
            };
            for (bytes, reason, comment) in faults {
                self.refused(self.with(&[(index, &bytes)]), reason, &comment[..]);
                self.faults.push((index, bytes.to_vec(), reason, comment));
            }
        }
    }

    /// Two faults: the first is told. Of each fault, with one of a later field, or with a byte at
    /// the end.
    fn pairs(&mut self) {
        let faults = std::mem::take(&mut self.faults);
        for (round, (index, bytes, reason, comment)) in faults.iter().enumerate() {
            let later =
                faults.iter().filter(|(other, _, second, _)| other > index && second != reason);
            let later: Vec<_> = later.collect();
            // Another one for each, of all that there are.
            if let Some((other, second, _, then)) = later.get(round % later.len().max(1)) {
                let both = self.with(&[(*index, bytes), (*other, second)]);
                self.refused(both, reason, format!("{comment}; then {then}"));
            } else {
                let longer = [&self.with(&[(*index, bytes)])[..], &[0]].concat();
                self.refused(longer, reason, format!("{comment}; then one byte more"));
            }
        }
    }

    /// What a stored form is refused for before it is read.
    fn sealed(&mut self, key: &[u8; 32]) {
        let full = self.bytes();
        let header = full[..2].to_vec();
        let form = stored(key, AUTHORITY, &full);
        let flipped = |at: usize| {
            let mut form = form.clone();
            form[at] ^= 1;
            form
        };
        let (mac, end) = (full.len(), form.len() - 1);
        self.raw([&header[..], &[0; 31]].concat(), "short", "31 bytes after the header");
        self.raw([&header[..], &[0; 32]].concat(), "mac", "32 bytes after the header");
        self.raw(full.clone(), "mac", "no MAC");
        self.raw(form[..end].to_vec(), "mac", "the last byte of the MAC is missing");
        self.raw([&form[..], &[0]].concat(), "mac", "a byte after the MAC");
        self.raw(flipped(2), "mac", "the first bit after the header");
        self.raw(flipped(mac - 1), "mac", "a bit of the last byte before the MAC");
        self.raw(flipped(mac), "mac", "a bit of the MAC's first byte");
        self.raw(flipped(end), "mac", "a bit of the MAC's last byte");
        self.raw(flipped(0), "version", "another version, and the MAC of the right one");
        self.raw(flipped(1), "kind", "another kind, and the MAC of the right one");
        self.raw(stored(&run(0x99), AUTHORITY, &full), "mac", "another key");
        self.raw(stored(key, "authority-2.example", &full), "mac", "another authority id");
        self.raw([&full[..], &[0; 32]].concat(), "mac", "no bit of the MAC is set");
        let cut = stored(key, AUTHORITY, &full[..mac - 1]);
        self.raw([&full[..], &cut[mac - 1..]].concat(), "mac", "the MAC of a byte less");
        if let Some((index, bytes, reason, comment)) = self.faults.first().cloned() {
            let wrong = [self.with(&[(index, &bytes)]), vec![0; 32]].concat();
            self.raw(wrong, "mac", format!("wrong MAC, and {reason}: {comment}"));
        }
    }

    fn finish(mut self, encodings: &mut impl Iterator<Item = Bad>) -> Vec<Vector> {
        let specific = std::mem::take(&mut self.vectors);
        self.common(encodings);
        self.vectors.extend(specific);
        if let Some(key) = self.key {
            self.sealed(&key);
        }
        self.pairs();
        self.vectors
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

/// Of the messages, and of the stored forms.
pub fn vectors() -> [Vec<Vector>; 2] {
    let mut encodings = bad_encodings();
    [messages(), stored_forms()]
        .map(|all| all.into_iter().flat_map(|message| message.finish(&mut encodings)).collect())
}
