//! What SPEC says of lists, slots, requests and answers (§4.5, §4.6, §10.2, §11 to §13), said once
//! more from the public face of the library's types.

use pairnym::{attribute::*, message::*, platform::*, *};

/// How far two clocks may be apart.
const SKEW: u64 = 600;

/// The slots of a list (SPEC §4.6).
pub struct Timeline<'a> {
    list: &'a ParameterList,
    /// from, params_id, epoch length.
    entries: Vec<(u64, ParametersId, u64)>,
}

impl<'a> Timeline<'a> {
    pub fn new(list: &'a ParameterList) -> Self {
        let entry = |entry: &ListEntry| {
            let parameters = entry.parameters();
            (entry.from().0, *parameters.id(), parameters.epoch_length().get().into())
        };
        Self { list, entries: list.entries().map(entry).collect() }
    }

    pub fn has(&self, id: &ParametersId) -> bool {
        self.entries.iter().any(|(_, other, _)| other == id)
    }

    pub fn slot(&self, time: u64) -> Option<Slot> {
        let begun = self.entries.iter().filter(|(from, ..)| *from <= time).max();
        begun.map(|(_, id, length)| Slot { parameters: *id, epoch: Epoch(time / length) })
    }

    /// First second and length of a slot of this list.
    fn span(&self, slot: &Slot) -> Option<(u64, u64)> {
        let (.., length) = self.entries.iter().find(|(_, id, _)| *id == slot.parameters)?;
        Some((slot.epoch.0.checked_mul(*length)?, *length))
    }

    pub fn before(&self, slot: &Slot) -> Option<Slot> {
        self.slot(self.span(slot)?.0.checked_sub(1)?)
    }

    fn after(&self, slot: &Slot) -> Option<Slot> {
        let (first, length) = self.span(slot)?;
        self.slot(first.checked_add(length)?)
    }

    /// Whether list and library agree about all slots near a time.
    pub fn examine(&self, time: u64) {
        let slot = self.slot(time);
        assert_eq!(self.list.slot(UnixTime(time)), slot);
        if let Some(slot) = slot {
            assert_eq!(self.list.slot_before(&slot), self.before(&slot));
        }
    }

    /// The times at which slots may change hands, with their neighbours.
    pub fn changes(&self) -> impl Iterator<Item = u64> {
        let near = |(from, _, length): &(u64, ParametersId, u64)| {
            [from.saturating_sub(1), *from, from.saturating_add(*length)]
        };
        self.entries.iter().flat_map(near)
    }
}

/// X.
pub fn key(parameters: &AuthorityParameters) -> [u8; 32] {
    let place = 4 + parameters.authority().as_str().len();
    parameters.to_bytes()[place..place + 32].try_into().unwrap()
}

/// A rule of succession that a faulty party forgets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gap {
    None,
    /// The id of the list before.
    Previous,
    /// That since and until never go back.
    Times,
    /// That what was withdrawn stays so, and when it became suspect.
    Withdrawn,
    /// That a withdrawn key has no new parameters.
    Key,
    /// That the entries before one that was stolen go with it.
    Earlier,
    /// All slots, or those before since, of which one is still shown.
    Slots,
    SlotBefore,
}

