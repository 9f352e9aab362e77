#![cfg(target_family = "wasm")]
//! What test program and bench need from the world outside WebAssembly, which is Node (`node.mjs`,
//! `measure.mjs`): the texts of the vector files, a clock, and a place for messages.

use std::panic;
use std::sync::Once;

#[link(wasm_import_module = "node")]
unsafe extern "C" {
    /// Opens the vector file with this name, and returns its length in bytes.
    fn open(name: *const u8, length: usize) -> usize;
    /// Copies the file that was opened last.
    fn read(to: *mut u8);
    /// Milliseconds since some time.
    #[link_name = "now"]
    fn clock() -> f64;
    /// Takes a message.
    fn report(message: *const u8, length: usize);
}

/// From now on a panic's message is told.
pub fn report_panics() {
    static REPORTING: Once = Once::new();
    REPORTING.call_once(|| panic::set_hook(Box::new(|panic| tell(&panic.to_string()))));
}

/// The text of a vector file.
pub fn text(name: &str) -> String {
    report_panics();
    // SAFETY: Node reads the bytes of `name`.
    let mut bytes = vec![0; unsafe { open(name.as_ptr(), name.len()) }];
    // SAFETY: Node writes as many bytes as it said, which is the length of `bytes`.
    unsafe { read(bytes.as_mut_ptr()) };
    String::from_utf8(bytes).expect("UTF-8")
}

/// Milliseconds since some time.
pub fn now() -> f64 {
    // SAFETY: Node touches no memory.
    unsafe { clock() }
}

/// Says something.
pub fn tell(message: &str) {
    // SAFETY: Node reads the bytes of `message`.
    unsafe { report(message.as_ptr(), message.len()) };
}
