//! A credential, and answers in bulk as bytes, with what a platform does to verify them.

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

/// At most so many answers are made; larger batches repeat them.
pub const DISTINCT: usize = 256;

/// Every 网号 has an account.
pub fn account(_: &Pseudonym) -> Option<()> {
    Some(())
}

/// A request and the bytes that answer it.
#[derive(Clone)]
pub struct Answered {
    pub request: Request,
    pub bytes: Vec<u8>,
}

/// The first `n` of the answers repeated.
pub fn cycle(answers: &[Answered], n: usize) -> Vec<&Answered> {
    answers.iter().cycle().take(n).collect()
}

/// An authority, a holder with its credential, and a platform with tables for the slot that is
/// shown.
pub struct Setting {
    pub authority: Authority,
    pub holder: Holder,
    pub issued: IssuedCredential,
    pub credential: Credential,
    pub platform: Platform,
    names: Vec<String>,
}

impl Setting {
    /// With so many attributes of all kinds.
    pub fn new(attributes: usize) -> Self {
        let kinds = [Kind::Flag, Kind::Integer, Kind::Text].into_iter().cycle();
        let names: Vec<_> = (0..attributes).map(|index| format!("attribute_{index}")).collect();
        let schema: Vec<_> = names.iter().map(String::as_str).zip(kinds).collect();
        let authority = authority(1, &schema, NOW);
        let holder = holder(2, authority.list());
        let (credential, _) = credential(&authority, &holder, values(), NOW, &mut seeded(1));
        let platform = Platform::new(authority.list().clone(), host("shop.example"));
        let platform = platform.prepare(&[], &[*credential.slot()]);
        let issued = issue(&authority, &holder);
        Self { authority, holder, issued, credential, platform, names }
    }

    pub fn list(&self) -> &ParameterList {
        self.authority.list()
    }

    /// The list that follows, with nothing new, and one with a key more.
    pub fn successors(&self) -> [ParameterList; 2] {
        let (list, since) = (self.list(), UnixTime(NOW.0 - 1));
        let until = UnixTime(NOW.0 + 20 * DAY);
        let schema = self.authority.parameters().schema();
        let schema: Vec<_> = schema.iter().map(|(name, kind)| (name.as_str(), kind)).collect();
        let new = parameters(&key(3), &schema);
        let from = UnixTime((list.until().0 / DAY + 1) * DAY);
        let rotated = list.rotate(since..until, from, new).unwrap();
        [list.renew(since..until).unwrap(), rotated]
    }

    /// A request to disclose the first so many attributes.
    pub fn request(&self, disclosed: usize, seed: u64) -> Request {
        self.request_of(None, disclosed, seed)
    }

    /// The same of an application.
    fn request_of(&self, label: Option<Name>, disclosed: usize, seed: u64) -> Request {
        let request = self.platform.request(Purpose::Registration);
        let request = label.into_iter().fold(request, RequestBuilder::label);
        let request = self.names[..disclosed].iter().fold(request, |r, name| r.disclose(name));
        request.build(NOW, &mut seeded(seed)).unwrap()
    }

    pub fn request_login(&self, seed: u64) -> Request {
        let request = self.platform.request_login(Purpose::Login);
        request.build(NOW, &mut seeded(seed)).unwrap()
    }

    /// An offer of the authority's own, and as it comes to the holder.
    pub fn offer(&self) -> (OpenOffer, Received<IssuanceOffer>) {
        let Self { authority, holder, .. } = self;
        let (values, rng) = (by_name(authority, values()), &mut seeded(1));
        let open = authority.offer(*holder.commitment(), values, TEN_MINUTES, NOW, rng).unwrap();
        let offer = received_offer(holder.list(), &open);
        (open, offer)
    }

    // The moves that fetch evidence: each with the same coins each time, so that they fit.

    pub fn ask(&self) -> (EvidenceRequest, AwaitingCommitments) {
        self.holder.request_evidence(&self.issued, &mut seeded(1)).unwrap()
    }

    pub fn open(&self) -> (EvidenceSession, EvidenceCommitments) {
        self.authority.open_evidence(&self.ask().0, &mut seeded(2)).unwrap()
    }

    pub fn challenge(&self) -> (EvidenceChallenges, AwaitingResponses) {
        self.ask().1.challenge(&self.open().1, &mut seeded(3)).unwrap()
    }

    pub fn respond(&self) -> EvidenceResponses {
        self.authority.respond(self.open().0, &self.challenge().0).unwrap()
    }

    /// All evidence of a session, which differs by the seed.
    pub fn evidence(&self, seed: u64) -> Vec<Evidence> {
        let Self { authority, holder, .. } = self;
        let issued = issue(authority, holder);
        let batch = batch(authority, holder, &issued, &mut seeded(seed));
        issued.complete([batch]).unwrap().1
    }

    pub fn present(
        &self,
        request: &Received<Request>,
        evidence: Evidence,
    ) -> Outgoing<Presentation> {
        let consent = Consent::to_disclose(request);
        let rng = &mut seeded(5);
        self.holder.present(&self.credential, evidence, consent, NOW, rng).unwrap()
    }

