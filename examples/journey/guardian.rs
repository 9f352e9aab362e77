//! The guardian's device of a person under 14: it has one scalar of the child's secrets, and takes
//! part in each act after its person has agreed to it (here: always).

use std::time::Duration;

use pairnym::{holder::*, message::*, shared::*, *};

use crate::{Result, rng};

pub struct Guardian {
    master: MasterSecret,
    second: Second,
    /// The guardian's own copy.
    list: ParameterList,
    sessions: CoSessions,
}

/// A message over the channel between the two devices.
pub fn over_channel<M: Message>(message: &M) -> Result<M> {
    Ok(M::from_bytes(&message.to_bytes())?)
}

impl Guardian {
    /// Pairs with the child's device, face to face.
    pub fn pair(child: &MasterSecret, list: ParameterList) -> Result<(Lead, Self)> {
        let master = MasterSecret::generate(&mut rng());
        let [guardian_key, child_key] = [1, 2].map(|key| ChannelKey([key; 32]));
        let inviting = Second::invite(&master, list.authority(), guardian_key, &mut rng())?;
        let invitation = over_channel(inviting.invitation())?;
        let (answer, lead) = Lead::accept(child, list.clone(), &invitation, child_key, &mut rng())?;
        let second = inviting.accept(&over_channel(&answer)?)?;
        let sessions = CoSessions::new(8, Duration::from_secs(120));
        Ok((lead, Self { master, second, list, sessions }))
    }

    /// Switched off and on again.
    pub fn restart(&mut self) -> Result<()> {
        let stored = self.second.store();
        self.second = Second::restore(&self.master, self.list.authority(), &stored)?;
        self.sessions = CoSessions::new(8, Duration::from_secs(120));
        Ok(())
    }

    pub fn adopt(&mut self, list: ParameterList, now: UnixTime) -> Result<()> {
        self.list.replace(list, now)?;
        Ok(())
    }

    /// Agrees to an enrollment: the guardian applies, and has received this ticket.
    pub fn approve_enrollment(
        &mut self,
        asked: &CoRequest,
        ticket: &Received<EnrollmentTicket>,
        now: UnixTime,
    ) -> Result<CoApproval> {
        match self.second.read(&asked.to_bytes(), &self.list, now)? {
            Asked::Enrollment(asked) => {
                let approved = asked.approve(ticket, &mut rng())?;
                self.keep(approved, now)
            }
            _ => Err("not an enrollment".into()),
        }
    }

    /// Agrees to a credential, or to an answer.
    pub fn approve(&mut self, asked: &CoRequest, now: UnixTime) -> Result<CoApproval> {
        let approved = match self.second.read(&asked.to_bytes(), &self.list, now)? {
            Asked::Credential(asked) => asked.approve(&mut rng())?,
            Asked::Answer(asked) => asked.approve_and_disclose(&mut rng())?,
            Asked::Enrollment(_) => return Err("an enrollment by itself".into()),
        };
        self.keep(approved, now)
    }

    fn keep(
        &mut self,
        (approval, session): (CoApproval, CoSession),
        now: UnixTime,
    ) -> Result<CoApproval> {
        self.sessions.keep(session, now)?;
        over_channel(&approval)
    }

    /// Answers, once for each approval.
    pub fn answer(&mut self, halves: &CoNonces, now: UnixTime) -> Result<CoAnswer> {
        let halves = over_channel(halves)?;
        let session = self.sessions.take(halves.session(), now)?;
        over_channel(&self.second.answer(session, &halves, now)?)
    }
}
