//! Enrollment, and credentials that the person reads before they take them.

use askama::Template;
use axum::extract::{Path, State as With};
use axum::response::Response;
use pairnym_transport::authority::CounterCode;
use serde::Deserialize;

use super::html::{Decided, Filled, Scene, go_to, page};
use super::waiting::Waits;
use super::{Pages, Trouble, held, said};
use crate::{Failure, Wallet, texts as shared};

#[derive(Template)]
#[template(path = "enroll.html")]
struct EnrollPage<'a> {
    s: &'a Scene,
    authority: String,
    host: String,
    backed_up: bool,
    enrolled: bool,
    fraud: &'a str,
}

pub(super) async fn show(With(pages): With<Pages>, scene: Scene) -> Result<Response, Trouble> {
    let looked = pages.use_wallet(|wallet, _| {
        let pins = wallet.pins();
        let names = (pins.authority.to_string(), pins.host.to_string());
        Ok((names, wallet.is_backed_up(), wallet.is_enrolled()))
    });
    let ((authority, host), backed_up, enrolled) = looked.await?;
    let fraud = scene.say(shared::CODE);
    Ok(page(&scene, &EnrollPage { s: &scene, authority, host, backed_up, enrolled, fraud }))
}

#[derive(Deserialize)]
pub(super) struct Counter {
    /// Without one, goes on where it stopped.
    #[serde(default)]
    code: String,
}

/// Exchanges the counter's code, and fetches the first offer.
pub(super) async fn enroll(
    With(pages): With<Pages>,
    Filled(Counter { code }): Filled<Counter>,
) -> Result<Response, Trouble> {
    let code = match code.trim() {
        "" => None,
        code => Some(code.parse::<CounterCode>().map_err(|_| Failure::BadCode)?),
    };
    let enroll = pages.use_wallet(move |wallet, pages| {
        let (http, now) = (&pages.0.settings.http, pages.now());
        match code {
            Some(code) => wallet.enroll(http, code, now)?,
            None => {
                pages.go_on_enrolling(wallet)?;
                // A device that enrolled together with another one has no session of its own yet.
                if wallet.second().is_some() {
                    return Ok("/enroll".to_owned());
                }
            }
        }
        fetch(wallet, pages)
    });
    Ok(go_to(&enroll.await?))
}

/// Fetches a credential, and the lists. Where the person goes next.
fn fetch(wallet: &mut Wallet, pages: &Pages) -> Result<String, Trouble> {
    let (http, now) = (&pages.0.settings.http, pages.now());
    pages.note(wallet.follow_lists(http, now)?);
    let offer = wallet.offer(http, now)?;
    if !offer.is_new() {
        pages.take(wallet, &offer)?;
        return Ok("/".to_owned());
    }
    let id = held(&pages.0.waiting).put(Waits::Offers(Box::new(offer)), now);
    Ok(format!("/offer/{id}"))
}

pub(super) async fn refresh(With(pages): With<Pages>) -> Result<Response, Trouble> {
    Ok(go_to(&pages.use_wallet(fetch).await?))
}

/// The person goes on although the authority denied a credential.
pub(super) async fn go_on(With(pages): With<Pages>) -> Result<Response, Trouble> {
    pages.use_wallet(|wallet, _| Ok(wallet.go_on()?)).await?;
    Ok(go_to("/"))
}

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage<'a> {
    s: &'a Scene,
    values: Vec<(String, String)>,
}

/// What the credential would say.
pub(super) async fn offer(
    With(pages): With<Pages>,
    scene: Scene,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let values = {
        let mut waiting = held(&pages.0.waiting);
        let Some(Waits::Offers(offer)) = waiting.see(&id, pages.now()) else {
            return Err(Trouble::Stale);
        };
        said::of_values(offer.values(), &scene)
    };
    Ok(page(&scene, &OfferPage { s: &scene, values }))
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    Take,
    Leave,
}

/// The person takes it, or does not.
pub(super) async fn decide(
    With(pages): With<Pages>,
    Path(id): Path<String>,
    Filled(decided): Filled<Decided<Choice>>,
) -> Result<Response, Trouble> {
    let taken = {
        let mut waiting = held(&pages.0.waiting);
        let offers = matches!(waiting.see(&id, pages.now()), Some(Waits::Offers(_)));
        if offers { waiting.take(&id, pages.now()) } else { None }
    };
    let Some(Waits::Offers(offer)) = taken else { return Err(Trouble::Stale) };
    if let Choice::Take = decided.decision {
        let accept = pages.use_wallet(move |wallet, pages| Ok(pages.take(wallet, &offer)?));
        accept.await?;
    }
    Ok(go_to("/"))
}
