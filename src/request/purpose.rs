//! Why a platform asks, and for which answer (SPEC §10.1).

use core::fmt;

use crate::error::DecodeReason;
use crate::name::Name;
use crate::wire::{Reader, Sink};

/// Why a platform asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The person becomes a user.
    Registration,
    /// A user returns.
    Login,
    /// A suspicious account is verified again.
    Reverification,
    /// A government service.
    GovernmentService,
    /// A name of the platform's own.
    Other(Name),
}

impl Purpose {
    const OTHER: u8 = 0xff;

    pub(crate) fn write(&self, out: &mut impl Sink) {
        match self {
            Self::Registration => out.u8(1),
            Self::Login => out.u8(2),
            Self::Reverification => out.u8(3),
            Self::GovernmentService => out.u8(4),
            Self::Other(word) => {
                out.u8(Self::OTHER);
                out.short(word.as_str());
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        match reader.u8()? {
            1 => Ok(Self::Registration),
            2 => Ok(Self::Login),
            3 => Ok(Self::Reverification),
            4 => Ok(Self::GovernmentService),
            Self::OTHER => reader.name().map(Self::Other),
            _ => Err(DecodeReason::Code),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Reverification => "re-verification",
            Self::GovernmentService => "government service",
            Self::Other(word) => word.as_str(),
        })
    }
}

/// The kind of answer that a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A presentation of a credential.
    Presentation,
    /// A login, which needs none.
    Login,
}
