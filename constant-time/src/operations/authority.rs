//! What the authority does, but for evidence.

use pairnym::*;

use crate::Outcome;
use crate::memcheck::publish;
use crate::output::Output;
use crate::taint::{ATTRIBUTES, SEED, Taint};
use crate::world::{self, AUTHORITY, World};

/// The authority: x, k_e and X come from the seed. X stands in the parameters, which are public
/// from here on, with their hash (SPEC §4.3).
pub fn authority(world: &World, taint: Taint) -> Outcome<Authority> {
    let key = AuthorityKey::from_seed(&taint.bytes(SEED, world::SEED))?;
    let plain = world.authority.parameters();
    let authority =
        Authority::new(key, *plain.authority(), plain.schema().clone(), plain.epoch_length());
    let bytes = authority.parameters().to_bytes();
    let before = 2 + 1 + 1 + AUTHORITY.len();
    Output::new("AuthorityParameters", taint, &bytes)
        .plain("header, suite, authority id", before)
        .depends("X", 32, SEED)
        .plain("epoch length, schema", bytes.len() - before - 32)
        .end();
    publish(authority.parameters());
    Ok(authority)
}

pub fn issue(world: &World, taint: Taint) -> Outcome<()> {
    let offer = world.offer.clone();
    taint.values(offer.values());
    let response = authority(world, taint)?.issue(&offer, &world.request)?.to_bytes();
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
