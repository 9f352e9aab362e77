//! shared.json (SPEC §20).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Message,
    holder::{Consent, Received},
    message::{EnrollmentRequest, IssuanceOffer, IssuanceRequest, Login, Presentation},
    shared::{Asked, CoAnswer, CoApproval, CoNonces, CoRequest, CoSession},
    store::{MemoryNonces, MemoryRegistry, Reenrollment},
};
use pairnym_testkit::{Everybody, NOW, received, received_offer, received_ticket};

use crate::formulas::{
    Hash, Sigma, Wire, encode, encode_value, f, hedged, opening_bases, scope, sum,
};
use crate::json::{Json, check, list};
use crate::login;
use crate::pair::{
    ATTEMPT, GUARDIAN, LEAD_COINS, PID, Pair, SECOND_COINS, Secrets, Session, WARD, stored_by,
};
use crate::pairing::pairings;
use crate::presentation::{Claim, asking};
use crate::requests::Fields;
use crate::setting::{AUTHORITY, HOST, PLATFORM, four, tossed};

#[test]
fn shared_json() {
    let pair = Pair::new(four());
    let [bare, signing] = login::requests();
    let acts = [
        enrollment(&pair),
        issuance(&pair),
        presented(&pair, "nothing is disclosed", &Fields::bare(&pair.setting)),
        presented(&pair, "conditions, a statement", &asking(&pair.setting)),
        logged_in(&pair, "a login", &bare),
        logged_in(&pair, "a login that signs", &signing),
    ];
    check(
        "shared.json",
        "20",
        "Shared holders. pairings: what both devices compute, send and store, face to face and at \
         a distance (the same messages, and the commitment and the code). acts: the four messages \
         between the two, and what they make together; T_W, nonces and witnesses are the lead's \
         own, T_G and n the second's.",
        object! { "pairings": list(pairings()), "acts": list(acts) },
    );
}

/// One act by the formulas.
pub struct Act {
    /// As CoNonces says it.
    kind: u8,
    pub body: Vec<u8>,
    /// The position of the slot and the disclosed values.
    shown: Option<(u8, Vec<Vec<u8>>)>,
    /// P_s and N_2.
    on_scope: Option<(RistrettoPoint, RistrettoPoint)>,
    N: Option<RistrettoPoint>,
    evidence: Vec<u8>,
    transcript: Hash,
    witnesses: Vec<Scalar>,
}

/// What the two send each other and compute.
pub struct Played {
    session: Session,
    nonces: Vec<Scalar>,
    T_W: Vec<RistrettoPoint>,
    z: Scalar,
    /// CoRequest, CoApproval, CoNonces, CoAnswer.
    pub moves: [Vec<u8>; 4],
    /// The whole; its witnesses are the lead's own.
    pub proof: Sigma,
}

impl Act {
    fn opening(body: &[u8], transcript: Hash, pair: &Pair) -> Self {
        Self {
            kind: 1,
            body: body.into(),
            shown: None,
            on_scope: None,
            N: None,
            evidence: Vec::new(),
            transcript,
            witnesses: pair.secrets.own.clone(),
        }
    }

    /// `phi`: the left sides of the relation.
    fn play(&self, d: &Scalar, phi: impl Fn(&[Scalar]) -> Vec<RistrettoPoint>) -> Played {
        let request = Wire::new(27).put(PID).put(ATTEMPT).put(&self.body);
        let request = match &self.shown {
            None => request,
            Some((slot, values)) => request.u8(*slot).u8(values.len() as u8).put(values.concat()),
        };
        let request = request.bytes();

        let session = Session::new(&request, d, self.on_scope);
        let Session { n, T_G, h, .. } = &session;
        let approval = Wire::new(28).put(PID).put(h);
        let approval = match self.on_scope {
            None => approval.u8(0),
            Some((_, N_2)) => approval.u8(1).points([&N_2]),
        };

        let randomness = [&LEAD_COINS[..], h].concat();
        let count = self.witnesses.len() as u32;
        let nonces = hedged(&self.transcript, &self.witnesses, Some(&randomness), count);
        let T_W = phi(&nonces);
        let sent = Wire::new(29).put(h).u8(self.kind).points(&T_W).points(&self.N);
        let sent = sent.put(&self.evidence).bytes();

        // u stands in equation (1) of a presentation with a minus sign; a login has no equation
        // for U_0.
        let commitments = match self.kind {
            1 => vec![T_W[0] + T_G[0]],
            2 => vec![T_W[0] - T_G[0], T_W[1] + T_G[1]],
            _ => vec![T_W[0] + T_G[1]],
        };
        let challenge = self.transcript.clone().points(&commitments).h2s();
        let z = n + challenge * d;
        let answer = Wire::new(30).put(h).u8(T_G.len() as u8).points(T_G).scalars([&z]);

        let response = |(n, w): (&Scalar, &Scalar)| n + challenge * w;
        let mut responses: Vec<_> = nonces.iter().zip(&self.witnesses).map(response).collect();
        responses[if self.kind == 2 { 2 } else { 0 }] += z;
        let proof = Sigma {
            transcript: self.transcript.clone(),
            witnesses: self.witnesses.clone(),
            coins: Some(randomness),
            nonces: nonces.clone(),
            commitments,
            challenge,
            responses,
        };
        let moves = [request, approval.bytes(), sent, answer.bytes()];
        Played { session, nonces, T_W, z, moves, proof }
    }

