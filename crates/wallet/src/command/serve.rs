//! The wallet as pages, at an address of this machine alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pairnym::UnixTime;
use pairnym_transport::Host;
use pairnym_transport::wallet::{CrossDevice, WalletError};
use tokio::net::TcpListener;

use super::Ended;
use super::terminal::Terminal;
use crate::page::{Pages, Settings, Token};
use crate::{Cost, Failure, Network, Pins, TcpChannel, texts};

/// How often it looks whether a credential is due.
const MINUTE: Duration = Duration::from_secs(60);
/// How often it looks whether anybody still uses the wallet.
const MOMENT: Duration = Duration::from_secs(5);
/// For how long calls that have begun may go on after a signal.
const DEADLINE: Duration = Duration::from_secs(10);

/// Serves until the process is told to end. The wallet locks itself after so many minutes, 0 for
/// never.
pub(super) fn serve(
    terminal: &Terminal,
    folder: PathBuf,
    pins: Option<Pins>,
    (port, wards): (u16, Option<&str>),
    lock_after: u16,
) -> Result<Ended, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(async {
        // Before the address is printed: whoever read it may send a signal at once.
        let ends = ends()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address).await.map_err(|_| Failure::Address(port))?;
        let port = listener.local_addr()?.port();
        let origin: Host = format!("wallet.localhost:{port}").parse().map_err(WalletError::from)?;
        let wards = match wards {
            Some(address) => {
                let bound = TcpListener::bind(address).await;
                Some(bound.map_err(|_| Failure::Listen(address.to_owned()))?)
            }
            None => None,
        };
        let token = Token::generate();
        let url = format!("{}/enter/{token}", origin.origin());
        let pages = Pages::new(Settings {
            origin,
            folder,
            pins,
            cost: Cost::default(),
            cross_device: CrossDevice::default(),
            http: Arc::new(Network::default()),
            clock: Arc::new(UnixTime::now),
            token: Some(token),
            lock_after: (lock_after > 0).then(|| MINUTE * u32::from(lock_after)),
        });
        pages.reach_by(Arc::new(|address| Ok(Box::new(TcpChannel::connect(address)?))));
        terminal.done(texts::SERVES, &[("url", &url)]);
        let (told, telling) = tokio::sync::oneshot::channel();
        let serving = axum::serve(listener, pages.router());
        let serving = serving.with_graceful_shutdown(async move {
            ends.await;
            let _ = told.send(());
        });
        let late = async {
            let _ = telling.await;
            tokio::time::sleep(DEADLINE).await;
        };
        tokio::select! {
            served = serving => served?,
            () = late => {}
            () = refresh(&pages) => {}
            () = lock(&pages) => {}
            () = attend(&pages, wards) => {}
        }
        Ok(Ended::Well)
    });
    // What a page began with the wallet is carried to its end, as far as that is soon.
    runtime.shutdown_timeout(DEADLINE);
    served
}

/// Refreshes the credential at its time, where the person need not be asked.
async fn refresh(pages: &Pages) {
    loop {
        tokio::time::sleep(MINUTE).await;
        if let Err(failure) = pages.refresh_if_due().await {
            eprintln!("pairnym: {failure}");
        }
    }
}

/// Forgets the key of a wallet that nobody uses.
async fn lock(pages: &Pages) {
    loop {
        tokio::time::sleep(MOMENT).await;
        pages.lock_if_idle().await;
    }
}

/// Takes part in what the devices do of which this one is the second, one after another.
async fn attend(pages: &Pages, listener: Option<TcpListener>) {
    let Some(listener) = listener else { return std::future::pending().await };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let stream = stream.into_std().and_then(|stream| {
            stream.set_nonblocking(false)?;
            Ok(stream)
        });
        let Some(channel) = stream.ok().and_then(|stream| TcpChannel::new(stream).ok()) else {
            continue;
        };
        if let Err(failure) = pages.attend(channel).await {
            eprintln!("pairnym: {failure}");
        }
    }
}

/// The signals with which a process is told to end.
#[cfg(unix)]
fn ends() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn ends() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
