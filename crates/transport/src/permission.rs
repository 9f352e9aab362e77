//! Permission statements (§8): what a platform may ask for which purpose, signed by a registrar and
//! checked by wallets offline; and what a request asks beyond it (§9).

use std::fmt;

use ed25519_dalek::SigningKey;
use pairnym::{AuthorityId, Name, PlatformId, Purpose, Request, UnixTime, is_text};
use serde::{Deserialize, Serialize};

use crate::envelope::{envelopes, from_object};
use crate::signature::{PublicKey, behind, sign};
use crate::{base64url, object, purpose};

mod excess;

pub use excess::{Asked, Excess, Report};

const PREFIX: &[u8] = b"pairnym-v1/permission\0";
const MAX_STATEMENT: usize = 32_768;
const MAX_PURPOSES: usize = 64;
const MAX_NAMES: usize = 64;
/// Thirty days, in seconds.
const MAX_VALIDITY: u64 = 2_592_000;
/// How far two clocks may be apart (SPEC §4.6).
const SKEW: u64 = 600;

/// What a platform may ask for. Plain data; [`sign`](Self::sign) and
/// [`SignedPermission::verify`] let nothing pass that breaks the rules of §8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// The authority of the requests that it is about.
    pub authority: AuthorityId,
    /// The platform.
    pub platform: PlatformId,
    /// What the platform is called.
    #[serde(deserialize_with = "object::one")]
    pub names: Names,
    /// When it begins.
    pub from: UnixTime,
    /// When it ends: at most 30 days later, and not valid at this second any more.
    pub until: UnixTime,
    /// For each purpose, what may be asked: 1 to 64, each purpose once.
    #[serde(deserialize_with = "object::list")]
    pub purposes: Vec<Grant>,
    /// Whom a person can turn to.
    #[serde(deserialize_with = "object::one")]
    pub contacts: Contacts,
}

/// Names of a platform: texts (SPEC §3.4) of one line, at most 200 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// What may be asked for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The purpose.
    #[serde(with = "purpose")]
    pub purpose: Purpose,
    /// The labels, `None` for requests without one: 1 to 64.
    pub labels: Vec<Option<Name>>,
    /// The attributes that may be disclosed, at most 64.
    pub attributes: Vec<Name>,
    /// Whether requests may have a statement to agree to.
    pub statements: bool,
}

/// Whom a person can turn to: URIs of scheme https, mailto or tel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// About privacy.
    pub privacy: String,
    /// To have an account deleted.
    pub deletion: String,
    /// Who supervises the platform.
    pub supervisor: String,
}

/// Why a statement counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PermissionError {
    /// Its registrar is not among those pinned.
    UnknownRegistrar,
    /// The signature is not the registrar's.
    Signature,
    /// Over 32,768 bytes.
    TooLong,
    /// Not a JSON object with these members.
    Members,
    /// Of another version.
    Version,
    /// Not for 1 second to 30 days.
    Validity,
    /// A name is no text of one line, or longer than 200 bytes.
    Names,
    /// Purposes, labels or attributes are too many, too few, or a purpose is there twice.
    Purposes,
    /// A contact is no URI of a scheme that is allowed.
    Contacts,
    /// For another authority than the request's.
    ForeignAuthority,
    /// For another platform than the request's.
    ForeignPlatform,
}

impl PermissionError {
    /// The machine-readable name, as in the vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownRegistrar => "unknown_registrar",
            Self::Signature => "signature",
            Self::TooLong => "too_long",
            Self::Members => "members",
            Self::Version => "version",
            Self::Validity => "validity",
            Self::Names => "names",
            Self::Purposes => "purposes",
            Self::Contacts => "contacts",
            Self::ForeignAuthority => "foreign_authority",
            Self::ForeignPlatform => "foreign_platform",
        }
    }
}

