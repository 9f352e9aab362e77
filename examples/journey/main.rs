//! The whole life of a 网号 on synthetic persons: enrollment, presentations, logins and acts at the
//! platforms of the pilot, a new epoch, a key that is rotated and one that is stolen while the
//! platforms run, a person who is deleted, and what must fail.
//!
//! `cargo run --release --example journey`

mod attacks;
mod device;
mod guardian;
mod identity;
mod service;
mod site;
mod thief;

use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use pairnym::{Error, Message, Pseudonym, Request, UnixTime, platform::Act};
use rand_core::UnwrapErr;

use device::Device;
use identity::{Person, Standing};
use service::{Citizen, Service};
use site::Site;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The 网号s of every person, at every platform.
type Rows = Vec<Vec<Pseudonym>>;

const DAY: u64 = 86_400;
/// An epoch of a week: epochs begin on days 4, 11, 18, …
const EPOCH: Duration = Duration::from_secs(7 * DAY);
/// The first day, 2026-11-22.
const START: UnixTime = UnixTime(1_795_305_600);

/// The first second of a day.
const fn day(number: u64) -> UnixTime {
    UnixTime(START.0 + number * DAY)
}

const fn minutes(time: UnixTime, minutes: i64) -> UnixTime {
    UnixTime(time.0.saturating_add_signed(60 * minutes))
}

/// The operating system's random generator.
fn rng() -> impl rand_core::CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

fn read<T: for<'de> serde::Deserialize<'de>>(file: &str) -> Result<Vec<T>> {
    let path = format!("{}/examples/data/{file}", env!("CARGO_MANIFEST_DIR"));
    Ok(csv::Reader::from_path(path)?.deserialize().collect::<std::result::Result<_, _>>()?)
}

fn main() -> Result<()> {
    // The first list is made for three weeks; it began with its epoch.
    let mut service = Service::new(UnixTime(START.0 - 3 * DAY), day(18))?;
    let mut citizens = enroll(&mut service)?;
    let sites: Vec<site::Line> = read("platforms.csv")?;
    let sites = sites.into_iter().map(|line| Site::new(line, service.list.clone()));
    let mut sites = sites.collect::<Result<Vec<_>>>()?;

    let first = first_day(&mut citizens, &mut sites)?;
    new_epoch(&mut service, &mut citizens, &mut sites, &first)?;
    rotation(&mut service, &mut citizens, &mut sites, &first)?;
    withdrawal(&mut service, &mut citizens, &mut sites, &first)?;
    acts(&sites, &first)?;
    deletion(&mut service, &mut citizens, &mut sites, &first)?;

    let mut all: Vec<_> = first.iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    if all.len() != citizens.len() * sites.len() {
        return Err("two 网号s coincide".into());
    }
    println!("\nThroughout: {} 网号s, all different across persons and platforms", all.len());
    println!("\nWhat {} learned about {}", sites[0].name, citizens[0].person.name);
    println!("  网号 {}", first[0][0]);
    println!("  age_over_18, assurance, and in which epochs the authority certified them");
    println!("What {} keeps about itself", citizens[0].person.name);
    println!("  the {} requests that it answered", citizens[0].device.history.len());
    service.print_view(all.into_iter())?;
    attacks::all_fail(&mut service, &mut citizens, &mut sites, day(40))
}

fn enroll(service: &mut Service) -> Result<Vec<Citizen>> {
    println!("Day 0: enrollment");
    let mut citizens = Vec::new();
    for person in read("persons.csv")? {
        match service.enroll(person, day(0)) {
            Ok(citizen) => {
                let how = match citizen.checked.standing {
                    Standing::Adult => "",
                    Standing::GuardianApplies => ", a guardian applied and takes part in each act",
                    Standing::GuardianSupervises => ", a guardian supervises",
                };
                let Citizen { person, checked, .. } = &citizen;
                println!("  {}: {}, {}{how}", person.name, checked.kind.name(), checked.age);
                citizens.push(citizen);
            }
            Err((Person { name, .. }, error)) => println!("  {name}: refused, {error}"),
        }
    }
    let mut second = Device::new(service.list.clone())?;
    let again = service.register(&citizens[0].checked, &mut second, day(0));
    refused("the same document, with another device", again, Error::PersonRegistered)?;
    Ok(citizens)
}

