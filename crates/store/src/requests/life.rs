//! The life of a request (TRANSPORT.md §5): what can happen to it in which state, without a store.

use pairnym::{Nonce, UnixTime};

use crate::Hashed;

/// For how long after the pairing the digits can be typed, in seconds.
pub const DIGITS_LIFE: u64 = 120;
/// How often they can be typed wrongly: the last time ends the request.
pub const DIGITS_TRIES: u8 = 3;
/// For how long after the answer it can be redeemed, in seconds.
pub const CODE_LIFE: u64 = 60;

/// A request that this platform opened.
///
/// `Debug` does not show what it asks and what was answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The nonce of the request, which answering it uses up.
    pub nonce: Nonce,
    /// The bytes of the request, the same for everybody who fetches them.
    pub request: Vec<u8>,
    /// The last second at which it can be paired, confirmed, answered or declined.
    pub expires: UnixTime,
    /// How it reaches the wallet.
    pub flow: Flow,
    /// The cookie of the browser that began: a new one for each request.
    pub browser: Hashed,
    /// What the server wants to find again with the request, such as where its page goes on. Nothing
    /// about the person.
    pub context: Vec<u8>,
    /// How far it is.
    pub state: State,
}

/// How a request reaches the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// By a link on the wallet's own device.
    SameDevice,
    /// By a code that the wallet scans from another device: wallet and page must be paired first.
    CrossDevice,
}

/// How far a request is, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody has done anything yet.
    Open,
    /// A wallet locked it, and shows digits to be typed at the page.
    Pairing {
        /// The attempt that locked it: no other can go on.
        attempt: Hashed,
        /// What must be typed: ASCII. It is good for the browser that began, and nobody else.
        digits: [u8; 6],
        /// When it was locked.
        at: UnixTime,
        /// How often digits can still be typed.
        tries: u8,
    },
    /// The digits were typed: the wallet may answer.
    Paired {
        /// The attempt that locked it.
        attempt: Hashed,
        /// What was typed.
        digits: [u8; 6],
    },
    /// An answer verified, and used up the nonce.
    Answered {
        /// Which one.
        reply: Reply,
        /// The code with which the page takes the result.
        code: Hashed,
        /// When it was answered.
        at: UnixTime,
        /// What came of it, for the page to take; stored until it is taken.
        result: Vec<u8>,
    },
    /// The page took the result.
    Redeemed {
        /// Which answer it was.
        reply: Reply,
    },
    /// The wallet declined.
    Declined {
        /// Its attempt.
        attempt: Hashed,
    },
    /// The wrong digits were typed too often.
    Failed,
}

/// How far a request is at a certain time: what ends by itself is not written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// As [`State::Open`].
    Open,
    /// As [`State::Pairing`].
    Pairing,
    /// As [`State::Paired`].
    Paired,
    /// As [`State::Answered`].
    Answered,
    /// As [`State::Redeemed`].
    Redeemed,
    /// As [`State::Declined`].
    Declined,
    /// As [`State::Failed`], or the digits were not typed in time.
    Failed,
    /// It was not answered, or its result not taken, in time.
    Expired,
}

/// Which answer it is. The same one again is a repetition, after a lost response; any other is a
/// replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The hash of the wallet's attempt: a random number that it uses for pairing, answer and
    /// repetitions.
    pub attempt: Hashed,
    /// The hash of the bytes of the answer.
    pub message: Hashed,
}

