//! Who knows what: what the parties' stores really hold, side by side, read when the page is asked
//! for.

mod log;
mod phone;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use pairnym::{Message as _, PersonId, Pseudonym, Request};
use pairnym_store::{Accounts as _, Audit as _, Failure, PeopleRows as _, SignedAct};

use crate::World;
use crate::control::short;
use crate::page::{Frame, minute, page, problem};
use crate::platform::{Platform, shown};
use phone::OfPhone;

/// How many events are shown.
const EVENTS: usize = 8;
const MOST: u32 = 1_000;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/knows", get(knows))
}

#[derive(Template)]
#[template(path = "knows.html")]
struct Knows {
    f: Frame,
    authority: OfAuthority,
    platforms: Vec<OfPlatform>,
    /// The phones that act alone, by their numbers.
    phones: Vec<(usize, OfPhone)>,
    /// The child's phone and the guardian's, once they are a pair.
    family: Option<(OfPhone, OfPhone)>,
    /// Whether the two are in use, so that nobody can look.
    busy: bool,
    /// How many identifiers the parties hold in all, and which stand in two of their stores.
    identifiers: usize,
    common: Vec<String>,
}

struct OfAuthority {
    people: Vec<Enrolled>,
    events: Vec<(String, String, String, String)>,
    earlier: usize,
}

/// A row of the registry.
struct Enrolled {
    person: String,
    commitment: String,
    deleted: Option<String>,
}

struct OfPlatform {
    name: &'static str,
    accounts: Vec<OfAccount>,
}

struct OfAccount {
    pseudonym: String,
    since: String,
    key: String,
    notes: Vec<(String, String)>,
    acts: Vec<(String, String)>,
}

async fn knows(State(world): State<Arc<World>>, f: Frame) -> Response {
    match look(&world, f).await {
        Ok(knows) => page(f, StatusCode::OK, &knows),
        Err(failure) => {
            let words = f.t("A store is down.", "存储不可用。");
            problem(f, StatusCode::SERVICE_UNAVAILABLE, words, &failure.to_string())
        }
    }
}

async fn look(world: &World, f: Frame) -> Result<Knows, Failure> {
    let (authority, mut seen) = of_authority(world, f).await?;
    let mut identifiers = seen.len();
    let (mut common, mut platforms) = (Vec::new(), Vec::new());
    for platform in &world.platforms {
        let accounts = of_platform(world, platform, f).await?;
        let own: BTreeSet<_> = accounts.iter().map(|account| account.pseudonym.clone()).collect();
        identifiers += own.len();
        common.extend(seen.intersection(&own).cloned());
        seen.extend(own);
        platforms.push(OfPlatform { name: platform.kind().name(), accounts });
    }
    let phones = world.devices.look(move |wallet| OfPhone::of(wallet, f)).await;
    let family = world.family.look(move |wallet| OfPhone::of(wallet, f)).await;
    let busy = family.is_none();
    let paired = |(child, guardian): &(OfPhone, OfPhone)| {
        child.second.is_some() || !guardian.wards.is_empty()
    };
    let family = family.filter(paired);
    Ok(Knows { f, authority, platforms, phones, family, busy, identifiers, common })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the authority's store holds, and the identifiers in it.
async fn of_authority(world: &World, f: Frame) -> Result<(OfAuthority, BTreeSet<String>), Failure> {
    let store = world.authority.service.store();
    let log = store.read(0, MOST).await?;
    let subjects: BTreeSet<_> = log.iter().filter_map(|(_, event)| event.subject).collect();
    let (mut people, mut identifiers) = (Vec::new(), BTreeSet::new());
    for subject in subjects {
        let Some(row) = store.person(PersonId(subject)).await? else { continue };
        let (person, commitment) = (hex(&subject), hex(&row.commitment.to_bytes()));
        identifiers.extend([person.clone(), commitment.clone()]);
        people.push(Enrolled { person, commitment, deleted: row.deleted.map(minute) });
    }
    let events = log.iter().rev().take(EVENTS).map(|(_, event)| {
        let subject = event.subject.map(|subject| hex(&subject[..4])).unwrap_or_default();
        (minute(event.at), log::actor(event, f), log::action(event, f), subject)
    });
    let (events, earlier) = (events.collect(), log.len().saturating_sub(EVENTS));
    Ok((OfAuthority { people, events, earlier }, identifiers))
}

/// What a platform's store holds, and what its own program wrote down.
async fn of_platform(
    world: &World,
    platform: &Platform,
    f: Frame,
) -> Result<Vec<OfAccount>, Failure> {
    let (store, mut found) = (platform.service.store(), Vec::new());
    // Accounts can be listed by the key that admitted them, of which the authority's lists have all.
    let lists = world.authority.lists();
    let keys: BTreeSet<_> = lists
        .iter()
        .flat_map(|list| list.entries().map(|entry| *entry.parameters().id()))
        .collect();
    for key in keys {
        for account in store.admitted_under(key, None, MOST).await? {
            let acts = store.acts(account.id.clone()).await?;
            let pseudonym: Pseudonym = account.id.pseudonym;
            found.push(OfAccount {
                pseudonym: pseudonym.to_string(),
                since: minute(account.since),
                key: short(&account.slot.parameters),
                notes: shown(&platform.user(&pseudonym), f),
                acts: acts.iter().map(signed).collect(),
            });
        }
    }
    Ok(found)
}

/// When an act was verified, and its statement.
fn signed(act: &SignedAct) -> (String, String) {
    let request = Request::from_bytes(&act.request).ok();
    let statement = request.as_ref().and_then(Request::statement).unwrap_or_default();
    (minute(act.at), statement.to_owned())
}
