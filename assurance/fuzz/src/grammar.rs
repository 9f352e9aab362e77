//! The wire format, said once more: a reader of SPEC §14 that builds nothing and tells which of
//! §15.1's reasons applies. It is written from SPEC alone and shares no code with the library, but
//! for `expand_message_xmd`; both ask curve25519-dalek which 32 bytes are a point.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use curve25519_dalek::ristretto::CompressedRistretto;

/// A reason of SPEC §15.1 by its name.
pub type Reason = &'static str;

/// What a decoder has to say about bytes that are to be a message of this kind.
pub fn check(kind: u8, bytes: &[u8]) -> Result<(), Reason> {
    let mut reader = Reader(bytes);
    reader.header(kind)?;
    reader.body(kind)?;
    if reader.0.is_empty() { Ok(()) } else { Err("trailing") }
}

/// What a reader of stored forms has to say, which knows the key of their MAC (SPEC §14.16).
pub fn check_stored(kind: u8, bytes: &[u8], key: &[u8; 32], authority: &str) -> Result<(), Reason> {
    Reader(bytes).header(kind)?;
    if bytes.len() < 2 + 32 {
        return Err("short");
    }
    let (encoding, mac) = bytes.split_at(bytes.len() - 32);
    if mac != stored_mac(key, authority, encoding) {
        return Err("mac");
    }
    check(kind, encoding)
}

/// H32("stored", key, authority id, encoding), all three as parts (SPEC §2.2).
pub fn stored_mac(key: &[u8; 32], authority: &str, encoding: &[u8]) -> [u8; 32] {
    let mut message = Vec::new();
    for part in [key, authority.as_bytes(), encoding] {
        message.extend((part.len() as u32).to_be_bytes());
        message.extend(part);
    }
    pairnym::hazmat::expand_message_xmd(b"pairnym-v1/stored", &message)
}

/// SPEC §3.4: what is refused, range by range.
const REFUSED: &str = "0000–0009, 000B–001F, 007F–009F, 00AD, 034F, 061C, 115F–1160, 17B4–17B5, \
    180B–180F, 200B–200F, 2028–202E, 2060–206F, 2800, 3164, D800–F8FF, FDD0–FDEF, FE00–FE0F, FEFF, \
    FFA0, FFF0–FFFF, 13430–1345F, 1BCA0–1BCA3, 1D173–1D17A, E0000–E0FFF, F0000–10FFFF";
/// SPEC §3.4: what is blank.
const BLANK: &str = "0020, 000A, 00A0, 1680, 2000–200A, 202F, 205F, 3000";

type Ranges = Vec<(u32, u32)>;

fn ranges(list: &str) -> Ranges {
    let code = |hex: &str| u32::from_str_radix(hex, 16).unwrap();
    let range = |range: &str| match range.split_once('–') {
        Some((first, last)) => (code(first), code(last)),
        None => (code(range), code(range)),
    };
    list.split(", ").map(range).collect()
}

static TABLES: LazyLock<(Ranges, Ranges)> = LazyLock::new(|| (ranges(REFUSED), ranges(BLANK)));

/// SPEC §3.4.
pub fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let within = |ranges: &Ranges, code| ranges.iter().any(|(a, z)| (*a..=*z).contains(&code));
    let (refused, blank) = &*TABLES;
    let codes = || text.chars().map(u32::from);
    let bad = |code| within(refused, code) || matches!(code % 0x1_0000, 0xfffe | 0xffff);
    !codes().any(bad) && codes().any(|code| !within(blank, code))
}

/// SPEC §3.1.
pub fn is_token(text: &[u8]) -> bool {
    let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
    let [first, .., last] = text else { return matches!(text, [only] if plain(only)) };
    text.len() < 64
        && plain(first)
        && plain(last)
        && text.iter().all(|byte| plain(byte) || b"-._".contains(byte))
}

/// SPEC §3.2.
pub fn is_host(text: &[u8]) -> bool {
    let labels: Vec<_> = text.split(|byte| *byte == b'.').collect();
    let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_label = |label: &&[u8]| {
        let reserved = label.len() >= 4 && label[2..4] == *b"--";
        let international = label.len() > 4 && label[..4] == *b"xn--";
        !label.is_empty()
            && label.len() < 64
            && label.iter().all(plain)
            && label[0] != b'-'
            && label[label.len() - 1] != b'-'
            && (!reserved || international)
    };
    let letter = labels[labels.len() - 1].first().is_some_and(u8::is_ascii_lowercase);
    text.len() < 254 && labels.len() > 1 && labels.iter().all(is_label) && letter
}