impl fmt::Display for PermissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("permission statement: ")?;
        f.write_str(match self {
            Self::UnknownRegistrar => "of an unknown registrar",
            Self::Signature => "wrong signature",
            Self::TooLong => "over 32,768 bytes",
            Self::Members => "malformed",
            Self::Version => "of another version",
            Self::Validity => "not valid for 1 second to 30 days",
            Self::Names => "a name is no text of one line",
            Self::Purposes => "purposes, labels or attributes out of range",
            Self::Contacts => "a contact is no URI",
            Self::ForeignAuthority => "for another authority",
            Self::ForeignPlatform => "for another platform",
        })
    }
}

impl std::error::Error for PermissionError {}

#[derive(Serialize)]
struct Statement<'a> {
    version: u64,
    #[serde(flatten)]
    permission: &'a Permission,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl Permission {
    /// The statement: the bytes that are signed, behind [`signed_bytes`]' prefix.
    ///
    /// # Errors
    /// [`PermissionError`], if it breaks the rules of §8.
    pub fn to_statement(&self) -> Result<Vec<u8>, PermissionError> {
        self.check()?;
        let statement = Statement { version: 1, permission: self };
        let bytes = serde_json::to_vec(&statement).map_err(|_| PermissionError::Members)?;
        if bytes.len() <= MAX_STATEMENT { Ok(bytes) } else { Err(PermissionError::TooLong) }
    }

    /// Signs it. A registrar whose key is in a device of its own lets that sign [`signed_bytes`].
    ///
    /// # Errors
    /// As [`to_statement`](Self::to_statement).
    pub fn sign(&self, registrar: &SigningKey) -> Result<SignedPermission, PermissionError> {
        let statement = self.to_statement()?;
        let signature = sign(registrar, PREFIX, &statement);
        let registrar = PublicKey::from(registrar).to_bytes();
        Ok(SignedPermission { statement, registrar, signature })
    }

    /// Whether it is valid at a time by the wallet's clock, which may be 600 s early.
    #[must_use]
    pub const fn is_valid_at(&self, now: UnixTime) -> bool {
        self.from.0.saturating_sub(SKEW) <= now.0 && now.0 < self.until.0
    }

    /// What a request asks beyond it, whatever the time; nothing if it covers the request.
    ///
    /// # Errors
    /// [`PermissionError::ForeignAuthority`], [`PermissionError::ForeignPlatform`].
    pub fn excess(&self, request: &Request) -> Result<Vec<Excess>, PermissionError> {
        if self.authority != *request.authority() {
            return Err(PermissionError::ForeignAuthority);
        } else if self.platform != *request.platform() {
            return Err(PermissionError::ForeignPlatform);
        }
        let grant = self.purposes.iter().find(|grant| grant.purpose == *request.purpose());
        Ok(grant.map_or(vec![Excess::Purpose], |grant| grant.excess(request)))
    }

    fn read(statement: &[u8]) -> Result<Self, PermissionError> {
        if statement.len() > MAX_STATEMENT {
            return Err(PermissionError::TooLong);
        }
        // The version first: of another one, the rest may look different.
        let version = from_object::<Version>(statement).map_err(|_| PermissionError::Members)?;
        if version.version != 1 {
            return Err(PermissionError::Version);
        }
        let permission = from_object::<Self>(statement).map_err(|_| PermissionError::Members)?;
        permission.check().map(|()| permission)
    }

    fn check(&self) -> Result<(), PermissionError> {
        let validity = self.until.0.checked_sub(self.from.0);
        if !validity.is_some_and(|seconds| (1..=MAX_VALIDITY).contains(&seconds)) {
            return Err(PermissionError::Validity);
        }
        let name = |name: &String| name.len() <= 200 && !name.contains('\n') && is_text(name);
        if ![&self.names.zh, &self.names.en].into_iter().all(name) {
            return Err(PermissionError::Names);
        }
        let once = |(place, grant): (usize, &Grant)| {
            !self.purposes[..place].iter().any(|before| before.purpose == grant.purpose)
        };
        if !(1..=MAX_PURPOSES).contains(&self.purposes.len())
            || !self.purposes.iter().all(Grant::is_in_range)
            || !self.purposes.iter().enumerate().all(once)
        {
            return Err(PermissionError::Purposes);
        }
        let Contacts { privacy, deletion, supervisor } = &self.contacts;
        if ![privacy, deletion, supervisor].into_iter().all(|contact| is_contact(contact)) {
            return Err(PermissionError::Contacts);
        }
        Ok(())
    }
}

