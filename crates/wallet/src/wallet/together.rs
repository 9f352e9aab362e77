//! A lead's acts, in which its second takes part (SPEC §20.3, §20.4).

use pairnym::holder::{Outgoing, Received};
use pairnym::message::Login;
use pairnym::shared::{CoAnswer, CoApproval, CoNonces, CoRequest, ShareTransfer};
use pairnym::{Error, Message as _, Pseudonym, Request, UnixTime, Wanted};

use super::answer::{Answer, consent};
use super::{Answered, Asked, Offer, Wallet};
use crate::channel::{Channel, Kind, PERSON, SOON, Secure};
use crate::device::Device;
use crate::vault::Vault;
use crate::{Decision, Failure, Http, rng};

impl Secure<'_> {
    /// What the second's device says, once its person has decided.
    fn ask(&mut self, request: &CoRequest) -> Result<CoApproval, Failure> {
        self.send(Kind::Message, &request.to_bytes())?;
        self.expect(Kind::Consented, PERSON)?;
        self.send(Kind::Here, &[])?;
        let approval = self.expect(Kind::Message, SOON)?;
        CoApproval::from_bytes(&approval).map_err(|_| Failure::FalsePeer)
    }

    fn commit(&mut self, nonces: &CoNonces) -> Result<CoAnswer, Failure> {
        self.send(Kind::Message, &nonces.to_bytes())?;
        let answer = self.expect(Kind::Message, SOON)?;
        CoAnswer::from_bytes(&answer).map_err(|_| Failure::FalsePeer)
    }
}

/// Whose fault it is: with the other device's part, `rejection` is its own.
fn of_peer(error: Error) -> Failure {
    if error == Error::Rejected { Failure::FalsePeer } else { error.into() }
}

impl Vault {
    fn call<'c>(&self, channel: &'c mut dyn Channel) -> Result<Secure<'c>, Failure> {
        let lead = self.holder.lead()?;
        let leading = self.pairs.leading.as_ref().ok_or(Failure::NotPaired)?;
        Secure::initiate(channel, &leading.keys(lead))
    }

    fn log_in(
        &self,
        channel: &mut dyn Channel,
        (request, disclose): (&Received<Request>, bool),
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<(Outgoing<Login>, Option<Pseudonym>), Failure> {
        let lead = self.holder.lead()?;
        let consent = consent(request, disclose);
        let (asked, waiting) = lead.ask_to_log_in(consent, clock(), &mut rng())?;
        let mut second = self.call(channel)?;
        let approval = second.ask(&asked)?;
        let (nonces, waiting) = waiting.commit(&approval, clock(), &mut rng()).map_err(of_peer)?;
        let answer = second.commit(&nonces)?;
        let login = waiting.complete(&answer).map_err(of_peer)?;
        Ok((login, nonces.pseudonym().copied()))
    }
}

