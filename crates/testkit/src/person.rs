//! A natural person with a device.

use alloc::string::String;
use alloc::vec::Vec;

use pairnym::{attribute::*, holder::*, message::*, store::*, *};

use crate::fetching::{complete, issued_by};
use crate::{Seeded, Service, holder, received, seeded, sent};

/// A natural person's device, with a credential and its evidence. The person consents to whatever
/// they are asked.
///
/// [`Service::person`] makes one. The time is what the caller says it is: to test a device whose
/// clock is wrong, give it another `now`.
pub struct Person {
    /// The device's secrets and its list.
    pub holder: Holder,
    /// What it presents. `None` before the first [refresh](Self::refresh).
    pub credential: Option<Credential>,
    /// One item for each presentation.
    pub evidence: Vec<Evidence>,
    values: Vec<(String, Value)>,
    pub(crate) rng: Seeded,
}

impl Person {
    /// The person with this number, who is not enrolled yet, with values by name for a service to
    /// certify: to test a service of your own. `holder` is the person's device.
    #[must_use]
    pub fn new<'a>(
        number: u8,
        list: &ParameterList,
        values: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let rng = seeded(number.into());
        Self { holder: holder(number, list), credential: None, evidence: Vec::new(), values, rng }
    }

    /// Fetches a credential of the present slot, with fresh evidence, to replace what is there. The
    /// device needs the service's list.
    ///
    /// # Errors
    /// [`Error::NotRegistered`], the registry's own errors, and whatever else keeps the service
    /// from issuing or the device from accepting.
    pub fn refresh<R: Registry<Error: core::fmt::Debug>>(
        &mut self,
        service: &Service<R>,
        now: UnixTime,
    ) -> Result<(), StoreError<R::Error>> {
        let Self { holder, values, rng, .. } = self;
        let authority = service.authority();
        let values = values.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let issued = issued_by(authority, service.registry(), holder, values, now, rng)?;
        let (credential, evidence) = complete(authority, holder, issued, rng);
        self.credential = Some(credential);
        self.evidence = evidence;
        Ok(())
    }

    /// The person's 网号 at a platform.
    #[must_use]
    pub fn pseudonym(&self, platform: &PlatformId) -> Pseudonym {
        self.holder.pseudonym(platform, None).expect("a 网号 for every platform")
    }

    /// Answers a request as a wallet does: the bytes of a request, and the host that the
    /// connection authenticated, in; the bytes of the presentation or login that it asks for, out.
    ///
    /// # Errors
    /// Undecodable bytes; the refusals of [`Received::from_host`], [`Holder::present`] and
    /// [`Holder::log_in`].
    ///
    /// # Panics
    /// As [`present`](Self::present).
    pub fn answer(
        &mut self,
        tls_peer: &PlatformId,
        request: &[u8],
        now: UnixTime,
    ) -> Result<Vec<u8>, Error> {
        let request = Received::<Request>::from_host(tls_peer, request)?;
        match request.wanted() {
            Wanted::Presentation => Ok(self.present_received(&request, now)?.into_bytes()),
            Wanted::Login => Ok(self.log_in_received(&request, now)?.into_bytes()),
        }
    }

    /// Answers a request with a presentation, as if it came from the platform that it names. Uses
    /// up an item of evidence, unless the request is refused.
    ///
    /// # Errors
    /// The refusals of [`Holder::present`].
    ///
    /// # Panics
    /// Without a credential, and when no evidence is left: after 32 presentations the person has
    /// to [refresh](Self::refresh).
    pub fn present(&mut self, request: &Request, now: UnixTime) -> Result<Presentation, Error> {
        Ok(sent(&self.present_received(&received(request), now)?))
    }

    /// Answers a request with a login, as if it came from the platform that it names.
    ///
    /// # Errors
    /// The refusals of [`Holder::log_in`].
    pub fn log_in(&mut self, request: &Request, now: UnixTime) -> Result<Login, Error> {
        Ok(sent(&self.log_in_received(&received(request), now)?))
    }

    fn present_received(
        &mut self,
        request: &Received<Request>,
        now: UnixTime,
    ) -> Result<Outgoing<Presentation>, Error> {
        let Self { holder, credential, evidence, rng, .. } = self;
        let credential = credential.as_ref().expect("a credential: refresh the person first");
        let item = evidence.pop().expect("evidence that is left: refresh the person again");
        holder.present(credential, item, Consent::to_disclose(request), now, rng).map_err(
            |refused| {
                let error = refused.error();
                evidence.extend(refused.into_evidence());
                error
            },
        )
    }

    fn log_in_received(
        &mut self,
        request: &Received<Request>,
        now: UnixTime,
    ) -> Result<Outgoing<Login>, Error> {
        self.holder.log_in(Consent::to_answer(request), now, &mut self.rng)
    }
}
