//! Why a wallet cannot do something.

use std::fmt;
use std::io;

use pairnym::Error;
use pairnym_transport::wallet::WalletError;

use crate::{Alarm, BadPins, Offline};

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
    /// The person has not said for whom the code is: a wallet with wards gets theirs as well.
    WhoseCode,
    /// The bytes are no message of a known kind.
    UnknownMessage,
    /// The address at which the pages would be served is taken.
    Address(u16),
    /// Other devices cannot be waited for at this address: it is taken, say, or another machine's.
    Listen(String),
    /// This device does nothing without the one that it is paired with.
    NeedsSecond,
    /// There is no such pairing.
    NotPaired,
    /// A wallet that has enrolled, or is paired, is not paired anew: its secret is good for one
    /// person on one pair of devices.
    NotFresh,
    /// The text is no invitation.
    BadInvitation,
    /// The persons at the two devices see different digits: **somebody is in between.**
    CodesDiffer,
    /// The other device of the pairing does not answer.
    PeerAway,
    /// The person at the other device declined.
    PeerDeclined,
    /// The other device cannot take part: by its clock or its list, say.
    PeerRefused,
    /// What came is not what the other device of the pairing sends: it is another one, or does not
    /// do what it must.
    FalsePeer,
    /// The second has no ticket for this enrollment; or the code gave none, for somebody who is
    /// enrolled already.
    NoTicket,
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
            Self::WhoseCode => "whose_code",
            Self::BadPins(_) => "bad_pins",
            Self::UnknownMessage => "unknown_message",
            Self::Address(_) => "address",
            Self::Listen(_) => "listen",
            Self::NeedsSecond => "needs_second",
            Self::NotPaired => "not_paired",
            Self::NotFresh => "not_fresh",
            Self::BadInvitation => "bad_invitation",
            Self::CodesDiffer => "codes_differ",
            Self::PeerAway => "peer_away",
            Self::PeerDeclined => "peer_declined",
            Self::PeerRefused => "peer_refused",
            Self::FalsePeer => "false_peer",
            Self::NoTicket => "no_ticket",
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
            Self::WhoseCode => "it was not said for whom the code is",
            Self::BadPins(error) => return error.fmt(f),
            Self::UnknownMessage => "no message of a known kind",
            Self::Address(port) => return write!(f, "127.0.0.1:{port} cannot be listened at"),
            Self::Listen(address) => return write!(f, "{address} cannot be listened at"),
            Self::NeedsSecond => "this device does nothing without the one it is paired with",
            Self::NotPaired => "there is no such pairing",
            Self::NotFresh => "this wallet has enrolled or is paired already",
            Self::BadInvitation => "this is no invitation",
            Self::CodesDiffer => "the digits are not the same on both devices",
            Self::PeerAway => "the other device does not answer",
            Self::PeerDeclined => "the person at the other device declined",
            Self::PeerRefused => "the other device cannot take part",
            Self::FalsePeer => "what came is not what the paired device sends",
            Self::NoTicket => "there is no ticket for an enrollment",
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

impl From<Offline> for Failure {
    /// Of the channel; a host that does not answer has a name.
    fn from(Offline: Offline) -> Self {
        Self::PeerAway
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
