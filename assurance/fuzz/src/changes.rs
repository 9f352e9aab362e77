//! What a fuzzer can do to a valid answer and to the request that it answers.

use arbitrary::Arbitrary;
use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::generators;

use crate::parts::*;
use crate::pool::{Answered, POOL};
use crate::reference::Statement;

/// A change of the parts of an answer. Numbers are taken modulo what there is.
#[derive(Arbitrary, Clone, Debug)]
pub enum Change {
    Point(u8, NewPoint),
    Scalar(u8, NewScalar),
    SwapPoints(u8, u8),
    SwapScalars(u8, u8),
    /// Another answer's Ā, B̄, R̄1, R̄2, z̄.
    Evidence(u8),
    /// (Ā, B̄, R̄2) times k, (ρ̂, ε̂) divided by it: every equation holds as before.
    Scale(u8),
    Slot(u8),
    Nonce(u8, u8),
    /// A byte of a disclosed value.
    Value(u8, u8, u8),
    /// The disclosed attributes of another answer.
    Disclosed(u8),
    Withhold(u8),
    /// One hidden attribute more, or one less.
    Hide,
    Unhide,
}

/// What takes the place of a point.
#[derive(Arbitrary, Clone, Debug)]
pub enum NewPoint {
    /// A point of another answer.
    Other(u8, u8),
    /// G, X, P_s, B_t, V, U_k, H_i.
    Public(u8),
    /// Its sum with a multiple of a public point.
    Plus(u8, i16),
    /// Its sum with another point of this answer.
    Sum(u8),
    /// A multiple of it.
    Times(i16),
}

/// What takes the place of a scalar.
#[derive(Arbitrary, Clone, Debug)]
pub enum NewScalar {
    /// A scalar of another answer.
    Other(u8, u8),
    Small(u8),
    Plus(i64),
    /// Its sum with another scalar of this answer.
    Sum(u8),
    Times(i16),
    /// The same one, and p: another encoding.
    Unreduced,
}

fn integer(value: i64) -> Scalar {
    let scalar = Scalar::from(value.unsigned_abs());
    if value < 0 { -scalar } else { scalar }
}

fn choose<T>(items: &[T], choice: u8) -> usize {
    usize::from(choice) % items.len().max(1)
}

/// An answer of the pool.
pub fn answered(choice: u8) -> &'static Answered {
    &POOL.answered[choose(&POOL.answered, choice)]
}

/// An answer of the same sort.
fn other(answer: &Parts, choice: u8) -> Parts {
    let other = answered(choice);
    match answer.plain {
        Some(_) => Parts::presentation(&other.presentation),
        None => Parts::login(&other.login),
    }
}

fn public(statement: &Statement<'_>, answer: &Parts, choice: u8) -> RistrettoPoint {
    match choice % 16 {
        0 => G,
        1 => statement.key(),
        2 => statement.scope(),
        3 => {
            let place = answer.plain.as_ref().map_or(0, |plain| plain.slot);
            pairnym::hazmat::credential_base(&statement.slot(place))
        }
        choice => {
            let place = match choice - 4 {
                0 => generators::V,
                k @ 1..8 => generators::u(usize::from(k) - 1),
                i => generators::h(usize::from(i) - 8),
            };
            statement.generator(place).unwrap_or(G)
        }
    }
}

impl NewPoint {
    fn of(&self, answer: &Parts, place: usize, statement: &Statement<'_>) -> Field {
        let old = point(&answer.points[place]).unwrap_or(G);
        let new = match *self {
            Self::Other(choice, field) => {
                let other = other(answer, choice);
                return other.points[choose(&other.points, field)];
            }
            Self::Public(choice) => public(statement, answer, choice),
            Self::Plus(choice, k) => old + public(statement, answer, choice) * integer(k.into()),
            Self::Sum(field) => {
                old + point(&answer.points[choose(&answer.points, field)]).unwrap_or(G)
            }
            Self::Times(k) => old * integer(k.into()),
        };
        new.compress().to_bytes()
    }
}

/// p, little-endian.
const ORDER: Field = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
                        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";

/// The integer s + p, which is less than 2^254.
fn unreduced(s: &Field) -> Field {
    let mut carry = 0;
    std::array::from_fn(|i| {
        let digit = u16::from(s[i]) + u16::from(ORDER[i]) + carry;
        carry = digit >> 8;
        digit as u8
    })
}

