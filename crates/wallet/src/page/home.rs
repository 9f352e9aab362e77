//! The first page, and those that explain.

use askama::Template;
use axum::Extension;
use axum::extract::State as With;
use axum::response::Response;
use pairnym::Name;
use pairnym::attribute::Value;

use super::gate::Inside;
use super::history::{Known, known};
use super::html::{Scene, page};
use super::{Pages, Trouble, held, said, start};
use crate::{Due, Wallet, texts as shared};

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage<'a> {
    s: &'a Scene,
}

/// The door, the beginning, the passphrase, or the wallet.
pub(super) async fn root(
    With(pages): With<Pages>,
    Extension(Inside(inside)): Extension<Inside>,
    scene: Scene,
) -> Result<Response, Trouble> {
    if !inside {
        return Ok(page(&scene, &DoorPage { s: &scene }));
    } else if pages.is_open() {
        return home(&pages, scene).await;
    } else if Wallet::exists(&pages.0.settings.folder) {
        return Ok(start::closed(&pages, &scene, "", false));
    }
    Ok(start::start(&pages, &scene))
}

/// How many platforms the first page shows.
const PLATFORMS: usize = 5;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    s: &'a Scene,
    view: HomeView,
    alarms: Vec<&'a str>,
    denied: bool,
    values: Vec<(String, String)>,
}

struct HomeView {
    authority: String,
    host: String,
    backed_up: bool,
    enrolled: bool,
    denied: bool,
    /// With whom it acts together.
    second: Option<String>,
    /// The devices that act only together with it.
    wards: Vec<String>,
    /// The number of the slot's epoch, and how many presentations are left.
    stock: Option<(u64, usize)>,
    values: Vec<(Name, Value)>,
    due: DueView,
    entries: usize,
    platforms: Vec<Known>,
    more: bool,
}

#[derive(PartialEq, Eq)]
enum DueView {
    Now,
    At(String),
    Never,
}

impl HomeView {
    fn of(wallet: &mut Wallet, now: pairnym::UnixTime) -> Result<Self, Trouble> {
        let due = match wallet.due(now)? {
            Due::Now => DueView::Now,
            Due::At(at) => DueView::At(shared::local(at)),
            Due::Never => DueView::Never,
        };
        let all = known(wallet);
        let wards: Vec<_> = wallet.wards().collect();
        Ok(Self {
            authority: wallet.pins().authority.to_string(),
            host: wallet.pins().host.to_string(),
            backed_up: wallet.is_backed_up(),
            enrolled: wallet.is_enrolled(),
            denied: wallet.is_denied(),
            second: wallet.second().map(str::to_owned),
            wards: wards.iter().map(|ward| ward.label(&wards)).collect(),
            stock: wallet.stock().map(|(slot, left)| (slot.epoch.0, left)),
            values: wallet.values(),
            due,
            entries: wallet.history().count(),
            more: all.len() > PLATFORMS,
            platforms: all.into_iter().take(PLATFORMS).collect(),
        })
    }
}

async fn home(pages: &Pages, scene: Scene) -> Result<Response, Trouble> {
    let view = pages.use_wallet(|wallet, pages| HomeView::of(wallet, pages.now())).await?;
    let alarms = held(&pages.0.alarms).clone();
    let alarms = alarms.into_iter().map(|alarm| said::of_alarm(alarm, &scene)).collect();
    let denied = view.denied;
    let values = said::of_values(&view.values, &scene);
    Ok(page(&scene, &HomePage { s: &scene, view, alarms, denied, values }))
}

#[derive(Template)]
#[template(path = "knowledge.html")]
struct KnowledgePage<'a> {
    s: &'a Scene,
}

/// What the authority and platforms know, and what they cannot know.
pub(super) async fn knowledge(scene: Scene) -> Response {
    page(&scene, &KnowledgePage { s: &scene })
}

#[derive(Template)]
#[template(path = "lost.html")]
struct LostPage<'a> {
    s: &'a Scene,
}

/// What to do about a device that is lost, and how to cancel.
pub(super) async fn lost(scene: Scene) -> Response {
    page(&scene, &LostPage { s: &scene })
}
