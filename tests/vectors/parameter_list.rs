//! Parameters, lists and slots by SPEC §§4.3–4.6, written down a second time, without shortcuts.

use curve25519_dalek::RistrettoPoint;
use pairnym::{Message, ParameterList, attribute::Kind};
use pairnym_testkit::{DAY, NOW};

use crate::formulas::{Hash, Key, Wire};
use crate::json::Json;
use crate::setting::{AUTHORITY, HOST};

/// §4.3.
#[derive(Clone)]
pub struct Parameters {
    pub authority: String,
    pub X: RistrettoPoint,
    pub epoch_length: u32,
    pub batches: u8,
    pub schema: Vec<(&'static str, Kind)>,
}

impl Parameters {
    /// Of a seed's key, with epochs of a day and one batch of evidence.
    pub fn new(seed: &[u8; 32], schema: Vec<(&'static str, Kind)>) -> Self {
        let (authority, X) = (AUTHORITY.to_owned(), Key::new(seed).X);
        Self { authority, X, epoch_length: DAY as u32, batches: 1, schema }
    }

    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire::new(1).u8(1).short(&self.authority).points([&self.X]);
        let wire = wire.u32(self.epoch_length).u8(self.batches).u8(self.schema.len() as u8);
        let attribute = |wire: Wire, (name, kind): &(&str, Kind)| {
            wire.short(name).u8(match kind {
                Kind::Flag => 1,
                Kind::Integer => 2,
                Kind::Text => 3,
                _ => panic!("a kind that version 1 does not have"),
            })
        };
        self.schema.iter().fold(wire, attribute).bytes()
    }

    pub fn id(&self) -> [u8; 32] {
        Hash::new("parameters").part(self.encode()).h32()
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        let mut attributes = self.schema.iter();
        attributes.find(|(other, _)| *other == name).map(|(_, kind)| *kind)
    }

    pub fn has(&self, name: &str) -> bool {
        self.kind(name).is_some()
    }
}

/// params_id and t (§4.6).
pub type Slot = ([u8; 32], u64);

pub fn slot_json(slot: &Slot) -> Json {
    object! { "params_id": slot.0, "t": slot.1 }
}

/// §4.5.
#[derive(Clone)]
pub struct List {
    pub authority: String,
    pub host: String,
    pub serial: u32,
    pub previous: [u8; 32],
    pub since: u64,
    pub until: u64,
    /// From, and parameters.
    pub entries: Vec<(u64, Parameters)>,
    /// params_id, and since when it is suspect.
    pub withdrawn: Vec<([u8; 32], u64)>,
}

impl List {
    /// A first list, which begins ten days before [`NOW`] and ends ten days after it.
    pub fn first(parameters: Parameters) -> Self {
        Self {
            authority: parameters.authority.clone(),
            host: HOST.into(),
            serial: 0,
            previous: [0; 32],
            since: NOW.0 - 10 * DAY,
            until: NOW.0 + 10 * DAY,
            entries: vec![(0, parameters)],
            withdrawn: Vec::new(),
        }
    }

    /// The next one for another time, all else being the same.
    pub fn next(&self, since: u64, until: u64) -> Self {
        let (serial, previous) = (self.serial + 1, self.id());
        Self { serial, previous, since, until, ..self.clone() }
    }

    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire::new(15).short(&self.authority).short(&self.host);
        let wire = wire.u32(self.serial).put(self.previous).u64(self.since).u64(self.until);
        let wire = wire.u8(self.entries.len() as u8);
        let entries = self.entries.iter();
        let wire = entries.fold(wire, |wire, (from, entry)| wire.u64(*from).put(entry.encode()));
        let wire = wire.u8(self.withdrawn.len() as u8);
        let withdrawn = self.withdrawn.iter();
        withdrawn.fold(wire, |wire, (id, since)| wire.put(id).u64(*since)).u8(0).bytes()
    }

    pub fn id(&self) -> [u8; 32] {
        Hash::new("list").part(self.encode()).h32()
    }

