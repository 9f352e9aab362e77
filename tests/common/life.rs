//! One life with given coins: every message there is, and where its fields stand.

use std::ops::Range;

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, *};
use pairnym_testkit::*;

/// So many of each byte, in order.
pub fn coins(runs: &[(u8, usize)]) -> Given {
    Given::new(&runs.iter().flat_map(|(byte, n)| vec![*byte; *n]).collect::<Vec<_>>())
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
    let disclosed = disclosed.iter().sum();
    Layout::message()
        .bytes("nonce", 32)
        .bytes("slot", 1)
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
    Layout::message().bytes("nonce", 32).points(["N", "T"]).scalars(["s"])
}

fn batch(name: &'static str) -> impl Iterator<Item = String> {
    (0..EVIDENCE_BATCH).map(move |j| format!("{name}{j}"))
}

/// Decodes, and encodes again what was decoded.
pub type Recode = fn(&[u8]) -> Result<Vec<u8>, Error>;

/// One encoded thing: a message, or what is kept in storage.
pub struct Sample {
    pub name: &'static str,
    pub kind: u8,
    pub bytes: Vec<u8>,
    pub layout: Layout,
    pub recode: Recode,
}

impl Sample {
    pub fn new<M: Message>(name: &'static str, kind: u8, message: &M, layout: Layout) -> Self {
        let recode = |bytes: &[u8]| Ok(M::from_bytes(bytes)?.to_bytes());
        Self { name, kind, bytes: message.to_bytes(), layout, recode }
    }

    /// Stored under the key of [`storage_key`], or by the holder of [`Life`].
    pub fn stored(
        name: &'static str,
        kind: u8,
        bytes: impl AsRef<[u8]>,
        layout: Layout,
        recode: Recode,
    ) -> Self {
        let (bytes, layout) = (bytes.as_ref().to_vec(), layout.bytes("mac", 32));
        Self { name, kind, bytes, layout, recode }
    }

    /// Whether it is a stored form: then it ends with a MAC.
    pub fn is_stored(&self) -> bool {
        self.layout.all(Field::Bytes).any(|(name, _)| name == "mac")
    }

    /// Whether most of it is points or scalars by the dozen, which take their time to decode.
    pub fn is_large(&self) -> bool {
        self.bytes.len() > 1000
    }
}

/// The authority's key for its open tickets and offers.
pub fn storage_key() -> StorageKey {
    StorageKey::new([17; 32], authority_id())
}

/// The holder of [`Life`].
fn stored_by() -> Holder {
    holder(2, authority(1, &ATTRIBUTES, NOW).list())
}

/// Everything that is sent in one life, in order.
pub struct Life {
    pub authority: Authority,
    pub holder: Holder,
    pub host: PlatformId,
    pub label: Name,
    pub platform: Platform,
    pub ticket: OpenTicket,
    pub enrollment: EnrollmentRequest,
    pub offer: OpenOffer,
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
        let authority = authority(1, &ATTRIBUTES, NOW);
        let holder = holder(2, authority.list());
        let host = host("shop.example");
        let label = name("app-1");
        let platform = Platform::new(authority.list().clone(), host);

        let rng = &mut coins(&[(4, 32)]);
        let ticket = authority.open_ticket(TransactionId([3; 32]), TEN_MINUTES, NOW, rng).unwrap();
        let received_ticket = received_ticket(authority.list(), &ticket);
        let enrollment = sent(&holder.enroll(&received_ticket, &mut coins(&[(5, 64)])).unwrap());
        let rng = &mut coins(&[(6, 32)]);
        let named = by_name(&authority, values());
        let offer = authority.offer(*holder.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();
        let (issuance_request, pending) = Self::accept(&holder, &offer);
        let issuance_response =
            authority.issue(&offer, &issuance_request, NOW, &Everybody).unwrap();
        let issued = pending.finish(&issuance_response).unwrap();

        let (evidence_request, offered) = Self::offered(&holder, &issued);
        let (session, commitments) = Self::session(&authority, &evidence_request);
        let (challenges, challenged) =
            offered.challenge(&commitments, &mut coins(&[(11, 64)])).unwrap();
        let responses = authority.respond(session, &challenges).unwrap();
        let batch = challenged.finish(&responses).unwrap();
        let (credential, mut evidence) = issued.complete([batch]).unwrap();

        let request = platform
            .request(Purpose::Other(name("checkout")))
            .label(label)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("age_over_18", Condition::Equals(true.into()))
            .require("assurance", Condition::AtLeast(2))
            .require("assurance", Condition::Present)
            .statement("agreed")
            .notice([12; 32])
            .build(NOW, &mut coins(&[(13, 32)]))
            .unwrap();
        let from_host = received(&request);
        let consent = Consent::to_disclose(&from_host);
        let rng = &mut coins(&[(14, 64)]);
        let item = evidence.remove(0);
        let presentation = sent(&holder.present(&credential, item, consent, NOW, rng).unwrap());
        let login_request =
            platform.request_login(Purpose::Login).build(NOW, &mut coins(&[(15, 32)])).unwrap();
        let from_host = received(&login_request);
        let consent = Consent::to_answer(&from_host);
        let login = sent(&holder.log_in(consent, NOW, &mut coins(&[(16, 64)])).unwrap());
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

    fn accept(holder: &Holder, offer: &OpenOffer) -> (IssuanceRequest, AwaitingIssuance) {
        let offer = received_offer(holder.list(), offer);
        let rng = &mut coins(&[(7, 64)]);
        let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
        (sent(&request), pending)
    }

    fn offered(
        holder: &Holder,
        issued: &IssuedCredential,
    ) -> (EvidenceRequest, AwaitingCommitments) {
        holder.request_evidence(issued, &mut coins(&[(8, 64)])).unwrap()
    }

    fn session(
        authority: &Authority,
        request: &EvidenceRequest,
    ) -> (EvidenceSession, EvidenceCommitments) {
        authority.open_evidence(request, &mut coins(&[(9, 32), (10, 64)])).unwrap()
    }

    // One-shot states cannot be copied; the same coins give the same ones again.

    pub fn pending(&self) -> AwaitingIssuance {
        Self::accept(&self.holder, &self.offer).1
    }

    pub fn issued(&self) -> IssuedCredential {
        self.pending().finish(&self.issuance_response).unwrap()
    }

    pub fn open_session(&self) -> EvidenceSession {
        Self::session(&self.authority, &self.evidence_request).0
    }

    /// The holder's state after it has answered these commitments, and its answer.
    pub fn challenged(
        &self,
        commitments: &EvidenceCommitments,
    ) -> (EvidenceChallenges, AwaitingResponses) {
        let offered = Self::offered(&self.holder, &self.issued()).1;
        offered.challenge(commitments, &mut coins(&[(11, 64)])).unwrap()
    }

    /// The fourteen messages, in the order of their kinds.
    pub fn messages(&self) -> Vec<Sample> {
        let parameters = self.authority.parameters();
        let list = self.authority.list();
        let authority = 1 + parameters.authority().as_str().len();
        let host = 1 + list.host().as_str().len();
        let schema = ATTRIBUTES.iter().map(|(name, _)| 2 + name.len()).sum();
        let request = self.request.to_bytes().len() - 2;
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
                    .bytes("batches", 1)
                    .bytes("count", 1)
                    .bytes("schema", schema),
            ),
            Sample::new(
                "EnrollmentTicket",
                2,
                self.ticket.ticket(),
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
                self.offer.offer(),
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
            Sample::new("Request", 11, &self.request, Layout::message().bytes("rest", request)),
            Sample::new("Presentation", 12, &self.presentation, presentation_layout(&[2, 9], 2)),
            Sample::new("Login", 13, &self.login, login_layout()),
            Sample::new("ParameterList", 15, list, list_layout(authority, host, schema)),
        ]
    }

