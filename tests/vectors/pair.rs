//! Two devices that are one holder, and the formulas of SPEC §20 that are not of one message.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{authority::*, holder::*, message::*, shared::*, *};
use pairnym_testkit::{Everybody, NOW, TEN_MINUTES, received_offer};

use crate::formulas::{
    Hash, Wire, generator, hedged, hkdf, holder_secrets, opening_bases, storage_key, stored, sum,
    wide,
};
use crate::setting::{AUTHORITY, Attributes, Setting, run, tossed};

/// The lead's master secret, and the second's.
pub const WARD: [u8; 32] = run(0x31);
pub const GUARDIAN: [u8; 32] = run(0x51);
pub const PID: [u8; 32] = run(0x71);
/// The keys of the channel.
pub const SECOND_KEY: [u8; 32] = run(0x91);
pub const LEAD_KEY: [u8; 32] = run(0xb1);
/// Those of the proofs in a pairing, after pid; of the question; of approval and commitment.
pub const INVITATION_COINS: [u8; 64] = run(0x18);
pub const ANSWER_COINS: [u8; 64] = run(0x19);
pub const ATTEMPT: [u8; 32] = run(0x1a);
pub const SECOND_COINS: [u8; 64] = run(0x1b);
pub const LEAD_COINS: [u8; 64] = run(0x1c);

/// d·U_0 = D, and what the two have together (§20.1).
#[derive(Clone)]
pub struct Secrets {
    pub okm: Vec<u8>,
    pub d: Scalar,
    pub D: RistrettoPoint,
    /// The lead's u_0 … u_6, v.
    pub own: Vec<Scalar>,
    pub C_1: RistrettoPoint,
    pub C_u: RistrettoPoint,
}

impl Secrets {
    pub fn new(ward: &[u8; 32], guardian: &[u8; 32], pid: &[u8; 32], authority: &str) -> Self {
        let info = [b"pairnym-v1/share", &pid[..], authority.as_bytes()].concat();
        let okm = hkdf("pairnym-v1/share-master", guardian, &info, 64);
        let d = wide(&okm);
        let own = holder_secrets(ward, authority);
        let (D, C_1) = (d * generator("U", 0), sum(&own, &opening_bases()));
        Self { okm, d, D, own, C_1, C_u: C_1 + D }
    }

    /// u_0 … u_6, v of the person.
    pub fn joint(&self) -> Vec<Scalar> {
        let mut secrets = self.own.clone();
        secrets[0] += self.d;
        secrets
    }
}

/// The second's part of a session (§20.3).
pub struct Session {
    pub transcript: Hash,
    pub n: Scalar,
    pub T_G: Vec<RistrettoPoint>,
    pub h: [u8; 32],
}

impl Session {
    /// `on_scope`: P_s and N_2, for a request.
    pub fn new(
        request: &[u8],
        d: &Scalar,
        on_scope: Option<(RistrettoPoint, RistrettoPoint)>,
    ) -> Self {
        let N_2 = on_scope.map(|(_, N_2)| N_2.compress().to_bytes());
        let transcript = Hash::new("co-commitment").part(request);
        let transcript = transcript.optional(N_2.as_ref().map(|bytes| &bytes[..]));
        let n = hedged(&transcript, &[*d], Some(&SECOND_COINS), 1)[0];
        let bases = [generator("U", 0)].into_iter().chain(on_scope.map(|(P, _)| P));
        let T_G: Vec<_> = bases.map(|base| n * base).collect();
        let h = transcript.clone().points(&T_G).h32();
        Self { transcript, n, T_G, h }
    }
}

/// The library's two devices, paired face to face.
pub struct Pair {
    /// The authority, and a list that all have.
    pub setting: Setting,
    pub secrets: Secrets,
    pub lead: Lead,
    pub second: Second,
}

impl Pair {
    pub fn new(attributes: Attributes) -> Self {
        let setting = Setting::new(attributes);
        let secrets = Secrets::new(&WARD, &GUARDIAN, &PID, AUTHORITY);
        let inviting = invite(&GUARDIAN, &PID, AUTHORITY, Second::invite);
        let (list, master) = (setting.list.known(), MasterSecret::import(WARD));
        let (answer, lead) = tossed(&ANSWER_COINS, |rng| {
            Lead::accept(&master, list, inviting.invitation(), ChannelKey(LEAD_KEY), rng)
        })
        .unwrap();
        let second = inviting.accept(&answer).unwrap();
        Self { setting, secrets, lead, second }
    }