/// Why nothing happens to a request; in brackets the problem of TRANSPORT.md §11. What is refused
/// changes nothing, but for digits typed wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such request, or none any more (`unknown_request`).
    Unknown,
    /// It was not answered, or its result not taken, in time (`expired`).
    Expired,
    /// Another attempt was first (`taken`).
    Taken,
    /// A request for the same device is not paired (`wrong_flow`).
    WrongFlow,
    /// No digits are expected (`not_pairing`).
    NotPairing,
    /// Other digits were expected, and can still be typed so many times (`wrong_digits`).
    WrongDigits {
        /// How many.
        left: u8,
    },
    /// The wrong digits were typed too often, or none in time (`pairing_failed`).
    PairingFailed,
    /// The digits have not been typed (`not_paired`).
    NotPaired,
    /// It was answered or declined already, in another way (`replayed`).
    Replayed,
    /// Nobody has answered it yet (`not_answered`).
    NotAnswered,
    /// Its result has another code (`wrong_code`).
    WrongCode,
    /// It was declined (`declined`).
    Declined,
}

/// What happens: a new state, if any, and what to say once it is reached.
pub(crate) struct Step<T> {
    pub(crate) next: Option<State>,
    pub(crate) outcome: Result<T, Refusal>,
}

impl<T> Step<T> {
    const fn to(next: State, outcome: Result<T, Refusal>) -> Self {
        Self { next: Some(next), outcome }
    }

    const fn stay(outcome: T) -> Self {
        Self { next: None, outcome: Ok(outcome) }
    }

    pub(crate) const fn refuse(refusal: Refusal) -> Self {
        Self { next: None, outcome: Err(refusal) }
    }
}

impl Row {
    /// How far it is at this time.
    #[must_use]
    pub fn phase(&self, now: UnixTime) -> Phase {
        let expired = now > self.expires;
        match &self.state {
            State::Pairing { at, .. } => {
                let last = later(*at, DIGITS_LIFE);
                match now > last && last < self.expires {
                    true => Phase::Failed,
                    false if expired => Phase::Expired,
                    false => Phase::Pairing,
                }
            }
            State::Open | State::Paired { .. } if expired => Phase::Expired,
            State::Open => Phase::Open,
            State::Paired { .. } => Phase::Paired,
            State::Answered { at, .. } if now > later(*at, CODE_LIFE) => Phase::Expired,
            State::Answered { .. } => Phase::Answered,
            State::Redeemed { .. } => Phase::Redeemed,
            State::Declined { .. } => Phase::Declined,
            State::Failed => Phase::Failed,
        }
    }

    /// Whether exactly this reply answered the request, and the answer has not expired: then the
    /// response was lost, and is repeated without verifying anything.
    #[must_use]
    pub fn is_answered_by(&self, by: &Reply, now: UnixTime) -> bool {
        match &self.state {
            State::Answered { reply, .. } | State::Redeemed { reply } => {
                reply == by && self.phase(now) != Phase::Expired
            }
            _ => false,
        }
    }

    pub(crate) fn pair(
        &self,
        attempt: Hashed,
        digits: [u8; 6],
        now: UnixTime,
    ) -> Step<Option<[u8; 6]>> {
        match (self.phase(now), &self.state) {
            (Phase::Expired, _) => Step::refuse(Refusal::Expired),
            _ if self.flow == Flow::SameDevice => Step::refuse(Refusal::WrongFlow),
            (Phase::Failed, _) => Step::refuse(Refusal::PairingFailed),
            (_, State::Open) => {
                let tries = DIGITS_TRIES;
                Step::to(State::Pairing { attempt, digits, at: now, tries }, Ok(Some(digits)))
            }
            (_, State::Pairing { digits, .. }) if self.is_locked_by(&attempt) => {
                Step::stay(Some(*digits))
            }
            (_, State::Paired { .. }) if self.is_locked_by(&attempt) => Step::stay(None),
            (Phase::Pairing | Phase::Paired, _) => Step::refuse(Refusal::Taken),
            _ => Step::refuse(Refusal::Replayed),
        }
    }