/// p, big-endian.
const ORDER: [u8; 32] = *b"\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \x14\xde\xf9\xde\xa2\xf7\x9c\xd6\x58\x12\x63\x1a\x5c\xf5\xd3\xed";

/// Whether 32 bytes are an integer less than p, little-endian.
fn is_scalar(bytes: &[u8]) -> bool {
    bytes.iter().rev().lt(&ORDER)
}

/// SPEC §2.1: what is wrong with 32 bytes that are to be a point.
pub fn point(bytes: &[u8]) -> Result<(), Reason> {
    if bytes == [0; 32] {
        return Err("identity");
    }
    let point = CompressedRistretto::from_slice(bytes).ok().and_then(|point| point.decompress());
    let canonical = point.is_some_and(|point| point.compress().as_bytes() == bytes);
    if canonical { Ok(()) } else { Err("point") }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Reason> {
        if self.0.len() < length {
            return Err("short");
        }
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(taken)
    }

    /// An unsigned integer of so many bytes, big-endian.
    fn integer(&mut self, length: usize) -> Result<u64, Reason> {
        Ok(self.take(length)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn code(&mut self, allowed: &[u8]) -> Result<u8, Reason> {
        let code = self.take(1)?[0];
        if allowed.contains(&code) { Ok(code) } else { Err("code") }
    }

    fn count(&mut self, most: u64) -> Result<u64, Reason> {
        let count = self.integer(1)?;
        if count <= most { Ok(count) } else { Err("range") }
    }

    fn short(&mut self) -> Result<&'a [u8], Reason> {
        let length = self.integer(1)?;
        self.take(length as usize)
    }

    fn token(&mut self) -> Result<&'a [u8], Reason> {
        let token = self.short()?;
        if is_token(token) { Ok(token) } else { Err("identifier") }
    }

    fn points(&mut self, count: u64) -> Result<(), Reason> {
        (0..count).try_for_each(|_| point(self.take(32)?))
    }

    fn scalars(&mut self, count: u64) -> Result<(), Reason> {
        (0..count).try_for_each(|_| if is_scalar(self.take(32)?) { Ok(()) } else { Err("scalar") })
    }

    fn header(&mut self, kind: u8) -> Result<(), Reason> {
        let named = |name| move |reason| if reason == "code" { name } else { reason };
        self.code(&[1]).map_err(named("version"))?;
        self.code(&[kind]).map_err(named("kind"))?;
        Ok(())
    }

    fn extensions(&mut self) -> Result<(), Reason> {
        self.code(&[0]).map(drop).map_err(|r| if r == "code" { "extension" } else { r })
    }

    fn host(&mut self) -> Result<&'a [u8], Reason> {
        let host = self.short()?;
        if is_host(host) { Ok(host) } else { Err("identifier") }
    }

    fn text(&mut self, length: u64) -> Result<(), Reason> {
        if is_text(self.take(length as usize)?) { Ok(()) } else { Err("text") }
    }

    /// SPEC §4.2; the tag.
    fn value(&mut self) -> Result<u8, Reason> {
        let tag = self.code(&[0, 1, 2, 3])?;
        match tag {
            0 => {}
            1 => drop(self.code(&[0, 1])?),
            2 => drop(self.take(8)?),
            _ => {
                let length = self.integer(1)?;
                self.text(length)?;
            }
        }
        Ok(tag)
    }

    /// Their number.
    fn values(&mut self) -> Result<u64, Reason> {
        let count = self.count(64)?;
        (0..count).try_for_each(|_| self.value().map(drop))?;
        Ok(count)
    }

    /// A scalar that is not 0.
    fn not_zero(&mut self) -> Result<(), Reason> {
        let scalar = self.0;
        self.scalars(1)?;
        if scalar[..32] == [0; 32] { Err("range") } else { Ok(()) }
    }

    /// SPEC §14.2 to §14.17.
    fn body(&mut self, kind: u8) -> Result<(), Reason> {
        match kind {
            1 => self.parameters().map(drop),
            2 => self.ticket(),
            3 => self.take(32).and_then(|_| self.points(2)).and_then(|()| self.scalars(8)),
            4 => self.offer(),
            5 => self.take(32).and_then(|_| self.points(1)).and_then(|()| self.scalars(8)),
            6 => {
                self.points(1)?;
                self.scalars(1)?;
                self.points(2)?;
                self.scalars(1)
            }
            7 => self.take(32).and_then(|_| self.points(2)),
            8 => self.take(32).and_then(|_| self.points(64)),
            9 | 10 => self.take(32).and_then(|_| self.scalars(32)),
            11 => self.request().map(drop),
            12 => self.presentation(),
            13 => {
                self.take(32)?;
                self.points(2)?;
                self.scalars(1)
            }
            15 => self.list(),
            24 => {
                self.token()?;
                self.take(64)?;
                self.points(2)?;
                self.scalars(1)
            }
            25 => self.take(64).and_then(|_| self.points(2)).and_then(|()| self.scalars(8)),
            26 => self.token().and_then(|_| self.take(64)).map(drop),
            27 => self.take(64).and_then(|_| self.co_request()),
            28 => {
                self.take(64)?;
                let points = self.code(&[0, 1])?;
                self.points(points.into())
            }
            29 => self.take(32).and_then(|_| self.co_nonces()),
            30 => {
                self.take(32)?;
                let count = self.integer(1)?;
                if !(1..=2).contains(&count) {
                    return Err("range");
                }
                self.points(count)?;
                self.scalars(1)
            }
            31 => {
                self.token()?;
                self.take(32)?;
                self.points(1)?;
                self.not_zero()
            }
            32 => self.take(64).and_then(|_| self.points(1)),
            33 => self.take(64).and_then(|_| self.points(1)).and_then(|()| self.not_zero()),
            34 => self.token().and_then(|_| self.take(64)).and_then(|_| self.points(2)),
            16 => {
                self.take(32 + 8)?;
                self.points(2)?;
                self.scalars(1)?;
                self.points(1)?;
                self.values().map(drop)
            }
            17 => {
                self.take(32)?;
                self.points(4)?;
                self.scalars(1)?;
                self.not_zero()
            }
            48 => self.ticket().and_then(|()| self.take(8).map(drop)),
            49 => self.offer().and_then(|()| self.take(8).map(drop)),
            _ => unreachable!("no such kind"),
        }
    }

    fn ticket(&mut self) -> Result<(), Reason> {
        self.token()?;
        self.take(64).map(drop)
    }

    fn offer(&mut self) -> Result<(), Reason> {
        self.take(32 + 8 + 32)?;
        self.points(1)?;
        self.values().map(drop)
    }

    fn parameters(&mut self) -> Result<Parameters<'a>, Reason> {
        self.code(&[1])?;
        let authority = self.token()?;
        let key = self.0;
        self.points(1)?;
        let epoch = self.integer(4)?;
        if epoch < 3600 || self.integer(1)? == 0 {
            return Err("range");
        }
        let mut kinds = BTreeMap::new();
        for _ in 0..self.count(64)? {
            let name = self.token()?;
            let kind = self.code(&[1, 2, 3])?;
            if kinds.insert(name, kind).is_some() {
                return Err("order");
            }
        }
        Ok(Parameters { authority, key: &key[..32], epoch, kinds })
    }

    /// The numbers of slots and of disclosures.
    fn request(&mut self) -> Result<(u64, u64), Reason> {
        self.token()?;
        self.host()?;
        let label = self.short()?;
        if !label.is_empty() && !is_token(label) {
            return Err("identifier");
        }
        let login = self.code(&[1, 2])? == 2;
        if self.code(&[1, 2, 3, 4, 0xff])? == 0xff {
            self.token()?;
        }
        self.take(32 + 8)?;
        let slots = self.count(if login { 0 } else { 3 })?;
        if slots == 0 && !login {
            return Err("range");
        }
        let mut all = BTreeSet::new();
        for _ in 0..slots {
            if !all.insert(self.take(32 + 8)?) {
                return Err("order");
            }
        }
        let disclosures = self.count(if login { 0 } else { 64 })?;
        let mut last = None;
        for _ in 0..disclosures {
            let name = self.token()?;
            if last >= Some(name) {
                return Err("order");
            }
            last = Some(name);
        }
        self.conditions(disclosures)?;
        if self.code(&[0, 1])? == 1 {
            let length = self.integer(2)?;
            if length > 8192 {
                return Err("range");
            }
            self.text(length)?;
        }
        if self.code(&[0, 1])? == 1 {
            self.take(32)?;
        }
        self.extensions()?;
        Ok((slots, disclosures))
    }

    fn co_request(&mut self) -> Result<(), Reason> {
        let named = |name| move |reason| if reason == "code" { name } else { reason };
        self.code(&[1]).map_err(named("version"))?;
        match self.code(&[2, 4, 11]).map_err(named("kind"))? {
            2 => self.ticket(),
            4 => self.offer(),
            _ => {
                let (slots, disclosures) = self.request()?;
                // A login has none.
                if slots == 0 {
                    return Ok(());
                }
                if self.integer(1)? >= slots || self.values()? != disclosures {
                    return Err("range");
                }
                Ok(())
            }
        }
    }

    fn co_nonces(&mut self) -> Result<(), Reason> {
        match self.code(&[1, 2, 3])? {
            1 => self.points(1),
            2 => self.points(2 + 1 + 4).and_then(|()| self.scalars(1)),
            _ => self.points(2),
        }
    }

    fn conditions(&mut self, disclosures: u64) -> Result<(), Reason> {
        let mut last = None;
        for _ in 0..self.count(64)? {
            let position = self.integer(1)?;
            let operator = self.code(&[1, 2, 3, 4])?;
            match operator {
                1 if self.value()? == 0 => return Err("code"),
                2 | 3 => drop(self.take(8)?),
                _ => {}
            }
            if position >= disclosures {
                return Err("range");
            }
            if last >= Some((position, operator)) {
                return Err("order");
            }
            last = Some((position, operator));
        }
        Ok(())
    }

    fn presentation(&mut self) -> Result<(), Reason> {
        self.take(32)?;
        if self.integer(1)? >= 3 {
            return Err("range");
        }
        let disclosed = self.values()?;
        self.points(4)?;
        self.scalars(1)?;
        self.points(3)?;
        self.scalars(10)?;
        let hidden = self.count(64 - disclosed)?;
        self.scalars(hidden)
    }

    /// SPEC §4.5 and §14.15, in the order of §15.1.
    fn list(&mut self) -> Result<(), Reason> {
        let authority = self.token()?;
        self.host()?;
        let first = self.integer(4)? == 0;
        if first != (self.take(32)? == [0; 32]) {
            return Err("range");
        }
        let (since, until) = (self.integer(8)?, self.integer(8)?);
        if since >= until || until - since > 2_678_400 {
            return Err("range");
        }
        let count = self.count(8)?;
        if count == 0 {
            return Err("range");
        }
        let mut entries = Vec::<Entry<'a>>::new();
        for _ in 0..count {
            let entry = self.entry()?;
            entry.check(authority, &entries)?;
            entries.push(entry);
        }
        let mut withdrawn = BTreeSet::new();
        for _ in 0..self.integer(1)? {
            let id = self.take(32)?;
            self.take(8)?;
            if !withdrawn.insert(id) {
                return Err("order");
            }
            if entries.iter().any(|entry| entry.id == id) {
                return Err("range");
            }
        }
        self.extensions()
    }

    fn entry(&mut self) -> Result<Entry<'a>, Reason> {
        let from = self.integer(8)?;
        let begin = self.0;
        self.header(1)?;
        let parameters = self.parameters()?;
        let encoding = &begin[..begin.len() - self.0.len()];
        Ok(Entry { from, id: parameters_id(encoding), parameters })
    }
}