    fn json(&self, comment: &str, played: Played, message: &[u8], more: Json) -> Json {
        let Played { session, nonces, T_W, z, moves, proof } = played;
        let [co_request, co_approval, co_nonces, co_answer] = moves;
        let act = object! {
            "P": self.on_scope.map(|(P, _)| P),
            "N_2": self.on_scope.map(|(_, N_2)| N_2),
            "N": self.N,
            "attempt": ATTEMPT,
            "co_request": co_request,
            "second_coins": SECOND_COINS,
            "session_transcript": session.transcript.json(),
            "n": session.n,
            "T_G": list(&session.T_G),
            "h": session.h,
            "co_approval": co_approval,
            "lead_coins": LEAD_COINS,
            "randomness": proof.coins,
            "transcript": self.transcript.json(),
            "witnesses": list(&proof.witnesses),
            "nonces": list(&nonces),
            "T_W": list(&T_W),
            "co_nonces": co_nonces,
            "T": list(&proof.commitments),
            "c": proof.challenge,
            "z": z,
            "co_answer": co_answer,
            "responses": list(&proof.responses),
            "message": message,
        };
        let head = object! { "comment": comment, "body": &self.body };
        Json::Object([head, more, act].into_iter().flat_map(Json::fields).collect())
    }
}

/// Who acts, and where.
fn devices(pair: &Pair, peer: Option<&str>) -> Json {
    let [pairing, share] = pair.kept_stored();
    object! {
        "master_secret": WARD,
        "share_master_secret": GUARDIAN,
        "list": pair.setting.list.encode(),
        "stored_pairing": pairing,
        "stored_share": share,
        "time": NOW.0,
        "peer": peer,
    }
}

/// The second's approval and the session, with its coins.
pub fn approve(pair: &Pair, request: &CoRequest) -> (CoApproval, CoSession) {
    let list = pair.setting.list.known();
    let own = received_ticket(&list, &pair.ticket().0);
    tossed(&SECOND_COINS, |rng| match pair.second.read(&request.to_bytes(), &list, NOW).unwrap() {
        Asked::Enrollment(asked) => asked.approve(&own, rng),
        Asked::Credential(asked) => asked.approve(rng),
        Asked::Answer(asked) => asked.approve_and_disclose(rng),
    })
    .unwrap()
}

/// The bytes, of which the same messages can be read.
fn moves(
    request: &CoRequest,
    approval: &CoApproval,
    nonces: &CoNonces,
    answer: &CoAnswer,
) -> [Vec<u8>; 4] {
    let moves = [request.to_bytes(), approval.to_bytes(), nonces.to_bytes(), answer.to_bytes()];
    assert!(CoRequest::from_bytes(&moves[0]).unwrap() == *request);
    assert!(CoApproval::from_bytes(&moves[1]).unwrap() == *approval);
    assert!(CoNonces::from_bytes(&moves[2]).unwrap() == *nonces);
    assert!(CoAnswer::from_bytes(&moves[3]).unwrap() == *answer);
    moves
}

