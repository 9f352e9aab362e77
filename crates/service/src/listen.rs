//! Connections: accepted, encrypted, bounded in number, and drained when the server stops.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use crate::TlsFiles;
use crate::settings::BadSettings;

/// For how long a client may take to send the head of a request, or to agree on a key.
const PATIENCE: Duration = Duration::from_secs(15);

/// An address at which connections are accepted, so many at a time.
pub(crate) struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    most: usize,
}

impl Listener {
    /// Listens, with TLS if there are files for it, which are found from `folder`. At most `most`
    /// connections are open; others wait to be accepted.
    pub(crate) async fn open(
        address: SocketAddr,
        tls: Option<&TlsFiles>,
        folder: &Path,
        most: usize,
    ) -> Result<Self, BadSettings> {
        let tls = tls.map(|files| files.acceptor(folder)).transpose()?;
        let socket = TcpListener::bind(address).await;
        let socket = socket.map_err(|error| BadSettings(format!("{address}: {error}")))?;
        Ok(Self { socket, tls, most })
    }

    /// Serves until `stopping` becomes true, then finishes the calls that have begun, for at most
    /// `deadline`.
    ///
    /// Returns whether everything was finished in time.
    pub(crate) async fn serve(
        self,
        router: Router,
        mut stopping: watch::Receiver<bool>,
        deadline: Duration,
    ) -> bool {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.most));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { break };
            let (stream, peer) = tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, say: others may be given back.
                        tracing::warn!("accepting: {error}");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = stops(&mut stopping) => break,
            };
            let _ = stream.set_nodelay(true);
            let (router, tls) = (router.clone(), self.tls.clone());
            let (watcher, mut stopping) = (graceful.watcher(), stopping.clone());
            tokio::spawn(async move {
                match tls {
                    None => calls(stream, peer, router, watcher).await,
                    Some(tls) => {
                        let agreed = tokio::time::timeout(PATIENCE, tls.accept(stream));
                        tokio::select! {
                            Ok(Ok(stream)) = agreed => calls(stream, peer, router, watcher).await,
                            // Nothing was asked yet.
                            () = stops(&mut stopping) => {}
                            else => {}
                        }
                    }
                }
                drop(place);
            });
        }
        drop(self.socket);
        tokio::time::timeout(deadline, graceful.shutdown()).await.is_ok()
    }
}

/// The calls of one connection.
async fn calls(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    // Clients that speak no HTTP, or are gone.
    let _ = watcher.watch(connection).await;
}

/// Until it becomes true, or nobody can make it true any more.
async fn stops(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await.map(|_| ());
}