/// What matters of parameters in a list.
struct Parameters<'a> {
    authority: &'a [u8],
    key: &'a [u8],
    epoch: u64,
    kinds: BTreeMap<&'a [u8], u8>,
}

struct Entry<'a> {
    from: u64,
    id: [u8; 32],
    parameters: Parameters<'a>,
}

impl Entry<'_> {
    fn check(&self, authority: &[u8], before: &[Self]) -> Result<(), Reason> {
        let Self { from, id, parameters } = self;
        let last = before.last();
        let whole = |epoch| from % epoch == 0;
        if parameters.authority != authority
            || !whole(parameters.epoch)
            || !last.is_none_or(|last| whole(last.parameters.epoch))
        {
            return Err("range");
        }
        if last.is_some_and(|last| last.from >= *from)
            || before.iter().any(|e| e.id == *id || e.parameters.key == parameters.key)
        {
            return Err("order");
        }
        let clash = |(name, kind)| {
            let other =
                |other: &Self| other.parameters.kinds.get(name).is_some_and(|it| it != kind);
            before.iter().any(other)
        };
        if parameters.kinds.iter().any(clash) { Err("range") } else { Ok(()) }
    }
}

/// H32("parameters", encoding) (SPEC §4.3).
pub fn parameters_id(encoding: &[u8]) -> [u8; 32] {
    let message = [&(encoding.len() as u32).to_be_bytes(), encoding].concat();
    pairnym::hazmat::expand_message_xmd(b"pairnym-v1/parameters", &message)
}
