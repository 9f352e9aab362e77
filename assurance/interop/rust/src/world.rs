//! All that the steps before have left behind, and the table of the steps.

use pairnym::{
    authority::EvidenceSessions,
    holder::EvidenceBatch,
    shared::{CoSessions, Second},
};
use serde::Deserialize;

use crate::authority::Authority;
use crate::coins::Coins;
use crate::credential::{AwaitingIssuance, HeldCredential};
use crate::device::Device;
use crate::evidence::{HeldEvidence, PendingEvidence};
use crate::handles::Handles;
use crate::json::Bytes;
use crate::lead::HeldAct;
use crate::pairing::{HeldInvited, HeldInviting};
use crate::platform::Platform;
use crate::registry::Registry;
use crate::{
    Answer, act, authority, credential, evidence, group, holder, lead, lists, messages, pairing,
    platform, registry, second,
};

/// What is kept under handles.
#[derive(Default)]
pub struct World {
    pub acts: Handles<HeldAct>,
    pub authorities: Handles<Authority>,
    pub batches: Handles<Option<EvidenceBatch>>,
    pub cosessions: Handles<CoSessions>,
    pub credentials: Handles<HeldCredential>,
    pub evidence: Handles<HeldEvidence>,
    pub holders: Handles<Device>,
    pub invited: Handles<HeldInvited>,
    pub inviting: Handles<HeldInviting>,
    pub pending_credentials: Handles<AwaitingIssuance>,
    pub pending_evidence: Handles<PendingEvidence>,
    pub platforms: Handles<Platform>,
    pub registries: Handles<Registry>,
    pub seconds: Handles<Second>,
    pub sessions: Handles<EvidenceSessions>,
}

/// One step of one role.
pub trait Run {
    fn run(self, world: &mut World, coins: &mut Coins) -> Answer;
}

#[derive(Deserialize)]
struct Command {
    coins: Option<Bytes>,
    #[serde(flatten)]
    step: Step,
}

