//! Proof that pairnym needs no std, no libc and no allocator, on x86-64 Linux and on a Cortex-M4:
//! derives the 网号 of a test vector, writes it as text and reads it back, answers the request of
//! another with a login and verifies it, and exits with 0 if all of that holds.

#![no_std]
#![no_main]

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "none", path = "cortex_m.rs")]
mod machine;

use core::convert::Infallible;
use core::fmt::{self, Write};

use pairnym::holder::{HolderSecrets, LoginRequest, MasterSecret};
use pairnym::message::{Login, Message};
use pairnym::{AuthorityId, Error, Nonce, PlatformId, Pseudonym, RequestDigest, Scope, UnixTime};
use rand_core::{TryCryptoRng, TryRng};

/// The kernel's random generator.
struct Kernel;

impl TryRng for Kernel {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        machine::random(out);
        Ok(())
    }
}

impl TryCryptoRng for Kernel {}

/// Room for the text form.
struct Text {
    bytes: [u8; 64],
    used: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.used + text.len();
        let free = self.bytes.get_mut(self.used..end).ok_or(fmt::Error)?;
        free.copy_from_slice(text.as_bytes());
        self.used = end;
        Ok(())
    }
}

/// The bytes of a vector, at most `N`, and how many they are.
fn bytes<const N: usize>(hexadecimal: &str) -> Option<([u8; N], usize)> {
    let mut bytes = [0; N];
    let length = hexadecimal.len() / 2;
    let free = bytes.get_mut(..length)?;
    for (byte, digits) in free.iter_mut().zip(hexadecimal.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some((bytes, length))
}

/// Which check failed, or none.
fn run() -> Option<u8> {
    let authority = AuthorityId::new(env!("AUTHORITY_ID")).ok()?;
    let scope = Scope::new(authority, PlatformId::new(env!("PLATFORM")).ok()?, None);
    let (master, expected) = (MasterSecret::import(bytes(env!("MASTER_SECRET"))?.0), env!("TEXT"));
    let pseudonym = machine::counted("网号", || {
        Pseudonym::derive(&HolderSecrets::derive(&master, &authority), &scope)
    });
    let pseudonym = pseudonym.ok()?;
    let mut text = Text { bytes: [0; 64], used: 0 };
    write!(text, "{pseudonym}").ok()?;
    let text = core::str::from_utf8(&text.bytes[..text.used]).ok()?;
    if text != expected {
        return Some(1);
    }
    if text.parse::<Pseudonym>() != Ok(pseudonym) {
        return Some(2);
    }

    let master = MasterSecret::import(bytes(env!("LOGIN_MASTER_SECRET"))?.0);
    let (request, length) = bytes::<256>(env!("LOGIN_REQUEST"))?;
    let (peer, request) = (PlatformId::new(env!("LOGIN_PEER")).ok()?, request.get(..length)?);
    let asked = LoginRequest::from_host(&peer, request).ok()?;
    let secrets = HolderSecrets::derive(&master, asked.authority());
    let scope = Scope::new(*asked.authority(), peer, asked.label().copied());
    let pseudonym = Pseudonym::derive(&secrets, &scope).ok()?;
    let log_in = || asked.log_in(&secrets, asked.expires(), &mut Kernel);
    let login = machine::counted("login, with the check of the own answer", log_in).ok()?;
    let digest = RequestDigest::of(request);
    let verify = || {
        let login = Login::from_bytes(&login).ok()?;
        login.verify_signature_alone(&scope, asked.nonce(), &digest).ok()
    };
    if machine::counted("verification of a login", verify) != Some(pseudonym) {
        return Some(3);
    }
    let login = Login::from_bytes(&login).ok()?;
    let other = RequestDigest::of(b"another");
    if login.verify_signature_alone(&scope, asked.nonce(), &other).is_ok() {
        return Some(4);
    }
    if login.verify_signature_alone(&scope, &Nonce([2; 32]), &digest).is_ok() {
        return Some(9);
    }
    let late = UnixTime(asked.expires().0 + 601);
    if asked.log_in(&secrets, late, &mut Kernel) != Err(Error::Expired) {
        return Some(10);
    }
    let elsewhere = PlatformId::new("bank.example").ok()?;
    if !matches!(LoginRequest::from_host(&elsewhere, request), Err(Error::ForeignPlatform)) {
        return Some(11);
    }
    Some(0)
}

/// The entry, called by the machine's start code.
#[unsafe(no_mangle)]
extern "C" fn enter() -> ! {
    machine::exit(run().unwrap_or(5))
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    machine::exit(8)
}
