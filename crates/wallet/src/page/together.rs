//! Two devices that act together (SPEC §20): a lead calls its second, and a second's person is
//! asked.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State as With};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::html::{Decided, Filled, Scene, go_to, with_status};
use super::waiting::Waits;
use super::{Pages, Reach, Trouble, blocking, held, history, said};
use crate::texts as shared;
use crate::wallet::{About, Ask, Attended};
use crate::{Answered, Asked, Channel, Decision, Failure, Offer, Wallet};

/// How long a person may take: less than the other device waits.
const PERSON: Duration = Duration::from_secs(150);

impl Pages {
    /// How the other device of a pair is reached, by the address that the pairing has: with
    /// [`TcpChannel::connect`](crate::TcpChannel::connect), say. Without it, a device that acts only
    /// together with another acts not at all. To be said once, before the pages are served.
    pub fn reach_by(&self, reach: Reach) {
        // The first one counts.
        let _ = self.0.reach.set(reach);
    }

    /// The other device, if this one does nothing without it.
    fn second(&self, wallet: &Wallet) -> Result<Option<Box<dyn Channel + Send>>, Failure> {
        let Some(address) = wallet.second_address() else { return Ok(None) };
        let reach = self.0.reach.get().ok_or(Failure::PeerAway)?;
        Ok(Some(reach(address)?))
    }

    /// Answers, where it needs one together with the second; a question whose second is away
    /// waits on.
    pub(super) fn answer(
        &self,
        wallet: &mut Wallet,
        id: &str,
        asked: Box<Asked>,
        decision: Decision,
    ) -> Result<Answered, Failure> {
        let (http, clock) = (&self.0.settings.http, &*self.0.settings.clock);
        if decision == Decision::Decline {
            return wallet.decide(http, *asked, decision, clock());
        }
        match self.second(wallet) {
            Ok(None) => wallet.decide(http, *asked, decision, clock()),
            Ok(Some(mut second)) => {
                wallet.decide_together(http, &mut *second, *asked, decision, &clock)
            }
            Err(failure) => {
                held(&self.0.waiting).keep(id, Waits::Asks(asked), self.now());
                Err(failure)
            }
        }
    }

    /// Goes on with an enrollment.
    pub(super) fn go_on_enrolling(&self, wallet: &mut Wallet) -> Result<(), Failure> {
        match self.second(wallet)? {
            Some(mut second) if !wallet.is_enrolled() => wallet.enroll_together(&mut *second),
            _ => wallet.enroll_again(&self.0.settings.http),
        }
    }

    /// Takes a credential.
    pub(super) fn take(&self, wallet: &mut Wallet, offer: &Offer) -> Result<(), Failure> {
        let (http, clock) = (&self.0.settings.http, &*self.0.settings.clock);
        match self.second(wallet)? {
            Some(mut second) => wallet.accept_together(http, &mut *second, offer, &clock),
            None => wallet.accept(http, offer, clock()),
        }
    }

    /// Takes part in one act of another device, which has called, and asks the person by a page, to
    /// which every other page leads meanwhile. Until it has said who it is, for 20 seconds at most,
    /// it holds the wallet up. `None` while the wallet is closed.
    ///
    /// # Errors
    /// As [`Wallet::attend`].
    pub async fn attend(
        &self,
        mut channel: impl Channel + Send + 'static,
    ) -> Result<Option<Attended>, Failure> {
        let attended = self.use_wallet(move |wallet, pages| {
            let (http, clock) = (&pages.0.settings.http, &*pages.0.settings.clock);
            let mut person = |ask: &Ask| pages.person(ask);
            Ok(wallet.attend(http, &mut channel, &mut person, &clock)?)
        });
        match attended.await {
            Ok(attended) => Ok(Some(attended)),
            Err(Trouble::Failed(failure)) => Err(failure),
            Err(_) => Ok(None),
        }
    }

    /// Waits for the person's decision.
    fn person(&self, ask: &Ask) -> Decision {
        // The person has consented to just this before.
        if let About::Credential { is_new: false, .. } = ask.about {
            return Decision::Answer;
        }
        let (tells, told) = channel();
        let waits = Waits::Attends(Box::new(ask.clone()), tells);
        let id = held(&self.0.waiting).put(waits, self.now());
        self.0.attends.send_replace(Some(id.clone()));
        let decision = told.recv_timeout(PERSON).unwrap_or(Decision::Decline);
        self.0.attends.send_replace(None);
        held(&self.0.waiting).take(&id, self.now());
        decision
    }
}

