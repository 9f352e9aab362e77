//! `pairnym_service::authority::program` as a process.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    pairnym_service::authority::program::run(std::env::args_os())
}