/// SPEC §4.5, succession.
pub fn succession(
    hand: &ParameterList,
    next: &ParameterList,
    now: UnixTime,
    gap: Gap,
) -> Result<bool, Error> {
    let forgets = |rule| gap == rule;
    if hand.authority() != next.authority() {
        return Err(Error::ForeignAuthority);
    }
    if hand.serial() == next.serial() {
        let same = hand.to_bytes() == next.to_bytes();
        return if same { Ok(false) } else { Err(Error::ConflictingList) };
    }
    if next.serial() < hand.serial() {
        return Err(Error::StaleList);
    }
    if next.serial() > hand.serial() + 1 {
        return Err(Error::MissingList);
    }
    if next.previous() != hand.id() && !forgets(Gap::Previous) {
        return Err(Error::ConflictingList);
    }
    if next.since() > now {
        return Err(Error::EarlyList);
    }
    let (old, new) = (Timeline::new(hand), Timeline::new(next));
    let named = |id: &ParametersId| next.withdrawn().iter().find(|w| w.parameters == *id);
    let forward = next.since() >= hand.since() && next.until() >= hand.until();
    let remembered = |w: &Withdrawn| {
        named(&w.parameters).is_some_and(|now| now.suspect_since <= w.suspect_since)
    };
    let stolen = || hand.entries().filter(|entry| named(entry.parameters().id()).is_some());
    let key_again = stolen()
        .map(|entry| key(entry.parameters()))
        .any(|x| next.entries().any(|other| key(other.parameters()) == x));
    // Gone are the stolen ones, and what stands before one that had begun.
    let begun = stolen().map(ListEntry::from).filter(|from| *from <= next.since()).max();
    let gone = |entry: &ListEntry| {
        named(entry.parameters().id()).is_some() || begun.is_some_and(|last| entry.from() < last)
    };
    let gone: Vec<_> = hand.entries().filter(|e| gone(e)).map(|e| *e.parameters().id()).collect();
    let kept = gone.iter().any(|id| new.has(id));

    let (since, last) = (next.since().0, hand.until().0 - 1);
    // The time before the first entry goes with that, if what was stolen had begun.
    let exempt = |slot: Option<&Slot>| match slot {
        Some(slot) => gone.contains(&slot.parameters),
        None => begun.is_some(),
    };
    let differs = |time: u64| {
        let (was, is) = (old.slot(time), new.slot(time));
        let same = was == is || (is.is_none() && time < since);
        !same && !exempt(was.as_ref())
    };
    let times = old.changes().chain(new.changes()).chain([0, since, last]);
    let looked_at = |time: &u64| *time <= last && (*time >= since || !forgets(Gap::SlotBefore));
    let conflict = times.filter(looked_at).any(differs);

    let good = (forward || forgets(Gap::Times))
        && (forgets(Gap::Withdrawn) || hand.withdrawn().iter().all(remembered))
        && (forgets(Gap::Key) || !key_again)
        && (forgets(Gap::Earlier) || !kept)
        && (forgets(Gap::Slots) || !conflict);
    if good { Ok(true) } else { Err(Error::ConflictingList) }
}

fn kind(schema: &Schema, wanted: &Name) -> Option<Kind> {
    schema.iter().find(|(name, _)| *name == wanted).map(|(_, kind)| kind)
}

/// Whether a request fits a schema (SPEC §10.2).
pub fn fits(request: &Request, schema: &Schema) -> bool {
    let fits = |(name, condition): (&Name, &Condition)| {
        let kind = kind(schema, name);
        match condition {
            Condition::Equals(Value::Flag(_)) => kind == Some(Kind::Flag),
            Condition::Equals(Value::Text(_)) => kind == Some(Kind::Text),
            Condition::Present => kind.is_some(),
            _ => kind == Some(Kind::Integer),
        }
    };
    request.disclosures().iter().all(|name| kind(schema, name).is_some())
        && request.conditions().all(fits)
}

/// Whether a value fits a kind (SPEC §4.2).
fn value_fits(value: &Value, kind: Kind) -> bool {
    match value {
        Value::Absent => true,
        Value::Flag(_) => kind == Kind::Flag,
        Value::Integer(_) => kind == Kind::Integer,
        _ => kind == Kind::Text,
    }
}

/// Whether values fit a schema (SPEC §4.2).
pub fn values_fit(values: &[Value], schema: &Schema) -> bool {
    let mut both = values.iter().zip(schema.iter());
    values.len() == schema.len() && both.all(|(value, (_, kind))| value_fits(value, kind))
}

/// Whether a value is what is required (SPEC §10.2).
fn meets(value: &Value, condition: &Condition) -> bool {
    match condition {
        Condition::Equals(wanted) => value == wanted,
        Condition::AtLeast(least) => value.as_integer().is_some_and(|it| it >= *least),
        Condition::AtMost(most) => value.as_integer().is_some_and(|it| it <= *most),
        _ => *value != Value::Absent,
    }
}