impl NewScalar {
    fn of(&self, answer: &Parts, place: usize) -> Field {
        let field = answer.scalars[place];
        let old = scalar(&field);
        let new = match *self {
            Self::Other(choice, field) => {
                let other = other(answer, choice);
                return other.scalars[choose(&other.scalars, field)];
            }
            Self::Small(value) => value.into(),
            Self::Plus(value) => old + integer(value),
            Self::Sum(field) => old + scalar(&answer.scalars[choose(&answer.scalars, field)]),
            Self::Times(k) => old * integer(k.into()),
            Self::Unreduced => return unreduced(old.as_bytes()),
        };
        new.to_bytes()
    }
}

impl Change {
    pub fn apply(&self, answer: &mut Parts, statement: &Statement<'_>) {
        match self {
            Self::Point(field, new) => {
                let place = choose(&answer.points, *field);
                answer.points[place] = new.of(answer, place, statement);
            }
            Self::Scalar(field, new) => {
                let place = choose(&answer.scalars, *field);
                answer.scalars[place] = new.of(answer, place);
            }
            Self::SwapPoints(a, b) => {
                let (a, b) = (choose(&answer.points, *a), choose(&answer.points, *b));
                answer.points.swap(a, b);
            }
            Self::SwapScalars(a, b) => {
                let (a, b) = (choose(&answer.scalars, *a), choose(&answer.scalars, *b));
                answer.scalars.swap(a, b);
            }
            Self::Nonce(place, bits) => {
                let place = choose(&answer.nonce, *place);
                answer.nonce[place] ^= bits;
            }
            _ => self.apply_to_presentation(answer),
        }
    }

    fn apply_to_presentation(&self, answer: &mut Parts) {
        let Parts { plain: Some(plain), points, scalars, .. } = answer else { return };
        let disclosed = &mut plain.disclosed;
        match self {
            Self::Evidence(choice) => {
                let other = Parts::presentation(&answered(*choice).presentation);
                points[..N].copy_from_slice(&other.points[..N]);
                scalars[Z] = other.scalars[Z];
            }
            Self::Scale(k) => {
                let k = Scalar::from(*k) + Scalar::ONE;
                for place in [A, B, R2] {
                    points[place] = (point(&points[place]).unwrap_or(G) * k).compress().to_bytes();
                }
                for place in [RHO, EPSILON] {
                    scalars[place] = (scalar(&scalars[place]) * k.invert()).to_bytes();
                }
            }
            Self::Slot(place) => plain.slot = *place % 4,
            Self::Disclosed(choice) => {
                let other = Parts::presentation(&answered(*choice).presentation);
                plain.disclosed = other.plain.map(|plain| plain.disclosed).unwrap_or_default();
            }
            Self::Hide if scalars.len() < HIDDEN + 64 => scalars.push([1; 32]),
            Self::Unhide if scalars.len() > HIDDEN => drop(scalars.pop()),
            Self::Value(choice, place, byte) if !disclosed.is_empty() => {
                let chosen = choose(disclosed, *choice);
                let value = &mut disclosed[chosen];
                let place = choose(value, *place);
                value[place] = *byte;
            }
            Self::Withhold(choice) if !disclosed.is_empty() => {
                disclosed.remove(choose(disclosed, *choice));
            }
            _ => {}
        }
    }
}

/// A change of the request that the platform compares the answer with.
#[derive(Arbitrary, Clone, Debug)]
pub enum Ask {
    /// Another answer's request, for a presentation or for a login.
    Other(u8, bool),
    Authority(u8),
    Platform(u8),
    Label(u8),
    Wanted,
    Purpose(u8),
    Nonce(u8, u8),
    Expires(i32),
    /// The parameters of a slot, its epoch, and the order of the slots.
    Parameters(u8, u8),
    Epoch(u8, i8),
    SwapSlots(u8, u8),
    DropSlot(u8),
    AddSlot(u8),
    Disclose(u8),
    Withhold(u8),
    Condition(u8, u8, u64),
    DropCondition(u8),
    Statement(Option<[u8; 2]>),
    Notice(Option<u8>),
}

