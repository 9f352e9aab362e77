//! A returning user signs in, and signs a statement, with nothing but the 网号's own key.
//!
//! `cargo run --release --example login`

use std::num::NonZeroU32;

use pairnym::*;
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let now = UnixTime::now();

    // What the platform and the person's application have pinned.
    let (key, _seed) = AuthorityKey::generate(rng)?;
    let day = NonZeroU32::new(86_400).ok_or("a day has seconds")?;
    let authority = Authority::new(key, "id.authority.example".parse()?, Schema::new([])?, day);
    let parameters = authority.parameters().clone();

    // The person's device. A login needs no credential, only the master secret.
    let holder =
        Holder::new(&MasterSecret::generate(rng), PinnedParameters::new(parameters.clone()))?;
    let host: PlatformId = "shop.example".parse()?;
    println!("网号 at {host}: {}", holder.pseudonym(&host, None)?);

    // The platform asks, the person agrees, the platform verifies.
    let platform = Platform::new(parameters, host);
    let request = platform
        .request(Purpose::Login)
        .statement("I cancel order 4711.".as_bytes())
        .build(now, rng)?;
    let login = holder.log_in(Consent::to_answer(&request, &host), now, rng)?;
    let mut nonces = MemoryNonces::new(1_000);
    let pseudonym = platform.verify_login(&request, &login, now, &mut nonces)?;
    println!("signed in: {pseudonym}, with a signature of {} bytes", login.to_bytes().len());

    let again = platform.verify_login(&request, &login, now, &mut nonces);
    println!("the same answer again: {}", again.err().ok_or("accepted twice")?);
    Ok(())
}
