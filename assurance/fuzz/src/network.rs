//! What scripts of steps have in common: the step, every message that was ever sent, and what the
//! network makes of it.

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::scalar::Scalar;
use pairnym::{Message, PlatformId, holder::Outgoing};

use crate::parts::{Field, point};

/// One step: what is done, with which things, and how the message that it takes was changed.
///
/// Numbers count back from the newest thing of a sort, so that zeros are the ordinary course.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Move {
    /// The number of what is done, in the target's own list.
    pub act: u8,
    pub who: u8,
    pub message: u8,
    pub choice: u8,
    pub tamper: u8,
    pub place: u8,
    pub value: u8,
}

/// The list of what can be done.
macro_rules! acts {
    ($($act:ident),* $(,)?) => {
        /// What can be done.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Act {
            $($act),*
        }

        impl Act {
            pub const ALL: &[Self] = &[$(Self::$act),*];
        }
    };
}

pub(crate) use acts;

#[derive(Default)]
pub struct Network {
    /// By the kind byte.
    sent: BTreeMap<u8, Vec<Vec<u8>>>,
}

impl Network {
    /// Sends a message; gives its bytes.
    pub fn send<M: Message>(&mut self, message: &M) -> Vec<u8> {
        self.post(message.to_bytes())
    }

    /// Sends what a holder has checked.
    pub fn send_checked<M: Message>(&mut self, message: Outgoing<M>) -> Vec<u8> {
        self.post(message.into_bytes())
    }

    /// Sends these bytes.
    pub fn post(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.sent.entry(bytes[1]).or_default().push(bytes.clone());
        bytes
    }

    /// A message of this kind as it arrives.
    pub fn arrives(&self, kind: u8, step: &Move) -> Option<Vec<u8>> {
        let sent = self.sent.get(&kind)?;
        let mut bytes = sent[back(sent.len(), step.message)?].clone();
        let other = &sent[back(sent.len(), step.value)?];
        tamper(&mut bytes, other, step);
        Some(bytes)
    }

    /// The same, if it can be decoded, and its bytes.
    pub fn receive<M: Message>(&self, kind: u8, step: &Move) -> Option<(M, Vec<u8>)> {
        let bytes = self.arrives(kind, step)?;
        let message = M::from_bytes(&bytes).ok()?;
        assert_eq!(message.to_bytes(), bytes);
        Some((message, bytes))
    }
}

/// Whom the holder's connection has authenticated: nearly always the right one.
pub fn peer(right: &str, step: &Move) -> PlatformId {
    let host = if step.tamper >> 3 == 31 { "other.example" } else { right };
    host.parse().unwrap()
}

/// The place that counts back from the newest, if there is anything.
pub fn back(length: usize, number: u8) -> Option<usize> {
    length.checked_sub(1).map(|newest| newest - usize::from(number) % length)
}

/// Changes a message: a byte of it, or a field of 32 bytes. Fields are counted from the end,
/// where nearly all messages have points and scalars.
fn tamper(bytes: &mut [u8], other: &[u8], step: &Move) {
    let length = bytes.len();
    let field = |number: u8| length - 32 * (1 + usize::from(number) % ((length - 2) / 32));
    let place = field(step.place);
    match step.tamper % 8 {
        4 => bytes[usize::from(step.place) * length / 256] ^= step.value,
        5 if other.len() == length => {
            bytes[place..place + 32].copy_from_slice(&other[place..place + 32]);
        }
        6 => {
            let old: Field = bytes[place..place + 32].try_into().unwrap();
            let canonical = Option::from(Scalar::from_canonical_bytes(old));
            let new = match (point(&old), canonical) {
                (Some(point), _) => (point + G).compress().to_bytes(),
                (None, Some(scalar)) => (Scalar::ONE + Scalar::clone(&scalar)).to_bytes(),
                (None, None) => old,
            };
            bytes[place..place + 32].copy_from_slice(&new);
        }
        7 => {
            let with = field(step.value);
            let (one, two): (Vec<_>, Vec<_>) =
                (bytes[place..place + 32].to_vec(), bytes[with..with + 32].to_vec());
            bytes[place..place + 32].copy_from_slice(&two);
            bytes[with..with + 32].copy_from_slice(&one);
        }
        _ => {}
    }
}
