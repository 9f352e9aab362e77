//! SPEC §14.15 and the order of faults of §15.1.

use super::*;

/// The fields of a list as bytes, right or wrong.
#[derive(Clone)]
struct Raw {
    header: [u8; 2],
    authority: Vec<u8>,
    host: Vec<u8>,
    serial: u32,
    previous: [u8; 32],
    since: u64,
    until: u64,
    entries: Vec<(u64, Vec<u8>)>,
    count: Option<u8>,
    withdrawn: Vec<([u8; 32], u64)>,
    withdrawn_count: Option<u8>,
    rest: Vec<u8>,
}

impl Raw {
    /// Up to the count of entries.
    fn head(&self) -> Vec<u8> {
        let mut bytes = self.header.to_vec();
        for name in [&self.authority, &self.host] {
            bytes.push(name.len() as u8);
            bytes.extend(name);
        }
        bytes.extend(self.serial.to_be_bytes());
        bytes.extend(self.previous);
        bytes.extend(self.since.to_be_bytes());
        bytes.extend(self.until.to_be_bytes());
        bytes
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.push(self.count.unwrap_or(self.entries.len() as u8));
        for (from, parameters) in &self.entries {
            bytes.extend(from.to_be_bytes());
            bytes.extend(parameters);
        }
        bytes.push(self.withdrawn_count.unwrap_or(self.withdrawn.len() as u8));
        for (id, since) in &self.withdrawn {
            bytes.extend(id);
            bytes.extend(since.to_be_bytes());
        }
        bytes.extend(&self.rest);
        bytes
    }

    fn decode(&self) -> Result<ParameterList, DecodeReason> {
        ParameterList::from_bytes(&self.bytes()).map_err(|error| {
            assert_eq!(error.what(), "ParameterList");
            error.reason()
        })
    }
}

/// Hours of 1, 2 and 24, and two withdrawn.
fn raw() -> Raw {
    let entry = |day, number, hours| (day * DAY, parameters(number, hours * HOUR).to_bytes());
    Raw {
        header: [1, 15],
        authority: b"authority.example".to_vec(),
        host: b"www.authority.example".to_vec(),
        serial: 7,
        previous: [9; 32],
        since: 5 * DAY,
        until: 6 * DAY,
        entries: vec![entry(1, 1, 1), entry(2, 2, 2), entry(4, 3, 24)],
        count: None,
        withdrawn: vec![([1; 32], 3), ([2; 32], u64::MAX)],
        withdrawn_count: None,
        rest: vec![0],
    }
}

/// Changes a good list in one place.
fn fault(change: impl FnOnce(&mut Raw)) -> Result<(), DecodeReason> {
    let mut raw = raw();
    change(&mut raw);
    raw.decode().map(|list| assert_eq!(list.to_bytes(), raw.bytes()))
}

#[test]
fn reads_every_field() {
    let raw = raw();
    let list = raw.decode().unwrap();
    assert_eq!(list.to_bytes(), raw.bytes());
    assert_eq!(list.authority().as_str(), "authority.example");
    assert_eq!(list.host().as_str(), "www.authority.example");
    assert_eq!((list.serial(), list.previous().0), (7, [9; 32]));
    assert_eq!((list.since(), list.until()), (UnixTime(5 * DAY), UnixTime(6 * DAY)));
    assert_eq!(froms(&list), [DAY, 2 * DAY, 4 * DAY]);
    assert_eq!(ids(&list), [id(1, 1), id(2, 2), id(3, 24)]);
    assert_eq!(*list.find(&id(2, 2)).unwrap(), parameters(2, 2 * HOUR));
    assert_eq!(list.find(&ParametersId([1; 32])), None);
    let withdrawn = |byte, time| Withdrawn {
        parameters: ParametersId([byte; 32]),
        suspect_since: UnixTime(time),
    };
    assert_eq!(list.withdrawn(), [withdrawn(1, 3), withdrawn(2, u64::MAX)]);
    let id = Transcript::new("list").part(&raw.bytes()).h32();
    assert_eq!(*list.id(), ListId(id));
    let parameters: usize = list.entries().map(|entry| entry.parameters().to_bytes().len()).sum();
    assert_eq!(parameters, 3 * (42 + 17));
    assert_eq!(raw.bytes().len(), 59 + 17 + 21 + 3 * 8 + parameters + 2 * 40);
}

