//! The pairings of shared.json (SPEC §§20.1, 20.2, 20.5, 20.6).

use curve25519_dalek::RistrettoPoint;
use pairnym::{
    AuthorityId, Message,
    holder::MasterSecret,
    shared::{
        ChannelKey, Lead, PairingAnswer, PairingCommitment, PairingInvitation, PairingRecord,
        Second, ShareTransfer,
    },
};

use crate::formulas::{Hash, Sigma, Wire, generator, opening_bases, storage_key, stored, sum};
use crate::json::Json;
use crate::pair::{
    ANSWER_COINS, GUARDIAN, INVITATION_COINS, LEAD_KEY, PID, SECOND_KEY, Secrets, WARD, invite,
};
use crate::parameter_list::{List, Parameters};
use crate::setting::{AUTHORITY, MASTER, OTHER_MASTER, SEED, run, tossed};

pub fn pairings() -> [Json; 2] {
    [pairing(&WARD, &GUARDIAN, &PID, AUTHORITY), pairing(&OTHER_MASTER, &MASTER, &run(0x72), "a")]
}

/// The proof that a second knows d, and its message.
pub fn invitation(
    secrets: &Secrets,
    pid: &[u8; 32],
    authority: &str,
    channel: &[u8; 32],
) -> (Sigma, Vec<u8>) {
    let transcript = Hash::new("share").part([1]).part(authority).part(pid).part(channel);
    let multiply = |w: &[_]| vec![w[0] * generator("U", 0)];
    let transcript = transcript.point(&secrets.D);
    let proof = Sigma::prove(transcript, vec![secrets.d], Some(&INVITATION_COINS), multiply);
    assert!(proof.holds(multiply, &[secrets.D]));
    let wire = Wire::new(24).short(authority).put(pid).put(channel).points([&secrets.D]);
    let message = proof.wire(wire).bytes();
    (proof, message)
}

/// x.
pub fn committed(invitation: &[u8]) -> [u8; 32] {
    Hash::new("share-commitment").part(invitation).h32()
}

/// The lead's proof that it opens C_1, and its message.
pub fn answer(
    secrets: &Secrets,
    pid: &[u8; 32],
    authority: &str,
    x: &[u8; 32],
    channel: &[u8; 32],
) -> (Sigma, Vec<u8>) {
    let bases = opening_bases();
    let open = |w: &[_]| vec![sum(w, &bases)];
    let transcript = Hash::new("share").part([2]).part(authority).part(pid).part(x).part(channel);
    let transcript = transcript.point(&secrets.C_1);
    let proof = Sigma::prove(transcript, secrets.own.clone(), Some(&ANSWER_COINS), open);
    assert!(proof.holds(open, &[secrets.C_1]));
    let wire = Wire::new(25).put(pid).put(channel).points([&secrets.C_1]);
    let message = proof.wire(wire).bytes();
    (proof, message)
}

/// Six digits.
fn code(invitation: &[u8], answer: &[u8]) -> String {
    let hash = Hash::new("share-code").part(invitation).part(answer).h64();
    // In base 256, from the highest digit down.
    let number =
        hash.iter().rev().fold(0, |rest, digit| (rest << 8 | u64::from(*digit)) % 1_000_000);
    format!("{number:06}")
}

fn pairing(ward: &[u8; 32], guardian: &[u8; 32], pid: &[u8; 32], authority: &str) -> Json {
    let secrets = Secrets::new(ward, guardian, pid, authority);
    let Secrets { d, D, C_1, C_u, .. } = &secrets;
    let (share_proof, invitation) = invitation(&secrets, pid, authority, &SECOND_KEY);
    let x = committed(&invitation);
    let committed = Wire::new(26).short(authority).put(pid).put(x).bytes();
    let (opening, answer) = answer(&secrets, pid, authority, &x, &LEAD_KEY);
    let code = code(&invitation, &answer);

    let wire = |kind| Wire::new(kind).put(pid);
    let own = |master: &[u8; 32], encoding: &[u8]| {
        stored(&storage_key(master, authority), authority, encoding)
    };
    let share = |key: [u8; 32]| wire(33).put(key).points([C_u]).scalars([d]).bytes();
    let stored_pairing = own(ward, &wire(32).put(SECOND_KEY).points([D]).bytes());
    let stored_share = own(guardian, &share(LEAD_KEY));
    let record = Wire::new(34).short(authority).put(pid).put(LEAD_KEY).points([D, C_u]).bytes();
    let transfer = Wire::new(31).short(authority).put(pid).points([C_u]).scalars([d]).bytes();
    let stored_by_ward = own(ward, &share(SECOND_KEY));

    let list = List::first(Parameters {
        authority: authority.into(),
        ..Parameters::new(&SEED, Vec::new())
    });
    let known = Known { ward, guardian, pid, authority, list: &list, C_u };
    assert_eq!(known.face_to_face(), [invitation.clone(), answer.clone()]);
    let (messages, codes) = known.at_distance();
    assert_eq!(messages, [committed.clone(), answer.clone(), invitation.clone()]);
    assert_eq!(codes, [code.clone(), code.clone()]);
    let kept = [&stored_pairing, &stored_share, &record, &transfer, &stored_by_ward];
    known.keeps(kept.map(|bytes| &bytes[..]));

    object! {
        "master_secret": ward,
        "share_master_secret": guardian,
        "authority_id": authority,
        "list": list.encode(),
        "pid": pid,
        "okm": &secrets.okm,
        "d": d,
        "D": D,
        "C_1": C_1,
        "C_u": C_u,
        "channel_key": SECOND_KEY,
        "share_proof": share_proof.json(),
        "invitation": invitation,
        "x": x,
        "commitment": committed,
        "lead_channel_key": LEAD_KEY,
        "opening": opening.json(),
        "answer": answer,
        "code": code,
        "stored_pairing": stored_pairing,
        "stored_share": stored_share,
        "record": record,
        "transfer": transfer,
        "stored_share_of_lead": stored_by_ward,
    }
}

