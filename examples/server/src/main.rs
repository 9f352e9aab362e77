//! An authority, a platform and a wallet as three servers and programs would be: HTTP between
//! them, SQLite and a file behind them. The loopback stands in for the network, and a table of
//! addresses for TLS: a peer is authenticated by it, as by a certificate.
//!
//! `cargo run -p pairnym-example-server` plays a life: identity check and enrollment, a credential
//! with its evidence, registration at a shop in one transaction with the account, the authority
//! restarted, a login, and what is refused.

mod authority;
mod database;
mod shop;
mod wallet;

use std::net::SocketAddr;

use axum::Router;
use pairnym::rand_core::UnwrapErr;
use tokio::net::TcpListener;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The kernel's randomness.
pub fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// Serves in the background, and says where.
async fn serve(router: Router) -> Result<(SocketAddr, tokio::task::JoinHandle<()>), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("{address}: {error}");
        }
    };
    Ok((address, tokio::spawn(serving)))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let service = authority::Service::open(folder.path())?;
    let list = service.list().clone();
    let (id, running) = serve(service.router()).await?;
    let (shop, _) = serve(shop::Shop::open(folder.path(), list.clone())?.router()).await?;
    let hosts = wallet::Hosts::from([("id.example", id), ("shop.example", shop)]);

    let mut wallet = wallet::Wallet::create(folder.path().join("wallet.json"), list, hosts)?;
    wallet.enroll("110101199003070000").await?;
    wallet.refresh().await?;
    println!("enrolled, with {} items of evidence", wallet.evidence());

    let browser = wallet::Browser::new(shop)?;
    let nonce = browser.begin("register").await?;
    wallet.answer("shop.example", &nonce).await?;
    println!("registered as {}", browser.whoami().await?);
    let again = wallet.answer("shop.example", &nonce).await;
    println!("the same request again: {}", again.expect_err("it was used up"));

    // The authority restarts: its registry knows the person still.
    running.abort();
    let (id, _) = serve(authority::Service::open(folder.path())?.router()).await?;
    wallet.moved("id.example", id);
    let refused = wallet.enroll("110101199003070000").await;
    println!("enrolling once more: {}", refused.map_or_else(|e| e.to_string(), |()| "again".into()));
    wallet.refresh().await?;

    let browser = wallet::Browser::new(shop)?;
    let nonce = browser.begin("login").await?;
    wallet.answer("shop.example", &nonce).await?;
    println!("logged in as {}", browser.whoami().await?);

    // Another browser did not begin this login, and gets nothing from it.
    let stranger = wallet::Browser::new(shop)?;
    println!("another browser: {}", stranger.whoami().await.expect_err("it is nobody"));
    // A wallet without an account logs in as nobody, and uses up nothing.
    let other = wallet::Wallet::create(folder.path().join("other.json"), wallet.list(), wallet.hosts())?;
    let nonce = browser.begin("login").await?;
    println!("a stranger: {}", other.answer_login("shop.example", &nonce).await.expect_err("no account"));
    wallet.answer("shop.example", &nonce).await?;
    println!("and the person after them: {}", browser.whoami().await?);
    Ok(())
}
