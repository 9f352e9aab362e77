//! The program `pairnym`: a wallet on the command line.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pairnym::UnixTime;
use pairnym_transport::wallet::CrossDevice;
use zeroize::Zeroizing;

use crate::texts::{self, Tongue};
use crate::{Cost, Failure, Language, Lock, Network, Pins, Wallet, Words};

mod answer;
mod doctor;
mod enroll;
mod history;
mod inspect;
mod pair;
mod qr;
mod serve;
mod terminal;

use terminal::Terminal;

#[derive(Parser)]
#[command(
    name = "pairnym",
    version,
    about = "A wallet: one 网号 for each platform, and nobody sees which are yours"
)]
struct Arguments {
    /// The wallet's folder.
    #[arg(long, global = true, value_name = "FOLDER", env = "PAIRNYM_WALLET")]
    wallet: Option<PathBuf>,
    /// A file with the passphrase, instead of asking for it.
    #[arg(long, global = true, value_name = "FILE", env = "PAIRNYM_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// The language, zh or en; without it that of the environment.
    #[arg(long, global = true, value_name = "LANGUAGE")]
    lang: Option<Tongue>,
    /// Prints JSON, one object in a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a wallet, and shows the 24 words to write down.
    Init {
        /// What the wallet trusts, as its authority publishes it.
        #[arg(long, value_name = "FILE")]
        pins: PathBuf,
    },
    /// Shows that the words have been written down: reads them from the terminal.
    Confirm,
    /// Enrolls with the code from the counter's screen; without a code, goes on where it stopped.
    Enroll {
        /// Twelve letters and digits.
        code: Option<String>,
        /// The code is your own, not that of a paired device: without this, a wallet that has such
        /// devices asks.
        #[arg(long, requires = "code")]
        own: bool,
    },
    /// Fetches a credential and its evidence, and the authority's lists.
    Refresh {
        /// Only if it is time to.
        #[arg(long)]
        if_due: bool,
        /// Goes on presenting after the authority denied a credential.
        #[arg(long)]
        go_on: bool,
    },
    /// Answers what a platform asks: a link, or the text of a QR code.
    Answer {
        /// The link.
        uri: String,
    },
    /// Shows who asked what, and how it ended.
    History {
        /// Erases what was asked by this platform.
        #[arg(long, value_name = "PLATFORM")]
        erase: Option<String>,
    },
    /// Writes the backup's file; the words are the other half.
    Backup {
        /// Where.
        file: PathBuf,
        /// Shows the words again.
        #[arg(long)]
        words: bool,
    },
    /// Makes a wallet out of a backup: reads the words from the terminal.
    Restore {
        /// The backup's file.
        file: Option<PathBuf>,
        /// Without a file: what the wallet trusts.
        #[arg(
            long,
            value_name = "FILE",
            conflicts_with = "file",
            required_unless_present = "file"
        )]
        pins: Option<PathBuf>,
    },
    /// Two devices that act as one: a guardian's and a child's, or a person's two.
    Pair {
        #[command(subcommand)]
        pair: pair::Pair,
    },
    /// Shows what a message says: a file, or hex digits.
    Inspect {
        /// The message.
        message: String,
    },
    /// Looks for what is wrong, with the wallet or with a platform.
    Doctor {
        /// A platform, as its operator sees it from outside.
        host: Option<String>,
    },
    /// Shows the wallet to a browser of this machine, until it is told to end.
    Serve {
        /// Where it listens, on 127.0.0.1 alone; 0 takes any that is free.
        #[arg(long, default_value_t = 8360)]
        port: u16,
        /// What a new wallet trusts.
        #[arg(long, value_name = "FILE")]
        pins: Option<PathBuf>,
        /// Where the devices call of which this one is the second; its person is asked by a page.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// After how many minutes without a call of the browser the wallet locks itself; 0 for
        /// never.
        #[arg(long, value_name = "MINUTES", default_value_t = 5)]
        lock_after: u16,
    },
}

/// How it ended, as an exit code.
#[derive(Clone, Copy)]
enum Ended {
    Well = 0,
    Failed = 1,
    Declined = 3,
    OverAsking = 4,
}

/// Runs it with these arguments, of which the first is the program's name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let tongue = arguments.lang.unwrap_or_else(Tongue::of_environment);
    let terminal = Terminal::new(tongue, arguments.json, arguments.passphrase_file.clone());
    let ended = carry_out(arguments, &terminal).unwrap_or_else(|failure| {
        terminal.failure(&failure);
        Ended::Failed
    });
    ExitCode::from(ended as u8)
}

