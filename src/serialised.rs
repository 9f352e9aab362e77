//! `serde`: messages through their wire bytes, identifiers through their text, all of them inside
//! every wrapper that serde has.
//!
//! Bytes are written as hex where the format is human-readable, otherwise as bytes. Reading accepts
//! either, since a value inside an internally tagged, untagged or flattened type is buffered, and
//! the buffer calls itself human-readable whatever format it came from.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::error::{DecodeError, DecodeReason};
use crate::holder::Outgoing;
use crate::message::{
    Commitment, EnrollmentRequest, EnrollmentTicket, EvidenceChallenges, EvidenceCommitments,
    EvidenceRequest, EvidenceResponses, IssuanceOffer, IssuanceRequest, IssuanceResponse, Login,
    Presentation, SessionId,
};
use crate::shared::{
    ChannelKey, CoAnswer, CoApproval, CoNonces, CoRequest, CoSessionId, PairingAnswer,
    PairingCommitment, PairingId, PairingInvitation, PairingRecord,
};
use crate::wire::{Body, Message};
use crate::{
    AuthorityId, AuthorityParameters, Epoch, ListId, Name, Nonce, ParameterList, ParametersId,
    PersonId, PlatformId, Pseudonym, Request, RequestDigest, Slot, TransactionId, UnixTime,
};

/// Something that is bytes, with a text form for people.
trait Bytes: Sized {
    const NAME: &'static str;

    fn to_bytes(&self) -> impl AsRef<[u8]>;

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError>;

    fn to_text(&self) -> String {
        base16ct::lower::encode_string(self.to_bytes().as_ref())
    }

    fn from_text(text: &str) -> Result<Self, DecodeError> {
        let bytes = base16ct::mixed::decode_vec(text);
        Self::from_bytes(&bytes.map_err(|_| DecodeError::new(Self::NAME, DecodeReason::Character))?)
    }
}

fn serialize<T: Bytes, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    if to.is_human_readable() {
        to.serialize_str(&value.to_text())
    } else {
        to.serialize_bytes(value.to_bytes().as_ref())
    }
}

fn deserialize<'de, T: Bytes, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let visitor = Either(PhantomData);
    if from.is_human_readable() {
        from.deserialize_str(visitor)
    } else {
        from.deserialize_bytes(visitor)
    }
}

/// Takes text and bytes.
struct Either<T>(PhantomData<fn() -> T>);

impl<'de, T: Bytes> Visitor<'de> for Either<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}, as text or as bytes", T::NAME)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        T::from_bytes(bytes).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        self.visit_bytes(&bytes)
    }
}

macro_rules! through_bytes {
    ($($name:ident),* $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                serialize(self, to)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                deserialize(from)
            }
        }
    )*};
}

macro_rules! messages {
    ($($name:ident),* $(,)?) => {$(
        impl Bytes for $name {
            const NAME: &'static str = <Self as Body>::NAME;

            fn to_bytes(&self) -> impl AsRef<[u8]> {
                Message::to_bytes(self)
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
                Message::from_bytes(bytes)
            }
        }

        through_bytes!($name);
    )*};
}

messages! {
    AuthorityParameters, ParameterList, EnrollmentTicket, EnrollmentRequest, IssuanceOffer,
    IssuanceRequest, IssuanceResponse, EvidenceRequest, EvidenceCommitments, EvidenceChallenges,
    EvidenceResponses, Request, Presentation, Login, PairingInvitation, PairingAnswer,
    PairingCommitment, PairingRecord, CoRequest, CoApproval, CoNonces, CoAnswer,
}

fn exactly(what: &'static str, bytes: &[u8]) -> Result<[u8; 32], DecodeError> {
    let reason = if bytes.len() < 32 { DecodeReason::Short } else { DecodeReason::Trailing };
    bytes.try_into().map_err(|_| DecodeError::new(what, reason))
}

/// Newtypes of 32 bytes.
macro_rules! numbers {
    ($($name:ident),* $(,)?) => {$(
        impl Bytes for $name {
            const NAME: &'static str = stringify!($name);

            fn to_bytes(&self) -> impl AsRef<[u8]> {
                self.0
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
                exactly(Self::NAME, bytes).map(Self)
            }
        }

        through_bytes!($name);
    )*};
}

numbers! {
    ParametersId, ListId, RequestDigest, Nonce, SessionId, TransactionId, PersonId, PairingId,
    ChannelKey, CoSessionId,
}

impl Bytes for Commitment {
    const NAME: &'static str = "Commitment";

    fn to_bytes(&self) -> impl AsRef<[u8]> {
        self.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::from_bytes(exactly("Commitment", bytes)?)
    }
}

impl Bytes for Pseudonym {
    const NAME: &'static str = "Pseudonym";

    fn to_bytes(&self) -> impl AsRef<[u8]> {
        self.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::from_bytes(exactly("Pseudonym", bytes)?)
    }

    fn to_text(&self) -> String {
        alloc::format!("{self}")
    }

    fn from_text(text: &str) -> Result<Self, DecodeError> {
        text.parse()
    }
}

through_bytes! { Commitment, Pseudonym }

/// As the message itself, which is read from it.
impl<M> Serialize for Outgoing<M> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.serialize_str(&base16ct::lower::encode_string(self.as_bytes()))
        } else {
            to.serialize_bytes(self.as_bytes())
        }
    }
}

/// Identifiers, as text everywhere.
macro_rules! names {
    ($($name:ident),* $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Text;

                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(stringify!($name))
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }

                from.deserialize_str(Text)
            }
        }
    )*};
}

names! { AuthorityId, PlatformId, Name }

/// Newtypes of a number.
macro_rules! integers {
    ($($name:ident),* $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_u64(self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                u64::deserialize(from).map(Self)
            }
        }
    )*};
}

integers! { UnixTime, Epoch }

/// A pair of parameters and epoch.
impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.parameters, self.epoch).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (parameters, epoch) = Deserialize::deserialize(from)?;
        Ok(Self { parameters, epoch })
    }
}