/// What the library makes of the same.
struct Known<'a> {
    ward: &'a [u8; 32],
    guardian: &'a [u8; 32],
    pid: &'a [u8; 32],
    authority: &'a str,
    list: &'a List,
    C_u: &'a RistrettoPoint,
}

impl Known<'_> {
    fn pair(&self) -> (PairingInvitation, PairingAnswer, Lead, Second) {
        let inviting = invite(self.guardian, self.pid, self.authority, Second::invite);
        let invitation = inviting.invitation().clone();
        let (master, channel) = (MasterSecret::import(*self.ward), ChannelKey(LEAD_KEY));
        let (answer, lead) = tossed(&ANSWER_COINS, |rng| {
            Lead::accept(&master, self.list.known(), &invitation, channel, rng)
        })
        .unwrap();
        let second = inviting.accept(&answer).unwrap();
        let C_u = self.C_u.compress().to_bytes();
        assert_eq!([lead.commitment(), second.commitment()].map(|C| C.to_bytes()), [C_u; 2]);
        (invitation, answer, lead, second)
    }

    fn face_to_face(&self) -> [Vec<u8>; 2] {
        let (invitation, answer, ..) = self.pair();
        [again(&invitation), again(&answer)]
    }

    fn at_distance(&self) -> ([Vec<u8>; 3], [String; 2]) {
        let inviting = invite(self.guardian, self.pid, self.authority, Second::invite_at_distance);
        let committed: PairingCommitment = inviting.commitment();
        let (master, channel) = (MasterSecret::import(*self.ward), ChannelKey(LEAD_KEY));
        let (answer, waiting) = tossed(&ANSWER_COINS, |rng| {
            Lead::answer(&master, self.list.known(), &committed, channel, rng)
        })
        .unwrap();
        let (invitation, second) = inviting.accept(&answer).unwrap();
        let lead = waiting.accept(&invitation).unwrap();
        let codes = [lead.code().to_string(), second.code().to_string()];
        assert_eq!(lead.confirm().commitment(), second.confirm().commitment());
        ([again(&committed), again(&answer), again(&invitation)], codes)
    }

    /// Storage, recovery, hand-over.
    fn keeps(&self, [pairing, share, record, transfer, of_lead]: [&[u8]; 5]) {
        let (_, _, lead, second) = self.pair();
        let id = AuthorityId::new(self.authority).unwrap();
        let [ward, guardian] = [self.ward, self.guardian].map(|m| MasterSecret::import(*m));
        assert_eq!(lead.store_pairing(), pairing);
        let lead = Lead::restore_pairing(&ward, &id, &lead.store_list(), pairing).unwrap();
        assert_eq!(lead.store_pairing(), pairing);
        assert_eq!(*second.store(), share);
        assert_eq!(*Second::restore(&guardian, &id, share).unwrap().store(), share);
        assert_eq!(again(&lead.record(ChannelKey(LEAD_KEY))), record);
        let known = PairingRecord::from_bytes(record).unwrap();
        assert_eq!(*Second::recover(&guardian, &known).unwrap().store(), share);
        assert_eq!(*second.transfer().to_bytes(), transfer);
        let known = ShareTransfer::from_bytes(transfer).unwrap();
        let received = Second::from_transfer(&guardian, &known, ChannelKey(LEAD_KEY)).unwrap();
        assert_eq!(*received.store(), share);
        let (holder, kept) = lead.take_over(&ward, &known).unwrap();
        assert_eq!(*kept, of_lead);
        let plist = holder.store_list();
        let restored = pairnym::holder::Holder::restore_share(&ward, &id, &plist, &kept).unwrap();
        assert_eq!(restored.commitment(), lead.commitment());
    }
}

/// The bytes, of which the same message can be read.
fn again<M: Message>(message: &M) -> Vec<u8> {
    let bytes = message.to_bytes();
    assert_eq!(M::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    bytes
}
