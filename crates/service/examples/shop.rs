//! A shop as an axum program: it registers people who are over 18, and knows them again.
//!
//! `cargo run -p pairnym-service --example shop`, and then `http://shop.localhost:8000/`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use axum::{Router, serve};
use pairnym::{ParameterList, Pseudonym, UnixTime};
use pairnym_service::platform::{Kept, Options, Redeemed, Service, Transaction};
use pairnym_service::{AnyStore, system_clock};
use pairnym_store::Memory;
use pairnym_transport::Host;

const ASKS: &str = "
[register]
purpose = 'registration'
wanted = 'presentation'
disclose = ['age_over_18']
require = { age_over_18 = true }
flows = ['same-device', 'cross-device']
return_to = '/welcome'
[log-in]
purpose = 'login'
wanted = 'login'
flows = ['same-device', 'cross-device']
return_to = '/welcome'
";

/// Who is logged in, by the cookie of the browser's session.
type Sessions = Arc<Mutex<HashMap<String, Pseudonym>>>;

#[derive(Clone, FromRef)]
struct Shop {
    service: Service,
    sessions: Sessions,
}

/// The shop at this host, for the people of the authority with this list.
pub fn shop(host: Host, list: ParameterList) -> Result<Router, Box<dyn std::error::Error>> {
    let (wallet, asks) = ("wallet.localhost:8001".parse()?, toml::from_str(ASKS)?);
    let origins = vec![host];
    let options = Options {
        host,
        origins,
        wallet,
        list,
        permission: None,
        asks,
        queue: 1_000,
        threads: 2,
        kept: Kept::InMemory,
    };
    let service = Service::start(options, AnyStore::new(Memory::new(100_000)), system_clock())?;
    let own = Router::new().route("/", get(home)).route("/welcome", post(welcome));
    let shop = Shop { service: service.clone(), sessions: Sessions::default() };
    Ok(own.with_state(shop).merge(service.router()))
}

/// The person is back: whoever has this cookie from now on is the account.
async fn welcome(
    State(sessions): State<Sessions>,
    Redeemed(account): Redeemed,
) -> impl IntoResponse {
    let session = Transaction::random().to_string();
    let cookie = format!("session={session}; Path=/; HttpOnly; SameSite=Lax"); // and Secure, with TLS
    sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(session, account.pseudonym);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/"))
}

async fn home(State(sessions): State<Sessions>, headers: HeaderMap) -> Html<String> {
    let cookies = headers.get(header::COOKIE).and_then(|cookies| cookies.to_str().ok());
    let session = cookies.unwrap_or("").split("; ").find_map(|pair| pair.strip_prefix("session="));
    let sessions = sessions.lock().unwrap_or_else(PoisonError::into_inner);
    match session.and_then(|session| sessions.get(session)) {
        Some(person) => Html(format!("<h1>Welcome</h1><p>You are {person}.")),
        None => Html("<h1>Shop</h1><a href='/pairnym/ask/register'>Register</a> <a href='/pairnym/ask/log-in'>Log in</a>".into()),
    }
}

#[tokio::main]
#[allow(dead_code)] // A test has the shop without it.
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Here an authority for tests; a real one's list comes from its host, signed.
    let list = pairnym_testkit::Service::new(UnixTime::now()).list().clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    println!("http://shop.localhost:8000/");
    Ok(serve(listener, shop("shop.localhost:8000".parse()?, list)?).await?)
}
