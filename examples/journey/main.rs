//! The whole life of a 网号 on synthetic persons: enrollment, issuance, evidence, presentations
//! and logins at the platforms of the pilot, a new epoch, a rotated key, and what must fail.
//!
//! `cargo run --release --example journey`

mod attacks;
mod identity;
mod world;

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use pairnym::{Consent, MemoryNonces, Platform, Presentation, Pseudonym, Purpose, Request};

use identity::{Person, Standing};
use world::{Authorities, Citizen, EPOCH, NOW, Result, rng};

/// A line of `platforms.csv`.
#[derive(serde::Deserialize)]
struct Site {
    name: String,
    host: String,
}

fn read<T: for<'de> serde::Deserialize<'de>>(file: &str) -> Result<Vec<T>> {
    let path = format!("{}/examples/data/{file}", env!("CARGO_MANIFEST_DIR"));
    Ok(csv::Reader::from_path(path)?.deserialize().collect::<std::result::Result<_, _>>()?)
}

fn main() -> Result<()> {
    let persons: Vec<Person> = read("persons.csv")?;
    let sites: Vec<Site> = read("platforms.csv")?;
    let mut authorities = Authorities::new()?;

    println!("Enrollment\n");
    let mut citizens = Vec::new();
    for person in persons {
        match authorities.enroll(person) {
            Ok(citizen) => {
                let how = match citizen.checked.standing {
                    Standing::Adult => "",
                    Standing::GuardianApplies => ", a guardian applied",
                    Standing::GuardianSupervises => ", a guardian supervises",
                };
                let Citizen { person, checked, .. } = &citizen;
                println!("  {}: {}, {}{how}", person.name, checked.kind.name(), checked.age);
                citizens.push(citizen);
            }
            Err((person, error)) => println!("  {}: refused, {error}", person.name),
        }
    }
    let again = authorities.enroll_again(&citizens[0]);
    println!("  {} once more: refused, {}\n", citizens[0].person.name, refused(again)?);

    let platforms: Vec<Platform> = sites
        .iter()
        .map(|site| Ok(Platform::new(authorities.parameters().clone(), site.host.parse()?)))
        .collect::<Result<_>>()?;

    let first = visit(&mut citizens, &platforms, NOW)?;
    print_table(&citizens, &sites, &first);
    let whole = first[0][0];
    println!("\nAbbreviated; the first one in full: {whole}");

    let second = visit_as_batch(&mut citizens, &platforms, NOW)?;
    compare("on a second visit, verified as one batch", &first, &second)?;
    let third = log_in(&citizens, &platforms)?;
    compare("at login", &first, &third)?;

    let next = NOW.after(EPOCH.into());
    for citizen in &mut citizens {
        authorities.refresh(citizen, next)?;
    }
    let fourth = visit(&mut citizens, &platforms, next)?;
    compare("after a new epoch", &first, &fourth)?;

    authorities.rotate_key(&mut citizens)?;
    for citizen in &mut citizens {
        authorities.refresh(citizen, next)?;
    }
    let rotated: Vec<Platform> = platforms
        .iter()
        .map(|platform| Platform::new(authorities.parameters().clone(), *platform.id()))
        .collect();
    let fifth = visit(&mut citizens, &rotated, next)?;
    compare("after a key rotation", &first, &fifth)?;

    let mut all: Vec<_> = first.iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    if all.len() != citizens.len() * platforms.len() {
        return Err("two 网号s coincide".into());
    }
    println!("  {} 网号s, all different across persons and platforms\n", all.len());

    println!("What {} learned about {}", sites[0].name, citizens[0].person.name);
    println!("  网号 {whole}");
    println!("  age_over_18, assurance, and that the authority certified them in this epoch\n");
    authorities.print_view(all.into_iter())?;
    attacks::all_fail(&mut citizens, &rotated, &authorities, next)
}

fn refused<T>(result: std::result::Result<T, pairnym::Error>) -> Result<pairnym::Error> {
    result.err().ok_or_else(|| "succeeded where it must fail".into())
}

/// Every request asks for two attributes, and for the lowest trust level at least.
fn ask(platform: &Platform, now: pairnym::UnixTime) -> Result<Request> {
    let request = platform
        .request(Purpose::Registration)
        .disclose("age_over_18")
        .disclose("assurance")
        .require("assurance", pairnym::Condition::AtLeast(1))
        .build(now, &mut rng())?;
    Ok(request)
}

fn present(
    citizen: &mut Citizen,
    platform: &Platform,
    now: pairnym::UnixTime,
) -> Result<(Request, Presentation)> {
    let request = ask(platform, now)?;
    let consent = Consent::to_disclose(&request, platform.id());
    let presentation = citizen.present(consent, now)?;
    Ok((request, presentation))
}

/// Every person at every platform, verified one by one.
fn visit(
    citizens: &mut [Citizen],
    platforms: &[Platform],
    now: pairnym::UnixTime,
) -> Result<Vec<Vec<Pseudonym>>> {
    let nonces = &mut MemoryNonces::new(10_000);
    let mut rows = Vec::new();
    for citizen in citizens {
        let mut row = Vec::new();
        for platform in platforms {
            let (request, presentation) = present(citizen, platform, now)?;
            row.push(*platform.verify(&request, &presentation, now, nonces)?.pseudonym());
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The same, each platform verifying all persons as one batch.
fn visit_as_batch(
    citizens: &mut [Citizen],
    platforms: &[Platform],
    now: pairnym::UnixTime,
) -> Result<Vec<Vec<Pseudonym>>> {
    let nonces = &mut MemoryNonces::new(10_000);
    let mut rows = vec![Vec::new(); citizens.len()];
    for platform in platforms {
        let mut answers = Vec::new();
        for citizen in citizens.iter_mut() {
            answers.push(present(citizen, platform, now)?);
        }
        let answers: Vec<_> = answers.iter().map(|(r, p)| (r, p)).collect();
        let verdicts = platform.verify_batch(&answers, now, nonces);
        for (row, verdict) in rows.iter_mut().zip(verdicts) {
            row.push(*verdict?.pseudonym());
        }
    }
    Ok(rows)
}

fn log_in(citizens: &[Citizen], platforms: &[Platform]) -> Result<Vec<Vec<Pseudonym>>> {
    let nonces = &mut MemoryNonces::new(10_000);
    let mut rows = Vec::new();
    for citizen in citizens {
        let mut row = Vec::new();
        for platform in platforms {
            let request = platform.request(Purpose::Login).build(NOW, &mut rng())?;
            let consent = Consent::to_answer(&request, platform.id());
            let login = citizen.holder.log_in(consent, NOW, &mut rng())?;
            row.push(platform.verify_login(&request, &login, NOW, nonces)?);
        }
        rows.push(row);
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

fn print_table(citizens: &[Citizen], sites: &[Site], rows: &[Vec<Pseudonym>]) {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(std::iter::once("网号").chain(sites.iter().map(|site| site.name.as_str())));
    for (citizen, row) in citizens.iter().zip(rows) {
        let short = row.iter().map(|pseudonym| {
            let text = pseudonym.to_string();
            format!("{}…{}", &text[..8], &text[text.len() - 4..])
        });
        table.add_row(std::iter::once(citizen.person.name.clone()).chain(short));
    }
    println!("{table}");
}