/// Names of attributes, of all schemas and of none.
const NAMES: [&str; 8] =
    ["age_over_14", "age_over_18", "assurance", "kind", "level", "nothing", "region", "since"];

impl Ask {
    pub fn apply(&self, asked: &mut Asked) {
        match self {
            Self::Other(choice, login) => {
                let other = answered(*choice);
                *asked = Asked::new(if *login { &other.login_request } else { &other.request });
            }
            Self::Authority(byte) => asked.authority = format!("{byte}.example"),
            Self::Platform(byte) => asked.platform = format!("{byte}.example"),
            Self::Label(choice) => {
                let label = crate::pool::label(usize::from(*choice));
                asked.label = label.map_or_else(String::new, |label| label.to_string());
            }
            Self::Wanted => {
                asked.wanted = 3 - asked.wanted;
                asked.slots.clear();
                asked.disclosures.clear();
                asked.conditions.clear();
                if asked.wanted == 1 {
                    asked.slots.clone_from(&Asked::new(&answered(0).request).slots);
                }
            }
            Self::Purpose(code) => asked.purpose = vec![code % 4 + 1],
            Self::Nonce(place, byte) => {
                let place = choose(&asked.nonce, *place);
                asked.nonce[place] ^= byte;
            }
            Self::Expires(by) => asked.expires = asked.expires.wrapping_add_signed((*by).into()),
            Self::Statement(statement) => asked.statement = statement.map(|bytes| bytes.to_vec()),
            Self::Notice(notice) => asked.notice = notice.map(|byte| [byte; 32]),
            _ => {
                self.apply_to_slots(asked);
                self.apply_to_disclosures(asked);
            }
        }
    }

    fn apply_to_slots(&self, asked: &mut Asked) {
        let slots = &mut asked.slots;
        if slots.is_empty() {
            return;
        }
        match self {
            Self::Parameters(choice, world) => {
                let place = choose(slots, *choice);
                let worlds = &POOL.worlds;
                slots[place].parameters = *worlds[choose(worlds, *world)].parameters().id();
            }
            Self::Epoch(choice, by) => {
                let place = choose(slots, *choice);
                let epoch = &mut slots[place].epoch.0;
                *epoch = epoch.wrapping_add_signed((*by).into());
            }
            Self::SwapSlots(a, b) => {
                let (a, b) = (choose(slots, *a), choose(slots, *b));
                slots.swap(a, b);
            }
            Self::DropSlot(choice) => drop(slots.remove(choose(slots, *choice))),
            Self::AddSlot(epoch) => {
                let mut slot = slots[0];
                slot.epoch.0 += u64::from(*epoch);
                slots.push(slot);
            }
            _ => {}
        }
    }

    fn apply_to_disclosures(&self, asked: &mut Asked) {
        let Asked { disclosures, conditions, .. } = asked;
        match self {
            Self::Disclose(choice) => {
                let name = NAMES[choose(&NAMES, *choice)].to_string();
                if let Err(place) = disclosures.binary_search(&name) {
                    disclosures.insert(place, name);
                    for (position, ..) in conditions {
                        *position += u8::from(usize::from(*position) >= place);
                    }
                }
            }
            Self::Withhold(choice) if !disclosures.is_empty() => {
                let place = choose(disclosures, *choice);
                disclosures.remove(place);
                conditions.retain(|(position, ..)| usize::from(*position) != place);
                for (position, ..) in conditions {
                    *position -= u8::from(usize::from(*position) > place);
                }
            }
            Self::Condition(choice, operator, operand) if !disclosures.is_empty() => {
                let position = choose(disclosures, *choice) as u8;
                let condition = match operator % 3 {
                    0 => (position, 2, operand.to_be_bytes().to_vec()),
                    1 => (position, 3, operand.to_be_bytes().to_vec()),
                    _ => (position, 4, vec![]),
                };
                let order = |(position, operator, _): &(u8, u8, Vec<u8>)| (*position, *operator);
                match conditions.binary_search_by_key(&order(&condition), order) {
                    Ok(place) => conditions[place] = condition,
                    Err(place) => conditions.insert(place, condition),
                }
            }
            Self::DropCondition(choice) if !conditions.is_empty() => {
                conditions.remove(choose(conditions, *choice));
            }
            _ => {}
        }
    }
}