impl Grant {
    fn is_in_range(&self) -> bool {
        (1..=MAX_NAMES).contains(&self.labels.len()) && self.attributes.len() <= MAX_NAMES
    }

    fn excess(&self, request: &Request) -> Vec<Excess> {
        let label = !self.labels.iter().any(|label| label.as_ref() == request.label());
        let beyond = request.disclosures().iter().filter(|name| !self.attributes.contains(name));
        let statement = request.statement().is_some() && !self.statements;
        let mut excess: Vec<_> = beyond.copied().map(Excess::Attribute).collect();
        excess.extend(label.then_some(Excess::Label));
        excess.extend(statement.then_some(Excess::Statement));
        excess
    }
}

fn is_contact(contact: &str) -> bool {
    let known = ["https://", "mailto:", "tel:"];
    let rest = known.into_iter().find_map(|scheme| contact.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && contact.len() <= 1_000)
        && contact.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What a registrar signs for a statement: the prefix of §8 and the statement.
#[must_use]
pub fn signed_bytes(statement: &[u8]) -> Vec<u8> {
    behind(PREFIX, statement)
}

/// A permission statement as it travels. What it says counts once it is
/// [verified](Self::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPermission {
    /// The statement's bytes.
    #[serde(with = "base64url")]
    pub statement: Vec<u8>,
    /// The registrar's key.
    #[serde(with = "base64url")]
    pub registrar: [u8; 32],
    /// The signature.
    #[serde(with = "base64url")]
    pub signature: [u8; 64],
}

envelopes! { SignedPermission: "permission" }

impl SignedPermission {
    /// The statement, if one of the pinned registrars signed it. Says nothing about its time, nor
    /// about a request. Variable-time, as everything in it is public.
    ///
    /// # Errors
    /// [`PermissionError`].
    pub fn verify(&self, registrars: &[PublicKey]) -> Result<Permission, PermissionError> {
        let pinned = registrars.iter().find(|pinned| pinned.to_bytes() == self.registrar);
        let pinned = pinned.ok_or(PermissionError::UnknownRegistrar)?;
        if !pinned.verifies(PREFIX, &self.statement, &self.signature) {
            return Err(PermissionError::Signature);
        }
        Permission::read(&self.statement)
    }
}

/// What stands behind a request, by the wallet's pins and clock: shown to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A registrar permits it.
    Permitted(Permission),
    /// A registrar's statement that is over, or has not begun: a warning.
    Expired(Permission),
    /// A statement that counts for nothing: a warning.
    Unverifiable(PermissionError),
    /// The platform stapled no statement: a warning.
    Missing,
}

impl Standing {
    /// What a statement means for a request. One that is valid, and does not cover the request,
    /// is the error.
    ///
    /// # Errors
    /// What the request asks beyond the statement.
    pub fn of(
        request: &Request,
        signed: &SignedPermission,
        registrars: &[PublicKey],
        now: UnixTime,
    ) -> Result<Self, Vec<Excess>> {
        let checked = signed.verify(registrars).and_then(|permission| {
            let excess = permission.excess(request)?;
            Ok((permission, excess))
        });
        match checked {
            Err(error) => Ok(Self::Unverifiable(error)),
            Ok((permission, _)) if !permission.is_valid_at(now) => Ok(Self::Expired(permission)),
            Ok((permission, excess)) if excess.is_empty() => Ok(Self::Permitted(permission)),
            Ok((_, excess)) => Err(excess),
        }
    }

    /// Whether the person has to be warned.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        !matches!(self, Self::Permitted(_))
    }
}
