//! `pairnym_service::platform::program` as a process.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    pairnym_service::platform::program::run(std::env::args_os())
}
