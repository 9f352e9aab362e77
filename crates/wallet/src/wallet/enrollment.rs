//! Enrollment (SPEC §7, TRANSPORT.md §10).

use pairnym::UnixTime;
use pairnym::holder::Received;
use pairnym::message::EnrollmentTicket;
use pairnym_transport::Problem;
use pairnym_transport::authority::{CounterCode, Enrollment, Identification, Session, path};
use pairnym_transport::wallet::{HttpRequest, WalletError};
use zeroize::Zeroizing;

use super::Wallet;
use crate::{Failure, Http, rng};

impl Wallet {
    /// Where the authority is.
    pub(super) fn authority(&self, path: &str) -> String {
        format!("{}{path}", self.pins().host.origin())
    }

    /// A call within the session with the authority.
    pub(super) fn authorized(&self, request: HttpRequest) -> Result<HttpRequest, Failure> {
        Ok(request.with_token(self.vault.token.ok_or(Failure::NotEnrolled)?))
    }

    /// Exchanges the code from the counter's screen for a session with the authority, and enrolls
    /// unless the person is enrolled already. *A code that came in a message or a call is a fraud*:
    /// with it, somebody else's identity card gets this person's commitment. Nothing in a code or a
    /// session says whose it is: where there are [wards](Self::wards), the person is asked for whom
    /// the code is, and for a ward this device [applies](Self::apply).
    ///
    /// The code is good once. If the enrollment itself is interrupted,
    /// [`enroll_again`](Self::enroll_again) goes on. If the authority refuses it, the wallet has the
    /// session that it had.
    ///
    /// # Errors
    /// [`Failure::NoBackup`]; the authority's refusals, the network, the disk;
    /// [`Failure::NeedsSecond`] for a lead that is not enrolled: its second
    /// [applies](Self::apply).
    pub fn enroll(
        &mut self,
        http: &impl Http,
        code: CounterCode,
        now: UnixTime,
    ) -> Result<(), Failure> {
        if !self.is_backed_up() {
            return Err(Failure::NoBackup);
        }
        self.acts(now);
        let url = self.authority(path::SESSIONS);
        let request = HttpRequest::post::<_, Session>(url, &Identification { code })?;
        let session: Session = self.call(http, &request)?.as_http().read(200)?;
        if session.ticket.is_some() {
            // A lead takes tickets over the channel of its pairing only (SPEC §20.4).
            self.vault.holder.alone()?;
        }
        let vault = &mut self.vault;
        let former = (vault.token, vault.facts.enrolled, vault.ticket.take());
        vault.token = Some(session.token);
        vault.facts.enrolled = session.ticket.is_none();
        vault.ticket = session.ticket.map(Zeroizing::new);
        self.save()?;
        let enrolled = self.enroll_again(http);
        if let Err(Failure::Transport(WalletError::Problem(problem))) = &enrolled
            && !problem.is_temporary()
        {
            // Another person's code, a ward's say: this one's own session goes on.
            let vault = &mut self.vault;
            (vault.token, vault.facts.enrolled, vault.ticket) = former;
            self.save()?;
        }
        enrolled
    }

    /// Goes on with an enrollment that was interrupted. Repeating it is harmless.
    ///
    /// # Errors
    /// The authority's refusals, the network, the disk.
    pub fn enroll_again(&mut self, http: &impl Http) -> Result<(), Failure> {
        let Some(ticket) = &self.vault.ticket else { return Ok(()) };
        let holder = &self.vault.holder;
        let (list, peer) = (holder.list(), self.pins().host.id());
        let ticket = Received::<EnrollmentTicket>::from_authority(list, peer, ticket)?;
        let enrollment = holder.alone()?.enroll(&ticket, &mut rng())?.into_bytes();
        let url = self.authority(path::ENROLLMENT);
        let call = HttpRequest::post::<_, Problem>(url, &Enrollment { request: enrollment })?;
        self.call(http, &self.authorized(call)?)?.as_http().expect(204)?;
        self.vault.ticket = None;
        self.vault.facts.enrolled = true;
        self.save()
    }
}
