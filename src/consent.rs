//! The person's consent, without which nothing is answered (SPEC §11).

use crate::error::Error;
use crate::request::Request;
use crate::scope::PlatformId;
use crate::time::UnixTime;

/// A person's consent to answer exactly one request of exactly one platform.
///
/// Make it after the person has seen the request: platform, purpose, what is disclosed, statement
/// and notice. The platform is the one that the connection *authenticated* (the TLS peer), never
/// one that content names: a relayed request is recognised by it.
#[derive(Clone, Copy, Debug)]
pub struct Consent<'a> {
    request: &'a Request,
    platform: &'a PlatformId,
    disclosure: bool,
}

impl<'a> Consent<'a> {
    /// Consent to prove who one is at this platform, and to no disclosure of attributes.
    #[must_use]
    pub const fn to_answer(request: &'a Request, authenticated: &'a PlatformId) -> Self {
        Self { request, platform: authenticated, disclosure: false }
    }

    /// Besides, the separate consent to disclose the attributes that the request names.
    #[must_use]
    pub const fn to_disclose(request: &'a Request, authenticated: &'a PlatformId) -> Self {
        Self { request, platform: authenticated, disclosure: true }
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &'a Request {
        self.request
    }

    pub(crate) fn check_platform(&self) -> Result<(), Error> {
        if self.request.platform() == self.platform { Ok(()) } else { Err(Error::ForeignPlatform) }
    }

    pub(crate) fn check_time(&self, now: UnixTime) -> Result<(), Error> {
        self.request.check_time(now)
    }

    pub(crate) fn check_disclosure(&self) -> Result<(), Error> {
        if self.disclosure || self.request.disclosures().is_empty() {
            Ok(())
        } else {
            Err(Error::DisclosureWithoutConsent)
        }
    }
}