    pub(crate) fn confirm(&self, typed: &[u8; 6], now: UnixTime) -> Step<()> {
        match (self.phase(now), &self.state) {
            (Phase::Expired, _) => Step::refuse(Refusal::Expired),
            (Phase::Failed, _) => Step::refuse(Refusal::PairingFailed),
            (_, State::Pairing { attempt, digits, .. }) if digits == typed => {
                Step::to(State::Paired { attempt: *attempt, digits: *digits }, Ok(()))
            }
            (_, State::Pairing { attempt, digits, at, tries }) => match tries.saturating_sub(1) {
                0 => Step::to(State::Failed, Err(Refusal::PairingFailed)),
                left => {
                    let (attempt, digits, at) = (*attempt, *digits, *at);
                    let next = State::Pairing { attempt, digits, at, tries: left };
                    Step::to(next, Err(Refusal::WrongDigits { left }))
                }
            },
            (_, State::Paired { digits, .. }) if digits == typed => Step::stay(()),
            _ => Step::refuse(Refusal::NotPairing),
        }
    }

    /// `next` is the state that the answer leads to. The outcome is whether it does so now.
    pub(crate) fn answer(
        &self,
        nonce: &Nonce,
        reply: &Reply,
        now: UnixTime,
        next: Option<&State>,
    ) -> Step<bool> {
        match self.phase(now) {
            Phase::Expired => Step::refuse(Refusal::Expired),
            Phase::Failed => Step::refuse(Refusal::PairingFailed),
            _ if self.is_answered_by(reply, now) => Step::stay(false),
            Phase::Answered | Phase::Redeemed | Phase::Declined => Step::refuse(Refusal::Replayed),
            Phase::Open | Phase::Pairing if self.flow == Flow::CrossDevice => {
                Step::refuse(Refusal::NotPaired)
            }
            Phase::Paired if !self.is_locked_by(&reply.attempt) => Step::refuse(Refusal::Taken),
            // It was verified for another request.
            _ if self.nonce != *nonce => Step::refuse(Refusal::Unknown),
            Phase::Open | Phase::Pairing | Phase::Paired => match next {
                Some(next) => Step::to(next.clone(), Ok(true)),
                None => Step::refuse(Refusal::Expired),
            },
        }
    }

    pub(crate) fn decline(&self, attempt: Hashed, now: UnixTime) -> Step<()> {
        match (self.phase(now), &self.state) {
            (Phase::Expired, _) => Step::refuse(Refusal::Expired),
            (Phase::Failed, _) => Step::refuse(Refusal::PairingFailed),
            (_, State::Declined { attempt: first }) if *first == attempt => Step::stay(()),
            (Phase::Pairing | Phase::Paired, _) if !self.is_locked_by(&attempt) => {
                Step::refuse(Refusal::Taken)
            }
            (Phase::Open | Phase::Pairing | Phase::Paired, _) => {
                Step::to(State::Declined { attempt }, Ok(()))
            }
            _ => Step::refuse(Refusal::Replayed),
        }
    }

    pub(crate) fn redeem(&self, by: Option<&Hashed>, now: UnixTime) -> Step<Vec<u8>> {
        match (self.phase(now), &self.state) {
            (Phase::Expired, _) => Step::refuse(Refusal::Expired),
            (Phase::Failed, _) => Step::refuse(Refusal::PairingFailed),
            (_, State::Answered { code, .. })
                if self.flow == Flow::SameDevice && by != Some(code) =>
            {
                Step::refuse(Refusal::WrongCode)
            }
            (_, State::Answered { reply, result, .. }) => {
                Step::to(State::Redeemed { reply: *reply }, Ok(result.clone()))
            }
            (Phase::Redeemed, _) => Step::refuse(Refusal::Replayed),
            (Phase::Declined, _) => Step::refuse(Refusal::Declined),
            _ => Step::refuse(Refusal::NotAnswered),
        }
    }

    fn is_locked_by(&self, by: &Hashed) -> bool {
        match &self.state {
            State::Pairing { attempt, .. } | State::Paired { attempt, .. } => attempt == by,
            _ => false,
        }
    }
}

const fn later(time: UnixTime, seconds: u64) -> UnixTime {
    UnixTime(time.0.saturating_add(seconds))
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("state", &self.state).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
