//! What is stored of a request, and how the steps of TRANSPORT.md §5 change it, without a store.

use std::fmt;

use pairnym::{Nonce, UnixTime};
use pairnym_transport::Step::{Change, Costs, Repeat};
use pairnym_transport::{By, Digits, Event, Flow, Refusal, State};

use crate::Hashed;

/// A request that this platform opened.
///
/// `Debug` does not show what it asks and what was answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The nonce of the request, which answering it uses up.
    pub nonce: Nonce,
    /// The bytes of the request, the same for everybody who fetches them.
    pub request: Vec<u8>,
    /// The last second at which it can be paired, answered or declined.
    pub expires: UnixTime,
    /// How it reaches the wallet.
    pub flow: Flow,
    /// The cookie of the browser that began: a new one for each request.
    pub browser: Hashed,
    /// What the server wants to find again with the request, such as where its page goes on. Nothing
    /// about the person.
    pub context: Vec<u8>,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a request has come, with what belongs to it.
#[derive(Clone, PartialEq, Eq)]
pub enum Stage {
    /// [`State::Open`].
    Open,
    /// [`State::Pairing`].
    Pairing {
        /// The attempt that locked it: no other can go on.
        attempt: Hashed,
        /// What must be typed. It is good for the browser that began, and for nobody else.
        digits: Digits,
        /// When it was locked.
        since: UnixTime,
        /// How often digits can still be typed.
        tries: u8,
    },
    /// [`State::Paired`].
    Paired {
        /// The attempt that locked it.
        attempt: Hashed,
        /// What was typed.
        digits: Digits,
    },
    /// [`State::Answered`].
    Answered {
        /// By which answer.
        reply: Reply,
        /// The code with which the page takes the result.
        code: Hashed,
        /// When it was answered.
        since: UnixTime,
        /// What came of it, for the page to take; stored until it is taken.
        result: Vec<u8>,
    },
    /// [`State::Redeemed`].
    Redeemed {
        /// What answered it.
        reply: Reply,
    },
    /// [`State::Declined`].
    Declined {
        /// The attempt that declined.
        attempt: Hashed,
    },
    /// [`State::Failed`], by digits; by time, nothing is written.
    Failed,
}

/// Which answer it is. The same one again is a repetition, after a lost response; any other is a
/// replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The wallet's attempt.
    pub attempt: Hashed,
    /// The bytes of the answer.
    pub message: Hashed,
}

/// What came of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// They are right.
    Right,
    /// They are wrong (`wrong_digits`).
    Wrong {
        /// How often digits can still be typed: 1 at least.
        tries: u8,
    },
}

/// What happens: a new stage, if any, and what to say once it is reached.
pub(crate) struct Step<T> {
    pub(crate) next: Option<Stage>,
    pub(crate) outcome: Result<T, Refusal>,
}

impl<T> Step<T> {
    const fn to(next: Stage, outcome: Result<T, Refusal>) -> Self {
        Self { next: Some(next), outcome }
    }

    const fn stay(outcome: Result<T, Refusal>) -> Self {
        Self { next: None, outcome }
    }

    pub(crate) const fn refuse(refusal: Refusal) -> Self {
        Self::stay(Err(refusal))
    }
}

impl Row {
    /// Its state at this time.
    #[must_use]
    pub const fn state(&self, now: UnixTime) -> State {
        let (state, since) = match &self.stage {
            Stage::Open => (State::Open, now),
            Stage::Pairing { since, .. } => (State::Pairing, *since),
            Stage::Paired { .. } => (State::Paired, now),
            Stage::Answered { since, .. } => (State::Answered, *since),
            Stage::Redeemed { .. } => (State::Redeemed, now),
            Stage::Declined { .. } => (State::Declined, now),
            Stage::Failed => (State::Failed, now),
        };
        state.at(since, self.expires, now)
    }

    fn on(&self, event: Event, now: UnixTime) -> Result<pairnym_transport::Step, Refusal> {
        self.state(now).on(self.flow, event)
    }

    /// Whether an answer would be admitted at this time, which is to be asked before it is verified:
    /// `true` if it would, `false` if exactly this one counted before and the response is to be
    /// repeated.
    ///
    /// # Errors
    /// As of [`Requests::answer`](crate::Requests::answer).
    pub fn admits(&self, reply: &Reply, now: UnixTime) -> Result<bool, Refusal> {
        Ok(self.on(Event::Answer(self.by_reply(reply)), now)? != Repeat)
    }