#[test]
fn every_prefix_is_short_and_nothing_follows() {
    let bytes = raw().bytes();
    for length in 0..bytes.len() {
        let error = ParameterList::from_bytes(&bytes[..length]).unwrap_err();
        assert_eq!(error.reason(), DecodeReason::Short, "{length}");
    }
    assert_eq!(fault(|raw| raw.rest.push(0)), Err(DecodeReason::Trailing));
}

#[test]
fn fields() {
    assert_eq!(fault(|_| {}), Ok(()));
    assert_eq!(fault(|raw| raw.header[0] = 2), Err(DecodeReason::Version));
    assert_eq!(fault(|raw| raw.header[1] = 1), Err(DecodeReason::Kind));
    assert_eq!(fault(|raw| raw.authority = b"Authority".to_vec()), Err(DecodeReason::Identifier));
    assert_eq!(fault(|raw| raw.host = b"host".to_vec()), Err(DecodeReason::Identifier));
    assert_eq!(fault(|raw| raw.host = vec![0xff; 4]), Err(DecodeReason::Identifier));
    assert_eq!(fault(|raw| raw.rest = vec![1]), Err(DecodeReason::Extension));
    assert_eq!(fault(|raw| raw.rest = vec![1, 0]), Err(DecodeReason::Extension));
}

#[test]
fn previous_and_serial() {
    assert_eq!(fault(|raw| raw.serial = 0), Err(DecodeReason::Range));
    assert_eq!(fault(|raw| raw.previous = [0; 32]), Err(DecodeReason::Range));
    assert_eq!(fault(|raw| (raw.serial, raw.previous) = (0, [0; 32])), Ok(()));
    assert_eq!(fault(|raw| (raw.serial, raw.previous) = (1, [0; 32])), Err(DecodeReason::Range));
    assert_eq!(fault(|raw| raw.serial = u32::MAX), Ok(()));
}

#[test]
fn times() {
    let month = 31 * DAY;
    let times = |since, until| fault(move |raw| (raw.since, raw.until) = (since, until));
    assert_eq!(times(5, 5), Err(DecodeReason::Range));
    assert_eq!(times(6, 5), Err(DecodeReason::Range));
    assert_eq!(times(5, 6), Ok(()));
    assert_eq!(times(5, 5 + month), Ok(()));
    assert_eq!(times(5, 6 + month), Err(DecodeReason::Range));
    assert_eq!(times(0, 0), Err(DecodeReason::Range));
    assert_eq!(times(0, u64::MAX), Err(DecodeReason::Range));
    assert_eq!(times(u64::MAX, 0), Err(DecodeReason::Range));
    assert_eq!(times(u64::MAX, u64::MAX), Err(DecodeReason::Range));
    assert_eq!(times(u64::MAX - 1, u64::MAX), Ok(()));
    assert_eq!(times(u64::MAX - month, u64::MAX), Ok(()));
    assert_eq!(times(u64::MAX - month - 1, u64::MAX), Err(DecodeReason::Range));
}

/// Each is found out before what follows it is read.
#[test]
fn checked_as_soon_as_read() {
    let head = |change: fn(&mut Raw), less: usize| {
        let mut raw = raw();
        change(&mut raw);
        let bytes = raw.head();
        ParameterList::from_bytes(&bytes[..bytes.len() - less]).unwrap_err().reason()
    };
    assert_eq!(head(|_| {}, 0), DecodeReason::Short);
    assert_eq!(head(|raw| raw.serial = 0, 16), DecodeReason::Range);
    assert_eq!(head(|raw| raw.serial = 0, 17), DecodeReason::Short);
    assert_eq!(head(|raw| raw.until = 0, 0), DecodeReason::Range);
    assert_eq!(head(|raw| raw.until = 0, 1), DecodeReason::Short);
    let count = |count: u8| {
        let bytes = [raw().head(), vec![count]].concat();
        ParameterList::from_bytes(&bytes).unwrap_err().reason()
    };
    assert_eq!(
        [0, 1, 8, 9, 255].map(count),
        [
            DecodeReason::Range,
            DecodeReason::Short,
            DecodeReason::Short,
            DecodeReason::Range,
            DecodeReason::Range
        ]
    );
    let withdrawn = |count| {
        let mut raw = raw();
        (raw.withdrawn, raw.withdrawn_count, raw.rest) = (vec![], Some(count), vec![]);
        raw.decode().unwrap_err()
    };
    assert_eq!([1, 255].map(withdrawn), [DecodeReason::Short; 2]);
}

