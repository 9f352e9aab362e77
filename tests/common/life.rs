//! One life with given coins: every message there is, and where its fields stand.

use std::ops::Range;

use super::*;

/// So many of each byte, in order.
pub fn coins(runs: &[(u8, usize)]) -> Coins {
    Coins::new(&runs.iter().flat_map(|(byte, n)| vec![*byte; *n]).collect::<Vec<_>>())
}

/// What a field is, as far as decoding is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Bytes,
    Point,
    Scalar,
}

/// The fields of one message as SPEC §14 lists them, header included.
#[derive(Clone, Debug, Default)]
pub struct Layout(Vec<(String, Field, Range<usize>)>);

impl Layout {
    pub fn message() -> Self {
        Self::default().bytes("version", 1).bytes("kind", 1)
    }

    fn field(mut self, name: impl Into<String>, field: Field, length: usize) -> Self {
        let start = self.len();
        self.0.push((name.into(), field, start..start + length));
        self
    }

    pub fn bytes(self, name: &str, length: usize) -> Self {
        self.field(name, Field::Bytes, length)
    }

    pub fn points<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        names.into_iter().fold(self, |layout, name| layout.field(name, Field::Point, 32))
    }

    pub fn scalars<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        names.into_iter().fold(self, |layout, name| layout.field(name, Field::Scalar, 32))
    }

    pub fn len(&self) -> usize {
        self.0.last().map_or(0, |(.., range)| range.end)
    }

    /// Where the field with this name stands.
    pub fn at(&self, name: &str) -> Range<usize> {
        let found = self.0.iter().find(|(other, ..)| other == name);
        found.unwrap_or_else(|| panic!("no field {name}")).2.clone()
    }

    /// Name and place of every field of a sort.
    pub fn all(&self, field: Field) -> impl Iterator<Item = (&str, Range<usize>)> {
        let fields = self.0.iter().filter(move |(_, other, _)| *other == field);
        fields.map(|(name, _, range)| (name.as_str(), range.clone()))
    }
}

/// û_0 … û_6, v̂.
pub const OPENING: [&str; 8] = ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "v"];

/// The layout of a presentation, by the encoded lengths of the disclosed values.
pub fn presentation_layout(disclosed: &[usize], hidden: usize) -> Layout {
    let disclosed = disclosed.iter().map(|value| 1 + value).sum();
    Layout::message()
        .bytes("epoch", 8)
        .bytes("disclosed count", 1)
        .bytes("disclosed", disclosed)
        .points(["A", "B", "R1", "R2"])
        .scalars(["z"])
        .points(["N", "T1", "T2"])
        .scalars(["rho", "epsilon"])
        .scalars(OPENING)
        .bytes("hidden count", 1)
        .scalars((0..hidden).map(|i| format!("m{i}")))
}

pub fn login_layout() -> Layout {
    Layout::message().points(["N", "T"]).scalars(["s"])
}

fn batch(name: &'static str) -> impl Iterator<Item = String> {
    (0..EVIDENCE_BATCH).map(move |j| format!("{name}{j}"))
}

/// Decodes, and encodes again what was decoded.
pub type Recode = fn(&[u8]) -> Result<Vec<u8>, DecodeError>;

/// One encoded thing: a message, or what the holder keeps.
pub struct Sample {
    pub name: &'static str,
    pub kind: u8,
    pub bytes: Vec<u8>,
    pub layout: Layout,
    pub recode: Recode,
}

impl Sample {
    fn new<M: Message>(name: &'static str, kind: u8, message: &M, layout: Layout) -> Self {
        let recode = |bytes: &[u8]| M::from_bytes(bytes).map(|message| message.to_bytes());
        Self { name, kind, bytes: message.to_bytes(), layout, recode }
    }

    /// Whether most of it is points or scalars by the dozen, which take their time to decode.
    pub fn is_large(&self) -> bool {
        self.bytes.len() > 1000
    }
}

