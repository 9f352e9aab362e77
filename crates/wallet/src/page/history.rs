//! The person's own history, a page at a time, and the 网号s that it knows.

use std::collections::HashSet;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as With};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use pairnym::{Name, PlatformId};
use serde::Deserialize;

use super::html::{Filled, Scene, go_to, page};
use super::{Pages, Trouble, say_attribute};
use crate::{Entry, Outcome, Wallet, texts as shared};

/// How many stand on a page.
const SIZE: usize = 50;

/// A 网号 that a platform has.
pub(super) struct Known {
    pub(super) platform: String,
    pub(super) label: Option<String>,
    pub(super) pseudonym: String,
    pub(super) last: String,
}

/// By the history, the latest first, each once.
pub(super) fn known(wallet: &Wallet) -> Vec<Known> {
    let mut seen = HashSet::new();
    let entries = wallet.history().map(|(_, entry)| entry);
    let fresh = entries.filter(|entry| {
        entry.ward.is_none()
            && entry.pseudonym.is_some()
            && seen.insert((entry.platform, entry.label))
    });
    fresh
        .filter_map(|entry| {
            Some(Known {
                platform: entry.platform.to_string(),
                label: entry.label.map(|label| label.to_string()),
                pseudonym: entry.pseudonym.as_ref()?.to_string(),
                last: shared::local(entry.at),
            })
        })
        .collect()
}

struct Line {
    number: u64,
    at: String,
    platform: String,
    label: Option<String>,
    purpose: String,
    disclosed: String,
    statement: bool,
    outcome: String,
    ward: Option<String>,
}

impl Line {
    fn of(number: u64, entry: &Entry, scene: &Scene) -> Self {
        let called = |name: &Name| say_attribute(name.as_str(), scene.language());
        let disclosed: Vec<_> = entry.disclosed.iter().map(called).collect();
        let outcome = scene.say(shared::of_outcome(&entry.outcome)).trim_end_matches([':', '：']);
        Self {
            number,
            at: shared::local(entry.at),
            platform: entry.platform.to_string(),
            label: entry.label.map(|label| label.to_string()),
            purpose: purpose(&entry.purpose, scene),
            disclosed: disclosed.join(", "),
            statement: entry.statement,
            outcome: match &entry.outcome {
                Outcome::Refused(code) => format!("{outcome} ({code})"),
                _ => outcome.to_owned(),
            },
            ward: entry.ward.clone(),
        }
    }
}

/// The purpose, with its own name where it has one.
pub(super) fn purpose(purpose: &pairnym::Purpose, scene: &Scene) -> String {
    let said = scene.say(shared::of_purpose(purpose));
    match purpose {
        pairnym::Purpose::Other(name) => format!("{said}: {name}"),
        _ => said.to_owned(),
    }
}

/// Pages of a list, counted from 1.
pub(super) struct Place {
    page: usize,
    pages: usize,
}

impl Place {
    fn of(page: usize, all: usize) -> Self {
        let pages = all.div_ceil(SIZE).max(1);
        Self { page: page.clamp(1, pages), pages }
    }

    const fn skipped(&self) -> usize {
        (self.page - 1) * SIZE
    }

    fn before(&self) -> Option<usize> {
        (self.page > 1).then(|| self.page - 1)
    }

    fn after(&self) -> Option<usize> {
        (self.page < self.pages).then_some(self.page + 1)
    }
}

#[derive(Deserialize)]
pub(super) struct Turned {
    #[serde(default)]
    page: usize,
}

type Turn = Result<Query<Turned>, QueryRejection>;

/// The page that an address says; the first, if it says none.
fn turned(turn: Turn) -> Result<usize, Trouble> {
    turn.map(|Query(Turned { page })| page).map_err(|_| Trouble::Form)
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'a> {
    s: &'a Scene,
    all: usize,
    lines: Vec<Line>,
    place: Place,
}

pub(super) async fn show(
    With(pages): With<Pages>,
    scene: Scene,
    turn: Turn,
) -> Result<Response, Trouble> {
    let turned = turned(turn)?;
    let looked = pages.use_wallet(move |wallet, _| {
        let all = wallet.history().count();
        let place = Place::of(turned, all);
        let shown = wallet.history().skip(place.skipped()).take(SIZE);
        let shown: Vec<_> = shown.map(|(number, entry)| (number, entry.clone())).collect();
        Ok((all, place, shown))
    });
    let (all, place, shown) = looked.await?;
    let lines = shown.iter().map(|(number, entry)| Line::of(*number, entry, &scene)).collect();
    Ok(page(&scene, &HistoryPage { s: &scene, all, lines, place }))
}

#[derive(Template)]
#[template(path = "platforms.html")]
struct PlatformsPage<'a> {
    s: &'a Scene,
    platforms: Vec<Known>,
    place: Place,
}

/// Every 网号 that the history knows.
pub(super) async fn platforms(
    With(pages): With<Pages>,
    scene: Scene,
    turn: Turn,
) -> Result<Response, Trouble> {
    let turned = turned(turn)?;
    let all = pages.use_wallet(|wallet, _| Ok(known(wallet))).await?;
    let place = Place::of(turned, all.len());
    let platforms = all.into_iter().skip(place.skipped()).take(SIZE).collect();
    Ok(page(&scene, &PlatformsPage { s: &scene, platforms, place }))
}

#[derive(Deserialize)]
pub(super) struct Erased {
    /// One entry,
    #[serde(default)]
    number: Option<u64>,
    /// or those of a platform.
    #[serde(default)]
    platform: Option<PlatformId>,
}

/// Erases entries. What is gone already is gone.
pub(super) async fn erase(
    With(pages): With<Pages>,
    Filled(Erased { number, platform }): Filled<Erased>,
) -> Result<Response, Trouble> {
    if number.is_some() == platform.is_some() {
        return Err(Trouble::Form);
    }
    let erase = pages.use_wallet(move |wallet, _| {
        let which = |at, entry: &Entry| Some(at) == number || Some(entry.platform) == platform;
        Ok(wallet.erase_history(which)?)
    });
    erase.await?;
    Ok(go_to("/history"))
}

/// All of it, for other programs.
pub(super) async fn export(With(pages): With<Pages>) -> Result<Response, Trouble> {
    let entries = pages.use_wallet(|wallet, _| {
        let entries: Vec<_> = wallet.history().map(|(_, entry)| entry).collect();
        serde_json::to_vec_pretty(&entries).map_err(|_| Trouble::Stopped)
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"pairnym-history.json\""),
    ];
    Ok((StatusCode::OK, headers, entries.await?).into_response())
}
