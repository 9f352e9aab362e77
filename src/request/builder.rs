//! Putting a request together.

use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::condition::Condition;
use super::{MAX_EPOCHS, Purpose, Request};
use crate::digest::RequestDigest;
use crate::error::Error;
use crate::parameters::AuthorityParameters;
use crate::scope::{PlatformId, Token};
use crate::time::{Epoch, UnixTime};

/// Puts a request together. Begun by [`Platform::request`](crate::Platform::request).
#[derive(Debug)]
pub struct RequestBuilder<'a> {
    parameters: &'a AuthorityParameters,
    platform: PlatformId,
    label: Option<Token>,
    purpose: Purpose,
    previous_epochs: u64,
    seconds: u64,
    disclosures: Vec<u8>,
    conditions: Vec<(u8, Condition)>,
    statement: Option<Vec<u8>>,
    notice: Option<[u8; 32]>,
    error: Option<Error>,
}

impl<'a> RequestBuilder<'a> {
    pub(crate) fn new(
        parameters: &'a AuthorityParameters,
        platform: PlatformId,
        purpose: Purpose,
    ) -> Self {
        Self {
            parameters,
            platform,
            label: None,
            purpose,
            previous_epochs: 0,
            seconds: 300,
            disclosures: Vec::new(),
            conditions: Vec::new(),
            statement: None,
            notice: None,
            error: None,
        }
    }

    /// Asks for the 网号 of one application of the platform (网络身份应用标识).
    #[must_use]
    pub const fn label(mut self, label: Token) -> Self {
        self.label = Some(label);
        self
    }

    /// Asks for the value of an attribute.
    #[must_use]
    pub fn disclose(mut self, attribute: &str) -> Self {
        match self.parameters.schema().index(attribute) {
            Ok(index) => {
                if let Err(place) = self.disclosures.binary_search(&index) {
                    self.disclosures.insert(place, index);
                }
            }
            Err(error) => self.error = self.error.or(Some(error)),
        }
        self
    }

    /// Demands something of an attribute that is disclosed. One condition of each form for each
    /// attribute; a later one replaces an earlier one.
    #[must_use]
    pub fn require(mut self, attribute: &str, condition: Condition) -> Self {
        match self.parameters.schema().index(attribute) {
            Ok(index) => {
                let order = (index, condition.operator());
                let found = self
                    .conditions
                    .binary_search_by_key(&order, |(index, other)| (*index, other.operator()));
                match found {
                    Ok(place) => self.conditions[place].1 = condition,
                    Err(place) => self.conditions.insert(place, (index, condition)),
                }
            }
            Err(error) => self.error = self.error.or(Some(error)),
        }
        self
    }

    /// Accepts credentials of so many epochs before the present one, by default of none; the
    /// whole range is bounded to 256.
    ///
    /// With none, everybody has to refresh in the first second of an epoch. One is a good choice
    /// wherever validity for a further epoch does no harm.
    #[must_use]
    pub const fn accept_previous_epochs(mut self, epochs: u8) -> Self {
        self.previous_epochs = epochs as u64;
        self
    }

    /// How long the request can be answered; by default 300 seconds.
    #[must_use]
    pub const fn valid_for(mut self, seconds: u64) -> Self {
        self.seconds = seconds;
        self
    }

    /// What the person agrees to by answering: at most 65,535 bytes.
    #[must_use]
    pub fn statement(mut self, statement: &[u8]) -> Self {
        self.statement = Some(statement.to_vec());
        self
    }

    /// The hash of the notice that the person is shown.
    #[must_use]
    pub const fn notice(mut self, hash: [u8; 32]) -> Self {
        self.notice = Some(hash);
        self
    }

    /// The request, with a fresh nonce.
    ///
    /// # Errors
    /// [`Error::UnknownAttribute`], [`Error::ConditionNotDisclosed`], [`Error::Schema`] for a
    /// condition that the attribute's kind cannot meet, [`Error::Range`] for a statement that is
    /// too long or more than 255 conditions.
    pub fn build(self, now: UnixTime, rng: &mut impl CryptoRng) -> Result<Request, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let disclosed = |index| self.disclosures.binary_search(index).is_ok();
        if !self.conditions.iter().all(|(index, _)| disclosed(index)) {
            return Err(Error::ConditionNotDisclosed);
        }
        let long = self.statement.as_ref().is_some_and(|s| s.len() > usize::from(u16::MAX));
        if long || self.conditions.len() > usize::from(u8::MAX) {
            return Err(Error::Range);
        }
        // Who refreshes before the request has expired can answer it still.
        let expires = now.after(self.seconds);
        let first = Epoch(self.parameters.epoch(now).0.saturating_sub(self.previous_epochs));
        let last =
            self.parameters.epoch(expires).min(Epoch(first.0.saturating_add(MAX_EPOCHS - 1)));
        let mut request = Request {
            parameters: *self.parameters.id(),
            platform: self.platform,
            label: self.label,
            purpose: self.purpose,
            nonce: [0; 32],
            epochs: (first, last),
            expires,
            disclosures: self.disclosures,
            conditions: self.conditions,
            statement: self.statement,
            notice: self.notice,
            digest: RequestDigest([0; 32]),
        };
        request.check_schema(self.parameters.schema())?;
        rng.fill_bytes(&mut request.nonce);
        Ok(request.hashed())
    }
}
