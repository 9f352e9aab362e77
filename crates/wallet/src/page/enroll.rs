//! Enrollment, and credentials that the person reads before they take them.

use askama::Template;
use axum::extract::{Path, State as With};
use axum::response::Response;
use pairnym::shared::PairingId;
use pairnym_transport::authority::CounterCode;
use serde::Deserialize;

use super::html::{Decided, Filled, Scene, go_to, page};
use super::waiting::Waits;
use super::{Pages, Trouble, held, said};
use crate::{Failure, Wallet, WardName, texts as shared};

/// Says in a form that the code is the person's own.
const OWN: &str = "own";

#[derive(Template)]
#[template(path = "enroll.html")]
struct EnrollPage<'a> {
    s: &'a Scene,
    authority: String,
    host: String,
    backed_up: bool,
    enrolled: bool,
    /// Whether it enrolls together with another one.
    leads: bool,
    wards: Vec<WardView>,
    fraud: &'a str,
    whose: &'a str,
    own: &'a str,
    for_device: &'a str,
}

/// A device that the code may be for.
struct WardView {
    name: String,
    pairing: String,
    /// Whether its ticket is here.
    applied: bool,
}

fn of_wards(wallet: &Wallet) -> Vec<WardView> {
    let wards: Vec<_> = wallet.wards().collect();
    let view = |ward: &WardName| WardView {
        name: ward.label(&wards),
        pairing: ward.pairing.to_string(),
        applied: ward.applied,
    };
    wards.iter().map(view).collect()
}

pub(super) async fn show(With(pages): With<Pages>, scene: Scene) -> Result<Response, Trouble> {
    let looked = pages.use_wallet(|wallet, _| {
        let pins = wallet.pins();
        let names = (pins.authority.to_string(), pins.host.to_string());
        let facts = (wallet.is_backed_up(), wallet.is_enrolled(), wallet.second().is_some());
        Ok((names, facts, of_wards(wallet)))
    });
    let ((authority, host), (backed_up, enrolled, leads), wards) = looked.await?;
    let view = EnrollPage {
        s: &scene,
        authority,
        host,
        backed_up,
        enrolled,
        leads,
        wards,
        fraud: scene.say(shared::CODE),
        whose: scene.say(shared::WHOSE_CODE),
        own: scene.say(shared::FOR_MYSELF),
        for_device: scene.say(shared::FOR_DEVICE),
    };
    Ok(page(&scene, &view))
}

#[derive(Deserialize)]
pub(super) struct Counter {
    /// Without one, goes on where it stopped.
    #[serde(default)]
    code: String,
    /// For whom the code is: `own`, or the name of a ward's pairing. Nothing else says it, and with
    /// a ward's code the person's own commitment would become the ward's.
    whom: Option<String>,
}

/// Exchanges the counter's code, and fetches the first offer; or gets the ticket for a ward.
pub(super) async fn enroll(
    With(pages): With<Pages>,
    Filled(Counter { code, whom }): Filled<Counter>,
) -> Result<Response, Trouble> {
    let ward = match whom.as_deref() {
        None | Some(OWN) => None,
        Some(pairing) => Some(pairing.parse::<PairingId>().map_err(|_| Failure::NotPaired)?),
    };
    let code = match code.trim() {
        "" if ward.is_none() => None,
        code => Some(code.parse::<CounterCode>().map_err(|_| Failure::BadCode)?),
    };
    let enroll = pages.use_wallet(move |wallet, pages| {
        let (http, now) = (&pages.0.settings.http, pages.now());
        match (code, ward) {
            (Some(code), Some(pairing)) => {
                wallet.apply(http, &pairing, code, now)?;
                return Ok("/enroll".to_owned());
            }
            (Some(_), None) if whom.is_none() && wallet.wards().next().is_some() => {
                return Err(Failure::WhoseCode.into());
            }
            (Some(code), None) => wallet.enroll(http, code, now)?,
            (None, _) => {
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
