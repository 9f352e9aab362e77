//! The list of targets.

use pairnym::{message::*, shared::*, *};

use crate::decoders::{Wire, decoder};
use crate::exchange::{Fault, exchange};
use crate::{batch, chain, forgery, grammar, holding, names, serialised, shared, storage};

/// Takes the input of a fuzzer; panics if something is wrong.
pub type Run = fn(&[u8]);

/// A fuzz target.
pub struct Target {
    pub name: &'static str,
    pub run: Run,
}

const fn target(name: &'static str, run: Run) -> Target {
    Target { name, run }
}

fn decodes<W: Wire>(bytes: &[u8]) {
    decoder::<W>(bytes, W::decode);
}

/// All targets. The corpus of a target has its name.
pub const TARGETS: &[Target] = &[
    target("authority_parameters", decodes::<AuthorityParameters>),
    target("enrollment_ticket", decodes::<EnrollmentTicket>),
    target("enrollment_request", decodes::<EnrollmentRequest>),
    target("issuance_offer", decodes::<IssuanceOffer>),
    target("issuance_request", decodes::<IssuanceRequest>),
    target("issuance_response", decodes::<IssuanceResponse>),
    target("evidence_request", decodes::<EvidenceRequest>),
    target("evidence_commitments", decodes::<EvidenceCommitments>),
    target("evidence_challenges", decodes::<EvidenceChallenges>),
    target("evidence_responses", decodes::<EvidenceResponses>),
    target("request", |bytes| {
        decodes::<Request>(bytes);
        holding::holding::<holding::Own>(bytes);
    }),
    target("presentation", decodes::<Presentation>),
    target("login", decodes::<Login>),
    target("parameter_list", decodes::<ParameterList>),
    target("pairing_invitation", decodes::<PairingInvitation>),
    target("pairing_answer", decodes::<PairingAnswer>),
    target("pairing_commitment", decodes::<PairingCommitment>),
    target("co_request", decodes::<CoRequest>),
    target("co_approval", decodes::<CoApproval>),
    target("co_nonces", decodes::<CoNonces>),
    target("co_answer", decodes::<CoAnswer>),
    target("share_transfer", decodes::<ShareTransfer>),
    target("pairing_record", decodes::<PairingRecord>),
    target("list", |bytes| chain::chain(bytes, ParameterList::check_successor)),
    target("storage", storage::storage::<storage::Own>),
    target("text", |bytes| names::text(bytes, grammar::is_text)),
    target("pseudonym", |bytes| names::pseudonym(bytes, str::parse)),
    target("identifiers", |bytes| names::identifiers(bytes, PlatformId::new)),
    target("serialised", serialised::serialised::<serialised::Own>),
    target("forgery", forgery::forgery::<forgery::Own>),
    target("batch", batch::batch::<batch::Own>),
    target("exchange", |bytes| exchange(bytes, Fault::None)),
    target("shared", |bytes| shared::shared(bytes, shared::Fault::None)),
];
