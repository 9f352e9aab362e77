//! What only a process with x can do, and what the front needs of it: bytes in, bytes out. In one
//! process it is a call of [`LocalSigner`], between two it is [`RemoteSigner`] and [`api`].

mod api;
mod evidence;
mod frame;
mod local;
mod remote;
mod work;

use std::future::Future;
use std::pin::Pin;

use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{Name, PersonId, TransactionId, UnixTime};
use pairnym_store::Hashed;
use pairnym_transport::Refusal;

use super::Values;
use crate::Refused;

pub use api::router as signer_api;
pub use local::{LocalSigner, Sessions, SignerOptions};
pub use remote::RemoteSigner;

/// What a signer's call gives.
pub type Signed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unsigned>> + Send + 'a>>;

/// Why a signer did not do it.
#[derive(Debug)]
pub enum Unsigned {
    /// It refuses.
    Refused(Refused),
    /// It cannot be reached, or makes no sense.
    Unreachable(String),
}

/// For what a [`Refused`] can be made of.
macro_rules! refusals {
    ($($error:ty),*) => {$(
        impl From<$error> for Unsigned {
            fn from(error: $error) -> Self {
                Self::Refused(error.into())
            }
        }
    )*};
}

refusals! { Refused, Refusal, pairnym::Error, pairnym::DecodeError }

impl From<Unsigned> for Refused {
    fn from(unsigned: Unsigned) -> Self {
        match unsigned {
            Unsigned::Refused(refused) => refused,
            Unsigned::Unreachable(why) => {
                tracing::warn!("a signer: {why}");
                Refusal::Unavailable.into()
            }
        }
    }
}

/// A ticket that a signer opened.
#[derive(Clone)]
pub struct OpenedTicket {
    /// Its stored form.
    pub stored: Vec<u8>,
    /// The message.
    pub ticket: Vec<u8>,
    /// The last second at which it can be answered.
    pub expires: UnixTime,
}

/// An offer that a signer opened.
#[derive(Clone)]
pub struct OpenedOffer {
    /// Its stored form, which shows the person's values.
    pub stored: Vec<u8>,
    /// The message.
    pub offer: Vec<u8>,
    /// Its nonce.
    pub nonce: [u8; 32],
    /// The last second at which it can be answered.
    pub expires: UnixTime,
}

/// How a signer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerState {
    /// The name that its operator gave the process.
    pub node: Name,
    /// A random number that this process drew when it started: two with one name are told apart.
    pub instance: [u8; 16],
    /// Whether it opens sessions; otherwise it is stopping.
    pub ready: bool,
    /// The serial of its list.
    pub serial: u32,
}

/// A process with x, or this one. It keeps nothing but open evidence sessions.
pub trait Signer: Send + Sync + 'static {
    /// Opens a ticket for a transaction.
    fn open_ticket(&self, transaction: TransactionId) -> Signed<'_, OpenedTicket>;

    /// Checks what answers a ticket: all that is left is to register.
    fn check_enrollment(
        &self,
        stored: Vec<u8>,
        request: Vec<u8>,
        person: PersonId,
    ) -> Signed<'_, Registration>;

    /// Opens an offer of these values, in the present slot.
    fn open_offer(&self, commitment: Commitment, values: Values) -> Signed<'_, OpenedOffer>;

    /// The response to what answers an offer. Whoever asks releases it only if the registry says
    /// *afterwards* that the offer stands.
    fn issue(&self, stored: Vec<u8>, request: Vec<u8>) -> Signed<'_, Vec<u8>>;

    /// Opens evidence sessions for this fetcher.
    fn open_evidence(&self, fetcher: Hashed, requests: Vec<Vec<u8>>) -> Signed<'_, Vec<Vec<u8>>>;

    /// Answers sessions of this fetcher's, which are used up.
    fn answer_evidence(
        &self,
        fetcher: Hashed,
        challenges: Vec<Vec<u8>>,
    ) -> Signed<'_, Vec<Vec<u8>>>;

    /// How it is.
    fn state(&self) -> Signed<'_, SignerState>;
}
