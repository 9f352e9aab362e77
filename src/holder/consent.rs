//! The person's consent, without which nothing is answered (SPEC §11).

use crate::error::Error;
use crate::holder::received::Received;
use crate::request::message::Request;

/// A person's consent to answer exactly one request, as it came from exactly one platform.
///
/// Make it after the person has seen the request: the platform, the purpose, which answer it wants,
/// what is disclosed and on what conditions, the statement and the notice.
///
/// ```
/// # use pairnym::{holder::*, message::*, *};
/// # fn person_agrees(question: &str) -> bool { false }
/// fn consent(request: &Received<Request>) -> Option<Consent<'_>> {
///     if !person_agrees(&format!("{}\nDo you want to answer?", **request)) {
///         return None;
///     }
///     let names: Vec<_> = request.disclosures().iter().map(Name::as_str).collect();
///     let question = format!("Do you agree that {} is told: {}?", request.platform(), names.join(", "));
///     if names.is_empty() || !person_agrees(&question) {
///         return Some(Consent::to_answer(request)); // is refused if the request discloses
///     }
///     Some(Consent::to_disclose(request))
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Consent<'a> {
    request: &'a Received<Request>,
    disclosure: bool,
}

impl<'a> Consent<'a> {
    /// Consent to answer, without disclosing attributes.
    #[must_use]
    pub const fn to_answer(request: &'a Received<Request>) -> Self {
        Self { request, disclosure: false }
    }

    /// Consent to answer, and the separate consent to disclose the attributes that the request
    /// names.
    #[must_use]
    pub const fn to_disclose(request: &'a Received<Request>) -> Self {
        Self { request, disclosure: true }
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &'a Received<Request> {
        self.request
    }

    pub(crate) fn check_disclosure(&self) -> Result<(), Error> {
        if self.disclosure || self.request.disclosures().is_empty() {
            Ok(())
        } else {
            Err(Error::DisclosureWithoutConsent)
        }
    }
}