    /// The five stored forms, in the order of their kinds.
    pub fn stored(&self) -> Vec<Sample> {
        let list = self.authority.list();
        let authority = 1 + list.authority().as_str().len();
        let host = 1 + list.host().as_str().len();
        let schema = ATTRIBUTES.iter().map(|(name, _)| 2 + name.len()).sum();
        vec![
            Sample::stored(
                "ParameterList",
                15,
                self.holder.store_list(),
                list_layout(authority, host, schema),
                |bytes| {
                    let master = MasterSecret::import([2; 32]);
                    Ok(Holder::restore(&master, &authority_id(), bytes)?.store_list())
                },
            ),
            Sample::stored(
                "Credential",
                16,
                self.holder.store_credential(&self.credential),
                Layout::message()
                    .bytes("params_id", 32)
                    .bytes("epoch", 8)
                    .points(["C_u", "A"])
                    .scalars(["e"])
                    .points(["W"])
                    .bytes("count", 1)
                    .bytes("values", 2 + 9 + 8 + 1),
                |bytes| {
                    let holder = stored_by();
                    Ok(holder.store_credential(&holder.load_credential(bytes)?).to_vec())
                },
            ),
            Sample::stored(
                "Evidence",
                17,
                self.holder.store_evidence(&self.evidence[0]),
                Layout::message()
                    .bytes("credential", 32)
                    .points(["A", "B", "R1", "R2"])
                    .scalars(["z", "rho"]),
                |bytes| {
                    let holder = stored_by();
                    Ok(holder.store_evidence(&holder.load_evidence(bytes)?).to_vec())
                },
            ),
            Sample::stored(
                "OpenTicket",
                48,
                self.ticket.store(&storage_key()),
                Layout::message()
                    .bytes("authority", authority)
                    .bytes("transaction", 32)
                    .bytes("nonce", 32)
                    .bytes("expiry", 8),
                |bytes| Ok(OpenTicket::load(bytes, &storage_key())?.store(&storage_key())),
            ),
            Sample::stored(
                "OpenOffer",
                49,
                self.offer.store(&storage_key()),
                Layout::message()
                    .bytes("params_id", 32)
                    .bytes("epoch", 8)
                    .bytes("nonce", 32)
                    .points(["C_u"])
                    .bytes("count", 1)
                    .bytes("values", 2 + 9 + 8 + 1)
                    .bytes("expiry", 8),
                |bytes| Ok(OpenOffer::load(bytes, &storage_key())?.store(&storage_key()).to_vec()),
            ),
        ]
    }

    /// The two of [`two`](super::two) follow, who are another person.
    pub fn all(&self) -> Vec<Sample> {
        let mut all = self.messages();
        all.extend(self.stored());
        all.extend(super::two::samples(self));
        all
    }
}

/// Of a list with one entry and nothing withdrawn, by the lengths of its names.
fn list_layout(authority: usize, host: usize, schema: usize) -> Layout {
    Layout::message()
        .bytes("authority", authority)
        .bytes("host", host)
        .bytes("serial", 4)
        .bytes("previous", 32)
        .bytes("since", 8)
        .bytes("until", 8)
        .bytes("count", 1)
        .bytes("from", 8)
        .bytes("entry", 3 + authority)
        .points(["X"])
        .bytes("epoch length", 4)
        .bytes("batches", 1)
        .bytes("attributes", 1 + schema)
        .bytes("withdrawn", 1)
        .bytes("extensions", 1)
}
