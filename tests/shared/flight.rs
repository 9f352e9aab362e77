//! An act step by step: each message crosses a channel on which a test may change it.

use super::*;

/// What two devices do together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Enrollment,
    Issuance,
    Presentation,
    Login,
}

pub const DEEDS: [Deed; 4] = [Deed::Enrollment, Deed::Issuance, Deed::Presentation, Deed::Login];

/// What happens to a message when it has arrived; the first four belong to CoRequest, CoApproval,
/// CoNonces and CoAnswer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The second reads the request, and its person consents.
    Approve,
    /// The lead uses up its evidence.
    Commit,
    /// The second gives its part.
    Answer,
    /// The lead adds it.
    Complete,
    /// Authority or platform verifies.
    Verify,
}

/// Where an act ended.
#[derive(Debug)]
pub struct Stopped {
    pub step: Step,
    pub error: Error,
    /// The item of evidence, if it came back.
    pub item: Option<Box<Evidence>>,
}

impl Stopped {
    fn at<E: Into<Error>>(step: Step) -> impl FnOnce(E) -> Self {
        move |error| Self { step, error: error.into(), item: None }
    }

    pub fn why(&self) -> (Step, Error) {
        (self.step, self.error)
    }
}

/// Delivers the message that the step takes, or another one.
pub type Channel<'a> = &'a mut dyn FnMut(Step, Vec<u8>) -> Vec<u8>;

pub fn honest(_: Step, bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

/// A second with its open sessions, whose person consents to everything.
pub struct Guardian<'a> {
    pub second: &'a Second,
    pub list: &'a ParameterList,
    pub ticket: &'a Received<EnrollmentTicket>,
    pub sessions: CoSessions,
    rng: Seeded,
}

impl Guardian<'_> {
    pub fn approve(&mut self, bytes: &[u8]) -> Result<CoApproval, Error> {
        let Self { second, list, ticket, sessions, rng } = self;
        let (approval, session) = match second.read(bytes, list, NOW)? {
            Asked::Enrollment(asked) => asked.approve(ticket, rng)?,
            Asked::Credential(asked) => asked.approve(rng)?,
            Asked::Answer(asked) => asked.approve_and_disclose(rng)?,
        };
        assert_eq!(approval.to_bytes()[34..66], session.id().0);
        sessions.keep(session, NOW)?;
        Ok(approval)
    }

    pub fn answer(&mut self, bytes: &[u8]) -> Result<CoAnswer, Error> {
        let nonces = CoNonces::from_bytes(bytes)?;
        let session = self.sessions.take(nonces.session(), NOW)?;
        self.second.answer(session, &nonces, NOW)
    }
}

/// An act under way.
pub trait Flight {
    /// Takes the next step. `false` if that was the last.
    fn step(&mut self, guardian: &mut Guardian<'_>, channel: Channel<'_>) -> Result<bool, Stopped>;
}