/// Whether the values of a schema meet the conditions of a request that fits it.
pub fn meet(values: &[Value], schema: &Schema, request: &Request) -> bool {
    request.conditions().all(|(wanted, condition)| {
        let index = schema.iter().position(|(name, _)| name == wanted).unwrap();
        meets(&values[index], condition)
    })
}

/// What a second says to the values that are to be disclosed, one for each name (SPEC §20.3).
pub fn discloses(values: &[Value], schema: &Schema, request: &Request) -> Result<(), Error> {
    let names = request.disclosures();
    let fit = |(name, value): (&Name, &Value)| {
        kind(schema, name).is_some_and(|kind| value_fits(value, kind))
    };
    let met = |(wanted, condition): (&Name, &Condition)| {
        let place = names.iter().position(|name| name == wanted).unwrap();
        meets(&values[place], condition)
    };
    first([
        (fits(request, schema) && names.iter().zip(values).all(fit), Error::Schema),
        (request.conditions().all(met), Error::ConditionUnmet),
    ])
}

/// What a second says to a request, but for what it says of presentations alone (SPEC §20.3).
pub fn asks_second(list: &ParameterList, now: UnixTime, request: &Request) -> Result<(), Error> {
    first([(request.authority() == list.authority(), Error::ForeignAuthority)])?;
    in_time(now, request)
}

/// SPEC §11, step 2, of the request's expiry.
fn in_time(now: UnixTime, request: &Request) -> Result<(), Error> {
    let (now, expires) = (now.0, request.expires().0);
    first([
        (now <= expires.saturating_add(SKEW), Error::Expired),
        (expires <= now.saturating_add(87_000), Error::Range),
    ])
}

/// The first rule that does not hold.
pub fn first<const N: usize>(rules: [(bool, Error); N]) -> Result<(), Error> {
    rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, error)| Err(error))
}

/// A holder who is asked (SPEC §11, §13).
pub struct Asked<'a> {
    pub list: &'a ParameterList,
    pub now: UnixTime,
    /// The request names its TLS peer: else it is not even received.
    pub request: &'a Request,
}

impl Asked<'_> {
    /// Steps 1 and 2.
    fn refuses(&self, wanted: Wanted) -> Result<(), Error> {
        let Self { list, now, request } = self;
        first([
            (request.authority() == list.authority(), Error::ForeignAuthority),
            (request.wanted() == wanted, Error::WrongAnswer),
        ])?;
        if wanted == Wanted::Presentation {
            first([
                (now.0.saturating_add(SKEW) >= list.since().0, Error::WrongClock),
                (*now < list.until(), Error::ListExpired),
            ])?;
        }
        in_time(*now, request)
    }

    pub fn logs_in(&self) -> Result<(), Error> {
        self.refuses(Wanted::Login)
    }

    /// All but the last step, `evidence` being that for this credential.
    pub fn presents(
        &self,
        own: bool,
        slot: &Slot,
        values: &[Value],
        consents: bool,
        evidence: bool,
    ) -> Result<(), Error> {
        self.refuses(Wanted::Presentation)?;
        let Self { list, now, request } = self;
        let line = Timeline::new(list);
        let slots = request.slots();
        let present = line.slot(now.0).filter(|slot| slots.contains(slot));
        let Some(present) = present else {
            let known = slots.iter().all(|slot| line.has(&slot.parameters));
            return Err(if known { Error::EpochNotAccepted } else { Error::UnpinnedParameters });
        };
        let before = line.before(&present);
        let earlier = before.and_then(|slot| line.before(&slot));
        let own_slots = [Some(present), before, earlier, line.after(&present)];
        let ends = list.until().0 <= request.expires().0.saturating_add(SKEW);
        for (place, other) in slots.iter().enumerate() {
            let next_list = ends && place + 1 == slots.len() && !line.has(&other.parameters);
            if !own_slots.contains(&Some(*other)) && !next_list {
                return Err(Error::EpochNotAccepted);
            }
        }
        let soon = line.slot(now.0.saturating_add(SKEW));
        let others = [soon, before].into_iter().flatten().filter(|slot| slots.contains(slot));
        let shown = others.chain([present]).any(|other| other == *slot);
        first([(own, Error::ForeignCredential), (shown, Error::StaleCredential)])?;
        let schema = list.find(&slot.parameters).unwrap().schema();
        first([
            (fits(request, schema) && values_fit(values, schema), Error::Schema),
            (consents || request.disclosures().is_empty(), Error::DisclosureWithoutConsent),
        ])?;
        first([
            (meet(values, schema, request), Error::ConditionUnmet),
            (evidence, Error::ForeignEvidence),
        ])
    }
}

