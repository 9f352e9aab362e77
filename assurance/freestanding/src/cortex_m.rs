//! A Cortex-M4 without operating system, in an emulator or under a debugger: both give it
//! randomness, and take its output and exit code, by semihosting.

use cortex_m_rt::{ExceptionFrame, entry, exception};
use semihosting::println;

/// The entry, which the reset handler calls.
#[entry]
fn start() -> ! {
    crate::enter()
}

/// Ends the program.
pub fn exit(code: u8) -> ! {
    semihosting::process::exit(code.into())
}

/// Does a step of the program, and says how many instructions it took: QEMU's clock moves on by a
/// nanosecond with each of them (`-icount shift=0`), and the system timer by one in 40.
pub fn counted<T>(name: &str, step: impl FnOnce() -> T) -> T {
    const CONTROL: *mut u32 = 0xe000_e010_u32 as _;
    const RELOAD: *mut u32 = 0xe000_e014_u32 as _;
    const CURRENT: *mut u32 = 0xe000_e018_u32 as _;
    const LAST: u32 = (1 << 24) - 1;
    // SAFETY: these are the registers of the system timer, which nothing else uses. It counts down.
    unsafe {
        RELOAD.write_volatile(LAST);
        CURRENT.write_volatile(0);
        CONTROL.write_volatile(0b101);
    }
    let result = step();
    // SAFETY: as above.
    let ticks = LAST - unsafe { CURRENT.read_volatile() };
    println!("{name}: {} thousand instructions", ticks / 25);
    result
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