fn carry_out(arguments: Arguments, terminal: &Terminal) -> Result<Ended, Failure> {
    let (folder, now) = (arguments.wallet.unwrap_or_else(home), UnixTime::now());
    let network = Network::default();
    let open = || Wallet::open(&folder, &Lock::Passphrase(terminal.passphrase()?));
    match arguments.command {
        Command::Init { pins } => {
            let (lock, pins) = (new_lock(terminal)?, read_pins(&pins)?);
            let mut wallet = Wallet::create(&folder, &lock, Cost::default(), pins, now)?;
            terminal.words(&wallet.words(terminal.language())?);
            confirm(terminal, &mut wallet)
        }
        Command::Confirm => confirm(terminal, &mut open()?),
        Command::Enroll { code, own } => {
            enroll::enroll(terminal, &mut open()?, &network, (code.as_deref(), own), now)
        }
        Command::Refresh { if_due, go_on } => {
            let mut wallet = open()?;
            if go_on {
                wallet.go_on()?;
            }
            refresh(terminal, &mut wallet, &network, if_due, now)
        }
        Command::Answer { uri } => {
            answer::answer(terminal, &mut open()?, &network, (&uri, CrossDevice::default()), now)
        }
        Command::History { erase } => history::show(terminal, &mut open()?, erase.as_deref()),
        Command::Backup { file, words } => {
            let wallet = open()?;
            if words {
                terminal.words(&wallet.words(terminal.language())?);
            }
            let bytes = wallet.backup(&terminal.new_passphrase(texts::FOR_THE_FILE)?)?;
            fs::write(&file, bytes)?;
            terminal.done(texts::BACKED_UP, &[("file", &file.display().to_string())]);
            Ok(Ended::Well)
        }
        Command::Restore { file, pins } => {
            let words: Words = terminal.read_secret(texts::TYPE_WORDS)?.parse()?;
            let (lock, cost) = (new_lock(terminal)?, Cost::default());
            match (file, pins) {
                (Some(file), _) => {
                    let bytes = fs::read(file)?;
                    let passphrase = terminal.read_secret(texts::FOR_THE_FILE)?;
                    let backup = (&bytes[..], &passphrase);
                    Wallet::restore(&folder, &lock, cost, &words, backup, now)?
                }
                (None, Some(pins)) => {
                    Wallet::restore_words(&folder, &lock, cost, &words, read_pins(&pins)?, now)?
                }
                (None, None) => return Err(Failure::BadBackup),
            };
            terminal.done(texts::RESTORED, &[]);
            Ok(Ended::Well)
        }
        Command::Pair { pair } => pair.run(terminal, &mut open()?, &network, now),
        Command::Inspect { message } => inspect::inspect(terminal, &message),
        Command::Doctor { host: Some(host) } => doctor::platform(terminal, &network, &host),
        Command::Serve { port, pins, listen, lock_after } => {
            let pins = pins.as_ref().map(read_pins).transpose()?;
            serve::serve(terminal, folder, pins, (port, listen.as_deref()), lock_after)
        }
        Command::Doctor { host: None } => doctor::wallet(terminal, &mut open()?, &network, now),
    }
}

fn home() -> PathBuf {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(std::env::home_dir()?.join(".local/share")));
    data.unwrap_or_default().join("pairnym")
}

fn read_pins(path: &PathBuf) -> Result<Pins, Failure> {
    Pins::from_json(&fs::read(path)?).map_err(Failure::BadPins)
}

fn new_lock(terminal: &Terminal) -> Result<Lock, Failure> {
    Ok(Lock::Passphrase(terminal.new_passphrase(texts::NEW_PASSPHRASE)?))
}

/// Reads the words back; an empty line puts it off.
fn confirm(terminal: &Terminal, wallet: &mut Wallet) -> Result<Ended, Failure> {
    let typed: Zeroizing<String> = terminal.read_secret(texts::TYPE_WORDS)?;
    if typed.trim().is_empty() {
        terminal.warning(texts::NOT_CONFIRMED);
        return Ok(Ended::Well);
    }
    wallet.confirm_words(&typed.parse()?)?;
    terminal.done(texts::CONFIRMED, &[]);
    Ok(Ended::Well)
}

fn refresh(
    terminal: &Terminal,
    wallet: &mut Wallet,
    network: &Network,
    if_due: bool,
    now: UnixTime,
) -> Result<Ended, Failure> {
    terminal.alarms(&wallet.follow_lists(network, now)?);
    if if_due && wallet.due(now)? != crate::Due::Now {
        terminal.done(texts::NOT_DUE, &[]);
        return Ok(Ended::Well);
    }
    let read = |offer: &crate::Offer| terminal.agrees_to(offer);
    let refreshed = if wallet.second().is_some() {
        let mut second = pair::call(terminal, wallet)?;
        wallet.refresh_together(network, &mut second, read, &UnixTime::now)
    } else {
        wallet.refresh(network, read, now)
    };
    if let Err(Failure::NotConsented) = refreshed {
        return Ok(Ended::Declined);
    }
    refreshed?;
    let left = wallet.stock().map_or(0, |(_, left)| left);
    terminal.done(texts::REFRESHED, &[("presentations", &left.to_string())]);
    Ok(Ended::Well)
}

impl Terminal {
    fn language(&self) -> Language {
        match self.tongue() {
            Tongue::Zh => Language::Chinese,
            Tongue::En => Language::English,
        }
    }
}
