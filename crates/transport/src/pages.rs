//! Between a platform and its own pages (§4.2).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::envelope::Envelope;
use crate::{Code, Digits, Flow, State};

macro_rules! plain {
    ($($name:ty),* $(,)?) => {$(
        impl Envelope for $name {
            const MEDIA_TYPE: &'static str = "application/json";
        }
    )*};
}

plain! { Start, Started, Status, TypedDigits, Finish, Destination }

/// `POST start`: the person begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The name of a question that the platform has configured.
    pub ask: String,
    /// Where the wallet is.
    pub flow: Flow,
}

/// What the page shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The request URI, for a QR code; or the link, for the same device.
    pub uri: String,
    /// When it expires, in seconds since 1970.
    pub expires: u64,
}

/// `GET status`, and the answer to digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The state.
    pub state: State,
    /// How many tries are left, while pairing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u8>,
}

/// `POST digits`: what the person has read on the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedDigits {
    /// The digits.
    pub digits: Digits,
}

/// `POST finish`: the page that began redeems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The code, of a same-device request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// What the done page learns for a code, with [`Finish`] as the question: where to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The platform's page that began, at one of its https origins, without a fragment.
    pub to: String,
}

/// Without the URI, which has the handle.
impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("expires", &self.expires).finish_non_exhaustive()
    }
}