    /// The library's own, which must be the same.
    pub fn known(&self) -> ParameterList {
        let encoding = self.encode();
        let known = ParameterList::from_bytes(&encoding).unwrap();
        assert_eq!((known.to_bytes(), known.id().0), (encoding, self.id()));
        known
    }

    pub fn find(&self, params_id: &[u8; 32]) -> Option<&Parameters> {
        let mut entries = self.entries.iter().map(|(_, entry)| entry);
        entries.find(|entry| entry.id() == *params_id)
    }

    fn issuing(&self, time: u64) -> Option<&Parameters> {
        self.entries.iter().rfind(|(from, _)| *from <= time).map(|(_, entry)| entry)
    }

    pub fn slot(&self, time: u64) -> Option<Slot> {
        let entry = self.issuing(time)?;
        Some((entry.id(), time / u64::from(entry.epoch_length)))
    }

    fn epoch_length(&self, slot: &Slot) -> u64 {
        self.find(&slot.0).unwrap().epoch_length.into()
    }

    pub fn first_second(&self, slot: &Slot) -> u64 {
        slot.1 * self.epoch_length(slot)
    }

    /// S⁻.
    pub fn before(&self, slot: &Slot) -> Option<Slot> {
        self.slot(self.first_second(slot).checked_sub(1)?)
    }

    pub fn after(&self, slot: &Slot) -> Option<Slot> {
        self.slot(self.first_second(slot).checked_add(self.epoch_length(slot))?)
    }

    /// What becomes of a successor at this time: `taken`, `same`, or the error of §4.5. It looks
    /// at every hour and not only where an entry begins; the epochs of the vectors are hours.
    pub fn outcome(&self, next: &Self, now: u64) -> &'static str {
        if next.authority != self.authority {
            "foreign_authority"
        } else if next.serial == self.serial {
            if next.encode() == self.encode() { "same" } else { "conflicting_list" }
        } else if next.serial < self.serial {
            "stale_list"
        } else if next.serial > self.serial + 1 {
            "missing_list"
        } else if next.previous != self.id() {
            "conflicting_list"
        } else if next.since > now {
            "early_list"
        } else if self.agrees(next) {
            "taken"
        } else {
            "conflicting_list"
        }
    }

    /// Rule 6.
    fn agrees(&self, next: &Self) -> bool {
        if next.since < self.since || next.until < self.until {
            return false;
        }
        for (old, suspect) in &self.withdrawn {
            let again = next.withdrawn.iter().find(|(id, _)| id == old);
            if again.is_none_or(|(_, now)| now > suspect) || next.find(old).is_some() {
                return false;
            }
        }
        let named = |entry: &Parameters| next.withdrawn.iter().any(|(id, _)| *id == entry.id());
        let mut away: Vec<[u8; 32]> = Vec::new();
        for (place, (from, stolen)) in self.entries.iter().enumerate() {
            if !named(stolen) {
                continue;
            }
            if next.entries.iter().any(|(_, entry)| entry.X == stolen.X) {
                return false;
            }
            away.push(stolen.id());
            if *from <= next.since {
                away.extend(self.entries[..place].iter().map(|(_, before)| before.id()));
            }
        }
        if away.iter().any(|id| next.find(id).is_some()) {
            return false;
        }
        let was = self.entries.iter().map(|(from, entry)| (*from, entry.id()));
        let is = next.entries.iter().map(|(from, entry)| (*from, entry.id()));
        let (was, is): (Vec<_>, Vec<_>) = (was.collect(), is.collect());
        let issuing = |entries: &[(u64, [u8; 32])], time: u64| {
            entries.iter().rfind(|(from, _)| *from <= time).map(|(_, id)| *id)
        };
        let days = (0..).map(|day| day * DAY).take_while(|time| *time < self.until);
        let mut times = days.chain([next.since].into_iter().filter(|time| *time < self.until));
        times.all(|time| match (issuing(&was, time), issuing(&is, time)) {
            (Some(old), _) if away.contains(&old) => true,
            (None, _) if away.contains(&was[0].1) => true,
            (old, Some(new)) => old == Some(new),
            (old, None) => old.is_none() || time < next.since,
        })
    }
}