    pub(crate) fn pair(
        &self,
        attempt: Hashed,
        drawn: Digits,
        now: UnixTime,
    ) -> Step<Option<Digits>> {
        match (self.on(Event::Pair(self.by_attempt(&attempt)), now), &self.stage) {
            (Err(refusal), _) => Step::refuse(refusal),
            (Ok(Repeat), Stage::Pairing { digits, .. }) => Step::stay(Ok(Some(*digits))),
            (Ok(Repeat), _) => Step::stay(Ok(None)),
            (Ok(Change(_) | Costs(..)), _) => {
                let (digits, since, tries) = (drawn, now, State::TRIES);
                Step::to(Stage::Pairing { attempt, digits, since, tries }, Ok(Some(drawn)))
            }
        }
    }

    pub(crate) fn confirm(&self, typed: Digits, now: UnixTime) -> Step<Typed> {
        let (attempt, digits, since, tries) = match self.stage {
            Stage::Pairing { attempt, digits, since, tries } => (attempt, digits, since, tries),
            Stage::Paired { attempt, digits } => (attempt, digits, now, 0),
            // No digits are waited for, so it does not matter which they are.
            _ => return Step::stay(self.on(Event::RightDigits, now).map(|_| Typed::Right)),
        };
        let left = tries.saturating_sub(1);
        let event = if digits == typed { Event::RightDigits } else { Event::WrongDigits(left) };
        match self.on(event, now) {
            Err(refusal) => Step::refuse(refusal),
            Ok(Repeat) => Step::stay(Ok(Typed::Right)),
            Ok(Change(_)) => Step::to(Stage::Paired { attempt, digits }, Ok(Typed::Right)),
            Ok(Costs(State::Failed, refusal)) => Step::to(Stage::Failed, Err(refusal)),
            Ok(Costs(..)) => {
                let next = Stage::Pairing { attempt, digits, since, tries: left };
                Step::to(next, Ok(Typed::Wrong { tries: left }))
            }
        }
    }

    /// `next` is the stage that the answer leads to. The outcome is whether it does so now.
    pub(crate) fn answer(
        &self,
        nonce: &Nonce,
        reply: &Reply,
        now: UnixTime,
        next: Option<&Stage>,
    ) -> Step<bool> {
        match (self.admits(reply, now), next) {
            (Err(refusal), _) => Step::refuse(refusal),
            (Ok(false), _) => Step::stay(Ok(false)),
            // It was verified for another request.
            (Ok(true), _) if self.nonce != *nonce => Step::refuse(Refusal::UnknownRequest),
            (Ok(true), None) => Step::refuse(Refusal::Expired),
            (Ok(true), Some(next)) => Step::to(next.clone(), Ok(true)),
        }
    }

    pub(crate) fn decline(&self, attempt: Hashed, now: UnixTime) -> Step<()> {
        match self.on(Event::Decline(self.by_attempt(&attempt)), now) {
            Err(refusal) => Step::refuse(refusal),
            Ok(Repeat) => Step::stay(Ok(())),
            Ok(Change(_) | Costs(..)) => Step::to(Stage::Declined { attempt }, Ok(())),
        }
    }

    pub(crate) fn redeem(&self, given: Option<Hashed>, now: UnixTime) -> Step<Vec<u8>> {
        match (self.on(Event::Redeem, now), &self.stage) {
            (Err(refusal), _) => Step::refuse(refusal),
            (Ok(_), Stage::Answered { code, .. })
                if self.flow == Flow::SameDevice && given != Some(*code) =>
            {
                Step::refuse(Refusal::WrongCode)
            }
            (Ok(_), Stage::Answered { reply, result, .. }) => {
                Step::to(Stage::Redeemed { reply: *reply }, Ok(result.clone()))
            }
            (Ok(_), _) => Step::refuse(Refusal::NotAnswered),
        }
    }

    fn by_attempt(&self, by: &Hashed) -> By {
        let same = match &self.stage {
            Stage::Pairing { attempt, .. }
            | Stage::Paired { attempt, .. }
            | Stage::Declined { attempt } => attempt == by,
            _ => false,
        };
        if same { By::Same } else { By::Other }
    }

    fn by_reply(&self, by: &Reply) -> By {
        match &self.stage {
            Stage::Answered { reply, .. } | Stage::Redeemed { reply } if reply == by => By::Same,
            Stage::Paired { attempt, .. } if *attempt == by.attempt => By::Same,
            _ => By::Other,
        }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("stage", &self.stage).finish_non_exhaustive()
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Pairing { .. } => "Pairing",
            Self::Paired { .. } => "Paired",
            Self::Answered { .. } => "Answered",
            Self::Redeemed { .. } => "Redeemed",
            Self::Declined { .. } => "Declined",
            Self::Failed => "Failed",
        })
    }
}
