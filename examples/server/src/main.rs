//! An authority, a platform and a wallet as three programs would be: HTTP between them, SQLite and
//! files behind them. The loopback stands in for the network, and a table of addresses for TLS:
//! a peer is authenticated by it, as by a certificate.

mod authority;
mod database;
mod shop;

use std::io::Result as IoResult;
use std::net::SocketAddr;

use axum::{Json, Router, http::StatusCode, response::IntoResponse, response::Response};
use pairnym::rand_core::Rng;
use pairnym::{Error, Nonce, store::StoreError};
use pairnym_example_wallet::{Failure, Hosts, Wallet, post, rng};
use tokio::{net::TcpListener, task::JoinHandle};

pub type Answer<T> = Result<Json<T>, Problem>;

pub fn fresh<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rng().fill_bytes(&mut bytes);
    bytes
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
        let refused = self.0.downcast_ref().map(Error::http_status);
        let store = self.0.downcast_ref().map(StoreError::<rusqlite::Error>::http_status);
        // A database that is down, too: refused, and to be tried again.
        let status = StatusCode::from_u16(refused.or(store).unwrap_or(503));
        (status.unwrap_or_default(), self.0.to_string()).into_response()
    }
}

async fn serve(router: Router) -> IoResult<(SocketAddr, JoinHandle<IoResult<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(async { axum::serve(listener, router).await })))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (file, number) = (folder.path().join("wallet.json"), "110101199003070000");
    let (service, list) = authority::open(folder.path())?;
    let (id, running) = serve(service).await?;
    let (shop, _) = serve(shop::open(folder.path(), list.clone())?).await?;

    let hosts = Hosts::from([("id.example", id), ("shop.example", shop)]);
    let mut wallet = Wallet::open(file.clone(), list.clone(), hosts)?;
    wallet.enroll(number).await?;
    println!("enrolled, with {} items of evidence", wallet.refresh(number).await?);
    let browser = || reqwest::Client::builder().cookie_store(true).build();
    let page = browser()?;
    let nonce: Nonce = post(&page, shop, "/begin", &"registration").await?;
    println!("{}", wallet.answer("shop.example", nonce).await?);
    let registered: String = post(&page, shop, "/whoami", &()).await?;
    println!("registered as {registered}");
    refused("the same request again", wallet.answer("shop.example", nonce).await)?;

    // Authority and wallet start anew: registry and file are there still.
    running.abort();
    let (id, _) = serve(authority::open(folder.path())?.0).await?;
    let hosts = Hosts::from([("id.example", id), ("shop.example", shop)]);
    let mut wallet = Wallet::open(file, list.clone(), hosts.clone())?;
    refused("enrolling once more", wallet.enroll(number).await)?;
    wallet.refresh(number).await?;
    let page = browser()?;
    let nonce: Nonce = post(&page, shop, "/begin", &"login").await?;
    let mut other = Wallet::open(folder.path().join("other.json"), list, hosts)?;
    refused("a login by nobody", other.answer("shop.example", nonce).await)?;
    println!("{}", wallet.answer("shop.example", nonce).await?);
    let returned: String = post(&page, shop, "/whoami", &()).await?;
    println!("logged in as {returned}");
    refused("another browser", post::<String>(&browser()?, shop, "/whoami", &()).await)?;
    if registered == returned { Ok(()) } else { Err("another 网号".into()) }
}

fn refused<T>(what: &str, result: Result<T, Failure>) -> Result<(), Failure> {
    let error = result.err().ok_or_else(|| format!("{what} was accepted"))?;
    println!("{what}: {error}");
    Ok(())
}
