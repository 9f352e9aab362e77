//! The states of a request (§5). A store makes each change as one compare-and-set; this says which.

use std::fmt;
use std::str::FromStr;

use pairnym::UnixTime;

use crate::flow::{Flow, through_text};
use crate::problem::Refusal;

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Nobody has answered.
    Open,
    /// A wallet has locked it and shows digits; for [`PAIRING`](Self::PAIRING) seconds.
    Pairing,
    /// The digits were typed at the page.
    Paired,
    /// The answer is verified and the nonce used up; for [`REDEMPTION`](Self::REDEMPTION) seconds.
    Answered,
    /// The page has what the answer said.
    Redeemed,
    /// The wallet declined.
    Declined,
    /// Pairing failed.
    Failed,
    /// Too late.
    Expired,
}

/// Whose event it is: of the attempt (and, for an answer, of the message) that is stored, or not.
/// In a state that has stored none it makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The stored one.
    Same,
    /// Another.
    Other,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A wallet pairs.
    Pair(By),
    /// The right digits came from the page.
    RightDigits,
    /// Wrong digits came from the page, with this many tries left after them.
    WrongDigits(u8),
    /// An answer, which is verified before the change.
    Answer(By),
    /// The wallet declines.
    Decline(By),
    /// The page that began redeems, with the right code if one is needed.
    Redeem,
}

/// What becomes of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The change to make.
    Change(State),
    /// A repetition: the first response once more.
    Repeat,
    /// A refusal that nevertheless changes something: the wrong digits, which cost a try and, with
    /// the last one, end it.
    Costs(State, Refusal),
}

impl State {
    /// How long a person has to type the digits, in seconds.
    pub const PAIRING: u64 = 120;
    /// How long a page has to redeem, in seconds.
    pub const REDEMPTION: u64 = 60;
    /// How often digits may be wrong.
    pub const TRIES: u8 = 3;

    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Pairing,
        Self::Paired,
        Self::Answered,
        Self::Redeemed,
        Self::Declined,
        Self::Failed,
        Self::Expired,
    ];

    /// Where a stored state is at a time: what ends by itself need not be written. `since` is when
    /// the state began, `expires` the request's expiry; all of them are still good in their last
    /// second.
    ///
    /// ```
    /// # use pairnym_transport::State;
    /// # use pairnym::UnixTime;
    /// let [since, expires] = [UnixTime(1_000), UnixTime(1_600)];
    /// assert_eq!(State::Pairing.at(since, expires, UnixTime(1_120)), State::Pairing);
    /// assert_eq!(State::Pairing.at(since, expires, UnixTime(1_121)), State::Failed);
    /// ```
    #[must_use]
    pub const fn at(self, since: UnixTime, expires: UnixTime, now: UnixTime) -> Self {
        let (pairs, redeems) =
            (since.0.saturating_add(Self::PAIRING), since.0.saturating_add(Self::REDEMPTION));
        match self {
            // Whichever comes first.
            Self::Pairing if now.0 > pairs && pairs < expires.0 => Self::Failed,
            Self::Open | Self::Pairing | Self::Paired if now.0 > expires.0 => Self::Expired,
            Self::Answered if now.0 > redeems => Self::Expired,
            state => state,
        }
    }

    /// What an event does, in a request of this flow.
    ///
    /// # Errors
    /// The refusal; nothing changes.
    pub const fn on(self, flow: Flow, event: Event) -> Result<Step, Refusal> {
        use {By::*, Event::*, State::*, Step::*};
        let same_device = matches!(flow, Flow::SameDevice);
        Ok(match (event, self) {
            (_, Expired) => return Err(Refusal::Expired),
            (Pair(_), _) if same_device => return Err(Refusal::WrongFlow),
            (_, Failed) => return Err(Refusal::PairingFailed),

            (Pair(_), Open) => Change(Pairing),
            (RightDigits, Pairing) => Change(Paired),
            (WrongDigits(0), Pairing) => Costs(Failed, Refusal::PairingFailed),
            (WrongDigits(_), Pairing) => Costs(Pairing, Refusal::WrongDigits),
            (Answer(_), Open) if same_device => Change(Answered),
            (Answer(Same), Paired) => Change(Answered),
            (Decline(_), Open) | (Decline(Same), Pairing | Paired) => Change(Declined),
            (Redeem, Answered) => Change(Redeemed),

            (Pair(Same), Pairing | Paired)
            | (RightDigits, Paired)
            | (Answer(Same), Answered | Redeemed)
            | (Decline(Same), Declined) => Repeat,

            (Answer(_), Open | Pairing) => return Err(Refusal::NotPaired),
            (Pair(Other) | Decline(Other), Pairing | Paired) | (Answer(Other), Paired) => {
                return Err(Refusal::Taken);
            }
            (RightDigits | WrongDigits(_), _) => return Err(Refusal::NotPairing),
            (Redeem, Open | Pairing | Paired) => return Err(Refusal::NotAnswered),
            (Redeem, Declined) => return Err(Refusal::Declined),
            (Pair(_) | Answer(_) | Decline(_) | Redeem, _) => return Err(Refusal::Replayed),
        })
    }

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pairing => "pairing",
            Self::Paired => "paired",
            Self::Answered => "answered",
            Self::Redeemed => "redeemed",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownState;

impl fmt::Display for UnknownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no state")
    }
}

impl std::error::Error for UnknownState {}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

through_text!(State);
