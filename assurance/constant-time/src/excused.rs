//! The jumps that may depend on a secret, each with the reason.
//!
//! An excuse is one line of pairnym's source, quoted. Whoever changes the line has to look at the
//! excuse again; one that no operation needs, or that an operation does not need although it says
//! so, fails the check.

/// How far an excuse reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The line's own jump, with what `core` and `subtle` have inlined into it.
    Here,
    /// Whatever the line calls.
    Called,
}

/// A line that may jump on a secret.
pub struct Excuse {
    pub file: &'static str,
    pub line: &'static str,
    pub reach: Reach,
    pub reason: &'static str,
}

pub static IDENTITY: Excuse = Excuse {
    file: "src/group.rs",
    line: "if bool::from(bytes.ct_eq(&IDENTITY)) {",
    reach: Reach::Here,
    reason: "whether a point is O, on which the step fails (SPEC §2.1): probability about 2^-252",
};

pub static TAG: Excuse = Excuse {
    file: "src/credential/issue.rs",
    line: "if bool::from(exponent.ct_eq(&Scalar::ZERO)) {",
    reach: Reach::Here,
    reason: "whether x + e = 0, on which issuance fails (SPEC §8.2): probability about 2^-252",
};

pub static OPENING: Excuse = Excuse {
    file: "src/credential/issue.rs",
    line: "self.verify(&open.offer, fixed)",
    reach: Reach::Called,
    reason: "the holder's proof is public but for its challenge, a hash of the offered values, \
             which holder and authority both know, with a nonce that only they know (SPEC §8.1)",
};

pub static RESPONSE: Excuse = Excuse {
    file: "src/credential/issue.rs",
    line: "if !verify_alone(&made, generators.fixed()) {",
    reach: Reach::Called,
    reason: "the authority verifies what it is about to send: A, e, T_1, T_2, x̂ leave, and W and \
             the challenge are functions of them and of the offer (SPEC §8.3)",
};

pub static BATCH: Excuse = Excuse {
    file: "src/group.rs",
    line: "let encodings = RistrettoPoint::double_and_compress_batch(halves);",
    reach: Reach::Called,
    reason: "the curve library asserts that a product from which it left out the zeros is not zero, \
             which is always so",
};

pub static MAC_SENT: Excuse = Excuse {
    file: "src/credential/issue.rs",
    line: "let scaled = RistrettoPoint::vartime_multiscalar_mul([e], [A.point()]);",
    reach: Reach::Called,
    reason: "A and e, which the authority is about to send to the holder (SPEC §8.3)",
};

pub static SENT: Excuse = Excuse {
    file: "src/holder/outgoing.rs",
    line: "let again = crate::wire::decode(&bytes).map_err(|_| Error::Fault);",
    reach: Reach::Called,
    reason: "the holder decodes the bytes that it is about to send, which are public (SPEC §7, \
             §8.1, §11, §13)",
};

pub static SENT_CHECK: Excuse = Excuse {
    file: "src/holder/outgoing.rs",
    line: "if again.and_then(|message| check(&message)).is_err() {",
    reach: Reach::Called,
    reason: "the holder verifies what it decoded from them, against the message that it answers: \
             the other side computes the same from the same (an offer's values are known to both) \
             (SPEC §7, §8.1, §11, §13)",
};

pub static SENT_ALONE: Excuse = Excuse {
    file: "src/holder/login_request.rs",
    line: "if self.verify(&bytes, secrets).is_err() {",
    reach: Reach::Called,
    reason: "a holder without an allocator decodes and verifies the bytes that it is about to send, \
             which are public (SPEC §13)",
};

pub static PAIR: Excuse = Excuse {
    file: "src/credential/evidence.rs",
    line: "if !bool::from((point.point() * key.x()).ct_eq(multiple.point())) {",
    reach: Reach::Here,
    reason: "whether B' = x·A', on which the authority refuses (SPEC §9.2); compared as a whole",
};

pub static RESPONSES: Excuse = Excuse {
    file: "src/credential/evidence.rs",
    line: "if !verify_alone(&answered, Fixed::Points(&[RISTRETTO_BASEPOINT_POINT])) {",
    reach: Reach::Here,
    reason: "whether the authority's answers are right, on which the holder refuses (SPEC §9.4)",
};

pub static STORED_IDENTITY: Excuse = Excuse {
    file: "src/group.rs",
    line: "if bytes == IDENTITY {",
    reach: Reach::Here,
    reason: "whether stored bytes are O, which no stored credential has (SPEC §14.16)",
};

pub static STORED_POINT: Excuse = Excuse {
    file: "src/group.rs",
    line: "let point = CompressedRistretto(bytes).decompress();",
    reach: Reach::Called,
    reason: "whether stored bytes are a point, as those of A and W are (SPEC §14.16)",
};

pub static STORED_SCALAR: Excuse = Excuse {
    file: "src/group.rs",
    line: "if below { Ok(Scalar::from_bytes_mod_order(bytes)) } else { Err(DecodeReason::Scalar) }",
    reach: Reach::Here,
    reason: "whether stored bytes are a scalar, as those of e and ρ are (SPEC §14.16)",
};

pub static STORED_FLAG: Excuse = Excuse {
    file: "src/wire.rs",
    line: "if byte <= 1 { Ok(byte == 1) } else { Err(DecodeReason::Code) }",
    reach: Reach::Here,
    reason: "whether a stored byte is a flag, whichever (SPEC §14.16)",
};

