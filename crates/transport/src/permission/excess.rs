//! What a request asks beyond its platform's permission, and a report of it (§9).

use std::fmt;
use std::str::FromStr;

use pairnym::{AuthorityId, Name, PlatformId, Purpose, Request, UnixTime, Wanted};
use serde::{Deserialize, Serialize};

use super::SignedPermission;
use crate::envelope::envelopes;
use crate::flow::through_text;
use crate::{object, purpose};

/// One thing that is asked beyond a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Excess {
    /// The purpose itself.
    Purpose,
    /// The label, or that there is none.
    Label,
    /// An attribute.
    Attribute(Name),
    /// That there is a statement to agree to.
    Statement,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Purpose => f.write_str("purpose"),
            Self::Label => f.write_str("label"),
            Self::Attribute(name) => write!(f, "attribute:{name}"),
            Self::Statement => f.write_str("statement"),
        }
    }
}

/// The text is no [`Excess`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownExcess;

impl fmt::Display for UnknownExcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no excess")
    }
}

impl FromStr for Excess {
    type Err = UnknownExcess;

    fn from_str(text: &str) -> Result<Self, UnknownExcess> {
        match (text, text.strip_prefix("attribute:")) {
            ("purpose", _) => Ok(Self::Purpose),
            ("label", _) => Ok(Self::Label),
            ("statement", _) => Ok(Self::Statement),
            (_, Some(name)) => Name::new(name).map(Self::Attribute).map_err(|_| UnknownExcess),
            _ => Err(UnknownExcess),
        }
    }
}

through_text!(Excess);

/// The answer that was asked for, as a report says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// A presentation.
    Presentation,
    /// A login.
    Login,
}

/// What a person can tell a supervisor about a request that went too far.
///
/// Requests are not signed, so it proves nothing, and it leaves out all by which platform and
/// recipient together could recognise who reports: handle, nonce, expiry, statement, time of day.
/// It is for the person to send; nothing sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The authority that the request named.
    pub authority: AuthorityId,
    /// The platform, as TLS authenticated it.
    pub platform: PlatformId,
    /// The purpose.
    #[serde(with = "purpose")]
    pub purpose: Purpose,
    /// The label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Name>,
    /// Which answer was asked for.
    pub wanted: Asked,
    /// The attributes that were asked for.
    pub attributes: Vec<Name>,
    /// Days since 1970.
    pub day: u64,
    /// What was asked beyond the permission.
    pub excess: Vec<Excess>,
    /// The permission.
    #[serde(deserialize_with = "object::one")]
    pub permission: SignedPermission,
}

envelopes! { Report: "report" }

impl Report {
    pub(crate) fn new(
        request: &Request,
        excess: Vec<Excess>,
        permission: SignedPermission,
        now: UnixTime,
    ) -> Self {
        let wanted = match request.wanted() {
            Wanted::Presentation => Asked::Presentation,
            Wanted::Login => Asked::Login,
        };
        Self {
            authority: *request.authority(),
            platform: *request.platform(),
            purpose: *request.purpose(),
            label: request.label().copied(),
            wanted,
            attributes: request.disclosures().to_vec(),
            day: now.0 / 86_400,
            excess,
            permission,
        }
    }
}
