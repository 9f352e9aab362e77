//! A platform's question: fetched, paired, shown, decided.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State as With};
use axum::http::StatusCode;
use axum::response::Response;
use pairnym_transport::Digits;
use pairnym_transport::permission::{Contacts, Report, Standing};
use serde::Deserialize;

use super::html::{Decided, Filled, Scene, go_to, page, with_status};
use super::waiting::Waits;
use super::{Pages, Trouble, blocking, held, history, said, start};
use crate::wallet::{Waited, fetch};
use crate::{Asked, Coming, Decision, Question, texts as shared};

#[derive(Template)]
#[template(path = "paste.html")]
struct PastePage<'a> {
    s: &'a Scene,
}

/// Where a link is pasted.
pub(super) async fn paste(With(pages): With<Pages>, scene: Scene) -> Response {
    if !pages.is_open() {
        return go_to("/");
    }
    page(&scene, &PastePage { s: &scene })
}

#[derive(Deserialize)]
pub(super) struct Pasted {
    link: String,
}

/// A link or the text of a QR code; the passphrase comes first.
pub(super) async fn come(
    With(pages): With<Pages>,
    scene: Scene,
    Filled(Pasted { link }): Filled<Pasted>,
) -> Result<Response, Trouble> {
    if !pages.is_open() {
        return Ok(start::closed(&pages, &scene, link.trim(), false));
    }
    fetched(&pages, link).await
}

/// Fetches the question of a link while the wallet is free for other pages, and goes to it.
pub(super) async fn fetched(pages: &Pages, link: String) -> Result<Response, Trouble> {
    let invitation = pages.use_wallet(move |wallet, _| Ok(wallet.invitation(link.trim())?)).await?;
    let http = pages.0.settings.http.clone();
    let fetched = blocking(move || Ok(fetch(&http, invitation)?)).await?;
    let checked = pages.use_wallet(move |wallet, pages| {
        let policy = pages.0.settings.cross_device;
        Ok(wallet.check(fetched, policy, pages.now())?)
    });
    let waits = match checked.await? {
        Coming::Asks(asked) => Waits::Asks(asked),
        Coming::OverAsks(report) => Waits::OverAsks(report),
        Coming::Pairs(pairing) => {
            // The digits, which come at once.
            let id = held(&pages.0.waiting).put(Waits::Pairs(pairing), pages.now());
            wait(pages, &id).await?;
            return Ok(go_to(&format!("/answer/{id}")));
        }
    };
    let id = held(&pages.0.waiting).put(waits, pages.now());
    Ok(go_to(&format!("/answer/{id}")))
}

/// Asks the platform once how far the digits are, which may take 25 seconds. Another call meanwhile
/// waits a moment.
async fn wait(pages: &Pages, id: &str) -> Result<(), Trouble> {
    let pairing = {
        let mut waiting = held(&pages.0.waiting);
        match waiting.see(id, pages.now()) {
            Some(Waits::Pairs(pairing)) => {
                let busy = Waits::Busy(Box::new(*pairing.platform()), pairing.digits);
                waiting.replace(id, busy)
            }
            _ => None,
        }
    };
    let Some(Waits::Pairs(pairing)) = pairing else {
        tokio::time::sleep(Duration::from_secs(1)).await;
        return Ok(());
    };
    // On a task of its own: the pairing comes back whether or not the browser waits for it.
    let (pages, id) = (pages.clone(), id.to_owned());
    let waiting = tokio::spawn(async move {
        let http = pages.0.settings.http.clone();
        let waited = blocking(move || Ok((*pairing).wait(&http)?)).await;
        let next = match waited {
            Ok(Waited::Pairs(pairing)) => Ok(Waits::Pairs(Box::new(pairing))),
            Ok(Waited::Paired(asking)) => {
                let ask =
                    pages.use_wallet(move |wallet, pages| Ok(wallet.ask(asking, pages.now())?));
                match ask.await {
                    Ok(Coming::Asks(asked)) => Ok(Waits::Asks(asked)),
                    Ok(_) => Err(Trouble::Stale),
                    Err(trouble) => Err(trouble),
                }
            }
            Err(trouble) => Err(trouble),
        };
        let mut all = held(&pages.0.waiting);
        match next {
            Ok(next) => {
                all.replace(&id, next);
                Ok(())
            }
            Err(trouble) => {
                all.take(&id, pages.now());
                Err(trouble)
            }
        }
    });
    waiting.await.unwrap_or(Err(Trouble::Stopped))
}

#[derive(Template)]
#[template(path = "pair.html")]
struct PairPage<'a> {
    s: &'a Scene,
    platform: String,
    digits: Option<Digits>,
    only_there: &'a str,
}