enum Stage<'a, M: Joint> {
    Asked(Box<(CoRequest, AwaitingApproval<'a, M>)>),
    Approved(CoApproval, Box<AwaitingApproval<'a, M>>),
    Committed(CoNonces, Box<AwaitingAnswer<'a, M>>),
    Answered(CoAnswer, Box<AwaitingAnswer<'a, M>>),
    Made(M::Made),
    Over,
}

/// An error, and the item if it came back.
type Refused = (Error, Option<Box<Evidence>>);

/// How a lead commits, from the bytes of an approval.
type Commit<'a, M> = Box<
    dyn FnOnce(AwaitingApproval<'a, M>, &[u8]) -> Result<(CoNonces, AwaitingAnswer<'a, M>), Refused>
        + 'a,
>;

/// What the addressee says.
type Verify<'a, M> = Box<dyn FnOnce(<M as Joint>::Made) -> Result<(), Error> + 'a>;

struct Flying<'a, M: Joint> {
    stage: Stage<'a, M>,
    commit: Option<Commit<'a, M>>,
    verify: Option<Verify<'a, M>>,
}

impl<'a, M: Joint + 'a> Flying<'a, M> {
    fn begin(
        asked: (CoRequest, AwaitingApproval<'a, M>),
        commit: impl FnOnce(
            AwaitingApproval<'a, M>,
            &[u8],
        ) -> Result<(CoNonces, AwaitingAnswer<'a, M>), Refused>
        + 'a,
        verify: impl FnOnce(M::Made) -> Result<(), Error> + 'a,
    ) -> Box<dyn Flight + 'a> {
        let (commit, verify) = (Some(Box::new(commit) as _), Some(Box::new(verify) as _));
        Box::new(Self { stage: Stage::Asked(Box::new(asked)), commit, verify })
    }
}

impl<M: Joint> Flight for Flying<'_, M> {
    fn step(&mut self, guardian: &mut Guardian<'_>, channel: Channel<'_>) -> Result<bool, Stopped> {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asked(asked) => {
                let (request, waiting) = *asked;
                let bytes = channel(Step::Approve, request.to_bytes());
                let approval = guardian.approve(&bytes).map_err(Stopped::at(Step::Approve))?;
                Stage::Approved(approval, Box::new(waiting))
            }
            Stage::Approved(approval, waiting) => {
                let bytes = channel(Step::Commit, approval.to_bytes());
                let commit = self.commit.take().unwrap();
                let refused = |(error, item)| Stopped { step: Step::Commit, error, item };
                let (nonces, waiting) = commit(*waiting, &bytes).map_err(refused)?;
                Stage::Committed(nonces, Box::new(waiting))
            }
            Stage::Committed(nonces, waiting) => {
                let bytes = channel(Step::Answer, nonces.to_bytes());
                let answer = guardian.answer(&bytes).map_err(Stopped::at(Step::Answer))?;
                Stage::Answered(answer, waiting)
            }
            Stage::Answered(answer, waiting) => {
                let bytes = channel(Step::Complete, answer.to_bytes());
                let answer = CoAnswer::from_bytes(&bytes).map_err(Stopped::at(Step::Complete))?;
                Stage::Made(waiting.complete(&answer).map_err(Stopped::at(Step::Complete))?)
            }
            Stage::Made(made) => {
                self.verify.take().unwrap()(made).map_err(Stopped::at(Step::Verify))?;
                return Ok(false);
            }
            Stage::Over => panic!("it has landed, or crashed"),
        };
        Ok(true)
    }
}

/// An authority, a platform, and a pair with a credential and evidence; and what is asked of it.
pub struct World {
    pub service: Service,
    pub platform: Platform,
    pub pair: Pair,
    pub credential: Credential,
    pub evidence: Vec<Evidence>,
    pub open_ticket: OpenTicket,
    pub ticket: Received<EnrollmentTicket>,
    pub open_offer: OpenOffer,
    pub offer: Received<IssuanceOffer>,
    /// Discloses two attributes on conditions.
    pub request: Received<Request>,
    pub login: Received<Request>,
}

impl World {
    pub fn new() -> Self {
        let (service, rng) = (Service::new(NOW), &mut seeded(1));
        let (authority, list) = (service.authority(), service.list());
        let mut pair = Pair::new(1, list);
        let (credential, evidence) = pair.credential(authority, values(), NOW);
        let platform = Platform::new(list.clone(), host("shop.example"));
        let transaction = TransactionId([1; 32]);
        let open_ticket = authority.open_ticket(transaction, TEN_MINUTES, NOW, rng).unwrap();
        let ticket = received_ticket(list, &open_ticket);
        let named = by_name(authority, values());
        let commitment = *pair.lead.commitment();
        let open_offer = authority.offer(commitment, named, TEN_MINUTES, NOW, rng).unwrap();
        let offer = received_offer(list, &open_offer);
        let request = platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("assurance", Condition::AtLeast(2))
            .build(NOW, rng)
            .unwrap();
        let login = platform.request_login(Purpose::Login).build(NOW, rng).unwrap();
        let (request, login) = (received(&request), received(&login));
        Self {
            service,
            platform,
            pair,
            credential,
            evidence,
            open_ticket,
            ticket,
            open_offer,
            offer,
            request,
            login,
        }
    }

    pub fn list(&self) -> &ParameterList {
        self.service.list()
    }

    pub fn guardian(&self) -> Guardian<'_> {
        self.guardian_with(&self.pair.second)
    }

    pub fn guardian_with<'a>(&'a self, second: &'a Second) -> Guardian<'a> {
        let sessions = CoSessions::new(300, seconds(120));
        Guardian { second, list: self.list(), ticket: &self.ticket, sessions, rng: seeded(2) }
    }

    /// A copy of an item, as tests that present often have it.
    pub fn item(&self) -> Evidence {
        let stored = self.pair.lead.store_evidence(&self.evidence[0]);
        self.pair.lead.load_evidence(&stored).unwrap()
    }

    /// An act after its lead has asked. The seed is that of the lead.
    pub fn flight(&self, deed: Deed, seed: u64) -> Box<dyn Flight + '_> {
        let lead = &self.pair.lead;
        let mut rng = seeded(seed);
        match deed {
            Deed::Enrollment => Flying::begin(
                lead.ask_to_enroll(self.ticket.bytes(), &mut rng).unwrap(),
                move |waiting, bytes| {
                    let approval = CoApproval::from_bytes(bytes).map_err(alone)?;
                    waiting.commit(&approval, &mut rng).map_err(alone)
                },
                |made| self.enrolled(&sent(&made)),
            ),
            Deed::Issuance => Flying::begin(
                lead.ask_for_credential(&self.offer, NOW, &mut rng).unwrap(),
                move |waiting, bytes| {
                    let approval = CoApproval::from_bytes(bytes).map_err(alone)?;
                    waiting.commit(&approval, NOW, &mut rng).map_err(alone)
                },
                |(made, waiting)| {
                    let authority = self.service.authority();
                    let response = authority.issue(&self.open_offer, &sent(&made), NOW, &Everybody);
                    let response = response.map_err(|refused| refused.refused().unwrap())?;
                    waiting.finish(&response).map(drop)
                },
            ),
            Deed::Presentation => Flying::begin(
                lead.ask_to_present(
                    &self.credential,
                    Consent::to_disclose(&self.request),
                    NOW,
                    &mut rng,
                )
                .unwrap(),
                move |waiting, bytes| {
                    let item = self.item();
                    let approval = match CoApproval::from_bytes(bytes) {
                        Ok(approval) => approval,
                        Err(error) => return Err((error.into(), Some(Box::new(item)))),
                    };
                    let committed = waiting.commit(item, &approval, NOW, &mut rng);
                    committed
                        .map_err(|refused| (refused.error(), refused.into_evidence().map(Box::new)))
                },
                |made| self.presented(&sent(&made)),
            ),
            Deed::Login => Flying::begin(
                lead.ask_to_log_in(Consent::to_answer(&self.login), NOW, &mut rng).unwrap(),
                move |waiting, bytes| {
                    let approval = CoApproval::from_bytes(bytes).map_err(alone)?;
                    waiting.commit(&approval, NOW, &mut rng).map_err(alone)
                },
                |made| self.logged_in(&sent(&made)),
            ),
        }
    }

    /// A whole act.
    pub fn run(&self, deed: Deed, channel: Channel<'_>) -> Result<(), Stopped> {
        self.run_with(&mut self.guardian(), deed, channel)
    }

    pub fn run_with(
        &self,
        guardian: &mut Guardian<'_>,
        deed: Deed,
        channel: Channel<'_>,
    ) -> Result<(), Stopped> {
        let mut flight = self.flight(deed, 3);
        while flight.step(guardian, channel)? {}
        Ok(())
    }

    pub fn enrolled(&self, request: &EnrollmentRequest) -> Result<(), Error> {
        let (authority, person) = (self.service.authority(), PersonId([1; 32]));
        let registry = MemoryRegistry::new(Reenrollment::Refused);
        let commitment = authority.enroll(&self.open_ticket, request, person, NOW, &registry)?;
        assert_eq!(commitment, *self.pair.lead.commitment());
        Ok(())
    }

    pub fn presented(&self, answer: &Presentation) -> Result<(), Error> {
        let nonces = MemoryNonces::new(1);
        let verified = self.platform.verify(&self.request, answer, NOW, &nonces)?;
        assert_eq!(verified.claim("assurance"), Some(&Value::Integer(3)));
        self.is_the_pairs(verified.pseudonym());
        Ok(())
    }

    pub fn logged_in(&self, login: &Login) -> Result<(), Error> {
        let nonces = MemoryNonces::new(1);
        let find = |pseudonym: &Pseudonym| Some(*pseudonym);
        let returning = self.platform.verify_login(&self.login, login, find, NOW, &nonces)?;
        self.is_the_pairs(&returning.into_account());
        Ok(())
    }

    fn is_the_pairs(&self, pseudonym: &Pseudonym) {
        let expected = formulas::pseudonym(&self.pair, self.platform.id());
        assert_eq!(pseudonym.to_bytes(), expected);
    }
}

/// Not about an item of evidence.
fn alone(error: impl Into<Error>) -> Refused {
    (error.into(), None)
}