/// A holder with this commitment who is offered a credential (SPEC §8.1).
pub fn accepts(
    list: &ParameterList,
    commitment: &Commitment,
    offer: &IssuanceOffer,
    now: UnixTime,
) -> Result<(), Error> {
    let line = Timeline::new(list);
    let near = [now.0.saturating_sub(SKEW), now.0, now.0 + SKEW];
    let parameters = list.find(&offer.slot().parameters);
    let fits = parameters.is_some_and(|it| values_fit(offer.values(), it.schema()));
    first([
        (parameters.is_some(), Error::UnpinnedParameters),
        (now < list.until(), Error::ListExpired),
        (near.iter().any(|t| line.slot(*t) == Some(*offer.slot())), Error::WrongEpoch),
        (offer.commitment() == commitment, Error::ForeignCommitment),
        (fits, Error::Schema),
    ])
}

/// SPEC §12 and §13, step 2 and what step 3 says of the request.
pub fn verifies(
    platform: &Platform,
    request: &Request,
    wanted: Wanted,
    now: UnixTime,
) -> Result<(), Error> {
    let list = platform.list();
    let presentation = wanted == Wanted::Presentation;
    first([
        (request.platform() == platform.id(), Error::ForeignPlatform),
        (request.authority() == list.authority(), Error::ForeignAuthority),
        (request.wanted() == wanted, Error::WrongAnswer),
        (!presentation || now < list.until(), Error::ListExpired),
        (now <= request.expires(), Error::Expired),
    ])
}

/// The rest of step 3, for an answer that names the request's nonce and shows this slot.
pub fn verifies_slot(
    parameters: Option<&AuthorityParameters>,
    request: &Request,
) -> Result<(), Error> {
    let parameters = parameters.ok_or(Error::ForeignParameters)?;
    if fits(request, parameters.schema()) { Ok(()) } else { Err(Error::Schema) }
}

/// The slots of a request for a presentation (SPEC §10.1), if a platform can ask for that.
pub fn asks(
    list: &ParameterList,
    now: UnixTime,
    life: u64,
    only_present: bool,
    fits: impl Fn(&Schema) -> Result<(), Error>,
) -> Result<Vec<Slot>, Error> {
    let lengths = list.entries().map(|entry| entry.parameters().epoch_length().get());
    let shortest = u64::from(lengths.min().unwrap());
    first([
        (life <= 86_400, Error::Range),
        (now.0.checked_add(life + SKEW).is_some(), Error::Range),
        (now.0.saturating_add(life + SKEW) < list.until().0, Error::ListExpired),
        (life + 2 * SKEW <= shortest, Error::Range),
    ])?;
    let line = Timeline::new(list);
    let present = [now.0.saturating_sub(SKEW), now.0 + life + SKEW].map(|time| line.slot(time));
    let before = present[0].and_then(|slot| line.before(&slot)).filter(|_| !only_present);
    let mut slots: Vec<_> = present.into_iter().flatten().collect();
    slots.dedup();
    let fits = |slot: &Slot| fits(list.find(&slot.parameters).unwrap().schema());
    first([(!slots.is_empty(), Error::Range)])?;
    slots.iter().try_for_each(fits)?;
    Ok(before.into_iter().filter(|slot| fits(slot).is_ok()).chain(slots).collect())
}