#[derive(Template)]
#[template(path = "attend.html")]
struct AttendPage<'a> {
    s: &'a Scene,
    ward: &'a str,
    asks: &'a str,
    about: &'a str,
    rows: Vec<(&'a str, String)>,
    values: Vec<(String, String)>,
    conditions: Vec<String>,
    statement: Option<&'a str>,
    disclosed: Vec<(String, String)>,
    not_consented: bool,
}

/// Everything that the other device wants to do.
fn attends(scene: &Scene, ask: &Ask, not_consented: bool) -> Response {
    let say = |text| scene.say(text);
    let mut view = AttendPage {
        s: scene,
        ward: &ask.ward,
        asks: say(shared::ASKS_YOU).trim_end_matches([':', '：']),
        about: scene.t.attend_enrollment,
        rows: Vec::new(),
        values: Vec::new(),
        conditions: Vec::new(),
        statement: None,
        disclosed: Vec::new(),
        not_consented,
    };
    match &ask.about {
        About::Enrollment => {}
        About::HandOver => view.about = say(shared::HAND_OVER),
        About::Credential { values, .. } => {
            view.about = scene.t.attend_credential;
            view.values = said::of_values(values, scene);
        }
        About::Answer(asking) => {
            view.about = scene.t.attend_answer;
            view.rows.push((say(shared::PLATFORM), asking.platform.to_string()));
            view.rows.push((say(shared::PURPOSE), history::purpose(&asking.purpose, scene)));
            let label = asking.label.map(|label| (say(shared::APPLICATION), label.to_string()));
            view.rows.extend(label);
            view.rows.push((say(shared::WANTS), say(shared::of_wanted(asking.wanted)).to_owned()));
            let notice = asking.notice.map(|notice| (say(shared::NOTICE), hex::encode(notice)));
            view.rows.extend(notice);
            view.rows.push((say(shared::BEFORE), asking.before.to_string()));
            view.rows.push((scene.t.until, shared::local(asking.expires)));
            view.disclosed = said::of_values(&asking.disclosed, scene);
            let conditions = asking.conditions.iter();
            view.conditions =
                conditions.map(|(name, c)| said::of_condition(name, c, scene)).collect();
            view.statement = asking.statement.as_deref();
        }
    }
    let status = if not_consented { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_status(status, scene, &view)
}

/// What the other device asks.
pub(super) async fn show(
    With(pages): With<Pages>,
    scene: Scene,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    match held(&pages.0.waiting).see(&id, pages.now()) {
        Some(Waits::Attends(ask, _)) => Ok(attends(&scene, ask, false)),
        _ => Err(Trouble::Stale),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    Agree,
    Decline,
}

/// The second's person decides.
pub(super) async fn decide(
    With(pages): With<Pages>,
    scene: Scene,
    Path(id): Path<String>,
    Filled(decided): Filled<Decided<Choice>>,
) -> Result<Response, Trouble> {
    let (tells, decision): (Sender<Decision>, _) = {
        let mut waiting = held(&pages.0.waiting);
        let Some(Waits::Attends(ask, tells)) = waiting.see(&id, pages.now()) else {
            return Err(Trouble::Stale);
        };
        let discloses = matches!(&ask.about, About::Answer(asking) if !asking.disclosed.is_empty());
        let decision = match decided.decision {
            Choice::Decline => Decision::Decline,
            Choice::Agree if !discloses => Decision::Answer,
            Choice::Agree if decided.discloses() => Decision::AnswerAndDisclose,
            Choice::Agree => return Ok(attends(&scene, ask, true)),
        };
        (tells.clone(), decision)
    };
    // Once, and before the next page looks.
    held(&pages.0.waiting).take(&id, pages.now());
    pages.0.attends.send_replace(None);
    blocking(move || tells.send(decision).map_err(|_| Trouble::Stale)).await?;
    Ok(go_to("/history"))
}
