//! On which device a request is answered (§6).

use serde::{Deserialize, Serialize};

/// Where the wallet is that answers, as seen from the page that began (§6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// On the same device: the page shows a link, and the browser comes back with a code.
    SameDevice,
    /// On another one: the page shows a QR code, and the person types digits at the page.
    CrossDevice,
}

/// serde through `Display` and `FromStr`.
macro_rules! through_text {
    ($($name:ty),* $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use through_text;
