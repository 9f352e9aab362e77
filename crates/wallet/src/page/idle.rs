//! A wallet that nobody uses locks itself.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::State as With;
use axum::http::HeaderValue;
use axum::response::Response;
use pairnym::UnixTime;

use super::html::{Scene, go_to, page};
use super::{Pages, held};
use crate::Wallet;

/// Where a browser goes by itself from a page that was left on its screen. That is no use of the
/// wallet.
pub(super) const LEFT: &str = "/left";

/// When somebody was there last: by a clock that cannot be set, and by one that does not stop while
/// the machine sleeps.
pub(super) struct Used {
    by_machine: Instant,
    by_clock: UnixTime,
}

impl Used {
    pub(super) fn at(now: UnixTime) -> Self {
        Self { by_machine: Instant::now(), by_clock: now }
    }

    /// Whether that is as long ago by either. A clock that is set back keeps nothing open.
    fn is_over(&self, limit: Duration, now: UnixTime) -> bool {
        let by_clock = Duration::from_secs(now.0.abs_diff(self.by_clock.0));
        self.by_machine.elapsed() >= limit || by_clock >= limit
    }
}

impl Pages {
    /// Locks the wallet if nobody has called for as long as
    /// [`Settings::lock_after`](super::Settings::lock_after) says, and returns whether it did. Every
    /// call looks, too; to be called every few seconds, so that the key is forgotten though nobody
    /// calls.
    pub async fn lock_if_idle(&self) -> bool {
        if !self.is_idle() {
            return false;
        }
        // What has begun is carried to its end first, and somebody may have come meanwhile.
        let mut wallet = self.0.wallet.lock().await;
        self.lock_idle(&mut wallet)
    }

    /// The same before a call; but not while something is under way, since the call may be the
    /// decision for which it waits.
    pub(super) fn lock_before_call(&self) {
        if self.is_idle()
            && let Ok(mut wallet) = self.0.wallet.try_lock()
        {
            self.lock_idle(&mut wallet);
        }
    }

    fn lock_idle(&self, wallet: &mut Option<Wallet>) -> bool {
        let idle = self.is_idle();
        if idle {
            self.shut(wallet);
            self.0.idled.store(true, Ordering::SeqCst);
        }
        idle
    }

    fn is_idle(&self) -> bool {
        let Some(limit) = self.0.settings.lock_after else { return false };
        self.is_open() && held(&self.0.used).is_over(limit, self.now())
    }

    /// A browser that was let in has called, or has its answer.
    pub(super) fn note_use(&self) {
        *held(&self.0.used) = Used::at(self.now());
    }

    /// The `Refresh` of a page, which takes it off the screen once the wallet is locked.
    pub(super) fn leaves(&self) -> Option<HeaderValue> {
        let limit = self.0.settings.lock_after.filter(|_| self.is_open())?;
        HeaderValue::try_from(format!("{}; url={LEFT}", limit.as_secs().saturating_add(1))).ok()
    }

    /// Whether it is closed because nobody used it.
    pub(super) fn has_idled(&self) -> bool {
        self.0.idled.load(Ordering::SeqCst)
    }
}

#[derive(Template)]
#[template(path = "left.html")]
struct LeftPage<'a> {
    s: &'a Scene,
}

/// What takes the place of a page that was left, while the wallet is used in another window.
pub(super) async fn left(With(pages): With<Pages>, scene: Scene) -> Response {
    if pages.is_open() { page(&scene, &LeftPage { s: &scene }) } else { go_to("/") }
}