#[test]
fn as_many_as_allowed() {
    let entries = |count: u64| {
        let entries = (1..=count).map(|n| (n * DAY, parameters(n, HOUR).to_bytes())).collect();
        fault(move |raw| raw.entries = entries)
    };
    assert_eq!(
        [0, 1, 8, 9].map(entries),
        [Err(DecodeReason::Range), Ok(()), Ok(()), Err(DecodeReason::Range)]
    );
    let withdrawn =
        |count: u8| fault(move |raw| raw.withdrawn = (0..count).map(|n| ([n; 32], 0)).collect());
    assert_eq!([0, 255].map(withdrawn), [Ok(()); 2]);
}

/// What is wrong with the message of the second entry, alone or before what is wrong with its
/// place in the list.
#[test]
fn parameters_in_an_entry() {
    let at = 3 + 1 + 17;
    let changes: [(usize, &[u8], DecodeReason); 14] = [
        (0, &[2], DecodeReason::Version),
        (1, &[15], DecodeReason::Kind),
        (0, &[2, 2], DecodeReason::Version),
        (2, &[2], DecodeReason::Code),
        (4, b"A", DecodeReason::Identifier),
        (at, &[0; 32], DecodeReason::Identity),
        (at, &[0xff; 32], DecodeReason::Point),
        (at + 32, &3599u32.to_be_bytes(), DecodeReason::Range),
        (at + 32, &[0; 4], DecodeReason::Range),
        (at + 36, &[0], DecodeReason::Range),
        (at + 37, &[65], DecodeReason::Range),
        (at + 37, &[2, 1, b'a', 1, 1, b'a', 1], DecodeReason::Order),
        (at + 37, &[1, 1, b'a', 4], DecodeReason::Code),
        (at + 37, &[1, 1, b'A', 1], DecodeReason::Identifier),
    ];
    for (place, new, reason) in changes {
        let change = |raw: &mut Raw| {
            let bytes = &mut raw.entries[1].1;
            bytes.resize(bytes.len().max(place + new.len()), 0);
            bytes[place..place + new.len()].copy_from_slice(new);
        };
        assert_eq!(fault(change), Err(reason), "{place} {new:x?}");
        let misplaced = |raw: &mut Raw| {
            change(raw);
            raw.entries[1].0 = 1;
        };
        assert_eq!(fault(misplaced), Err(reason), "{place} {new:x?}");
    }
    // Read whole first: the epoch length ends the entry, and so does the want of batches.
    let cut = |length: usize| {
        let mut raw = raw();
        raw.entries.truncate(2);
        raw.entries[1].1[at + 32..at + 37].copy_from_slice(&[0, 0, 14, 15, 0]);
        let bytes = [raw.head(), vec![1], raw.entries[0].0.to_be_bytes().to_vec()].concat();
        let entry = &raw.entries[1].1[..length];
        ParameterList::from_bytes(&[&bytes, entry].concat()).unwrap_err().reason()
    };
    assert_eq!([at + 35, at + 36].map(cut), [DecodeReason::Short, DecodeReason::Range]);
    assert_eq!(fault(|raw| raw.entries[1].1[at + 34..at + 36].copy_from_slice(&[14, 16])), Ok(()));
}

#[test]
fn froms_of_entries() {
    let from = |seconds| fault(move |raw| raw.entries[1].0 = seconds);
    assert_eq!(from(2 * DAY), Ok(()));
    assert_eq!(from(2 * DAY + HOUR), Err(DecodeReason::Range), "a multiple of the one before");
    assert_eq!(from(2 * DAY + 2 * HOUR), Ok(()));
    assert_eq!(from(2 * DAY + 1), Err(DecodeReason::Range));
    assert_eq!(from(DAY), Err(DecodeReason::Order));
    assert_eq!(from(0), Err(DecodeReason::Order));
    assert_eq!(fault(|raw| raw.entries[2].0 = 2 * DAY), Err(DecodeReason::Order));
    let other = |number, hours| parameters(number, hours * HOUR).to_bytes();
    let before = fault(|raw| raw.entries[1] = (2 * DAY + 3 * HOUR, other(2, 3)));
    assert_eq!(before, Ok(()));
    let before = |raw: &mut Raw| raw.entries[2] = (4 * DAY + 3 * HOUR, other(3, 3));
    assert_eq!(fault(before), Err(DecodeReason::Range), "no multiple of the one before");
    assert_eq!(fault(|raw| raw.entries[0].0 = 0), Ok(()));
    assert_eq!(fault(|raw| raw.entries[0].0 = 1), Err(DecodeReason::Range));
    let last = u64::MAX / DAY * DAY;
    assert_eq!(fault(|raw| raw.entries[2].0 = last), Ok(()));
    assert_eq!(fault(|raw| raw.entries[2].0 = u64::MAX), Err(DecodeReason::Range));
}