pub fn enrolling(pair: &Pair) -> (Act, Played) {
    let (_, ticket) = pair.ticket();
    let parts = 3 + AUTHORITY.len();
    let (transaction, nonce) = ticket[parts..].split_at(32);
    let transcript = Hash::new("enrollment").part(AUTHORITY).part(nonce).part(transaction);
    let act = Act::opening(&ticket, transcript.point(&pair.secrets.C_u), pair);
    let bases = opening_bases();
    let open = |w: &[Scalar]| vec![sum(w, &bases)];
    let played = act.play(&pair.secrets.d, open);
    assert!(played.proof.holds(open, &[pair.secrets.C_u]));
    (act, played)
}

fn enrollment(pair: &Pair) -> Json {
    let (act, played) = enrolling(pair);
    let (open, ticket) = pair.ticket();
    let transaction = &ticket[3 + AUTHORITY.len()..][..32];
    let wire = Wire::new(3).put(transaction).points([&pair.secrets.C_u]);
    let message = played.proof.wire(wire).bytes();

    let Pair { lead, second, setting, .. } = pair;
    let (request, waiting) = tossed(&ATTEMPT, |rng| lead.ask_to_enroll(&ticket, rng)).unwrap();
    let (approval, session) = approve(pair, &request);
    let (nonces, waiting) = tossed(&LEAD_COINS, |rng| waiting.commit(&approval, rng)).unwrap();
    let answer = second.answer(session, &nonces, NOW).unwrap();
    assert_eq!(moves(&request, &approval, &nonces, &answer), played.moves);
    assert_eq!(waiting.complete(&answer).unwrap().as_bytes(), message);
    let known = EnrollmentRequest::from_bytes(&message).unwrap();
    let registry = MemoryRegistry::new(Reenrollment::Refused);
    let person = pairnym::PersonId([0; 32]);
    setting.authority.enroll(&open, &known, person, NOW, &registry).unwrap();
    act.json("an enrollment", played, &message, devices(pair, None))
}

pub fn accepting(pair: &Pair) -> (Act, Played) {
    let offer = pair.offer(NOW).offer().to_bytes();
    let (id, t, nonce) = (&offer[2..34], &offer[34..42], &offer[42..74]);
    let encoded: Vec<_> = pair.setting.values.iter().map(encode_value).collect();
    let transcript = Hash::new("issuance").part(id).part(t).part(nonce).point(&pair.secrets.C_u);
    let act = Act::opening(&offer, transcript.list(&encoded), pair);
    let bases = opening_bases();
    let open = |w: &[Scalar]| vec![sum(w, &bases)];
    let played = act.play(&pair.secrets.d, open);
    assert!(played.proof.holds(open, &[pair.secrets.C_u]));
    (act, played)
}

fn issuance(pair: &Pair) -> Json {
    let (act, played) = accepting(pair);
    let message = played.proof.wire(Wire::new(5).put(&act.body[42..74])).bytes();

    let Pair { lead, second, setting, .. } = pair;
    let open = pair.offer(NOW);
    let offer: Received<IssuanceOffer> = received_offer(&setting.list.known(), &open);
    let (request, waiting) =
        tossed(&ATTEMPT, |rng| lead.ask_for_credential(&offer, NOW, rng)).unwrap();
    let (approval, session) = approve(pair, &request);
    let (nonces, waiting) = tossed(&LEAD_COINS, |rng| waiting.commit(&approval, NOW, rng)).unwrap();
    let answer = second.answer(session, &nonces, NOW).unwrap();
    assert_eq!(moves(&request, &approval, &nonces, &answer), played.moves);
    assert_eq!(waiting.complete(&answer).unwrap().0.as_bytes(), message);
    let known = IssuanceRequest::from_bytes(&message).unwrap();
    setting.authority.issue(&open, &known, NOW, &Everybody).unwrap();
    act.json("an issuance", played, &message, devices(pair, Some(HOST)))
}

/// Of a credential and an item without their MACs.
pub fn presenting(
    pair: &Pair,
    fields: &Fields<'static>,
    credential: &[u8],
    item: &[u8],
) -> (Act, Claim, Played) {
    let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
    // What is claimed is true of the person's secrets; the lead proves with its own.
    let N = f(&pair.secrets.joint(), &z) * P;
    let claim = Claim {
        secrets: pair.secrets.own.clone(),
        N,
        ..Claim::new(&pair.setting, fields, credential, item)
    };
    let values = claim.disclosed().into_iter().map(|(_, value)| encode_value(value));
    let act = Act {
        kind: 2,
        body: fields.encode(),
        shown: Some((claim.position, values.collect())),
        on_scope: Some((P, pair.secrets.d * P)),
        N: Some(N),
        evidence: Wire::new(0).points(&claim.shown).scalars([&claim.z_bar]).bytes()[2..].into(),
        transcript: claim.transcript(),
        witnesses: claim.witnesses(),
    };
    let played = act.play(&pair.secrets.d, |w| claim.phi(w));
    (act, claim, played)
}

