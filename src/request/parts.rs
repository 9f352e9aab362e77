//! The fields with which every request begins and ends (SPEC §14.12), without an allocator.

use core::fmt;

use crate::error::{DecodeReason, Error};
use crate::ids::Nonce;
use crate::name::{AuthorityId, Name, PlatformId};
use crate::pseudonym::scope::Scope;
use crate::request::purpose::{Purpose, Wanted};
use crate::time::{SKEW, UnixTime};
use crate::wire::Reader;
#[cfg(feature = "alloc")]
use crate::wire::Sink;

/// The kind byte of a request.
pub(crate) const KIND: u8 = 11;

/// The longest life of a request, in seconds.
pub(crate) const MAX_LIFE: u64 = 86_400;

/// The longest statement, in bytes.
pub(crate) const MAX_STATEMENT: usize = 8192;

/// From the authority id to the expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) authority: AuthorityId,
    pub(crate) platform: PlatformId,
    pub(crate) label: Option<Name>,
    pub(crate) wanted: Wanted,
    pub(crate) purpose: Purpose,
    pub(crate) nonce: Nonce,
    pub(crate) expires: UnixTime,
}

impl Head {
    /// The scope to which the answer's 网号 belongs.
    pub(crate) fn scope(&self) -> Scope {
        Scope::new(self.authority, self.platform, self.label)
    }

    pub(crate) fn check_wanted(&self, wanted: Wanted) -> Result<(), Error> {
        if self.wanted == wanted { Ok(()) } else { Err(Error::WrongAnswer) }
    }

    /// Whether it has not expired by the holder's clock, which may differ from the platform's, and
    /// does not expire further ahead than any platform allows (SPEC §11, step 2).
    pub(crate) fn check_time_of_holder(&self, now: UnixTime) -> Result<(), Error> {
        if now > self.expires.plus(SKEW) {
            Err(Error::Expired)
        } else if self.expires > now.plus(MAX_LIFE + SKEW) {
            Err(Error::Range)
        } else {
            Ok(())
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.short(self.authority.as_str());
        out.short(self.platform.as_str());
        out.short(self.label.as_ref().map_or("", |label| label.as_str()));
        out.u8(match self.wanted {
            Wanted::Presentation => 1,
            Wanted::Login => 2,
        });
        self.purpose.write(out);
        out.put(&self.nonce.0);
        out.u64(self.expires.0);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        Ok(Self {
            authority: reader.authority_id()?,
            platform: reader.platform_id()?,
            label: reader.optional_name()?,
            wanted: match reader.u8()? {
                1 => Wanted::Presentation,
                2 => Wanted::Login,
                _ => return Err(DecodeReason::Code),
            },
            purpose: Purpose::read(reader)?,
            nonce: Nonce(reader.array()?),
            expires: UnixTime(reader.u64()?),
        })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.platform)?;
        if let Some(label) = &self.label {
            write!(f, " ({label})")?;
        }
        let wanted = match self.wanted {
            Wanted::Presentation => "a presentation of your credential",
            Wanted::Login => "a login with the identifier that it knows",
        };
        write!(f, " asks for {wanted}\npurpose: {}", self.purpose)
    }
}

/// From the statement to the extensions, of which there are none.
#[derive(Clone, Copy)]
pub(crate) struct Tail<'a> {
    pub(crate) statement: Option<&'a str>,
    pub(crate) notice: Option<[u8; 32]>,
}

impl<'a> Tail<'a> {
    #[cfg(feature = "alloc")]
    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.u8(u8::from(self.statement.is_some()));
        if let Some(statement) = &self.statement {
            out.put(&(statement.len() as u16).to_be_bytes());
            out.put(statement.as_bytes());
        }
        out.u8(u8::from(self.notice.is_some()));
        if let Some(notice) = &self.notice {
            out.put(notice);
        }
        out.u8(0);
    }

    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeReason> {
        let statement = if reader.flag()? {
            let length = usize::from(reader.u16()?);
            if length > MAX_STATEMENT {
                return Err(DecodeReason::Range);
            }
            Some(reader.text(length)?)
        } else {
            None
        };
        let notice = if reader.flag()? { Some(reader.array()?) } else { None };
        reader.no_extensions()?;
        Ok(Self { statement, notice })
    }
}

impl fmt::Display for Tail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(statement) = &self.statement {
            for line in statement.split('\n') {
                write!(f, "\nyou sign: {line}")?;
            }
        }
        if let Some(notice) = &self.notice {
            f.write_str("\nnotice: ")?;
            notice.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}
