//! `pairnym_service::authority::program` as a process.
#![forbid(unsafe_code)]

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pairnym_service::authority::program::run(std::env::args_os())
}
