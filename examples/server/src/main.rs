//! An authority, a platform and a wallet as three programs would be: HTTP between them, SQLite and
//! a file behind them. The loopback stands in for the network, and a table of addresses for TLS:
//! a peer is authenticated by it, as by a certificate.

mod authority;
mod database;
mod shop;
mod wallet;

use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pairnym::rand_core::UnwrapErr;
use pairnym::{DecodeError, Error, ErrorClass};
use tokio::{net::TcpListener, task::JoinHandle};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;
pub type Answer<T> = Result<T, Problem>;

/// The kernel's randomness.
pub fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// A failure as HTTP tells it.
pub struct Problem(Failure);

impl<E: Into<Failure>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let class = self.0.downcast_ref::<Error>().map(Error::class);
        let status = match class {
            Some(ErrorClass::Peer) => StatusCode::FORBIDDEN,
            Some(ErrorClass::Gone) => StatusCode::GONE,
            Some(ErrorClass::Conflict) => StatusCode::CONFLICT,
            None if self.0.is::<DecodeError>() => StatusCode::BAD_REQUEST,
            // A database that is down, too: refused, and to be tried again.
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, self.0.to_string()).into_response()
    }
}

async fn serve(router: Router) -> Result<(SocketAddr, JoinHandle<std::io::Result<()>>), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(async { axum::serve(listener, router).await })))
}

/// What a server says; what it refuses is an error.
pub async fn post(
    to: SocketAddr,
    path: &str,
    cookie: Option<&str>,
    body: Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    let request = reqwest::Client::new().post(format!("http://{to}{path}")).body(body);
    let response = request.header("cookie", cookie.unwrap_or_default()).send().await?;
    let (status, body) = (response.status(), response.bytes().await?.to_vec());
    if status.is_success() {
        Ok(body)
    } else {
        Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into())
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let service = authority::Service::open(folder.path()).await?;
    let list = service.authority.list().clone();
    let (id, running) = serve(service.router()).await?;
    let (shop, _) = serve(shop::Shop::open(folder.path(), list.clone())?.router()).await?;
    let hosts = wallet::Hosts::from([("id.example", id), ("shop.example", shop)]);
    let (file, number) = (folder.path().join("wallet.json"), "110101199003070000");

    let mut wallet = wallet::Wallet::open(file.clone(), list.clone(), hosts.clone())?;
    wallet.enroll(number).await?;
    println!("enrolled, with {} items of evidence", wallet.refresh(number).await?);
    let (browser, nonce) = begin(shop, "register").await?;
    println!("{}", wallet.answer("shop.example", &nonce).await?);
    let registered = whoami(shop, &browser).await?;
    println!("registered as {registered}");
    refused("the same request again", wallet.answer("shop.example", &nonce).await)?;

    // Authority and wallet start anew: registry and file are there still.
    running.abort();
    let (id, _) = serve(authority::Service::open(folder.path()).await?.router()).await?;
    let hosts = wallet::Hosts::from([("id.example", id), ("shop.example", shop)]);
    let mut wallet = wallet::Wallet::open(file, list.clone(), hosts.clone())?;
    refused("enrolling once more", wallet.enroll(number).await)?;
    wallet.refresh(number).await?;
    let mut other = wallet::Wallet::open(folder.path().join("other.json"), list, hosts)?;
    let (browser, nonce) = begin(shop, "login").await?;
    refused("a login by nobody", other.answer("shop.example", &nonce).await)?;
    println!("{}", wallet.answer("shop.example", &nonce).await?);
    let returned = whoami(shop, &browser).await?;
    println!("logged in as {returned}");
    refused("another browser", whoami(shop, "browser=another").await)?;
    if registered == returned { Ok(()) } else { Err("another 网号".into()) }
}

/// A browser at the shop's page: its cookie, and what a link or a QR code hands to the wallet.
async fn begin(shop: SocketAddr, purpose: &'static str) -> Result<(String, String), Failure> {
    let request = reqwest::Client::new().post(format!("http://{shop}/begin")).body(purpose);
    let response = request.send().await?.error_for_status()?;
    let cookie = response.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().into();
    Ok((cookie, response.text().await?))
}

async fn whoami(shop: SocketAddr, cookie: &str) -> Result<String, Failure> {
    Ok(String::from_utf8(post(shop, "/whoami", Some(cookie), Vec::new()).await?)?)
}

fn refused<T>(what: &str, result: Result<T, Failure>) -> Result<(), Failure> {
    match result {
        Ok(_) => Err(format!("{what} was accepted").into()),
        Err(error) => {
            println!("{what}: {error}");
            Ok(())
        }
    }
}
