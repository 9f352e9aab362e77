//! `pairnym_service::platform::program` as a process.
#![forbid(unsafe_code)]

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pairnym_service::platform::program::run(std::env::args_os())
}