fn first_day(citizens: &mut [Citizen], sites: &mut [Site]) -> Result<Rows> {
    println!("\nDay 0: everybody registers at every platform");
    let first = visit(citizens, sites, day(0))?;
    print_table(citizens, sites, &first);
    println!("  abbreviated; the first one in full: {}", first[0][0]);
    let second = visit_as_batch(citizens, sites, day(0))?;
    compare("on a second visit, verified as one batch", &first, &second)?;
    compare("at login", &first, &log_in(citizens, sites, day(0))?)?;
    citizens.iter_mut().try_for_each(|citizen| citizen.device.restart())?;
    compare("after the devices were switched off", &first, &log_in(citizens, sites, day(0))?)?;
    Ok(first)
}

fn new_epoch(
    service: &mut Service,
    citizens: &mut [Citizen],
    sites: &mut [Site],
    first: &Rows,
) -> Result<()> {
    println!("\nDay 4: a new epoch begins");
    compare("with the credential of the epoch before", first, &visit(citizens, sites, day(4))?)?;
    let (site, now) = (&sites[0], minutes(day(4), 60));
    let strict = site.begin().current_slot_only().build(now, &mut rng())?;
    let answer = citizens[0].device.present(site.host(), &strict.to_bytes(), true, now);
    refused("where only the present epoch counts", answer, Error::StaleCredential)?;
    refresh(service, citizens, day(5))?;
    compare("with a new credential", first, &visit(citizens, sites, day(5))?)
}

/// The authority changes its key, as it does from time to time.
fn rotation(
    service: &mut Service,
    citizens: &mut [Citizen],
    sites: &mut [Site],
    first: &Rows,
) -> Result<()> {
    let (announced, change) = (day(8), day(18));
    println!("\nDay 8: the authority publishes list 1, with a new key from day 18 on");
    service.rotate(announced, day(32), change)?;
    sites.iter_mut().try_for_each(|site| site.adopt(&service.list, announced))?;
    let half = citizens.len() / 2;
    adopt(service, &mut citizens[..half], announced)?;
    println!("  all platforms have taken it, and {half} of {} persons", citizens.len());
    refresh(service, citizens, day(11))?;

    println!("Day 18: the new key issues");
    // The requests are made seven minutes before the change, and can be answered for ten.
    let (asked, before, after) = (minutes(change, -7), minutes(change, -5), minutes(change, 2));
    let pending = ask_all(citizens.len(), sites, asked)?;
    let answers = answer_all(citizens, sites, &pending, before)?;
    let rows = admit_all(sites, &pending, &answers, before)?;
    compare("in answers of 23:55 to requests of 23:53, some persons with list 0", first, &rows)?;

    let pending = ask_all(citizens.len(), sites, asked)?;
    let (punctual, late) = citizens.split_at_mut(half);
    let answers = answer_all(punctual, sites, &pending, after)?;
    let rows = admit_all(sites, &pending, &answers, after)?;
    let expected = first[..half].to_vec();
    compare(
        "in answers of 00:02 to requests of 23:53, with the old key's credentials",
        &expected,
        &rows,
    )?;
    let request = pending[half][0].to_bytes();
    let answer = late[0].device.present(sites[0].host(), &request, true, after);
    refused("who has only list 0 then", answer, Error::ListExpired)?;
    compare("at login, which needs no list", first, &log_in(citizens, sites, after)?)?;

    adopt(service, &mut citizens[half..], after)?;
    let rows = visit(citizens, sites, after)?;
    compare("with list 1, and the old key's credentials", first, &rows)?;
    refresh(service, citizens, minutes(change, 60))?;
    let rows = visit(citizens, sites, minutes(change, 60))?;
    compare("with credentials of the new key", first, &rows)
}