/// Acts of two devices. `channel` leads to the other one, and `clock` is the device's own: time
/// passes while the other person decides.
impl Wallet {
    /// As [`decide`](Self::decide), with the consent of the second's person. Where they decline, or
    /// their device cannot take part, the platform is declined, and cannot tell.
    ///
    /// Evidence is off the disk before this device shows its half, and not before the other person
    /// has consented. A lead never tries again by itself after that (SPEC §20.3).
    ///
    /// # Errors
    /// As [`decide`](Self::decide); [`Failure::PeerDeclined`] and [`Failure::PeerRefused`], and the
    /// platform was declined; [`Failure::PeerAway`], [`Failure::FalsePeer`], and nothing was sent
    /// to the platform; [`Failure::NotPaired`].
    pub fn decide_together(
        &mut self,
        http: &impl Http,
        channel: &mut dyn Channel,
        asked: Asked,
        decision: Decision,
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<Answered, Failure> {
        self.carry_out(http, asked, decision, clock(), |wallet, request, disclose| {
            match wallet.answer_together(channel, (request, disclose), clock) {
                Err(
                    refused @ (Failure::PeerDeclined | Failure::PeerRefused | Failure::Core(_)),
                ) => Ok(Answer::refused(refused)),
                other => other,
            }
        })
    }

    fn answer_together(
        &mut self,
        channel: &mut dyn Channel,
        (request, disclose): (&Received<Request>, bool),
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<Answer, Failure> {
        if request.wanted() == Wanted::Login {
            let (login, pseudonym) = self.vault.log_in(channel, (request, disclose), clock)?;
            return Ok(Answer::Login(login, pseudonym));
        }
        let Self { vault, stock, folder, key, .. } = self;
        if vault.facts.denied.is_some() {
            return Err(Failure::Denied);
        }
        let (lead, now) = (vault.holder.lead()?, clock());
        let own = vault.shown(request, now).ok_or(Error::StaleCredential)?;
        if stock.count(&vault.holder, own) == 0 {
            return Err(Error::Incomplete.into());
        }
        let consent = consent(request, disclose);
        let (asked, waiting) = lead.ask_to_present(own, consent, now, &mut rng())?;
        let mut second = vault.call(channel)?;
        let approval = second.ask(&asked)?;
        // From here on the item counts as used, unless the core gives it back.
        let item = stock.take(&vault.holder, own, folder, key)?.ok_or(Error::Incomplete)?;
        let (nonces, waiting) = match waiting.commit(item, &approval, clock(), &mut rng()) {
            Ok(committed) => committed,
            Err(refused) => {
                let error = refused.error();
                if let Some(item) = refused.into_evidence() {
                    stock.put_back(&vault.holder, &item, folder, key)?;
                }
                return Err(of_peer(error));
            }
        };
        let answer = second.commit(&nonces)?;
        let presentation = waiting.complete(&answer).map_err(of_peer)?;
        Ok(Answer::Presentation(presentation, nonces.pseudonym().copied()))
    }

    /// As [`accept`](Self::accept), with the consent of the second's person.
    ///
    /// # Errors
    /// As [`accept`](Self::accept), and those of the other device.
    pub fn accept_together(
        &mut self,
        http: &impl Http,
        channel: &mut dyn Channel,
        offer: &Offer,
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<(), Failure> {
        let lead = self.vault.holder.lead()?;
        let (asked, waiting) = lead.ask_for_credential(&offer.offer, clock(), &mut rng())?;
        let mut second = self.vault.call(channel)?;
        let approval = second.ask(&asked)?;
        let (nonces, waiting) = waiting.commit(&approval, clock(), &mut rng()).map_err(of_peer)?;
        let answer = second.commit(&nonces)?;
        let (request, pending) = waiting.complete(&answer).map_err(of_peer)?;
        self.fetch(http, request, pending, clock())
    }

    /// As [`refresh`](Self::refresh), with the consent of the second's person.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh), and those of the other device.
    pub fn refresh_together(
        &mut self,
        http: &impl Http,
        channel: &mut dyn Channel,
        read: impl FnOnce(&Offer) -> bool,
        clock: &dyn Fn() -> UnixTime,
    ) -> Result<(), Failure> {
        self.vault.holder.lead()?;
        let offer = self.offer(http, clock())?;
        if offer.is_new() && !read(&offer) {
            return Err(Failure::NotConsented);
        }
        self.accept_together(http, channel, &offer, clock)
    }

    /// Enrolls the two with the ticket that the second got in its person's session with the
    /// authority ([`apply`](Self::apply)), and which comes over the channel alone. The second posts
    /// what comes of it. This device's own session comes from another code, by
    /// [`enroll`](Self::enroll). Repeating it is harmless.
    ///
    /// # Errors
    /// [`Failure::NotPaired`], [`Failure::NoTicket`], and those of the other device.
    pub fn enroll_together(&mut self, channel: &mut dyn Channel) -> Result<(), Failure> {
        let lead = self.vault.holder.lead()?;
        let mut second = self.vault.call(channel)?;
        second.send(Kind::AskTicket, &[])?;
        let ticket = second.expect(Kind::Message, SOON)?;
        let (asked, waiting) = lead.ask_to_enroll(&ticket, &mut rng())?;
        let approval = second.ask(&asked)?;
        let (nonces, waiting) = waiting.commit(&approval, &mut rng()).map_err(of_peer)?;
        let answer = second.commit(&nonces)?;
        let enrollment = waiting.complete(&answer).map_err(of_peer)?;
        second.send(Kind::Message, enrollment.as_bytes())?;
        second.expect(Kind::Enrolled, PERSON)?;
        self.vault.facts.enrolled = true;
        self.save()
    }

    /// Asks the second for its share: with it this device is an ordinary one, with the same 网号s,
    /// credential and evidence, and the second knows nothing of it any more (SPEC §20.6). Make a new
    /// backup after it: the words alone are half of this wallet still.
    ///
    /// *Whoever has an old backup of the second, and an old one of this device, has everything.*
    ///
    /// # Errors
    /// [`Failure::NotPaired`], those of the other device, the disk: nothing has changed. The
    /// exception is [`Failure::PeerAway`] after the share has come, when
    /// [`second`](Self::second) is none already.
    pub fn take_over(&mut self, channel: &mut dyn Channel) -> Result<(), Failure> {
        let lead = self.vault.holder.lead()?;
        let mut second = self.vault.call(channel)?;
        second.send(Kind::AskShare, &[])?;
        let transfer = second.expect(Kind::Message, PERSON)?;
        let transfer = ShareTransfer::from_bytes(&transfer).map_err(|_| Failure::FalsePeer)?;
        let (holder, share) = lead.take_over(&self.vault.master, &transfer).map_err(of_peer)?;
        let alone = Device::Alone(Box::new(holder));
        let lead = std::mem::replace(&mut self.vault.holder, alone);
        let leading = self.vault.pairs.leading.take();
        self.vault.pairs.share = Some(share);
        if let Err(failure) = self.save() {
            (self.vault.holder, self.vault.pairs.leading) = (lead, leading);
            self.vault.pairs.share = None;
            return Err(failure);
        }
        second.send(Kind::Confirmed, &[])
    }
}
