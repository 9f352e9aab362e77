//! All that the steps before have left behind, and the table of the steps.

use pairnym::UnixTime;
use serde::Deserialize;

use crate::authority::Authority;
use crate::coins::Coins;
use crate::credential::{HeldCredential, PendingCredential};
use crate::evidence::{HeldEvidence, PendingEvidence};
use crate::fault::Fault;
use crate::handles::Handles;
use crate::json::Hex;
use crate::platform::Platform;
use crate::{Answer, authority, credential, evidence, group, holder, messages, platform};

/// What is kept under handles.
#[derive(Default)]
pub struct World {
    pub authorities: Handles<Authority>,
    pub credentials: Handles<HeldCredential>,
    pub evidence: Handles<HeldEvidence>,
    pub holders: Handles<(pairnym::Holder, pairnym::MasterSecret)>,
    pub pending_credentials: Handles<PendingCredential>,
    pub pending_evidence: Handles<PendingEvidence>,
    pub platforms: Handles<Platform>,
}

/// Clock and randomness of one step.
pub struct Context {
    pub now: UnixTime,
    pub coins: Coins,
}

/// One step of one role.
pub trait Run {
    fn run(self, world: &mut World, context: &mut Context) -> Answer;
}

#[derive(Deserialize)]
struct Command {
    coins: Option<Hex<Vec<u8>>>,
    now: Option<u64>,
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
            fn run(self, world: &mut World, context: &mut Context) -> Answer {
                match self {
                    $(Self::$variant(step) => step.run(world, context),)*
                }
            }
        }
    };
}

steps! {
    "holder.new" => HolderNew(holder::New),
    "holder.pseudonym" => HolderPseudonym(holder::Pseudonym),
    "holder.enroll" => HolderEnroll(holder::Enroll),
    "holder.request_credential" => HolderRequestCredential(credential::Request),
    "holder.finish_credential" => HolderFinishCredential(credential::Finish),
    "holder.load_credential" => HolderLoadCredential(credential::Load),
    "holder.request_evidence" => HolderRequestEvidence(evidence::Request),
    "holder.challenge_evidence" => HolderChallengeEvidence(evidence::Challenge),
    "holder.finish_evidence" => HolderFinishEvidence(evidence::Finish),
    "holder.load_evidence" => HolderLoadEvidence(evidence::Load),
    "holder.present" => HolderPresent(holder::Present),
    "holder.log_in" => HolderLogIn(holder::LogIn),
    "authority.new" => AuthorityNew(authority::New),
    "authority.parameters" => AuthorityParameters(authority::Parameters),
    "authority.ticket" => AuthorityTicket(authority::Ticket),
    "authority.enroll" => AuthorityEnroll(authority::Enroll),
    "authority.delete" => AuthorityDelete(authority::Delete),
    "authority.offer" => AuthorityOffer(authority::Offer),
    "authority.issue" => AuthorityIssue(authority::Issue),
    "authority.open_evidence" => AuthorityOpenEvidence(authority::OpenEvidence),
    "authority.respond" => AuthorityRespond(authority::Respond),
    "platform.new" => PlatformNew(platform::New),
    "platform.request" => PlatformRequest(platform::Request),
    "platform.verify" => PlatformVerify(platform::Verify),
    "platform.verify_batch" => PlatformVerifyBatch(platform::VerifyBatch),
    "platform.verify_login" => PlatformVerifyLogin(platform::VerifyLogin),
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
        let coins = Coins::new(command.coins.map(|coins| coins.0));
        let now = command.now.map_or_else(UnixTime::now, UnixTime);
        let mut context = Context { now, coins };
        let answer = command.step.run(self, &mut context);
        let left = context.coins.left()?;
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

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::usage(error)
    }
}