/// The new key is stolen, and has to go at once.
fn withdrawal(
    service: &mut Service,
    citizens: &mut [Citizen],
    sites: &mut [Site],
    first: &Rows,
) -> Result<()> {
    const SHOP: usize = 4;
    println!("\nDay 19: somebody steals that key, and certifies a person who does not exist");
    let mut thief = thief::forge(service.steal()?, &service.list, day(19))?;
    let shop = &mut sites[SHOP];
    let request = shop.ask(day(19))?;
    let answer = thief.present(shop.host(), &request.to_bytes(), true, day(19))?;
    let forged = shop.admit(&request, &answer, day(19))?;
    if first.iter().flatten().any(|pseudonym| *pseudonym == forged) {
        return Err("the thief has taken somebody's 网号".into());
    }
    println!("  {} admits it, under a 网号 that is nobody else's", shop.name);

    println!("Day 20: the authority publishes list 2, without that key and with a third one");
    let now = day(20);
    let pending = ask_all(citizens.len(), sites, minutes(now, -5))?;
    let answers = answer_all(citizens, sites, &pending, minutes(now, -1))?;
    service.withdraw(now, day(50), day(19))?;
    sites.iter_mut().try_for_each(|site| site.adopt(&service.list, now))?;
    let lost = admit_all(sites, &pending, &answers, now);
    refused("answers of the minute before", lost, Error::ForeignParameters)?;
    let (host, request) = (*sites[SHOP].host(), sites[SHOP].ask(now)?.to_bytes());
    let answer = thief.present(&host, &request, true, now);
    refused("the thief, at a new request", answer, Error::UnpinnedParameters)?;
    let answer = citizens[0].device.present(&host, &request, true, now);
    refused("a person who has only list 1", answer, Error::UnpinnedParameters)?;
    compare("at login, which needs no list", first, &log_in(citizens, sites, now)?)?;

    adopt(service, citizens, now)?;
    let answer = citizens[0].device.present(&host, &request, true, now);
    refused("with list 2, and the credential of that key", answer, Error::StaleCredential)?;
    // Each at a random time within the hour.
    refresh(service, citizens, minutes(now, 40))?;
    let rows = visit(citizens, sites, minutes(now, 40))?;
    compare("with credentials of the third key", first, &rows)?;
    let suspects: Vec<_> = sites.iter().flat_map(Site::suspects).collect();
    if suspects != [forged] {
        return Err("the wrong accounts are suspect".into());
    }
    println!("  verified with the stolen key, and not since: one account at {}", sites[SHOP].name);
    Ok(())
}

/// What persons agreed to is verified again, long after the requests have expired.
fn acts(sites: &[Site], first: &Rows) -> Result<()> {
    let [site, other, ..] = sites else { return Err("two platforms are needed".into()) };
    println!("\nDay 20: a court asks {} what its first user agreed to on day 0", site.name);
    let (request, presentation, parameters) = site.registration()?;
    let act = Act::of_presentation(request, presentation, parameters)?;
    let claims = act.claims().map(|(name, value)| format!("{name}: {value}"));
    let claims = claims.collect::<Vec<_>>().join(", ");
    println!("  {} by {}, {claims}", act.statement(), short(act.pseudonym()));
    let (login_request, login) = site.login()?;
    let login = Act::of_login(login_request, login)?;
    println!("  {} by {}", login.statement(), short(login.pseudonym()));
    if [act.pseudonym(), login.pseudonym()] != [&first[0][0]; 2] {
        return Err("somebody else signed".into());
    }
    let swapped = Act::of_presentation(request, other.registration()?.1, parameters);
    refused("the signature under another statement", swapped.map_err(Into::into), Error::Rejected)?;
    println!("  the list has that key no more; whose 网号 it is, nobody can tell");
    Ok(())
}

/// Deletion ends what a person can have certified, and not their 网号s.
fn deletion(
    service: &mut Service,
    citizens: &mut [Citizen],
    sites: &mut [Site],
    first: &Rows,
) -> Result<()> {
    let (Some(citizen), Some(row)) = (citizens.last_mut(), first.last()) else {
        return Err("nobody to delete".into());
    };
    println!("\nDay 21: {} is deleted from the registry", citizen.person.name);
    let open = service.offer(citizen, day(21))?;
    let host = *service.list.host();
    let (request, _) = citizen.device.accept(&host, &open.offer().to_bytes(), day(21))?;
    service.delete(citizen)?;
    let issued = service.issue(&open, &request, day(21));
    refused("an offer of the minute before", issued, Error::NotRegistered)?;
    let again = service.register(&citizen.checked, &mut citizen.device, day(21));
    refused("to enroll with the same device", again, Error::PersonDeleted)?;
    let mut another = Device::new(service.list.clone())?;
    let again = service.register(&citizen.checked, &mut another, day(21));
    refused("to enroll with another device", again, Error::PersonDeleted)?;

    let (site, device) = (&mut sites[0], &mut citizen.device);
    let request = site.ask(day(25))?;
    let answer = device.present(site.host(), &request.to_bytes(), true, day(25))?;
    let day_25 = site.admit(&request, &answer, day(25))?;
    println!("  on day 25, in the next epoch: the last credential still verifies");
    let request = site.ask(day(32))?;
    let answer = device.present(site.host(), &request.to_bytes(), true, day(32));
    refused("on day 32, in the epoch after that", answer, Error::StaleCredential)?;
    let request = site.ask_login(day(32))?;
    let answer = device.log_in(site.host(), &request.to_bytes(), day(32))?;
    let day_32 = site.welcome(&request, &answer, day(32))?;
    if [day_25, day_32] != [row[0]; 2] {
        return Err("a 网号 changed".into());
    }
    println!("  a login says nothing about that: ask for a presentation from time to time");
    Ok(())
}