macro_rules! steps {
    ($($op:literal => $variant:ident($fields:ty),)*) => {
        #[derive(Deserialize)]
        #[serde(tag = "op")]
        enum Step {
            $(#[serde(rename = $op)] $variant($fields),)*
        }

        impl Run for Step {
            fn run(self, world: &mut World, coins: &mut Coins) -> Answer {
                match self {
                    $(Self::$variant(step) => step.run(world, coins),)*
                }
            }
        }
    };
}

steps! {
    "parameters.make" => ParametersMake(lists::MakeParameters),
    "list.make" => ListMake(lists::Make),
    "list.succeed" => ListSucceed(lists::Succeed),
    "list.slot" => ListSlot(lists::Slot),
    "list.first" => ListFirst(lists::First),
    "list.renew" => ListRenew(lists::Renew),
    "list.rotate" => ListRotate(lists::Rotate),
    "list.withdraw" => ListWithdraw(lists::Withdraw),
    "holder.new" => HolderNew(holder::New),
    "holder.restore" => HolderRestore(holder::Restore),
    "holder.take_list" => HolderTakeList(holder::TakeList),
    "holder.store_list" => HolderStoreList(holder::StoreList),
    "holder.pseudonym" => HolderPseudonym(holder::Pseudonym),
    "holder.enroll" => HolderEnroll(holder::Enroll),
    "holder.accept_offer" => HolderAcceptOffer(credential::AcceptOffer),
    "holder.finish_credential" => HolderFinishCredential(credential::Finish),
    "holder.request_evidence" => HolderRequestEvidence(evidence::Request),
    "holder.challenge_evidence" => HolderChallengeEvidence(evidence::Challenge),
    "holder.finish_evidence" => HolderFinishEvidence(evidence::Finish),
    "holder.receive" => HolderReceive(credential::Receive),
    "holder.load_credential" => HolderLoadCredential(credential::Load),
    "holder.load_evidence" => HolderLoadEvidence(evidence::Load),
    "holder.present" => HolderPresent(holder::Present),
    "holder.log_in" => HolderLogIn(holder::LogIn),
    "authority.new" => AuthorityNew(authority::New),
    "authority.take_list" => AuthorityTakeList(authority::TakeList),
    "authority.open_ticket" => AuthorityOpenTicket(authority::Ticket),
    "authority.check_enrollment" => AuthorityCheckEnrollment(authority::CheckEnrollment),
    "authority.enroll" => AuthorityEnroll(authority::Enroll),
    "authority.offer" => AuthorityOffer(authority::Offer),
    "authority.check_issuance" => AuthorityCheckIssuance(authority::CheckIssuance),
    "authority.issue" => AuthorityIssue(authority::Issue),
    "authority.open_evidence" => AuthorityOpenEvidence(authority::OpenEvidence),
    "authority.respond" => AuthorityRespond(authority::Respond),
    "sessions.new" => SessionsNew(authority::NewSessions),
    "registry.new" => RegistryNew(registry::New),
    "registry.set_values" => RegistrySetValues(registry::SetValues),
    "registry.delete" => RegistryDelete(registry::Delete),
    "platform.new" => PlatformNew(platform::New),
    "platform.take_list" => PlatformTakeList(platform::TakeList),
    "platform.request" => PlatformRequest(platform::Request),
    "platform.verify" => PlatformVerify(platform::Verify),
    "platform.verify_batch" => PlatformVerifyBatch(platform::VerifyBatch),
    "platform.verify_login" => PlatformVerifyLogin(platform::VerifyLogin),
    "act.check_presentation" => ActCheckPresentation(act::CheckPresentation),
    "act.check_login" => ActCheckLogin(act::CheckLogin),
    "second.invite" => SecondInvite(pairing::Invite),
    "second.accept" => SecondAccept(pairing::AcceptAnswer),
    "lead.accept" => LeadAccept(pairing::Accept),
    "lead.answer" => LeadAnswer(pairing::AnswerCommitment),
    "lead.finish" => LeadFinish(pairing::Finish),
    "lead.store" => LeadStore(pairing::StorePairing),
    "lead.restore" => LeadRestore(pairing::Restore),
    "lead.record" => LeadRecord(pairing::Record),
    "lead.take_over" => LeadTakeOver(pairing::TakeOver),
    "second.store" => SecondStore(pairing::StoreShare),
    "second.restore" => SecondRestore(pairing::RestoreShare),
    "second.recover" => SecondRecover(pairing::Recover),
    "second.transfer" => SecondTransfer(pairing::Transfer),
    "second.receive" => SecondReceive(pairing::Receive),
    "lead.ask_to_enroll" => LeadAskToEnroll(lead::Enroll),
    "lead.ask_for_credential" => LeadAskForCredential(lead::AcceptOffer),
    "lead.ask_to_present" => LeadAskToPresent(lead::Present),
    "lead.ask_to_log_in" => LeadAskToLogIn(lead::LogIn),
    "lead.commit" => LeadCommit(lead::Commit),
    "lead.complete" => LeadComplete(lead::Complete),
    "cosessions.new" => CosessionsNew(second::NewSessions),
    "second.approve" => SecondApprove(second::Approve),
    "second.answer" => SecondAnswer(second::AnswerNonces),
    "decode" => Decode(messages::Decode),
    "group.decode" => GroupDecode(group::Decode),
    "group.add" => GroupAdd(group::Add),
    "group.subtract" => GroupSubtract(group::Subtract),
    "group.multiply" => GroupMultiply(group::Multiply),
    "group.multiply_base" => GroupMultiplyBase(group::MultiplyBase),
    "group.map" => GroupMap(group::Map),
    "scalar.decode" => ScalarDecode(group::DecodeScalar),
    "scalar.reduce" => ScalarReduce(group::Reduce),
    "scalar.add" => ScalarAdd(group::AddScalars),
    "scalar.subtract" => ScalarSubtract(group::SubtractScalars),
    "scalar.multiply" => ScalarMultiply(group::MultiplyScalars),
    "scalar.negate" => ScalarNegate(group::Negate),
    "scalar.invert" => ScalarInvert(group::Invert),
    "hash.expand" => HashExpand(group::Expand),
    "hash.group" => HashGroup(group::HashToGroup),
}

impl World {
    /// One line, from command to answer.
    pub fn run(&mut self, line: &str) -> Answer {
        let command: Command = serde_json::from_str(line)?;
        let mut coins = Coins::new(command.coins.map(|coins| coins.0));
        let answer = command.step.run(self, &mut coins);
        let left = coins.left()?;
        let mut answer = answer?;
        if let Some(left) = left {
            answer["coins_left"] = left.into();
        }
        Ok(answer)
    }
}

/// The answer of a step that has nothing to say.
pub fn done() -> Answer {
    Ok(serde_json::json!({}))
}
