//! A host as it stands in a URI: a platform id and, below `.localhost` only, a port (§2).

use std::fmt;
use std::str::FromStr;

use pairnym::PlatformId;

use crate::uri::UriError;

/// The host of a platform, a wallet's page or an authority, over https without a port; or, for
/// development, one below `.localhost` over http with a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Host {
    id: PlatformId,
    port: Option<u16>,
}

impl Host {
    /// The platform id, which is the peer that TLS authenticates.
    #[must_use]
    pub const fn id(&self) -> &PlatformId {
        &self.id
    }

    /// The port, of a host for development.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether it is below `.localhost`: plain http, to a server on this machine.
    #[must_use]
    pub const fn is_development(&self) -> bool {
        self.port.is_some()
    }

    pub(crate) const fn scheme(&self) -> &'static str {
        if self.is_development() { "http://" } else { "https://" }
    }

    /// The origin, as browsers write it: `https://shop.example`, `http://shop.localhost:8080`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}{self}", self.scheme())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.id),
            None => self.id.fmt(f),
        }
    }
}

impl FromStr for Host {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if name.ends_with(".localhost") => (name, Some(read_port(port)?)),
            _ => (text, None),
        };
        let id = PlatformId::new(name).map_err(|error| UriError::Host(error.reason()))?;
        // A port if and only if the host is for development.
        if port.is_none() && name.ends_with(".localhost") {
            return Err(UriError::Port);
        }
        Ok(Self { id, port })
    }
}

/// Decimal in its one form; not 80, which URL parsers leave out.
fn read_port(text: &str) -> Result<u16, UriError> {
    let port: u16 = text.parse().map_err(|_| UriError::Port)?;
    if port != 0 && port != 80 && port.to_string() == text { Ok(port) } else { Err(UriError::Port) }
}
