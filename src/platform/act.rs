//! Acts: what a person signed, verified again at any later time (SPEC §13.1).

use alloc::string::String;
use alloc::vec::Vec;

use crate::answer::login::Login;
use crate::answer::presentation::Presentation;
use crate::answer::verification::{verify_login_alone, verify_presentation_alone};
use crate::credential::attributes::Value;
use crate::error::Error;
use crate::group::generators::Generators;
use crate::name::Name;
use crate::parameters::AuthorityParameters;
use crate::platform::verified::claims;
use crate::pseudonym::Pseudonym;
use crate::request::message::Request;
use crate::request::purpose::Wanted;
use crate::time::Slot;

/// A statement signed under a 网号: by a presentation or by a login.
///
/// It is unforgeable under the 网号, and says nothing about the present: neither a clock nor a nonce
/// is consulted, and the request's expiry is not a date of signing. Nor does it say who owns the
/// 网号; nobody can tell.
///
/// To verify an act later, keep the bytes of the request and the answer and, for a presentation,
/// the [`AuthorityParameters`] of [`Verified::slot`](crate::platform::Verified::slot) as they were
/// on the list: an entry leaves the list some time after its last slot.
///
/// ```
/// # use pairnym::{message::*, platform::*, *};
/// fn contract(request: &[u8], login: &[u8]) -> Result<(Pseudonym, String), Error> {
///     let act = Act::of_login(&Request::from_bytes(request)?, &Login::from_bytes(login)?)?;
///     Ok((*act.pseudonym(), act.statement().to_owned()))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pseudonym: Pseudonym,
    statement: String,
    slot: Option<Slot>,
    claims: Vec<(Name, Value)>,
}

impl Act {
    /// Verifies a presentation again, under the parameters of the slot that it shows. If their
    /// key was withdrawn, the 网号 is still proven, but slot and claims are not.
    ///
    /// # Errors
    /// [`Error::NoStatement`], [`Error::WrongAnswer`], [`Error::ForeignAuthority`],
    /// [`Error::ForeignParameters`], [`Error::Schema`], [`Error::Rejected`].
    pub fn of_presentation(
        request: &Request,
        presentation: &Presentation,
        parameters: &AuthorityParameters,
    ) -> Result<Self, Error> {
        let statement = statement(request, Wanted::Presentation)?;
        let generators = Generators::new(parameters.schema().len());
        let fixed = generators.fixed();
        let slot = verify_presentation_alone(presentation, request, parameters, fixed)?;
        let (pseudonym, claims) = (*presentation.pseudonym(), presentation.claims(request));
        Ok(Self { pseudonym, statement, slot: Some(slot), claims })
    }

    /// Verifies a login again.
    ///
    /// # Errors
    /// [`Error::NoStatement`], [`Error::WrongAnswer`], [`Error::Rejected`].
    pub fn of_login(request: &Request, login: &Login) -> Result<Self, Error> {
        let statement = statement(request, Wanted::Login)?;
        verify_login_alone(login, request)?;
        Ok(Self { pseudonym: *login.unverified(), statement, slot: None, claims: Vec::new() })
    }

    /// The 网号 that signed.
    #[must_use]
    pub const fn pseudonym(&self) -> &Pseudonym {
        &self.pseudonym
    }

    /// What it signed.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// The slot of the credential, if it is a presentation.
    #[must_use]
    pub const fn slot(&self) -> Option<&Slot> {
        self.slot.as_ref()
    }

    /// The disclosed attributes, as they were certified at the time.
    pub fn claims(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        claims(&self.claims)
    }
}

fn statement(request: &Request, wanted: Wanted) -> Result<String, Error> {
    let statement = request.statement().ok_or(Error::NoStatement)?;
    request.check_wanted(wanted)?;
    Ok(statement.into())
}