#[test]
fn order_of_faults_of_an_entry() {
    let third = |from: u64, parameters: AuthorityParameters| {
        let first = with_schema(1, HOUR, schema(Kind::Integer)).to_bytes();
        fault(move |raw| {
            raw.entries[0].1 = first;
            raw.entries[2] = (from, parameters.to_bytes());
        })
    };
    let clash = |number| with_schema(number, DAY, schema(Kind::Flag));
    assert_eq!(third(4 * DAY, with_schema(3, DAY, schema(Kind::Integer))), Ok(()));
    // The same parameters, and the same key with others.
    assert_eq!(third(4 * DAY, parameters(2, 2 * HOUR)), Err(DecodeReason::Order));
    assert_eq!(third(4 * DAY, parameters(2, DAY)), Err(DecodeReason::Order));
    assert_eq!(third(4 * DAY, parameters(1, DAY)), Err(DecodeReason::Order));
    assert_eq!(third(4 * DAY, clash(3)), Err(DecodeReason::Range));
    assert_eq!(third(4 * DAY, foreign(3, DAY)), Err(DecodeReason::Range));
    // Two faults at once.
    assert_eq!(third(2 * DAY, foreign(3, DAY)), Err(DecodeReason::Range), "authority before from");
    assert_eq!(third(4 * DAY, foreign(2, DAY)), Err(DecodeReason::Range), "authority before key");
    assert_eq!(
        third(DAY + HOUR, parameters(3, DAY)),
        Err(DecodeReason::Range),
        "own before ascent"
    );
    let odd = third(HOUR, parameters(3, HOUR));
    assert_eq!(odd, Err(DecodeReason::Range), "a multiple of the one before, before ascent");
    assert_eq!(third(4 * DAY + HOUR, parameters(2, DAY)), Err(DecodeReason::Range), "before key");
    assert_eq!(third(2 * DAY, clash(3)), Err(DecodeReason::Order), "from before kinds");
    assert_eq!(third(4 * DAY, clash(2)), Err(DecodeReason::Order), "key before kinds");
}

#[test]
fn withdrawn_ids() {
    let entry = id(2, 2).0;
    let withdrawn = |ids: &[[u8; 32]]| {
        let ids: Vec<_> = ids.iter().map(|id| (*id, 0)).collect();
        fault(move |raw| raw.withdrawn = ids)
    };
    assert_eq!(withdrawn(&[[2; 32], [1; 32]]), Ok(()));
    assert_eq!(withdrawn(&[[2; 32], [2; 32]]), Err(DecodeReason::Order));
    assert_eq!(withdrawn(&[[2; 32], [1; 32], [2; 32]]), Err(DecodeReason::Order));
    assert_eq!(withdrawn(&[entry]), Err(DecodeReason::Range));
    assert_eq!(withdrawn(&[entry, entry]), Err(DecodeReason::Range));
    assert_eq!(withdrawn(&[[2; 32], [2; 32], entry]), Err(DecodeReason::Order));
    assert_eq!(withdrawn(&[[2; 32], entry, [2; 32]]), Err(DecodeReason::Range));
    // Not before its time has been read.
    for (ids, reason) in
        [(vec![entry], DecodeReason::Range), (vec![[1; 32]; 2], DecodeReason::Order)]
    {
        let mut raw = raw();
        raw.withdrawn = ids.into_iter().map(|id| (id, 0)).collect();
        raw.rest = vec![];
        let bytes = raw.bytes();
        let short = ParameterList::from_bytes(&bytes[..bytes.len() - 1]).unwrap_err();
        assert_eq!((short.reason(), raw.decode().unwrap_err()), (DecodeReason::Short, reason));
    }
}
