//! Why a wallet cannot do something.

use std::fmt;
use std::io;

use pairnym::Error;
use pairnym_transport::wallet::WalletError;

use crate::{Alarm, BadPins};

/// Why a wallet cannot do something. Nothing is lost, and nothing was sent, unless a variant says
/// so.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// There is no wallet in this folder.
    Missing,
    /// There is one already.
    Exists,
    /// Another process uses it.
    InUse,
    /// The passphrase or key does not open it.
    WrongPassphrase,
    /// The file with this name is not what the wallet wrote.
    Damaged(&'static str),
    /// The wallet is of a newer version of this program.
    Newer,
    /// The disk.
    Disk(io::Error),
    /// No connection to this host.
    Network(String),
    /// What came over the network, or the transport's rules.
    Transport(WalletError),
    /// The core refuses.
    Core(Error),
    /// The person has not confirmed that they have the backup's words.
    NoBackup,
    /// This device has not enrolled, or its session with the authority is over.
    NotEnrolled,
    /// The authority is another than the pinned one.
    ForeignAuthority,
    /// The words, or the file, are no backup.
    BadBackup,
    /// The person has to decide first: the authority denied a credential (SPEC §17).
    Denied,
    /// The disclosure was not consented to.
    NotConsented,
    /// The text is no code of a counter.
    BadCode,
    /// The pins cannot be used.
    BadPins(BadPins),
    /// The bytes are no message of a known kind.
    UnknownMessage,
    /// The address at which the pages would be served is taken.
    Address(u16),
}

impl Failure {
    /// The machine-readable name.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Missing => "missing",
            Self::Exists => "exists",
            Self::InUse => "in_use",
            Self::WrongPassphrase => "wrong_passphrase",
            Self::Damaged(_) => "damaged",
            Self::Newer => "newer",
            Self::Disk(error) if error.kind() == io::ErrorKind::StorageFull => "disk_full",
            Self::Disk(_) => "disk",
            Self::Network(_) => "network",
            Self::Transport(WalletError::Problem(problem)) => &problem.code,
            Self::Transport(_) => "transport",
            Self::Core(error) => error.code(),
            Self::NoBackup => "no_backup",
            Self::NotEnrolled => "not_enrolled",
            Self::ForeignAuthority => "foreign_authority",
            Self::BadBackup => "bad_backup",
            Self::Denied => "denied",
            Self::NotConsented => "not_consented",
            Self::BadCode => "bad_code",
            Self::BadPins(_) => "bad_pins",
            Self::UnknownMessage => "unknown_message",
            Self::Address(_) => "address",
        }
    }
}

impl Failure {
    /// What it may mean beyond itself.
    #[must_use]
    pub const fn alarm(&self) -> Option<Alarm> {
        match self {
            Self::Core(Error::Rejected) => Some(Alarm::Evidence),
            Self::Core(Error::ConflictingList) => Some(Alarm::List),
            Self::Denied => Some(Alarm::Denied),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "there is no wallet in this folder",
            Self::Exists => "there is a wallet in this folder already",
            Self::InUse => "another process uses this wallet",
            Self::WrongPassphrase => "the passphrase or key does not open the wallet",
            Self::Damaged(file) => return write!(f, "the file {file} is damaged"),
            Self::Newer => "the wallet was written by a newer version",
            Self::Disk(error) => return write!(f, "the disk: {error}"),
            Self::Network(host) => return write!(f, "no connection to {host}"),
            Self::Transport(error) => return error.fmt(f),
            Self::Core(error) => return error.fmt(f),
            Self::NoBackup => "the backup's words have not been confirmed",
            Self::NotEnrolled => "this device is not enrolled",
            Self::ForeignAuthority => "the authority is not the pinned one",
            Self::BadBackup => "this is no backup of a wallet",
            Self::Denied => "the authority denied a credential; decide first whether to go on",
            Self::NotConsented => "disclosure needs a separate consent",
            Self::BadCode => "not twelve letters and digits",
            Self::BadPins(error) => return error.fmt(f),
            Self::UnknownMessage => "no message of a known kind",
            Self::Address(port) => return write!(f, "127.0.0.1:{port} cannot be listened at"),
        })
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Disk(error) => Some(error),
            Self::Transport(error) => Some(error),
            Self::Core(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<WalletError> for Failure {
    fn from(error: WalletError) -> Self {
        Self::Transport(error)
    }
}

impl From<pairnym_transport::envelope::EnvelopeError> for Failure {
    fn from(error: pairnym_transport::envelope::EnvelopeError) -> Self {
        Self::Transport(error.into())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<pairnym::DecodeError> for Failure {
    fn from(error: pairnym::DecodeError) -> Self {
        Self::Core(error.into())
    }
}
