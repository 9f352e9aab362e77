//! Byte strings in a body between front and signer: each behind its length, four bytes big-endian.

use std::iter;

use pairnym::attribute::Value;
use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{PersonId, TransactionId, UnixTime};

use super::{OpenedOffer, OpenedTicket};
use crate::authority::Values;

/// The most bytes of a body: 32 batches of commitments take a quarter of it.
pub(super) const MOST: usize = 1 << 20;

pub(super) const MEDIA_TYPE: &str = "application/octet-stream";

/// What travels in a body.
pub(super) trait Framed: Sized {
    fn write(self) -> Vec<Vec<u8>>;
    fn read(parts: Vec<Vec<u8>>) -> Option<Self>;
}

pub(super) fn pack(framed: impl Framed) -> Vec<u8> {
    let parts = framed.write();
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| 4 + part.len()).sum());
    for part in parts {
        bytes.extend((part.len() as u32).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

pub(super) fn unpack<T: Framed>(mut bytes: &[u8]) -> Option<T> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (part, rest) = rest.split_at_checked(length)?;
        parts.push(part.to_vec());
        bytes = rest;
    }
    T::read(parts)
}

fn array<const N: usize>(bytes: Vec<u8>) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn time(bytes: Vec<u8>) -> Option<UnixTime> {
    array(bytes).map(u64::from_be_bytes).map(UnixTime)
}

/// Exactly so many parts.
fn parts<const N: usize>(parts: Vec<Vec<u8>>) -> Option<[Vec<u8>; N]> {
    parts.try_into().ok()
}

impl Framed for Vec<Vec<u8>> {
    fn write(self) -> Vec<Vec<u8>> {
        self
    }

    fn read(parts: Vec<Vec<u8>>) -> Option<Self> {
        Some(parts)
    }
}

impl Framed for TransactionId {
    fn write(self) -> Vec<Vec<u8>> {
        vec![self.0.to_vec()]
    }

    fn read(all: Vec<Vec<u8>>) -> Option<Self> {
        let [id] = parts(all)?;
        array(id).map(Self)
    }
}

impl Framed for OpenedTicket {
    fn write(self) -> Vec<Vec<u8>> {
        vec![self.stored, self.ticket, self.expires.0.to_be_bytes().to_vec()]
    }

    fn read(all: Vec<Vec<u8>>) -> Option<Self> {
        let [stored, ticket, expires] = parts(all)?;
        Some(Self { stored, ticket, expires: time(expires)? })
    }
}

impl Framed for OpenedOffer {
    fn write(self) -> Vec<Vec<u8>> {
        let expires = self.expires.0.to_be_bytes().to_vec();
        vec![self.stored, self.offer, self.nonce.to_vec(), expires]
    }

    fn read(all: Vec<Vec<u8>>) -> Option<Self> {
        let [stored, offer, nonce, expires] = parts(all)?;
        Some(Self { stored, offer, nonce: array(nonce)?, expires: time(expires)? })
    }
}

impl Framed for Registration {
    fn write(self) -> Vec<Vec<u8>> {
        let Self { transaction, expires, person, commitment } = self;
        let expires = expires.0.to_be_bytes().to_vec();
        vec![transaction.0.to_vec(), expires, person.0.to_vec(), commitment.to_bytes().to_vec()]
    }

    fn read(all: Vec<Vec<u8>>) -> Option<Self> {
        let [transaction, expires, person, commitment] = parts(all)?;
        Some(Self {
            transaction: TransactionId(array(transaction)?),
            expires: time(expires)?,
            person: PersonId(array(person)?),
            commitment: Commitment::from_bytes(array(commitment)?).ok()?,
        })
    }
}

/// A commitment, and values by name.
impl Framed for (Commitment, Values) {
    fn write(self) -> Vec<Vec<u8>> {
        let (commitment, values) = self;
        let values = values.into_iter().flat_map(|(name, value)| {
            let value = match value {
                Value::Flag(flag) => vec![1, u8::from(flag)],
                Value::Integer(number) => [&[2][..], &number.to_be_bytes()].concat(),
                Value::Text(text) => [&[3][..], text.as_bytes()].concat(),
                // Absent; there are no others.
                _ => vec![0],
            };
            [name.into_bytes(), value]
        });
        iter::once(commitment.to_bytes().to_vec()).chain(values).collect()
    }

    fn read(parts: Vec<Vec<u8>>) -> Option<Self> {
        let (commitment, rest) = parts.split_first()?;
        let commitment = Commitment::from_bytes(array(commitment.clone())?).ok()?;
        if rest.len() % 2 != 0 {
            return None;
        }
        let value = |pair: &[Vec<u8>]| {
            let [name, value] = pair else { return None };
            let name = String::from_utf8(name.clone()).ok()?;
            let value = match value.split_first()? {
                (0, []) => Value::Absent,
                (1, [flag @ (0 | 1)]) => Value::Flag(*flag == 1),
                (2, number) => Value::Integer(u64::from_be_bytes(number.try_into().ok()?)),
                (3, text) => Value::Text(String::from_utf8(text.to_vec()).ok()?),
                _ => return None,
            };
            Some((name, value))
        };
        Some((commitment, rest.chunks(2).map(value).collect::<Option<_>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let parts = vec![vec![1, 2, 3], Vec::new(), vec![0; 300]];
        assert_eq!(unpack::<Vec<Vec<u8>>>(&pack(parts.clone())), Some(parts));
        assert_eq!(unpack::<Vec<Vec<u8>>>(&[]), Some(Vec::new()));
        for bad in [&[0, 0, 0][..], &[0, 0, 0, 1], &[255, 255, 255, 255, 0], &[0, 0, 0, 2, 1]] {
            assert_eq!(unpack::<Vec<Vec<u8>>>(bad), None);
        }
        let list = pairnym_testkit::Service::new(pairnym_testkit::NOW).list().clone();
        let commitment = *pairnym_testkit::holder(1, &list).commitment();
        let values: Values = vec![
            ("age_over_18".into(), true.into()),
            ("assurance".into(), Value::Integer(3)),
            ("region".into(), "上海".into()),
            ("name".into(), Value::Absent),
        ];
        let packed = pack((commitment, values.clone()));
        let (found, read) = unpack::<(Commitment, Values)>(&packed).unwrap();
        assert!(found == commitment && read == values);
        for end in 1..packed.len() {
            // Whatever is cut off is noticed, but for whole pairs at the end.
            if let Some((_, read)) = unpack::<(Commitment, Values)>(&packed[..end]) {
                assert!(read == values[..read.len()]);
            }
        }
        let registration = Registration {
            transaction: TransactionId([1; 32]),
            expires: UnixTime(7),
            person: PersonId([2; 32]),
            commitment,
        };
        assert_eq!(unpack::<Registration>(&pack(registration)), Some(registration));
    }
}
