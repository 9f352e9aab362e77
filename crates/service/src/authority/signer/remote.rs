//! A signer in another process.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use pairnym::message::Commitment;
use pairnym::store::Registration;
use pairnym::{Name, PersonId, TransactionId};
use pairnym_store::Hashed;
use pairnym_transport::Problem;
use pairnym_transport::envelope::{Envelope as _, is_media_type};

use super::api::{Described, INSTANCE, hex, path};
use super::frame::{Framed, MEDIA_TYPE, MOST, pack, unpack};
use super::{OpenedOffer, OpenedTicket, Signed, Signer, SignerState, Unsigned};
use crate::Refused;
use crate::authority::{Unfit, Values};

/// How long a call may take: more than a full queue of a signer's.
const PATIENCE: Duration = Duration::from_secs(20);

/// A signer behind its API.
pub struct RemoteSigner {
    node: Name,
    origin: String,
    token: String,
    client: Client<HttpConnector, Body>,
    seen: Mutex<Seen>,
}

/// The processes that have answered under this name.
#[derive(Default)]
struct Seen {
    present: Option<String>,
    gone: Vec<String>,
    /// Two have answered alternately.
    twice: bool,
}

impl Seen {
    /// A process that answers again after another one has answered is not one that was restarted.
    fn answers(&mut self, instance: &str) -> bool {
        if self.present.as_deref() != Some(instance) {
            self.twice |= self.gone.iter().any(|gone| gone == instance);
            self.gone.extend(self.present.replace(instance.to_owned()));
            // Of restarts: so many are remembered.
            if self.gone.len() > 1_000 {
                self.gone.remove(0);
            }
        }
        !self.twice
    }
}

impl RemoteSigner {
    /// The signer with this name, at an URL such as `http://10.0.0.1:8090`, for fronts with this
    /// token. The connection is not encrypted: a tunnel does that.
    ///
    /// # Errors
    /// The URL is not `http://` and a host.
    pub fn new(node: Name, url: &str, token: String) -> Result<Self, Unfit> {
        let origin = url.strip_suffix('/').unwrap_or(url).to_owned();
        let unfit = || Unfit(format!("the signer {node}: not http:// and a host: {url}"));
        let parsed: Uri = origin.parse().map_err(|_| unfit())?;
        if parsed.scheme_str() != Some("http") || parsed.path() != "/" || parsed.host().is_none() {
            return Err(unfit());
        }
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { node, origin, token, client, seen: Mutex::default() })
    }

    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Bytes, Unsigned> {
        let unreachable = |why: String| Unsigned::Unreachable(format!("{}: {why}", self.node));
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, MEDIA_TYPE)
            .body(Body::from(body))
            .map_err(|error| unreachable(error.to_string()))?;
        let calling = async {
            let response = self.client.request(request).await;
            let (head, body) = response.map_err(|error| error.to_string())?.into_parts();
            let body = to_bytes(Body::new(body), MOST).await.map_err(|error| error.to_string())?;
            Ok::<_, String>(Response::from_parts(head, body))
        };
        let response = tokio::time::timeout(PATIENCE, calling)
            .await
            .map_err(|_| unreachable("no answer in time".to_owned()))?
            .map_err(unreachable)?;
        let instance = response.headers().get(INSTANCE).and_then(|value| value.to_str().ok());
        let instance = instance.ok_or_else(|| unreachable("no signer".to_owned()))?;
        if !self.seen.lock().unwrap_or_else(PoisonError::into_inner).answers(instance) {
            return Err(unreachable("two processes have this name".to_owned()));
        }
        let status = response.status();
        if status == StatusCode::OK {
            return Ok(response.into_body());
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(unreachable("it does not know this front's token".to_owned()));
        }
        let media_type = response.headers().get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if is_media_type(media_type, Problem::MEDIA_TYPE)
            && let Ok(problem) = Problem::from_json(response.body())
        {
            return Err(Unsigned::Refused(Refused(problem)));
        }
        Err(unreachable(format!("status {status}")))
    }

    async fn call<T: Framed>(&self, path: &str, framed: impl Framed) -> Result<T, Unsigned> {
        let body = self.send(Method::POST, path, pack(framed)).await?;
        unpack(&body).ok_or_else(|| Unsigned::Unreachable(format!("{}: no frame", self.node)))
    }
}

impl Signer for RemoteSigner {
    fn open_ticket(&self, transaction: TransactionId) -> Signed<'_, OpenedTicket> {
        Box::pin(self.call(path::TICKET, transaction))
    }

    fn check_enrollment(
        &self,
        stored: Vec<u8>,
        request: Vec<u8>,
        person: PersonId,
    ) -> Signed<'_, Registration> {
        Box::pin(self.call(path::ENROLLMENT, vec![stored, request, person.0.to_vec()]))
    }

    fn open_offer(&self, commitment: Commitment, values: Values) -> Signed<'_, OpenedOffer> {
        Box::pin(self.call(path::OFFER, (commitment, values)))
    }

    fn issue(&self, stored: Vec<u8>, request: Vec<u8>) -> Signed<'_, Vec<u8>> {
        Box::pin(async move {
            let parts: Vec<Vec<u8>> = self.call(path::CREDENTIAL, vec![stored, request]).await?;
            Ok(parts.into_iter().next().unwrap_or_default())
        })
    }

    fn open_evidence(&self, fetcher: Hashed, requests: Vec<Vec<u8>>) -> Signed<'_, Vec<Vec<u8>>> {
        let parts = std::iter::once(fetcher.0.to_vec()).chain(requests).collect::<Vec<_>>();
        Box::pin(self.call(path::EVIDENCE, parts))
    }

    fn answer_evidence(
        &self,
        fetcher: Hashed,
        challenges: Vec<Vec<u8>>,
    ) -> Signed<'_, Vec<Vec<u8>>> {
        let parts = std::iter::once(fetcher.0.to_vec()).chain(challenges).collect::<Vec<_>>();
        Box::pin(self.call(path::ANSWER, parts))
    }

    fn state(&self) -> Signed<'_, SignerState> {
        Box::pin(async move {
            let body = self.send(Method::GET, path::STATE, Vec::new()).await?;
            let unreachable = |why: &str| Unsigned::Unreachable(format!("{}: {why}", self.node));
            let state: Described =
                serde_json::from_slice(&body).map_err(|_| unreachable("no state"))?;
            let Described { node, instance, ready, serial } = state;
            let mut bytes = [0; 16];
            for (place, byte) in bytes.iter_mut().enumerate() {
                let digits = instance.get(2 * place..2 * place + 2);
                let read = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                *byte = read.ok_or_else(|| unreachable("no instance"))?;
            }
            if hex(&bytes) != instance {
                return Err(unreachable("no instance"));
            }
            Ok(SignerState { node, instance: bytes, ready, serial })
        })
    }
}

impl std::fmt::Debug for RemoteSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteSigner").field("node", &self.node).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_is_not_a_second_process() {
        let mut seen = Seen::default();
        for instance in ["a", "a", "b", "b", "c"] {
            assert!(seen.answers(instance), "{instance}");
        }
        assert!(!seen.answers("a"), "it was gone");
        assert!(!seen.answers("c"), "and it stays refused");
    }
}
