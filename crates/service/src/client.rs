//! Whose call it is: the address of the client, behind proxies that are trusted to tell it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;
use serde::{Deserialize, Deserializer};

/// Addresses that begin alike: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// A text that is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNetwork;

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address, or no prefix of one")
    }
}

impl std::error::Error for NoNetwork {}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| NoNetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits <= most { Ok(Self { address, bits }) } else { Err(NoNetwork) }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Network {
    /// Whether the address is one of them.
    #[must_use]
    pub fn contains(&self, address: &IpAddr) -> bool {
        self.address.is_ipv4() == address.is_ipv4()
            && prefix(&self.address, self.bits) == prefix(address, self.bits)
    }
}

/// The first so many bits, the others zero.
pub(crate) fn prefix(address: &IpAddr, bits: u8) -> u128 {
    let (number, length) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let dropped = u32::from(length - bits.min(length));
    number.checked_shr(dropped).unwrap_or(0)
}

/// The client's address: that of the connection or, if it is a trusted proxy's, the rightmost one in
/// `X-Forwarded-For` that is not. Those further to the left are whatever the client wrote.
///
/// ```
/// # use axum::http::HeaderMap;
/// # use pairnym_service::client;
/// let mut headers = HeaderMap::new();
/// headers.insert("x-forwarded-for", "192.0.2.1, 198.51.100.7, 10.0.0.2".parse()?);
/// let trusted = ["10.0.0.0/8".parse()?];
/// let found = client("10.0.0.1".parse()?, &headers, &trusted);
/// assert_eq!(found.to_string(), "198.51.100.7");
/// let found = client("203.0.113.5".parse()?, &headers, &trusted);
/// assert_eq!(found.to_string(), "203.0.113.5");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let mut client = peer.to_canonical();
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let mut told = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
    while trusted.iter().any(|network| network.contains(&client)) {
        // A proxy that tells no address is itself the client.
        let Some(Ok(next)) = told.next().map(|text| text.trim().parse::<IpAddr>()) else { break };
        client = next.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        let network = |text: &str| text.parse::<Network>();
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(network("10.0.0.0/8").unwrap().contains(&address("10.255.0.1")));
        assert!(!network("10.0.0.0/8").unwrap().contains(&address("11.0.0.1")));
        assert!(network("0.0.0.0/0").unwrap().contains(&address("11.0.0.1")));
        assert!(!network("0.0.0.0/0").unwrap().contains(&address("::1")));
        assert!(network("2001:db8::/32").unwrap().contains(&address("2001:db8:1::1")));
        assert!(network("::1").unwrap().contains(&address("::1")));
        assert!(!network("::1").unwrap().contains(&address("::2")));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "::/129", "x"] {
            assert_eq!(network(bad), Err(NoNetwork), "{bad}");
        }
    }

    #[test]
    fn what_a_client_writes_does_not_count() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let peer = "10.0.0.1".parse().unwrap();
        for (told, expected) in [
            (&["1.2.3.4"][..], "1.2.3.4"),
            (&["5.5.5.5, 1.2.3.4"], "1.2.3.4"),
            (&["5.5.5.5", "1.2.3.4, 10.0.0.9"], "1.2.3.4"),
            (&["10.0.0.7"], "10.0.0.7"),
            (&["nonsense"], "10.0.0.1"),
            (&["5.5.5.5, nonsense"], "10.0.0.1"),
            (&[], "10.0.0.1"),
            (&["::ffff:1.2.3.4"], "1.2.3.4"),
        ] {
            let mut headers = HeaderMap::new();
            for line in told {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            assert_eq!(client(peer, &headers, &trusted).to_string(), expected, "{told:?}");
        }
    }
}
