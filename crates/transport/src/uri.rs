//! Request URI, link and done page, each with one form (§2).

use std::fmt;
use std::str::FromStr;

use pairnym::DecodeReason;

use crate::bearer::{Code, Handle};
use crate::flow::through_text;
use crate::host::Host;

/// Longer than the longest of these URIs, which has two hosts of 253 bytes.
const MAX_URI: usize = 1_024;

const PATH: &str = ".well-known/pairnym/";

/// Why a text is none of these URIs, or no part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UriError {
    /// Over 1,024 bytes.
    Length,
    /// Not `https://`; or `http://` to another host than one below `.localhost`; or the reverse.
    Scheme,
    /// The host is no canonical platform id: user info, port, address, capitals and so on.
    Host(DecodeReason),
    /// A host below `.localhost` without a port in its one form, or with port 80.
    Port,
    /// Another path.
    Path,
    /// There is a query.
    Query,
    /// There is a fragment where none belongs, or none where one does.
    Fragment,
    /// The handle is not 22 characters of base64url in its one form.
    Handle,
    /// The code is not.
    Code,
    /// The attempt is not 43 characters of base64url in its one form.
    Attempt,
    /// The token is not.
    Token,
    /// Not six decimal digits.
    Digits,
    /// A host below `.localhost`, where the wallet does not admit development.
    Development,
}

impl UriError {
    /// The machine-readable name, as in the vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Scheme => "scheme",
            Self::Host(reason) => reason.code(),
            Self::Port => "port",
            Self::Path => "path",
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::Handle => "handle",
            Self::Code => "code",
            Self::Attempt => "attempt",
            Self::Token => "token",
            Self::Digits => "digits",
            Self::Development => "development",
        }
    }
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "longer than any of these URIs",
            Self::Scheme => "not https",
            Self::Host(reason) => return write!(f, "no platform's host: {}", reason.code()),
            Self::Port => "no port as it is written below .localhost",
            Self::Path => "not the path of a request",
            Self::Query => "has a query",
            Self::Fragment => "fragment missing or out of place",
            Self::Handle => "no handle",
            Self::Code => "no code",
            Self::Attempt => "no attempt",
            Self::Token => "no token",
            Self::Digits => "not six digits",
            Self::Development => "a host for development",
        })
    }
}

impl std::error::Error for UriError {}

/// Where a request is fetched and answered, and what its QR code shows:
/// `https://HOST/.well-known/pairnym/HANDLE`.
///
/// ```
/// # use pairnym_transport::*;
/// let uri: RequestUri = "https://shop.example/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw".parse()?;
/// assert_eq!(uri.host().id().as_str(), "shop.example");
/// let other = "https://shop.example:443/.well-known/pairnym/AAECAwQFBgcICQoLDA0ODw";
/// assert!(other.parse::<RequestUri>().is_err());
/// # Ok::<_, UriError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestUri {
    host: Host,
    handle: Handle,
}

impl RequestUri {
    /// Of a host and a handle.
    #[must_use]
    pub const fn new(host: Host, handle: Handle) -> Self {
        Self { host, handle }
    }

    /// The platform's host.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The handle.
    #[must_use]
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Where a wallet pairs.
    #[must_use]
    pub fn pair(&self) -> String {
        format!("{self}/pair")
    }

    /// For the same device: `https://WALLET/#HOST/HANDLE`.
    #[must_use]
    pub fn link(&self, wallet: &Host) -> String {
        Link { wallet: *wallet, request: *self }.to_string()
    }

    /// For the same device, where links to a wallet's page do not work: `pairnym:HOST/HANDLE`.
    #[must_use]
    pub fn last_resort(&self) -> String {
        format!("pairnym:{}/{}", self.host, self.handle)
    }

    /// Reads `HOST/HANDLE`, as in a link's fragment.
    ///
    /// # Errors
    /// [`UriError`].
    pub fn from_fragment(text: &str) -> Result<Self, UriError> {
        let (host, handle) = limited(text)?.split_once('/').ok_or(UriError::Path)?;
        Ok(Self { host: host.parse()?, handle: handle.parse()? })
    }
}

impl fmt::Display for RequestUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}/{PATH}{}", self.host.scheme(), self.host, self.handle)
    }
}

impl FromStr for RequestUri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let (host, path) = split(text)?;
        let handle = path.strip_prefix(PATH).ok_or(UriError::Path)?;
        if handle.contains('#') {
            return Err(UriError::Fragment);
        } else if handle.contains('?') {
            return Err(UriError::Query);
        }
        Ok(Self { host, handle: handle.parse()? })
    }
}

/// What a page shows to the device on which it is: `https://WALLET/#HOST/HANDLE`. The wallet's
/// server does not see the fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    wallet: Host,
    request: RequestUri,
}

impl Link {
    /// The host of the wallet's page.
    #[must_use]
    pub const fn wallet(&self) -> &Host {
        &self.wallet
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &RequestUri {
        &self.request
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RequestUri { host, handle } = &self.request;
        write!(f, "{}/#{host}/{handle}", self.wallet.origin())
    }
}

impl FromStr for Link {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let (wallet, path) = split(text)?;
        let (before, fragment) = path.split_once('#').ok_or(UriError::Fragment)?;
        match before {
            "" => Ok(Self { wallet, request: RequestUri::from_fragment(fragment)? }),
            _ if before.starts_with('?') => Err(UriError::Query),
            _ => Err(UriError::Path),
        }
    }
}

/// Where the browser goes after a same-device answer:
/// `https://HOST/.well-known/pairnym/done#CODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneUri {
    host: Host,
    code: Code,
}

impl DoneUri {
    /// Of the host that was answered, and the code of its receipt.
    #[must_use]
    pub const fn new(host: Host, code: Code) -> Self {
        Self { host, code }
    }

    /// The platform's host.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> &Code {
        &self.code
    }
}

impl fmt::Display for DoneUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{PATH}done#{}", self.host.origin(), self.code)
    }
}

impl FromStr for DoneUri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let (host, path) = split(text)?;
        let rest = path.strip_prefix(PATH).and_then(|path| path.strip_prefix("done"));
        let rest = rest.ok_or(UriError::Path)?;
        match rest.strip_prefix('#') {
            Some(code) => Ok(Self { host, code: code.parse()? }),
            None if rest.starts_with('?') => Err(UriError::Query),
            None if rest.is_empty() => Err(UriError::Fragment),
            None => Err(UriError::Path),
        }
    }
}

through_text! { RequestUri, Link, DoneUri, Host }

/// The host of an absolute URL, and what follows the slash after it.
fn split(text: &str) -> Result<(Host, &str), UriError> {
    let (scheme, rest) = match limited(text)?.split_once("://") {
        Some(("https", rest)) => ("https://", rest),
        Some(("http", rest)) => ("http://", rest),
        _ => return Err(UriError::Scheme),
    };
    let (host, path) = rest.split_once('/').ok_or(UriError::Path)?;
    let host: Host = host.parse()?;
    if host.scheme() == scheme { Ok((host, path)) } else { Err(UriError::Scheme) }
}

fn limited(text: &str) -> Result<&str, UriError> {
    if text.len() <= MAX_URI { Ok(text) } else { Err(UriError::Length) }
}
