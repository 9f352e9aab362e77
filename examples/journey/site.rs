//! A platform's server: it asks, verifies with public data, and has accounts under 网号s.

use std::collections::BTreeMap;

use pairnym::{attribute::*, message::*, platform::*, store::*, *};

use crate::{Result, rng};

/// A line of `platforms.csv`.
#[derive(serde::Deserialize)]
pub struct Line {
    name: String,
    host: String,
}

pub struct Site {
    pub name: String,
    pub platform: Platform,
    nonces: MemoryNonces,
    /// With the slot in which the person was last verified.
    accounts: BTreeMap<Pseudonym, Slot>,
    /// All parameters that were ever on a list.
    archive: Vec<AuthorityParameters>,
    /// What persons agreed to: requests with their answers, and slots.
    registrations: Vec<(Request, Presentation, Slot)>,
    logins: Vec<(Request, Login)>,
}

impl Site {
    pub fn new(line: Line, list: ParameterList) -> Result<Self> {
        Ok(Self {
            archive: list.entries().map(|entry| entry.parameters().clone()).collect(),
            platform: Platform::new(list, line.host.parse()?),
            name: line.name,
            nonces: MemoryNonces::new(10_000),
            accounts: BTreeMap::new(),
            registrations: Vec::new(),
            logins: Vec::new(),
        })
    }

    /// Takes the successor of its list, whose signatures it has checked.
    pub fn adopt(&mut self, list: &ParameterList, now: UnixTime) -> Result<()> {
        self.platform.adopt(list.clone(), now)?;
        self.archive.extend(list.entries().map(|entry| entry.parameters().clone()));
        Ok(())
    }

    pub fn host(&self) -> &PlatformId {
        self.platform.id()
    }

    /// Asks for two attributes, and for the lowest trust level at least. It can be answered for
    /// ten minutes.
    pub fn begin(&self) -> RequestBuilder<'_> {
        self.platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("assurance", Condition::AtLeast(1))
            .statement(&format!("I agree to the terms of {}.", self.name))
            .valid_for(std::time::Duration::from_secs(600))
    }

    pub fn ask(&self, now: UnixTime) -> Result<Request> {
        Ok(self.begin().build(now, &mut rng())?)
    }

    pub fn ask_login(&self, now: UnixTime) -> Result<Request> {
        let request = self.platform.request_login(Purpose::Login);
        Ok(request.statement(&format!("Sign in to {}.", self.name)).build(now, &mut rng())?)
    }

    /// The person's account, new or not, once the answer has verified.
    pub fn admit(&mut self, request: &Request, answer: &[u8], now: UnixTime) -> Result<Pseudonym> {
        let presentation = Presentation::from_bytes(answer)?;
        let verified = self.platform.verify(request, &presentation, now, &self.nonces);
        let verified = verified.map_err(Error::from)?;
        self.accounts.insert(*verified.pseudonym(), *verified.slot());
        self.registrations.push((request.clone(), presentation, *verified.slot()));
        Ok(*verified.pseudonym())
    }

    /// Many answers, verified as one batch.
    pub fn verify_batch(
        &self,
        answers: &[(Request, Vec<u8>)],
        now: UnixTime,
    ) -> Result<Vec<Pseudonym>> {
        let decoded = answers.iter().map(|(_, bytes)| Presentation::from_bytes(bytes));
        let decoded = decoded.collect::<std::result::Result<Vec<_>, _>>()?;
        let pairs: Vec<_> = answers.iter().map(|(request, _)| request).zip(&decoded).collect();
        let verdicts = self.platform.verify_batch(&pairs, now, &self.nonces)?;
        let verdicts = verdicts.into_iter().map(|verdict| Ok(*verdict?.pseudonym()));
        verdicts.collect()
    }

    /// A person who has an account.
    pub fn welcome(
        &mut self,
        request: &Request,
        answer: &[u8],
        now: UnixTime,
    ) -> Result<Pseudonym> {
        let login = Login::from_bytes(answer)?;
        let look_up = |pseudonym: &Pseudonym| self.accounts.get(pseudonym).copied();
        let returning = self.platform.verify_login(request, &login, look_up, now, &self.nonces);
        let pseudonym = *returning.map_err(Error::from)?.pseudonym();
        self.logins.push((request.clone(), login));
        Ok(pseudonym)
    }

    /// The first registration, with the parameters under which it was verified.
    pub fn registration(&self) -> Result<(&Request, &Presentation, &AuthorityParameters)> {
        let (request, presentation, slot) = self.registrations.first().ok_or("no registration")?;
        let mut archive = self.archive.iter();
        let parameters = archive.find(|parameters| *parameters.id() == slot.parameters);
        Ok((request, presentation, parameters.ok_or("parameters were not kept")?))
    }

    /// The first login.
    pub fn login(&self) -> Result<(&Request, &Login)> {
        let (request, login) = self.logins.first().ok_or("no login")?;
        Ok((request, login))
    }

    /// The accounts whose persons were last verified with a key that is withdrawn by now.
    pub fn suspects(&self) -> Vec<Pseudonym> {
        let withdrawn = self.platform.list().withdrawn();
        let suspect =
            |slot: &Slot| withdrawn.iter().any(|entry| entry.parameters == slot.parameters);
        let accounts = self.accounts.iter().filter(|(_, slot)| suspect(slot));
        accounts.map(|(pseudonym, _)| *pseudonym).collect()
    }
}
