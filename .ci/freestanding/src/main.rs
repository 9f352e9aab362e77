//! Proof that pairnym needs no std, no libc and no allocator, on x86-64 Linux and on a Cortex-M4:
//! derives the 网号 of a test vector, writes it as text and reads it back, signs a login and
//! verifies it, and exits with 0 if all of that holds.

#![no_std]
#![no_main]

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "none", path = "cortex_m.rs")]
mod machine;

use core::convert::Infallible;
use core::fmt::{self, Write};

use pairnym::{
    AuthorityId, HolderSecrets, Login, MasterSecret, Message, PlatformId, Pseudonym, RequestDigest,
    Scope,
};
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

/// The master secret of the vector, and its text form.
fn vector() -> Option<(MasterSecret, &'static str)> {
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(env!("MASTER_SECRET").as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some((MasterSecret::import(bytes), env!("TEXT")))
}

/// Which check failed, or none.
fn run() -> Option<u8> {
    let authority = AuthorityId::new(env!("AUTHORITY_ID")).ok()?;
    let scope = Scope::new(authority, PlatformId::new(env!("PLATFORM")).ok()?, None);
    let (master, expected) = vector()?;
    let pseudonym = Pseudonym::derive(&HolderSecrets::derive(&master, &authority), &scope).ok()?;
    let mut text = Text { bytes: [0; 64], used: 0 };
    write!(text, "{pseudonym}").ok()?;
    let text = core::str::from_utf8(&text.bytes[..text.used]).ok()?;
    if text != expected {
        return Some(1);
    }
    if text.parse::<Pseudonym>() != Ok(pseudonym) {
        return Some(2);
    }

    let secrets = HolderSecrets::derive(&MasterSecret::generate(&mut Kernel), &authority);
    let pseudonym = Pseudonym::derive(&secrets, &scope).ok()?;
    let (nonce, request) = ([1; 32], RequestDigest::of(b"a request"));
    let login = Login::sign(&secrets, &scope, &nonce, &request, &mut Kernel).ok()?;
    let login = Login::from_bytes(&login.to_array()).ok()?;
    if login.verify_signature_alone(&scope, &nonce, &request) != Ok(pseudonym) {
        return Some(3);
    }
    let other = RequestDigest::of(b"another");
    if login.verify_signature_alone(&scope, &nonce, &other).is_ok() {
        return Some(4);
    }
    if login.verify_signature_alone(&scope, &[2; 32], &request).is_ok() {
        return Some(9);
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
