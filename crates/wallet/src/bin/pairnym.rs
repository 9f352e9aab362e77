//! `pairnym`: a wallet on the command line.

fn main() -> std::process::ExitCode {
    pairnym_wallet::command::run(std::env::args_os())
}
