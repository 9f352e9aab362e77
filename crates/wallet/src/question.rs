//! What a person must see before they decide (SPEC §16.1).

use pairnym::attribute::{Condition, Value};
use pairnym::{Name, PlatformId, Pseudonym, Purpose, UnixTime, Wanted};
use pairnym_transport::permission::Standing;

/// A platform's question, as it is shown.
#[derive(Clone, Debug)]
pub struct Question {
    /// The host that asks, which the connection authenticated.
    pub platform: PlatformId,
    /// What a registrar says about it; anything but a permission is a warning.
    pub standing: Standing,
    /// What for.
    pub purpose: Purpose,
    /// For which of the platform's applications.
    pub label: Option<Name>,
    /// Whether it asks for a presentation or a login.
    pub wanted: Wanted,
    /// What the platform would learn: the names and the person's values, for the person's eyes.
    /// Their disclosure needs a consent of its own.
    pub disclosed: Vec<(Name, Value)>,
    /// What it requires of them.
    pub conditions: Vec<(Name, Condition)>,
    /// What the person would sign.
    pub statement: Option<String>,
    /// The hash of the notice that the platform shows.
    pub notice: Option<[u8; 32]>,
    /// The 网号 that the platform would learn, or knows. A device that does not act alone knows it
    /// only once it has been used there.
    pub pseudonym: Option<Pseudonym>,
    /// How often this platform was answered before, by the history.
    pub before: usize,
    /// The last second at which it can be answered.
    pub expires: UnixTime,
    /// Why the wallet cannot answer. The person can only decline then, and the platform does not
    /// learn why.
    pub obstacle: Option<Obstacle>,
}

/// Why a request cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is no credential of a slot that it accepts: fetch one.
    NoCredential,
    /// The credential has no evidence left: fetch another.
    NoEvidence,
    /// The authority denied a credential, and the person has not decided to go on.
    Denied,
    /// Anything else, as the core names it: a condition that is not met, say.
    Refused(pairnym::Error),
}

/// What the person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To answer; is refused if the request discloses anything.
    Answer,
    /// To answer, and to disclose what is asked for.
    AnswerAndDisclose,
    /// Not to answer.
    Decline,
}
