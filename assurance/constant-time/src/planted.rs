//! Leaks on purpose, which the check must find, and faults of the check itself, which it must
//! refuse: else its silence about the operations would mean nothing.

use std::hint::black_box;

use pairnym::{holder::*, shared::*};
use pairnym_testkit::Pair;

use crate::Outcome;
use crate::memcheck::{make_secret_in_place, secret};
use crate::output::Output;
use crate::taint::{MASTER, Taint};
use crate::world::World;

/// What must become of it.
#[derive(Clone, Copy)]
pub enum Expected {
    /// memcheck reports this.
    Reported(&'static str),
    /// memcheck does not see it.
    Unseen,
    /// The program ends with this message.
    Refused(&'static str),
}

pub struct Plant {
    pub name: &'static str,
    pub about: &'static str,
    pub expected: Expected,
    pub run: fn() -> Outcome<()>,
}

const JUMP: Expected = Expected::Reported("Conditional jump");
const ADDRESS: Expected = Expected::Reported("Use of uninitialised value");

const fn plant(
    name: &'static str,
    about: &'static str,
    expected: Expected,
    run: fn() -> Outcome<()>,
) -> Plant {
    Plant { name, about, expected, run }
}

pub const PLANTS: [Plant; 9] = [
    plant("leak-branch", "a branch on a secret", JUMP, branch),
    plant("leak-index", "an index that is a secret", ADDRESS, index),
    plant("leak-early-exit", "`==` of slices of a length known at run time", JUMP, early_exit),
    plant("leak-loop", "a loop as long as a secret says", JUMP, loop_length),
    plant("leak-text", "the text form of a 网号 that is not public", ADDRESS, text),
    plant("leak-share", "d of a second, in a comparison with a point", JUMP, share),
    plant("unseen-division", "a division by a secret", Expected::Unseen, division),
    plant(
        "fault-nothing-secret",
        "an output that does not depend on what it is said to",
        Expected::Refused("is not secret"),
        vacuous,
    ),
    plant(
        "fault-too-much-secret",
        "an output that depends on what it is not said to",
        Expected::Refused("depends on a secret"),
        spilt,
    ),
];

/// Too much for a conditional move.
#[inline(never)]
fn work(rounds: u64) -> u64 {
    (0..rounds).fold(1, |a, b| black_box(a ^ b))
}

fn branch() -> Outcome<()> {
    let [byte] = secret([7]);
    black_box(if byte & 1 == 1 { work(9) } else { 0 });
    Ok(())
}

fn index() -> Outcome<()> {
    let [byte] = secret([7]);
    let table: [u64; 256] = black_box([3; 256]);
    black_box(table[usize::from(byte)]);
    Ok(())
}

/// The equality of slices of a length known at run time only.
fn early_exit() -> Outcome<()> {
    let secret = secret([7; 64]);
    let length = black_box(64);
    let other = black_box(vec![7; length]);
    black_box(secret[..length] == other[..]);
    Ok(())
}

fn loop_length() -> Outcome<()> {
    let [byte] = secret([7]);
    black_box(work(u64::from(byte)));
    Ok(())
}

/// The text form is made by table look-ups, of a 网号 that is public.
fn text() -> Outcome<()> {
    let world = World::new()?;
    let pseudonym = world.holder(Taint::NONE)?.pseudonym(&world.host, None)?;
    make_secret_in_place(&pseudonym);
    black_box(pseudonym.to_string());
    Ok(())
}

/// Whether a pairing is the second's own is told by D, which the lead has: here nobody has.
fn share() -> Outcome<()> {
    let pair = Pair::new(2, World::new()?.authority.list());
    let record = pair.lead.record(ChannelKey([2; 32]));
    let mut guardian = [2; 32];
    guardian[0] = 0xff;
    let second = Second::recover(&MasterSecret::import(secret(guardian)), &record)?;
    black_box(second);
    Ok(())
}

/// Its time depends on the operands, and memcheck follows values, not times.
fn division() -> Outcome<()> {
    let bytes = secret([7; 8]);
    black_box(black_box(u64::MAX) / (u64::from_le_bytes(bytes) | 1));
    Ok(())
}

/// An output that is said to depend on a secret, and does not.
fn vacuous() -> Outcome<()> {
    Output::new("fault", MASTER, &[7; 32]).depends("field", 32, MASTER).end();
    Ok(())
}

/// An output that is said not to depend on a secret, and does.
fn spilt() -> Outcome<()> {
    Output::new("fault", MASTER, &secret([7; 32])).plain("field", 32).end();
    Ok(())
}