    /// What the lead stores of the second, and the second of the lead, without MAC.
    pub fn kept(&self) -> [Vec<u8>; 2] {
        let Secrets { D, C_u, d, .. } = &self.secrets;
        let pairing = Wire::new(32).put(PID).put(SECOND_KEY).points([D]);
        let share = Wire::new(33).put(PID).put(LEAD_KEY).points([C_u]).scalars([d]);
        [pairing.bytes(), share.bytes()]
    }

    /// The same with MACs.
    pub fn kept_stored(&self) -> [Vec<u8>; 2] {
        let [pairing, share] = self.kept();
        [stored_by(&WARD, &pairing), stored_by(&GUARDIAN, &share)]
    }

    pub fn offer(&self, now: UnixTime) -> OpenOffer {
        let (authority, commitment) = (&self.setting.authority, *self.lead.commitment());
        let values = self.setting.named();
        tossed(&run::<32>(0x0c), |rng| authority.offer(commitment, values, TEN_MINUTES, now, rng))
            .unwrap()
    }

    /// The lead's credential and evidence in its storage, without MACs.
    pub fn credential(&self, now: UnixTime) -> (Vec<u8>, Vec<u8>) {
        let Self { setting, lead, second, .. } = self;
        let (list, open) = (setting.list.known(), self.offer(now));
        let offer = received_offer(&list, &open);
        let (asked, waiting) =
            tossed(&ATTEMPT, |rng| lead.ask_for_credential(&offer, now, rng)).unwrap();
        let Asked::Credential(asked) = second.read(&asked.to_bytes(), &list, now).unwrap() else {
            panic!("the lead asks for a credential")
        };
        let (approval, session) = tossed(&SECOND_COINS, |rng| asked.approve(rng)).unwrap();
        let (nonces, waiting) =
            tossed(&LEAD_COINS, |rng| waiting.commit(&approval, now, rng)).unwrap();
        let answer = second.answer(session, &nonces, now).unwrap();
        let (request, pending) = waiting.complete(&answer).unwrap();
        let request = IssuanceRequest::from_bytes(request.as_bytes()).unwrap();
        let response = setting.authority.issue(&open, &request, now, &Everybody).unwrap();
        let issued = pending.finish(&response).unwrap();
        let (request, offered) =
            tossed(&run::<64>(0x0e), |rng| lead.request_evidence(&issued, rng)).unwrap();
        let (session, commitments) =
            tossed(&run::<96>(0x0f), |rng| setting.authority.open_evidence(&request, rng)).unwrap();
        let (challenges, challenged) =
            tossed(&run::<64>(0x10), |rng| offered.challenge(&commitments, rng)).unwrap();
        let responses = setting.authority.respond(session, &challenges).unwrap();
        let batch = challenged.finish(&responses).unwrap();
        let (credential, evidence) = issued.complete([batch]).unwrap();
        let encoding = |stored: &[u8]| stored[..stored.len() - 32].to_vec();
        (
            encoding(&lead.store_credential(&credential)),
            encoding(&lead.store_evidence(&evidence[0])),
        )
    }

    /// An open ticket, and its bytes.
    pub fn ticket(&self) -> (OpenTicket, Vec<u8>) {
        let transaction = TransactionId(run(0x41));
        let authority = &self.setting.authority;
        let open = tossed(&run::<32>(0x61), |rng| {
            authority.open_ticket(transaction, TEN_MINUTES, NOW, rng)
        });
        let open = open.unwrap();
        let ticket = open.ticket().to_bytes();
        (open, ticket)
    }
}

/// The stored form of what somebody with this master secret stores.
pub fn stored_by(master: &[u8; 32], encoding: &[u8]) -> Vec<u8> {
    stored(&storage_key(master, AUTHORITY), AUTHORITY, encoding)
}

/// With pid and the coins of the proof.
pub fn invite<Made>(
    guardian: &[u8; 32],
    pid: &[u8; 32],
    authority: &str,
    invite: impl FnOnce(
        &MasterSecret,
        &AuthorityId,
        ChannelKey,
        &mut pairnym_testkit::Given,
    ) -> Result<Made, Error>,
) -> Made {
    let coins = [&pid[..], &INVITATION_COINS].concat();
    let (master, id) = (MasterSecret::import(*guardian), AuthorityId::new(authority).unwrap());
    tossed(&coins, |rng| invite(&master, &id, ChannelKey(SECOND_KEY), rng)).unwrap()
}