/// Everything that is sent in one life, in order.
pub struct Life {
    pub authority: Authority,
    pub holder: Holder,
    pub host: PlatformId,
    pub label: Token,
    pub platform: Platform,
    pub ticket: EnrollmentTicket,
    pub enrollment: EnrollmentRequest,
    pub offer: IssuanceOffer,
    pub issuance_request: IssuanceRequest,
    pub issuance_response: IssuanceResponse,
    pub credential: Credential,
    pub evidence_request: EvidenceRequest,
    pub commitments: EvidenceCommitments,
    pub challenges: EvidenceChallenges,
    pub responses: EvidenceResponses,
    pub evidence: Vec<Evidence>,
    /// Uses every field of a request.
    pub request: Request,
    pub presentation: Presentation,
    /// Uses as few as possible.
    pub login_request: Request,
    pub login: Login,
}

impl Life {
    pub fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES);
        let holder = holder(2, &authority);
        let host = PlatformId::new("shop.example").unwrap();
        let label = Token::new("app-1").unwrap();
        let platform = Platform::new(authority.parameters().clone(), host);

        let ticket = authority.invite([3; 32], &mut coins(&[(4, 32)]));
        let enrollment = holder.enroll(&ticket, &mut coins(&[(5, 64)])).unwrap();
        let offer =
            authority.offer(*holder.commitment(), values(), NOW, &mut coins(&[(6, 32)])).unwrap();
        let (issuance_request, pending) = Self::accept(&holder, &offer);
        let issuance_response = authority.issue(&offer, &issuance_request).unwrap();
        let credential = pending.finish(&issuance_response).unwrap();

        let (evidence_request, offered) = Self::offered(&holder, &credential);
        let (session, commitments) = Self::session(&authority, &evidence_request);
        let (challenges, challenged) =
            offered.challenge(&commitments, &mut coins(&[(11, 64)])).unwrap();
        let responses = authority.respond(session, &challenges).unwrap();
        let mut evidence = challenged.finish(&responses).unwrap();

        let request = platform
            .request(Purpose::Other(Token::new("checkout").unwrap()))
            .label(label)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("age_over_18", Condition::Equals(true.into()))
            .require("assurance", Condition::AtLeast(2))
            .require("assurance", Condition::Present)
            .accept_previous_epochs(1)
            .statement(b"agreed")
            .notice([12; 32])
            .build(NOW, &mut coins(&[(13, 32)]))
            .unwrap();
        let consent = Consent::to_disclose(&request, &host);
        let rng = &mut coins(&[(14, 64)]);
        let item = evidence.remove(0);
        let presentation = holder.present(&credential, item, consent, NOW, rng).unwrap();
        let login_request =
            platform.request(Purpose::Login).build(NOW, &mut coins(&[(15, 32)])).unwrap();
        let consent = Consent::to_answer(&login_request, &host);
        let login = holder.log_in(consent, NOW, &mut coins(&[(16, 64)])).unwrap();
        Self {
            authority,
            holder,
            host,
            label,
            platform,
            ticket,
            enrollment,
            offer,
            issuance_request,
            issuance_response,
            credential,
            evidence_request,
            commitments,
            challenges,
            responses,
            evidence,
            request,
            presentation,
            login_request,
            login,
        }
    }

    fn accept(holder: &Holder, offer: &IssuanceOffer) -> (IssuanceRequest, PendingCredential) {
        holder.request_credential(offer, NOW, &mut coins(&[(7, 64)])).unwrap()
    }

    fn offered(holder: &Holder, credential: &Credential) -> (EvidenceRequest, EvidenceOffered) {
        holder.request_evidence(credential, &mut coins(&[(8, 64)])).unwrap()
    }

    fn session(
        authority: &Authority,
        request: &EvidenceRequest,
    ) -> (EvidenceSession, EvidenceCommitments) {
        authority.open_evidence(request, &mut coins(&[(9, 32), (10, 64)])).unwrap()
    }

    // One-shot states cannot be copied; the same coins give the same ones again.

    pub fn pending(&self) -> PendingCredential {
        Self::accept(&self.holder, &self.offer).1
    }

    pub fn open_session(&self) -> EvidenceSession {
        Self::session(&self.authority, &self.evidence_request).0
    }

    /// The holder's state after it has answered these commitments, and its answer.
    pub fn challenged(
        &self,
        commitments: &EvidenceCommitments,
    ) -> (EvidenceChallenges, EvidenceChallenged) {
        let offered = Self::offered(&self.holder, &self.credential).1;
        offered.challenge(commitments, &mut coins(&[(11, 64)])).unwrap()
    }

    /// The thirteen messages, in the order of their kinds.
    pub fn messages(&self) -> Vec<Sample> {
        let parameters = self.authority.parameters();
        let authority = 1 + parameters.authority().as_str().len();
        let schema = ATTRIBUTES.iter().map(|(name, _)| 2 + name.len()).sum();
        let request = self.request.to_bytes().len() - 2 - 32;
        vec![
            Sample::new(
                "AuthorityParameters",
                1,
                parameters,
                Layout::message()
                    .bytes("suite", 1)
                    .bytes("authority", authority)
                    .points(["X"])
                    .bytes("epoch length", 4)
                    .bytes("count", 1)
                    .bytes("schema", schema),
            ),
            Sample::new(
                "EnrollmentTicket",
                2,
                &self.ticket,
                Layout::message()
                    .bytes("authority", authority)
                    .bytes("transaction", 32)
                    .bytes("nonce", 32),
            ),
            Sample::new(
                "EnrollmentRequest",
                3,
                &self.enrollment,
                Layout::message().bytes("transaction", 32).points(["C_u", "T"]).scalars(OPENING),
            ),
            Sample::new(
                "IssuanceOffer",
                4,
                &self.offer,
                Layout::message()
                    .bytes("params_id", 32)
                    .bytes("epoch", 8)
                    .bytes("nonce", 32)
                    .points(["C_u"])
                    .bytes("count", 1)
                    .bytes("values", 2 + 9 + 8 + 1),
            ),
            Sample::new(
                "IssuanceRequest",
                5,
                &self.issuance_request,
                Layout::message().bytes("nonce", 32).points(["T"]).scalars(OPENING),
            ),
            Sample::new(
                "IssuanceResponse",
                6,
                &self.issuance_response,
                Layout::message().points(["A"]).scalars(["e"]).points(["T1", "T2"]).scalars(["x"]),
            ),
            Sample::new(
                "EvidenceRequest",
                7,
                &self.evidence_request,
                Layout::message().bytes("params_id", 32).points(["A", "B"]),
            ),
            Sample::new(
                "EvidenceCommitments",
                8,
                &self.commitments,
                Layout::message().bytes("session", 32).points(
                    (0..EVIDENCE_BATCH).flat_map(|j| [format!("R1_{j}"), format!("R2_{j}")]),
                ),
            ),
            Sample::new(
                "EvidenceChallenges",
                9,
                &self.challenges,
                Layout::message().bytes("session", 32).scalars(batch("c")),
            ),
            Sample::new(
                "EvidenceResponses",
                10,
                &self.responses,
                Layout::message().bytes("session", 32).scalars(batch("z")),
            ),
            Sample::new(
                "Request",
                11,
                &self.request,
                Layout::message().bytes("params_id", 32).bytes("rest", request),
            ),
            Sample::new("Presentation", 12, &self.presentation, presentation_layout(&[2, 9], 2)),
            Sample::new("Login", 13, &self.login, login_layout()),
        ]
    }

    /// The two that the holder stores.
    pub fn stored(&self) -> [Sample; 2] {
        [
            Sample {
                name: "Credential",
                kind: 16,
                bytes: self.credential.export().to_vec(),
                layout: Layout::message()
                    .bytes("params_id", 32)
                    .bytes("epoch", 8)
                    .points(["A"])
                    .scalars(["e"])
                    .points(["W"])
                    .bytes("count", 1)
                    .bytes("values", 2 + 9 + 8 + 1),
                recode: |bytes| Credential::import(bytes).map(|c| c.export().to_vec()),
            },
            Sample {
                name: "Evidence",
                kind: 17,
                bytes: self.evidence[0].export().to_vec(),
                layout: Layout::message()
                    .bytes("credential", 32)
                    .points(["A", "B", "R1", "R2"])
                    .scalars(["z", "rho"]),
                recode: |bytes| Evidence::import(bytes).map(|e| e.export().to_vec()),
            },
        ]
    }

    pub fn all(&self) -> Vec<Sample> {
        let mut all = self.messages();
        all.extend(self.stored());
        all
    }
}
