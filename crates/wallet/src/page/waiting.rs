//! What waits for the person between two calls: questions, digits, offers. In memory, bounded in
//! number and time, and gone once it is decided.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;

use pairnym::{PlatformId, UnixTime};
use pairnym_transport::Digits;
use pairnym_transport::permission::Report;

use super::gate::Token;
use crate::wallet::Ask;
use crate::{Asked, Decision, Offer, Pairing};

/// How many wait at most; the oldest goes first.
const MOST: usize = 16;
/// How long, in seconds.
const PATIENCE: u64 = 900;

/// What waits.
pub(super) enum Waits {
    Asks(Box<Asked>),
    Pairs(Box<Pairing>),
    /// A call to the platform is under way for it.
    Busy(Box<PlatformId>, Option<Digits>),
    OverAsks(Box<Report>),
    Offers(Box<Offer>),
    /// What another device asks, and who waits for the decision.
    Attends(Box<Ask>, Sender<Decision>),
}

struct One {
    id: String,
    since: UnixTime,
    waits: Waits,
}

/// All that wait, the oldest first.
#[derive(Default)]
pub(super) struct Waiting(VecDeque<One>);

impl Waiting {
    /// Puts it there, and returns under which random name.
    pub(super) fn put(&mut self, waits: Waits, now: UnixTime) -> String {
        let id = Token::generate().to_string();
        self.keep(&id, waits, now);
        id
    }

    /// Puts it there under a name that it had.
    pub(super) fn keep(&mut self, id: &str, waits: Waits, now: UnixTime) {
        self.sweep(now);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(One { id: id.to_owned(), since: now, waits });
    }

    pub(super) fn see(&mut self, id: &str, now: UnixTime) -> Option<&Waits> {
        self.sweep(now);
        self.0.iter().find(|one| one.id == id).map(|one| &one.waits)
    }

    /// Takes it away: for one decision.
    pub(super) fn take(&mut self, id: &str, now: UnixTime) -> Option<Waits> {
        self.sweep(now);
        let place = self.0.iter().position(|one| one.id == id)?;
        self.0.remove(place).map(|one| one.waits)
    }

    /// Puts something else in its place, if it is still there.
    pub(super) fn replace(&mut self, id: &str, waits: Waits) -> Option<Waits> {
        let one = self.0.iter_mut().find(|one| one.id == id)?;
        Some(std::mem::replace(&mut one.waits, waits))
    }

    fn sweep(&mut self, now: UnixTime) {
        // A clock that is set back keeps nothing for longer.
        let late = |one: &One| now.0.abs_diff(one.since.0) > PATIENCE;
        self.0.retain(|one| !late(one));
    }
}
