//! What must fail, each with its error.

use pairnym::{attribute::*, holder::*, message::*, platform::*, *};

use crate::device::Device;
use crate::service::{Citizen, Service, new_key};
use crate::site::Site;
use crate::{Result, day, minutes, refused, rng};

/// Runs every attempt; one that succeeds is an error.
pub fn all_fail(
    service: &mut Service,
    citizens: &mut [Citizen],
    sites: &mut [Site],
    now: UnixTime,
) -> Result<()> {
    println!("\nWhat must fail");
    let [shop, other, ..] = sites else { return Err("two platforms are needed".into()) };
    let [alice, bob, ..] = citizens else { return Err("two persons are needed".into()) };
    service.refresh(alice, now)?;
    service.refresh(bob, now)?;
    answers(alice, bob, shop, other, now)?;
    requests(alice, shop, other, now)?;
    logins(alice, shop, now)?;
    storage(alice, bob)?;
    lists(service, shop)?;
    tickets(service, &mut alice.device, now)
}

/// An honest answer.
fn answer(citizen: &mut Citizen, site: &Site, now: UnixTime) -> Result<(Request, Vec<u8>)> {
    let request = site.ask(now)?;
    let answer = citizen.device.present(site.host(), &request.to_bytes(), true, now)?;
    Ok((request, answer))
}

fn answers(
    alice: &mut Citizen,
    bob: &mut Citizen,
    shop: &mut Site,
    other: &mut Site,
    now: UnixTime,
) -> Result<()> {
    let (request, presentation) = answer(alice, shop, now)?;
    let mut tampered = presentation.clone();
    // A response: 32 bytes that are still a scalar.
    tampered[400] ^= 1;
    refused("a tampered byte", shop.admit(&request, &tampered, now), Error::Rejected)?;
    let fresh = shop.ask(now)?;
    let replayed = shop.admit(&fresh, &presentation, now);
    refused("an answer to another request", replayed, Error::Rejected)?;
    let asked = other.ask(now)?;
    let elsewhere = other.admit(&asked, &presentation, now);
    refused("another platform's presentation", elsewhere, Error::Rejected)?;
    let late = shop.admit(&request, &presentation, minutes(now, 11));
    refused("after the request has expired", late, Error::Expired)?;
    shop.admit(&request, &presentation, now)?;
    let twice = shop.admit(&request, &presentation, now);
    refused("the same answer twice", twice, Error::Replayed)?;

    // Bob puts Alice's 网号 into his own presentation: 32 bytes after the nonce, the slot, the
    // disclosed values (their count, a flag and an integer) and the 160 bytes of evidence.
    let (request, mut forged) = answer(bob, shop, now)?;
    let place = 2 + 32 + 1 + (1 + 2 + 9) + 160;
    let borrowed = alice.device.pseudonym(shop.host())?;
    forged[place..place + 32].copy_from_slice(&borrowed.to_bytes());
    refused("a borrowed 网号", shop.admit(&request, &forged, now), Error::Rejected)
}

/// What a device does not answer.
fn requests(alice: &mut Citizen, shop: &Site, other: &Site, now: UnixTime) -> Result<()> {
    let Citizen { device, .. } = alice;
    let before = device.evidence();
    let request = shop.ask(now)?.to_bytes();
    // A malicious platform passes the shop's request on to a person who is connected to it.
    let relayed = device.present(other.host(), &request, true, now);
    refused("a request relayed by another platform", relayed, Error::ForeignPlatform)?;
    let hasty = device.present(shop.host(), &request, false, now);
    refused("to disclose without separate consent", hasty, Error::DisclosureWithoutConsent)?;
    let strict = shop.begin().require("assurance", Condition::AtLeast(9)).build(now, &mut rng())?;
    let unmet = device.present(shop.host(), &strict.to_bytes(), true, now);
    refused("an unmet condition", unmet, Error::ConditionUnmet)?;
    if device.evidence() != before {
        return Err("a refusal cost evidence".into());
    }
    println!("  none of these has cost any evidence");
    Ok(())
}

/// Anybody can log in, but only under a 网号 of their own making.
fn logins(alice: &mut Citizen, shop: &mut Site, now: UnixTime) -> Result<()> {
    let request = shop.ask_login(now)?;
    let mut stranger = Device::new(shop.platform.list().clone())?;
    let answer = stranger.log_in(shop.host(), &request.to_bytes(), now)?;
    let nobody = shop.welcome(&request, &answer, now);
    refused("a login of somebody who never registered", nobody, Error::NoAccount)?;
    // That has not ended the request.
    let answer = alice.device.log_in(shop.host(), &request.to_bytes(), now)?;
    shop.welcome(&request, &answer, now)?;
    let twice = shop.welcome(&request, &answer, now);
    refused("the same login twice", twice, Error::Replayed)
}

/// Shown, a credential that is another person's or damaged would tell whose device this is.
fn storage(alice: &Citizen, bob: &Citizen) -> Result<()> {
    let wrong = |load: std::result::Result<Credential, Error>| match load {
        Err(Error::Decode(error)) if error.reason() == DecodeReason::Mac => Ok(error),
        other => Err(format!("not the MAC: {other:?}")),
    };
    let mut damaged = alice.device.stored()?.to_vec();
    damaged[100] ^= 1;
    let error = wrong(alice.device.load(&damaged))?;
    println!("  a damaged bit in the device's storage: refused, {error}");
    let error = wrong(alice.device.load(bob.device.stored()?))?;
    println!("  another person's stored credential: refused, {error}");
    Ok(())
}

/// Parameters for one person alone would identify that person.
fn lists(service: &Service, shop: &Site) -> Result<()> {
    let (since, until) = (day(45), day(60));
    let public = service.list.renew(since..until)?;
    let for_one = service.list.renew(since..UnixTime(until.0 + 1))?;
    let mut device = Device::new(service.list.clone())?;
    let early = device.adopt(public.clone(), day(40));
    refused("a list before its time", early, Error::EarlyList)?;
    device.adopt(public, since)?;
    let forked = device.adopt(for_one, since);
    refused("a second list for one time", forked, Error::ConflictingList)?;
    let back = device.adopt(service.list.clone(), since);
    refused("an older list", back, Error::StaleList)?;

    let (_, _, parameters) = new_key("evil.example")?;
    let evil = ParameterList::first("id.evil.example".parse()?, since..until, day(39), parameters)?;
    let mut platform = Platform::new(service.list.clone(), *shop.host());
    let foreign = platform.adopt(evil, since);
    refused("another authority's list", foreign.map_err(Into::into), Error::ForeignAuthority)
}

/// C_u is a name for life, so nobody but the authority may ask for it.
fn tickets(service: &Service, alice: &mut Device, now: UnixTime) -> Result<()> {
    let open = service.ticket(now)?;
    let phished = alice.enroll(&"id.authority.test".parse()?, &open.ticket().to_bytes(), now);
    refused("a ticket from another host than the authority's", phished, Error::ForeignAuthority)
}