/// It must fail with this error.
fn refused<T>(what: &str, outcome: Result<T>, expected: Error) -> Result<()> {
    let Err(error) = outcome else { return Err(format!("{what}: succeeded").into()) };
    match error.downcast_ref::<Error>() {
        Some(error) if *error == expected => {
            println!("  {what}: refused, {error}");
            Ok(())
        }
        _ => Err(format!("{what}: {error}, instead of: {expected}").into()),
    }
}

fn refresh(service: &mut Service, citizens: &mut [Citizen], now: UnixTime) -> Result<()> {
    citizens.iter_mut().try_for_each(|citizen| service.refresh(citizen, now))
}

/// What the application brings: the successor of the list, whose signatures it has checked.
fn adopt(service: &Service, citizens: &mut [Citizen], now: UnixTime) -> Result<()> {
    for citizen in citizens {
        citizen.device.adopt(service.list.clone(), now)?;
    }
    Ok(())
}

/// One request of every platform for each of so many persons.
fn ask_all(persons: usize, sites: &[Site], now: UnixTime) -> Result<Vec<Vec<Request>>> {
    let ask = |_| sites.iter().map(|site| site.ask(now)).collect();
    (0..persons).map(ask).collect()
}

/// Every person answers every platform.
fn answer_all(
    citizens: &mut [Citizen],
    sites: &[Site],
    requests: &[Vec<Request>],
    now: UnixTime,
) -> Result<Vec<Vec<Vec<u8>>>> {
    let mut rows = Vec::new();
    for (citizen, requests) in citizens.iter_mut().zip(requests) {
        let answers = sites.iter().zip(requests).map(|(site, request)| {
            citizen.device.present(site.host(), &request.to_bytes(), true, now)
        });
        rows.push(answers.collect::<Result<_>>()?);
    }
    Ok(rows)
}

/// The answers, verified one by one.
fn admit_all(
    sites: &mut [Site],
    requests: &[Vec<Request>],
    answers: &[Vec<Vec<u8>>],
    now: UnixTime,
) -> Result<Rows> {
    let mut rows = Vec::new();
    for (requests, answers) in requests.iter().zip(answers) {
        let answers = sites.iter_mut().zip(requests.iter().zip(answers));
        let row = answers.map(|(site, (request, answer))| site.admit(request, answer, now));
        rows.push(row.collect::<Result<_>>()?);
    }
    Ok(rows)
}

/// Every person at every platform.
fn visit(citizens: &mut [Citizen], sites: &mut [Site], now: UnixTime) -> Result<Rows> {
    let requests = ask_all(citizens.len(), sites, now)?;
    let answers = answer_all(citizens, sites, &requests, now)?;
    admit_all(sites, &requests, &answers, now)
}

/// The same, each platform verifying all persons as one batch.
fn visit_as_batch(citizens: &mut [Citizen], sites: &[Site], now: UnixTime) -> Result<Rows> {
    let mut rows = vec![Vec::new(); citizens.len()];
    for site in sites {
        let mut answers = Vec::new();
        for citizen in citizens.iter_mut() {
            let request = site.ask(now)?;
            let answer = citizen.device.present(site.host(), &request.to_bytes(), true, now)?;
            answers.push((request, answer));
        }
        for (row, pseudonym) in rows.iter_mut().zip(site.verify_batch(&answers, now)?) {
            row.push(pseudonym);
        }
    }
    Ok(rows)
}

fn log_in(citizens: &mut [Citizen], sites: &mut [Site], now: UnixTime) -> Result<Rows> {
    let mut rows = Vec::new();
    for citizen in citizens {
        let row = sites.iter_mut().map(|site| {
            let request = site.ask_login(now)?;
            let answer = citizen.device.log_in(site.host(), &request.to_bytes(), now)?;
            site.welcome(&request, &answer, now)
        });
        rows.push(row.collect::<Result<_>>()?);
    }
    Ok(rows)
}

fn compare(when: &str, first: &[Vec<Pseudonym>], now: &[Vec<Pseudonym>]) -> Result<()> {
    if first != now {
        return Err(format!("a 网号 changed {when}").into());
    }
    println!("  the same {when}");
    Ok(())
}

fn short(pseudonym: &Pseudonym) -> String {
    let text = pseudonym.to_string();
    format!("{}…{}", &text[..8], &text[text.len() - 4..])
}

fn print_table(citizens: &[Citizen], sites: &[Site], rows: &Rows) {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(std::iter::once("网号").chain(sites.iter().map(|site| site.name.as_str())));
    for (citizen, row) in citizens.iter().zip(rows) {
        let name = citizen.person.name.clone();
        table.add_row(std::iter::once(name).chain(row.iter().map(short)));
    }
    println!("{table}");
}
