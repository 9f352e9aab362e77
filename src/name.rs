//! Identifiers in their one canonical form (SPEC §3.1, §3.2).

use core::fmt;
use core::str::FromStr;

use crate::error::{DecodeError, DecodeReason};

/// ASCII of at most `N` ≤ 255 bytes, kept in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Ascii<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Ascii<N> {
    fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let len = u8::try_from(text.len()).ok()?;
        Some(Self { bytes, len })
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $max:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ascii<$max>);

        impl $name {
            /// Checks that the text is in canonical form; nothing is folded or mapped into it.
            ///
            /// # Errors
            /// [`DecodeReason::Identifier`], or one of the more precise reasons for a host name.
            pub fn new(text: &str) -> Result<Self, DecodeError> {
                let refused = |reason| DecodeError::new(stringify!($name), reason);
                $check(text).map_err(refused)?;
                Ascii::new(text).map(Self).ok_or(refused(DecodeReason::Identifier))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = DecodeError;

            fn from_str(text: &str) -> Result<Self, DecodeError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = DecodeError;

            fn try_from(text: &str) -> Result<Self, DecodeError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }
    };
}

identifier! {
    /// A short name: 1 to 63 bytes of `a`–`z`, `0`–`9`, `-`, `.`, `_`, of which the first and the
    /// last are a letter or a digit (SPEC §3.1). Application labels (网络身份应用标识),
    /// attribute names and purposes of a platform's own are names.
    Name, 63, check_name
}

identifier! {
    /// The name of an authority (SPEC §3.1).
    AuthorityId, 63, check_name
}

identifier! {
    /// An internet platform: its DNS host name in canonical form, lower-case A-labels, without
    /// trailing dot, port or IP address (SPEC §3.2).
    ///
    /// **Choose it once and for all**: at `shop.example` and `www.shop.example` one person has two
    /// different 网号s. It is the host that serves the requests, not the page: the platform's
    /// registrable domain if that can serve them itself, otherwise a dedicated host below it, such
    /// as `id.shop.example`, shared by all sites and apps. To change it, have each person log in
    /// under the old name and, in the same session, present under the new one.
    ///
    /// For development, use a name below `localhost`, such as `shop.localhost`, where the machine
    /// itself is the authenticated peer.
    ///
    /// ```
    /// # use pairnym::*;
    /// let id: PlatformId = "shop.example".parse()?;
    /// let refused = "https://shop.example/".parse::<PlatformId>().unwrap_err();
    /// assert_eq!(refused.reason(), DecodeReason::Url);
    /// # Ok::<_, DecodeError>(())
    /// ```
    #[doc(alias = "relying party")]
    #[doc(alias = "verifier")]
    PlatformId, 253, check_host
}

#[cfg(feature = "idna")]
impl PlatformId {
    /// The platform of a host as a person wrote it in a URL: internationalised names become
    /// A-labels and capital letters lower case, by UTS 46 (non-transitional).
    ///
    /// ```
    /// # use pairnym::PlatformId;
    /// let id = PlatformId::from_url_host("Bücher.Example")?;
    /// assert_eq!(id.as_str(), "xn--bcher-kva.example");
    /// # Ok::<_, pairnym::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new) on the result, and [`DecodeReason::International`] if there is none.
    pub fn from_url_host(host: &str) -> Result<Self, DecodeError> {
        let ascii = idna::domain_to_ascii_cow(host.as_bytes(), idna::AsciiDenyList::URL);
        let refused = |_| DecodeError::new("PlatformId", DecodeReason::International);
        Self::new(&ascii.map_err(refused)?)
    }
}

fn check_name(text: &str) -> Result<(), DecodeReason> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let name = (1..=63).contains(&bytes.len())
        && bytes.iter().all(|&b| plain(b) || matches!(b, b'-' | b'.' | b'_'))
        && bytes.first().is_some_and(|&b| plain(b))
        && bytes.last().is_some_and(|&b| plain(b));
    if name { Ok(()) } else { Err(DecodeReason::Identifier) }
}

/// The different reasons are for people: on the wire all of them are `identifier`.
fn check_host(text: &str) -> Result<(), DecodeReason> {
    let label = |label: &str| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            && (bytes.get(2..4) != Some(b"--") || (label.starts_with("xn--") && bytes.len() > 4))
    };
    // A last label that begins with a letter is no part of an IPv4 address.
    let last = text.rsplit_once('.').map(|(_, last)| last);
    let canonical = text.len() <= 253
        && text.split('.').all(label)
        && last.is_some_and(|last| last.starts_with(|c: char| c.is_ascii_lowercase()));
    if canonical { Ok(()) } else { Err(why_no_host(text)) }
}

fn why_no_host(text: &str) -> DecodeReason {
    let address = text.parse::<core::net::IpAddr>().is_ok() || text.starts_with('[');
    let port = text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if address {
        DecodeReason::Address
    } else if text.contains(['/', '@', '?', '#']) {
        DecodeReason::Url
    } else if port {
        DecodeReason::Port
    } else if !text.is_ascii() {
        DecodeReason::International
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        DecodeReason::Capital
    } else if text.len() > 1 && text.ends_with('.') {
        DecodeReason::TrailingDot
    } else if !text.is_empty() && !text.contains('.') {
        DecodeReason::SingleLabel
    } else {
        DecodeReason::Identifier
    }
}