fn presented(pair: &Pair, comment: &str, fields: &Fields<'static>) -> Json {
    let (credential, item) = pair.credential(NOW);
    let (act, claim, played) = presenting(pair, fields, &credential, &item);
    assert!(claim.holds(&played.proof, &crate::formulas::Key::new(&pair.setting.seed).X));
    let message = claim.message(&played.proof);
    let stored = [&credential, &item].map(|encoding| stored_by(&WARD, encoding));

    let Pair { lead, second, setting, .. } = pair;
    let known = lead.load_credential(&stored[0]).unwrap();
    let evidence = lead.load_evidence(&stored[1]).unwrap();
    let request = fields.request();
    let from_host = received(&request);
    let consent = Consent::to_disclose(&from_host);
    let (asked, waiting) =
        tossed(&ATTEMPT, |rng| lead.ask_to_present(&known, consent, NOW, rng)).unwrap();
    let (approval, session) = approve(pair, &asked);
    let committed = tossed(&LEAD_COINS, |rng| waiting.commit(evidence, &approval, NOW, rng));
    let (nonces, waiting) = committed.unwrap();
    let answer = second.answer(session, &nonces, NOW).unwrap();
    assert_eq!(moves(&asked, &approval, &nonces, &answer), played.moves);
    assert_eq!(waiting.complete(&answer).unwrap().as_bytes(), message);
    let known = Presentation::from_bytes(&message).unwrap();
    let nonces = MemoryNonces::new(1);
    let verified = setting.platform().verify(&request, &known, NOW, &nonces).unwrap();
    assert_eq!(verified.pseudonym().to_bytes(), encode(&claim.N));

    let more = object! { "stored_credential": &stored[0], "stored_evidence": &stored[1] };
    let devices = [devices(pair, Some(PLATFORM)), more].into_iter().flat_map(Json::fields);
    act.json(comment, played, &message, Json::Object(devices.collect()))
}

pub fn logging_in(secrets: &Secrets, fields: &Fields<'_>) -> (Act, Played) {
    let (P, z) = scope(AUTHORITY, fields.platform, fields.label);
    let N = f(&secrets.joint(), &z) * P;
    let act = Act {
        kind: 3,
        body: fields.encode(),
        shown: None,
        on_scope: Some((P, secrets.d * P)),
        N: Some(N),
        evidence: Vec::new(),
        transcript: login::transcript(&fields.digest(), &N),
        witnesses: vec![f(&secrets.own, &z)],
    };
    let multiply = |w: &[Scalar]| vec![w[0] * P];
    let played = act.play(&secrets.d, multiply);
    assert!(played.proof.holds(multiply, &[N]));
    (act, played)
}

fn logged_in(pair: &Pair, comment: &str, fields: &Fields<'_>) -> Json {
    let (act, played) = logging_in(&pair.secrets, fields);
    let N = act.N.unwrap();
    let message = played.proof.wire(Wire::new(13).put(fields.nonce).points([&N])).bytes();

    let Pair { lead, second, setting, .. } = pair;
    let request = fields.request();
    let from_host = received(&request);
    let (asked, waiting) =
        tossed(&ATTEMPT, |rng| lead.ask_to_log_in(Consent::to_answer(&from_host), NOW, rng))
            .unwrap();
    let (approval, session) = approve(pair, &asked);
    let (nonces, waiting) = tossed(&LEAD_COINS, |rng| waiting.commit(&approval, NOW, rng)).unwrap();
    let answer = second.answer(session, &nonces, NOW).unwrap();
    assert_eq!(moves(&asked, &approval, &nonces, &answer), played.moves);
    assert_eq!(waiting.complete(&answer).unwrap().as_bytes(), message);
    let known = Login::from_bytes(&message).unwrap();
    let look_up = |found: &pairnym::Pseudonym| (found.to_bytes() == encode(&N)).then_some(());
    setting.platform().verify_login(&request, &known, look_up, NOW, &MemoryNonces::new(1)).unwrap();
    act.json(comment, played, &message, devices(pair, Some(PLATFORM)))
}
