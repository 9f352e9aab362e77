//! How many calls each client may make.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pairnym_transport::Refusal;
use serde::Deserialize;

use crate::client::prefix;
use crate::{Metrics, Network, Refused, client};

/// So many clients are remembered; beyond that, those who may call again at once are forgotten.
const CLIENTS: usize = 100_000;

/// How often those are looked for at most.
const SWEEP: Duration = Duration::from_secs(1);

/// A rate: so many calls at once, and so many a minute in the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// At once.
    pub burst: u32,
    /// In a minute.
    pub per_minute: u32,
}

impl Default for Limit {
    fn default() -> Self {
        Self { burst: 100, per_minute: 600 }
    }
}

/// A limit for each client: an IPv4 address, or the first 64 bits of an IPv6 one.
pub struct Limits {
    /// The time that one call takes up.
    each: Duration,
    /// The time that may be taken up in advance.
    ahead: Duration,
    trusted: Vec<Network>,
    metrics: Option<Arc<Metrics>>,
    clients: Mutex<Clients>,
}

#[derive(Default)]
struct Clients {
    /// Until when each client has taken up its time.
    until: HashMap<(bool, u128), Instant>,
    /// When those who may call again at once were looked for.
    swept: Option<Instant>,
}

impl Clients {
    /// Whether there is room for one more. Looks for it at most once a second.
    fn has_room(&mut self, now: Instant) -> bool {
        let lately = |swept: Instant| now.saturating_duration_since(swept) < SWEEP;
        if self.until.len() >= CLIENTS && !self.swept.is_some_and(lately) {
            self.until.retain(|_, until| *until > now);
            self.swept = Some(now);
        }
        self.until.len() < CLIENTS
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("each", &self.each).finish_non_exhaustive()
    }
}

impl Limits {
    /// This limit, for clients behind these proxies.
    #[must_use]
    pub fn new(limit: Limit, trusted: Vec<Network>) -> Self {
        let each = Duration::from_secs(60) / limit.per_minute.max(1);
        let ahead = each * limit.burst.max(1);
        Self { each, ahead, trusted, metrics: None, clients: Mutex::default() }
    }

    /// Counts there what is refused.
    #[must_use]
    pub(crate) fn counted(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics: Some(metrics), ..self }
    }

    /// As every endpoint's own responses: a wallet that is a web page has to see that it shall wait.
    fn refuse(&self, path: &str) -> Response {
        let refusal = Refusal::TooMany;
        if let Some(metrics) = &self.metrics {
            metrics.problem(refusal.code());
        }
        let mut response = Refused::from(refusal).into_response();
        if !path.starts_with("/pairnym/") {
            let any = HeaderValue::from_static("*");
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        }
        response
    }

    /// Whether the client may call now.
    fn admits(&self, address: IpAddr, now: Instant) -> bool {
        self.take(of(address), now)
    }

    /// Whether the client may call now; a call that turns out to count for nothing is given back.
    #[cfg(feature = "authority")]
    pub(crate) fn admits_now(&self, address: IpAddr) -> bool {
        self.admits(address, Instant::now())
    }

    /// A call counts for nothing.
    #[cfg(feature = "authority")]
    pub(crate) fn give_back(&self, address: IpAddr) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = clients.until.get_mut(&of(address)) {
            *until = until.checked_sub(self.each).unwrap_or(*until);
        }
    }

    /// Whether somebody who is known by a hash may call now.
    #[cfg(feature = "authority")]
    pub(crate) fn admits_key(&self, key: [u8; 32]) -> bool {
        let (first, _) = key.split_first_chunk().unwrap_or((&[0; 16], &[]));
        self.take((false, u128::from_be_bytes(*first)), Instant::now())
    }

    fn take(&self, client: (bool, u128), now: Instant) -> bool {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if !clients.until.contains_key(&client) && !clients.has_room(now) {
            return false;
        }
        let until = clients.until.entry(client).or_insert(now);
        let next = (*until).max(now) + self.each;
        if next > now + self.ahead {
            return false;
        }
        *until = next;
        true
    }

    /// The layer: 429 for who calls too often. Needs the address of the connection, as
    /// [`ConnectInfo`]; without it nobody is limited.
    pub async fn layer(State(limits): State<Arc<Self>>, request: Request, next: Next) -> Response {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Some(ConnectInfo(peer)) = peer {
            let client = client(peer.ip(), request.headers(), &limits.trusted);
            if !limits.admits(client, Instant::now()) {
                return limits.refuse(request.uri().path());
            }
        }
        next.run(request).await
    }
}

fn of(address: IpAddr) -> (bool, u128) {
    let bits = if address.is_ipv4() { 32 } else { 64 };
    (address.is_ipv4(), prefix(&address, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_a_rate() {
        let limits = Limits::new(Limit { burst: 3, per_minute: 60 }, Vec::new());
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let (one, start) = (address("192.0.2.1"), Instant::now());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        for _ in 0..3 {
            assert!(limits.admits(one, start));
        }
        assert!(!limits.admits(one, start));
        assert!(limits.admits(address("192.0.2.2"), start), "somebody else");
        assert!(limits.admits(one, at(1)));
        assert!(!limits.admits(one, at(1)));
        for _ in 0..3 {
            assert!(limits.admits(one, at(100)));
        }
        assert!(!limits.admits(one, at(100)));
        // One network is one client.
        for client in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
            assert!(limits.admits(address(client), start));
        }
        assert!(!limits.admits(address("2001:db8::4"), start));
        assert!(limits.admits(address("2001:db8:0:1::4"), start));
    }

    #[test]
    fn room_is_looked_for_once_a_second() {
        let limits = Limits::new(Limit { burst: 1, per_minute: 60 }, Vec::new());
        let (start, most) = (Instant::now(), CLIENTS as u32);
        let client = |number: u32| IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        for number in 0..most {
            assert!(limits.admits(client(number), start));
        }
        assert!(!limits.admits(client(most), start));
        // All of them may call again, but it is too early to look.
        let early = start + SWEEP - Duration::from_millis(1);
        assert!(!limits.admits(client(most), early));
        assert!(limits.admits(client(most), start + SWEEP));
    }
}