pub static STORED_RHO: Excuse = Excuse {
    file: "src/credential/evidence/item.rs",
    line: "if bool::from(rho.ct_eq(&Scalar::ZERO)) {",
    reach: Reach::Here,
    reason: "whether stored bytes are ρ = 0, which no evidence has (SPEC §14.16)",
};

pub static BELONGS: Excuse = Excuse {
    file: "src/holder/checks.rs",
    line: "if !evidence.belongs_to(credential) {",
    reach: Reach::Here,
    reason: "whether evidence and credential go together, on which the holder refuses (SPEC §11)",
};

pub static ALL_BELONG: Excuse = Excuse {
    file: "src/credential/issue.rs",
    line: "if !evidence.iter().all(|item| item.belongs_to(&self.credential)) {",
    reach: Reach::Here,
    reason: "whether evidence and credential go together, on which the holder refuses (SPEC §9)",
};

pub static COMMITMENT: Excuse = Excuse {
    file: "src/holder/device.rs",
    line: "if Commitment::new(&derive(), generators.points())? != commitment {",
    reach: Reach::Here,
    reason: "whether C_u, computed twice, is the same; it is public (SPEC §7)",
};

pub static ISSUED_WHOLE: Excuse = Excuse {
    file: "src/holder/device.rs",
    line: "self.check_credential(credential)?;",
    reach: Reach::Here,
    reason: "whether an issued credential is whole, on which the holder refuses (SPEC §8.4)",
};

pub static STORED_WHOLE: Excuse = Excuse {
    file: "src/holder/device.rs",
    line: "self.check_credential(&credential)?;",
    reach: Reach::Here,
    reason: "whether a stored credential is whole, on which the holder refuses (SPEC §8.4)",
};

pub static FITS: Excuse = Excuse {
    file: "src/holder/checks.rs",
    line: "evidence.check_fits(credential)?;",
    reach: Reach::Here,
    reason: "whether evidence makes a true statement, without which nothing leaves (SPEC §11)",
};

pub static CONDITION: Excuse = Excuse {
    file: "src/holder/checks.rs",
    line: "if !bool::from(request.met_by(value)) {",
    reach: Reach::Here,
    reason: "whether all conditions are met, on which the holder refuses; not which one (SPEC §11)",
};

pub static MAC: Excuse = Excuse {
    file: "src/stored.rs",
    line: "if !bool::from(self.mac(encoding).ct_eq(mac)) {",
    reach: Reach::Here,
    reason: "whether the MAC of a stored form is right, on which the reader refuses (SPEC §14.16); \
             compared as a whole",
};

pub static SHARE_WHOLE: Excuse = Excuse {
    file: "src/shared/asked.rs",
    line: "share.check()?;",
    reach: Reach::Here,
    reason: "whether both copies of d are the same, without which the second approves nothing \
             (SPEC §20.3); compared as a whole",
};

pub static SESSION: Excuse = Excuse {
    file: "src/shared/second.rs",
    line: "let same = CoSessionId::new(about(&bytes, pseudonym.as_ref()), &commitments) == id",
    reach: Reach::Here,
    reason: "whether h, computed twice, is the same; the lead has it (SPEC §20.3)",
};

pub static ANSWER_CHECK: Excuse = Excuse {
    file: "src/shared/second.rs",
    line: "if !same || !holds(U_0, D, on_scope, &c, &commitments, &response) {",
    reach: Reach::Called,
    reason: "the second verifies its answer: D, N_2, c, T_G and z, which are the lead's if they pass; \
             if not, T_G is not shown, and without T_G z is a random number (SPEC §6.4)",
};

pub static ANSWER_OF_LOGIN: Excuse = Excuse {
    file: "src/shared/joint/login.rs",
    line: "if !holds(lead.base(), lead.share(), None, &c, &Commitments::One([*T_1]), part.z) {",
    reach: Reach::Called,
    reason: "the lead verifies what the second has sent, for the c that both have computed from \
             messages between them (SPEC §20.3)",
};

pub static SUM: Excuse = Excuse {
    file: "src/shared/lead.rs",
    line: "if holder.commitment() != self.commitment() {",
    reach: Reach::Here,
    reason: "whether the sum of both secrets has C_u, which is public (SPEC §20.6)",
};

pub static STORED_SUM: Excuse = Excuse {
    file: "src/shared/lead.rs",
    line: "if *holder.commitment() == kept.commitment { Ok(holder) } else { Err(Error::Fault) }",
    reach: Reach::Here,
    reason: "the same, of a stored share (SPEC §20.6)",
};

pub static TAKEN_SHARE: Excuse = Excuse {
    file: "src/shared/lead.rs",
    line: "if !fits || !bool::from(D.ct_eq(share.point())) {",
    reach: Reach::Here,
    reason: "whether d·U_0 is D, without which the lead refuses a share (SPEC §20.6); compared as a \
             whole",
};

pub static STORED_SHARE: Excuse = Excuse {
    file: "src/shared/share.rs",
    line: "if bool::from(d.ct_eq(&Scalar::ZERO)) { Err(DecodeReason::Range) } else { Ok(d) }",
    reach: Reach::Here,
    reason: "whether the bytes of a share are d = 0, which no share has (SPEC §14.17)",
};

pub static RECOVERED: Excuse = Excuse {
    file: "src/shared/second.rs",
    line: "if share.point() != D {",
    reach: Reach::Here,
    reason: "whether D is the second's own, which the lead has (SPEC §20.5)",
};
