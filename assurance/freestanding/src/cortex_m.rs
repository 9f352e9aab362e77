//! A Cortex-M4 without operating system, in an emulator or under a debugger: both give it
//! randomness and take its exit code by semihosting.

use cortex_m_rt::{ExceptionFrame, entry, exception};

/// The entry, which the reset handler calls.
#[entry]
fn start() -> ! {
    crate::enter()
}

/// Ends the program.
pub fn exit(code: u8) -> ! {
    semihosting::process::exit(code.into())
}

/// Fills `out` from the host's generator.
pub fn random(out: &mut [u8]) {
    if semihosting::experimental::random::fill_bytes(out).is_err() {
        exit(6);
    }
}

/// Among others: the stack has run out of the RAM that `memory.x` grants.
#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    exit(7)
}
