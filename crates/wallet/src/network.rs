//! A network of the wallet's own: HTTP with TLS by rustls.

use std::fmt;
use std::io::Read as _;
use std::time::Duration;

use pairnym_transport::MAX_BODY;
use pairnym_transport::wallet::HttpRequest;
use ureq::http;
use ureq::{Agent, Body};

use crate::{Http, Offline, Response};

/// Calls hosts over TLS that authenticates them, by the certificate authorities that come with this
/// program; hosts below `.localhost` in plain, at this machine. No cookies, no redirects.
#[derive(Clone)]
pub struct Network(Agent);

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Default for Network {
    fn default() -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            // A platform may hold a call for 25 seconds.
            .timeout_global(Some(Duration::from_secs(45)))
            .user_agent("pairnym-wallet")
            .build();
        Self(config.new_agent())
    }
}

impl Http for Network {
    fn call(&self, request: &HttpRequest) -> Result<Response, Offline> {
        let HttpRequest { method, url, accept, token, body } = request;
        let (url, host) = reached(url);
        let mut call = http::Request::builder().method(*method).uri(url).header("accept", *accept);
        if let Some(host) = host {
            call = call.header("host", host);
        }
        if let Some(token) = token {
            call = call.header("authorization", format!("Bearer {token}"));
        }
        if let Some((media_type, _)) = body {
            call = call.header("content-type", *media_type);
        }
        let answered = match body {
            Some((_, body)) => self.0.run(call.body(&body[..]).map_err(|_| Offline)?),
            None if *method == "POST" => self.0.run(call.body(&[][..]).map_err(|_| Offline)?),
            None => self.0.run(call.body(()).map_err(|_| Offline)?),
        };
        read(answered.map_err(|_| Offline)?)
    }
}

fn read(response: http::Response<Body>) -> Result<Response, Offline> {
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (content_type, location) = (header("content-type"), header("location"));
    let status = response.status().as_u16();
    let mut body = Vec::new();
    let reader = response.into_body().into_reader();
    reader.take(MAX_BODY as u64 + 1).read_to_end(&mut body).map_err(|_| Offline)?;
    Ok(Response { status, content_type, location, body })
}

/// Where the host of a URL is found, and its name if that does not say so. Names below `.localhost`
/// are this machine (RFC 6761), whatever a resolver says.
fn reached(url: &str) -> (String, Option<&str>) {
    let development = url.strip_prefix("http://").and_then(|rest| {
        let (host, path) = rest.split_once('/')?;
        let (name, port) = host.split_once(':')?;
        name.ends_with(".localhost").then_some((host, port, path))
    });
    match development {
        Some((host, port, path)) => (format!("http://127.0.0.1:{port}/{path}"), Some(host)),
        None => (url.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::reached;

    #[test]
    fn only_development_is_elsewhere() {
        let shop = "http://shop.localhost:80/a/b";
        assert_eq!(
            reached(shop),
            ("http://127.0.0.1:80/a/b".to_owned(), Some("shop.localhost:80"))
        );
        for url in [
            "https://shop.example/a",
            "https://shop.localhost:80/a",
            "http://shop.example:80/a",
            "http://localhost.example:80/a",
        ] {
            assert_eq!(reached(url), (url.to_owned(), None));
        }
    }
}
