//! What the authority does, but for evidence.

use pairnym::{authority::*, message::*, *};
use pairnym_testkit::{NOW, list, parameters};

use crate::Outcome;
use crate::memcheck::{publish, publish_within};
use crate::output::Output;
use crate::taint::{ATTRIBUTES, SEED, STORAGE, Taint};
use crate::world::{self, AUTHORITY, NAME, SCHEMA, World};

/// The authority: x, k_e and X come from the seed. X stands in the parameters, which are public
/// from here on, with their hash (SPEC §4.3).
pub fn authority(taint: Taint) -> Outcome<Authority> {
    let key = AuthorityKey::from_seed(&taint.bytes(SEED, world::SEED))?;
    let parameters = parameters(&key, &SCHEMA);
    let bytes = parameters.to_bytes();
    let before = 2 + 1 + 1 + AUTHORITY.len();
    Output::new("AuthorityParameters", taint, &bytes)
        .plain("header, suite, authority id", before)
        .depends("X", 32, SEED)
        .plain("epoch length, batches, schema", bytes.len() - before - 32)
        .end();
    publish(&parameters);
    // The key's own copy.
    publish_within(&key, &bytes[before..before + 32]);
    Ok(Authority::open(key, list(parameters, NOW))?)
}

pub fn issue(world: &World, taint: Taint) -> Outcome<()> {
    let open = world.offer.clone();
    taint.values(open.offer().values());
    let authority = authority(taint)?;
    let response = authority.check_issuance(&open, &world.request, NOW)?.issue_if(true)?;
    let response = response.to_bytes();
    let from = SEED.and(ATTRIBUTES);
    Output::new("IssuanceResponse", taint, &response)
        .plain("header", 2)
        .depends("A", 32, from)
        .depends("e", 32, from)
        .depends("T_1, T_2", 2 * 32, from)
        .depends("x̂", 32, from)
        .end();
    if IssuanceResponse::from_bytes(&response)? == world.response {
        Ok(())
    } else {
        Err("another response".into())
    }
}

/// The authority's key for what it stores.
fn storage_key(taint: Taint) -> Outcome<StorageKey> {
    Ok(StorageKey::new(taint.bytes(STORAGE, [3; 32]), AuthorityId::new(AUTHORITY)?))
}

pub fn store_ticket(world: &World, taint: Taint) -> Outcome<()> {
    let key = storage_key(taint)?;
    let stored = world.ticket.store(&key);
    let content = 2 + 1 + AUTHORITY.len() + 32 + 32 + 8;
    Output::new("OpenTicket", taint, &stored)
        .plain("all but the MAC", content)
        .depends("MAC", 32, STORAGE)
        .end();
    OpenTicket::load(&stored, &key)?;
    Ok(())
}

/// The values are secret but for the text, which is checked when it is read.
pub fn store_offer(world: &World, taint: Taint) -> Outcome<()> {
    let key = storage_key(taint)?;
    let open = world.offer.clone();
    taint.values(&open.offer().values()[..3]);
    let mut stored = open.store(&key);
    Output::new("OpenOffer", taint, &stored)
        .plain("header, params_id, t, nonce, C_u, count, kind", 2 + 32 + 8 + 32 + 32 + 2)
        .depends("flag", 1, ATTRIBUTES)
        .plain("kind", 1)
        .depends("flag", 1, ATTRIBUTES)
        .plain("kind", 1)
        .depends("integer", 8, ATTRIBUTES)
        .plain("text, absent, expiry", 2 + NAME.len() + 1 + 8)
        .depends("MAC", 32, STORAGE.and(ATTRIBUTES))
        .end();
    for content in [108..109, 110..111, 112..120] {
        taint.within(ATTRIBUTES, &mut stored[content]);
    }
    OpenOffer::load(&stored, &key)?;
    Ok(())
}