#[derive(Template)]
#[template(path = "over.html")]
struct OverPage<'a> {
    s: &'a Scene,
    platform: String,
    excess: Vec<String>,
    report: String,
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage<'a> {
    s: &'a Scene,
    platform: String,
    warning: Option<&'a str>,
    contacts: Option<&'a Contacts>,
    rows: Vec<(&'a str, String)>,
    disclosed: Vec<(String, String)>,
    conditions: Vec<String>,
    statement: Option<&'a str>,
    obstacle: Option<(&'a str, Option<String>)>,
    not_consented: bool,
}

/// Everything that a person must see (SPEC §16.1).
fn ask(scene: &Scene, question: &Question, not_consented: bool) -> Response {
    let say = |text| scene.say(text);
    let (mut rows, mut warning, mut contacts) = (Vec::new(), None, None);
    match &question.standing {
        Standing::Permitted(permission) => {
            let names = &permission.names;
            let name = if scene.t.code == "zh" { &names.zh } else { &names.en };
            rows.push((say(shared::KNOWN_AS), name.clone()));
            contacts = Some(&permission.contacts);
        }
        Standing::Expired(_) => warning = Some(say(shared::PERMISSION_OVER)),
        Standing::Unverifiable(_) => warning = Some(say(shared::PERMISSION_WRONG)),
        Standing::Missing => warning = Some(say(shared::NO_PERMISSION)),
    }
    rows.push((say(shared::PURPOSE), history::purpose(&question.purpose, scene)));
    if let Some(label) = &question.label {
        rows.push((say(shared::APPLICATION), label.to_string()));
    }
    rows.push((say(shared::WANTS), say(shared::of_wanted(question.wanted)).to_owned()));
    if let Some(notice) = &question.notice {
        rows.push((say(shared::NOTICE), hex::encode(notice)));
    }
    let pseudonym = question.pseudonym.map(|pseudonym| pseudonym.to_string());
    rows.extend(pseudonym.map(|pseudonym| (say(shared::PSEUDONYM), pseudonym)));
    rows.push((say(shared::BEFORE), question.before.to_string()));
    rows.push((scene.t.until, shared::local(question.expires)));
    let obstacle = question.obstacle;
    let obstacle =
        obstacle.map(|obstacle| (said::of_obstacle(obstacle, scene), said::detail(obstacle)));
    let conditions = question.conditions.iter();
    let view = AskPage {
        s: scene,
        platform: question.platform.to_string(),
        warning,
        contacts,
        rows,
        disclosed: said::of_values(&question.disclosed, scene),
        conditions: conditions.map(|(name, c)| said::of_condition(name, c, scene)).collect(),
        statement: question.statement.as_deref(),
        obstacle,
        not_consented,
    };
    let status = if not_consented { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_status(status, scene, &view)
}

fn over(scene: &Scene, report: &Report) -> Response {
    let view = OverPage {
        s: scene,
        platform: report.platform.to_string(),
        excess: report.excess.iter().map(|excess| said::of_excess(excess, scene)).collect(),
        report: serde_json::to_string_pretty(report).unwrap_or_default(),
    };
    page(scene, &view)
}

/// What waits under a name.
pub(super) async fn show(
    With(pages): With<Pages>,
    scene: Scene,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let mut waiting = held(&pages.0.waiting);
    let digits = |platform: &pairnym::PlatformId, digits: Option<Digits>| {
        let only_there = scene.say(shared::TYPE_DIGITS);
        let platform = platform.to_string();
        Ok(page(&scene, &PairPage { s: &scene, platform, digits, only_there }))
    };
    match waiting.see(&id, pages.now()) {
        Some(Waits::Asks(asked)) => Ok(ask(&scene, &asked.question, false)),
        Some(Waits::OverAsks(report)) => Ok(over(&scene, report)),
        Some(Waits::Pairs(pairing)) => digits(pairing.platform(), pairing.digits),
        Some(Waits::Busy(platform, known)) => digits(platform, *known),
        Some(Waits::Offers(_) | Waits::Attends(..)) | None => Err(Trouble::Stale),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    Answer,
    Decline,
    /// The digits were typed.
    Typed,
}

#[derive(Template)]
#[template(path = "answered.html")]
struct AnsweredPage<'a> {
    s: &'a Scene,
    platform: String,
    declined: bool,
    done: Option<String>,
}

/// What the person decided.
pub(super) async fn decide(
    With(pages): With<Pages>,
    scene: Scene,
    Path(id): Path<String>,
    Filled(decided): Filled<Decided<Choice>>,
) -> Result<Response, Trouble> {
    let decision = match decided.decision {
        Choice::Typed => {
            wait(&pages, &id).await?;
            return Ok(go_to(&format!("/answer/{id}")));
        }
        Choice::Decline => Decision::Decline,
        Choice::Answer if decided.discloses() => Decision::AnswerAndDisclose,
        Choice::Answer => Decision::Answer,
    };
    let asked: Box<Asked> = {
        let mut waiting = held(&pages.0.waiting);
        let Some(Waits::Asks(asked)) = waiting.see(&id, pages.now()) else {
            return Err(Trouble::Stale);
        };
        let question = &asked.question;
        if decision == Decision::Answer && !question.disclosed.is_empty() {
            return Ok(ask(&scene, question, true));
        } else if decision != Decision::Decline && question.obstacle.is_some() {
            return Ok(ask(&scene, question, false));
        }
        match waiting.take(&id, pages.now()) {
            Some(Waits::Asks(asked)) => asked,
            _ => return Err(Trouble::Stale),
        }
    };
    let platform = asked.question.platform.to_string();
    let answered =
        pages.use_wallet(move |wallet, pages| Ok(pages.answer(wallet, &id, asked, decision)?));
    let done = answered.await?.done.map(|done| done.to_string());
    let declined = decision == Decision::Decline;
    Ok(page(&scene, &AnsweredPage { s: &scene, platform, declined, done }))
}
