//! A returning user signs in, and signs a statement, with nothing but the 网号's own key.
//!
//! `cargo run --release --example login`

use std::collections::BTreeMap;

use pairnym::{holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::Service;
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let now = UnixTime::now();

    // What the platform and the person's application have: the authority's list.
    let list = Service::new(now).list().clone();

    // The person's device. A login needs no credential, only the master secret.
    let holder = Holder::new(&MasterSecret::generate(rng), list.clone())?;
    let host: PlatformId = "shop.example".parse()?;
    let pseudonym = holder.pseudonym(&host, None)?;
    println!("网号 at {host}: {pseudonym}");

    // The platform knows the 网号 since the person registered with a presentation.
    let accounts = BTreeMap::from([(pseudonym, "account 17")]);
    let platform = Platform::new(list, host);
    let pending =
        platform.request_login(Purpose::Login).statement("I cancel order 4711.").build(now, rng)?;

    // The request comes over a connection that authenticated its host, and the person agrees.
    let tls_peer: PlatformId = "shop.example".parse()?;
    let request = Received::<Request>::from_host(&tls_peer, &pending.to_bytes())?;
    let answer = holder.log_in(Consent::to_answer(&request), now, rng)?;

    // The platform verifies, and looks up whose account it is.
    let login = Login::from_bytes(answer.as_bytes())?;
    let nonces = MemoryNonces::new(1_000);
    let look_up = |pseudonym: &Pseudonym| accounts.get(pseudonym);
    let returning = platform.verify_login(&pending, &login, look_up, now, &nonces)?;
    println!("signed in: {}, by {} bytes", returning.account(), answer.as_bytes().len());
    let again = platform.verify_login(&pending, &login, look_up, now, &nonces);
    println!("the same answer again: {}", again.err().ok_or("accepted twice")?);

    // What was signed can be verified at any later time.
    let act = Act::of_login(&pending, &login)?;
    println!("{} signed: {}", act.pseudonym(), act.statement());
    Ok(())
}