    pub fn log_in(&self, request: &Received<Request>) -> Outgoing<Login> {
        let consent = Consent::to_answer(request);
        self.holder.log_in(consent, NOW, &mut seeded(6)).unwrap()
    }

    /// So many different presentations that disclose so many attributes.
    pub fn presentations(&self, disclosed: usize, n: usize) -> Vec<Answered> {
        self.answered((0..n as u64).map(|seed| self.request(disclosed, seed)))
    }

    /// The same in four scopes, for a platform that has tables neither for the slot nor for labels.
    pub fn mixed(&mut self, disclosed: usize, n: usize) -> Vec<Answered> {
        self.platform = Platform::new(self.list().clone(), *self.platform.id());
        let labels = ["forum", "market", "pay"].map(|label| Some(Name::new(label).unwrap()));
        let labels = labels.into_iter().chain([None]).cycle().zip(0..n as u64);
        self.answered(labels.map(|(label, seed)| self.request_of(label, disclosed, seed)))
    }

    fn answered(&self, requests: impl Iterator<Item = Request>) -> Vec<Answered> {
        let evidence = (0..).flat_map(|seed| self.evidence(seed));
        let answers = requests.zip(evidence).map(|(request, evidence)| {
            let bytes = self.present(&received(&request), evidence).into_bytes();
            Answered { request, bytes }
        });
        answers.collect()
    }

    /// So many different logins.
    pub fn logins(&self, n: usize) -> Vec<Answered> {
        let requests = (0..n as u64).map(|seed| self.request_login(seed));
        let answers = requests.map(|request| {
            let bytes = self.log_in(&received(&request)).into_bytes();
            Answered { request, bytes }
        });
        answers.collect()
    }

    /// Decodes and verifies one presentation.
    pub fn verify(&self, answer: &Answered) -> Verified {
        let presentation = decode(answer);
        self.platform.verify(&answer.request, &presentation, NOW, &AnyNonce).unwrap()
    }

    /// Decodes and verifies presentations, of which so many are bad.
    pub fn verify_batch(&self, answers: &[&Answered], bad: usize) {
        let decoded: Vec<Presentation> = answers.iter().map(|answer| decode(answer)).collect();
        let pairs = pairs(answers, &decoded);
        let verdicts = spent(self.platform.check_batch(&pairs, NOW));
        assert_eq!(verdicts.iter().filter(|verdict| verdict.is_err()).count(), bad);
    }

    /// Decodes and verifies one login.
    pub fn verify_login(&self, answer: &Answered) -> Returning<()> {
        let login = decode(answer);
        self.platform.verify_login(&answer.request, &login, account, NOW, &AnyNonce).unwrap()
    }

    /// Decodes and verifies logins.
    pub fn verify_login_batch(&self, answers: &[&Answered]) {
        let decoded: Vec<Login> = answers.iter().map(|answer| decode(answer)).collect();
        let visitors = self.platform.check_batch(&pairs(answers, &decoded), NOW).into_iter();
        let found = visitors.map(|visitor| {
            let visitor: Visitor = visitor?;
            let found = account(visitor.look_up_by()).ok_or(Error::NoAccount);
            found.map(|account| visitor.is_account(account))
        });
        assert!(spent(found.collect()).iter().all(Result::is_ok));
    }
}

/// Uses up nonces as `verify_batch` does; answers that are repeated count in batches of their own.
fn spent<T>(mut checked: Vec<Result<Unspent<T>, Error>>) -> Vec<Result<T, Error>> {
    let mut all = Vec::with_capacity(checked.len());
    while !checked.is_empty() {
        let rest = checked.split_off(checked.len().min(DISTINCT));
        all.extend(spend_all(checked, &AnyNonce, NOW).unwrap());
        checked = rest;
    }
    all
}

/// Values of all kinds, as many as a schema has attributes.
pub fn values() -> impl Iterator<Item = Value> {
    [true.into(), 42.into(), Value::from("上海")].into_iter().cycle()
}

/// The credential without its evidence; the same each time.
fn issue(authority: &Authority, holder: &Holder) -> IssuedCredential {
    issued(authority, holder, values(), NOW, &mut seeded(1))
}

fn decode<M: Message>(answer: &Answered) -> M {
    M::from_bytes(&answer.bytes).unwrap()
}

fn pairs<'a, M>(answers: &[&'a Answered], decoded: &'a [M]) -> Vec<(&'a Request, &'a M)> {
    answers.iter().map(|answer| &answer.request).zip(decoded).collect()
}

/// The answers in batches of `n`, of which `bad`, evenly spaced, fit their requests and do not
/// verify.
pub fn planted(answers: &[Answered], n: usize, bad: usize) -> Vec<Answered> {
    let mut batch: Vec<_> = answers.iter().cycle().take(n).cloned().collect();
    for index in (0..bad).map(|index| (2 * index + 1) * n / (2 * bad)) {
        // The last response.
        let bytes = &mut batch[index].bytes;
        let last = bytes.len() - 32;
        bytes[last] ^= 1;
    }
    batch
}
