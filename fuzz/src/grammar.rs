//! The wire format, said once more: a reader of SPEC §14 that builds nothing and tells which of
//! §15.1's reasons applies. It shares no code with the library; both ask curve25519-dalek which
//! 32 bytes are a point.

use std::collections::BTreeSet;

use curve25519_dalek::ristretto::CompressedRistretto;

/// A reason of SPEC §15.1 by its name.
pub type Reason = &'static str;

/// What a decoder has to say about bytes that are to be a message of this kind.
pub fn check(kind: u8, bytes: &[u8]) -> Result<(), Reason> {
    let mut reader = Reader(bytes);
    reader.code(&[1]).map_err(|reason| if reason == "code" { "version" } else { reason })?;
    reader.code(&[kind]).map_err(|reason| if reason == "code" { "kind" } else { reason })?;
    reader.body(kind)?;
    if reader.0.is_empty() { Ok(()) } else { Err("trailing") }
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

    /// SPEC §4.2; the tag.
    fn value(&mut self) -> Result<u8, Reason> {
        let tag = self.code(&[0, 1, 2, 3])?;
        match tag {
            0 => {}
            1 => drop(self.code(&[0, 1])?),
            2 => drop(self.take(8)?),
            _ => drop(std::str::from_utf8(self.short()?).map_err(|_| "utf8")?),
        }
        Ok(tag)
    }

    fn values(&mut self) -> Result<(), Reason> {
        let count = self.count(64)?;
        (0..count).try_for_each(|_| self.value().map(drop))
    }

    /// SPEC §14.2 to §14.15.
    fn body(&mut self, kind: u8) -> Result<(), Reason> {
        match kind {
            1 => self.parameters(),
            2 => {
                self.token()?;
                self.take(64).map(drop)
            }
            3 => self.take(32).and_then(|_| self.points(2)).and_then(|()| self.scalars(8)),
            4 => {
                self.take(32 + 8 + 32)?;
                self.points(1)?;
                self.values()
            }
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
            11 => self.request(),
            12 => self.presentation(),
            13 => self.points(2).and_then(|()| self.scalars(1)),
            16 => {
                self.take(32 + 8)?;
                self.points(1)?;
                self.scalars(1)?;
                self.points(1)?;
                self.values()
            }
            17 => {
                self.take(32)?;
                self.points(4)?;
                self.scalars(1)?;
                let rho = self.0;
                self.scalars(1)?;
                if rho[..32] == [0; 32] { Err("range") } else { Ok(()) }
            }
            _ => unreachable!("no such kind"),
        }
    }

    fn parameters(&mut self) -> Result<(), Reason> {
        self.code(&[1])?;
        self.token()?;
        self.points(1)?;
        if self.integer(4)? == 0 {
            return Err("range");
        }
        let mut names = BTreeSet::new();
        for _ in 0..self.count(64)? {
            let name = self.token()?;
            self.code(&[1, 2, 3])?;
            if !names.insert(name) {
                return Err("order");
            }
        }
        Ok(())
    }

    fn request(&mut self) -> Result<(), Reason> {
        self.take(32)?;
        if !is_host(self.short()?) {
            return Err("identifier");
        }
        let label = self.short()?;
        if !label.is_empty() && !is_token(label) {
            return Err("identifier");
        }
        if self.code(&[1, 2, 3, 4, 0xff])? == 0xff {
            self.token()?;
        }
        self.take(32)?;
        let (first, last) = (self.integer(8)?, self.integer(8)?);
        if first > last || last - first > 255 {
            return Err("range");
        }
        self.take(8)?;
        let disclosed = self.short_of(64)?;
        if disclosed.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err("order");
        }
        if disclosed.iter().any(|index| *index >= 64) {
            return Err("range");
        }
        self.conditions(disclosed)?;
        if self.code(&[0, 1])? == 1 {
            let length = self.integer(2)?;
            self.take(length as usize)?;
        }
        if self.code(&[0, 1])? == 1 {
            self.take(32)?;
        }
        Ok(())
    }

    fn short_of(&mut self, most: u64) -> Result<&'a [u8], Reason> {
        let count = self.count(most)?;
        self.take(count as usize)
    }

    fn conditions(&mut self, disclosed: &[u8]) -> Result<(), Reason> {
        let mut last = None;
        for _ in 0..self.integer(1)? {
            let index = self.integer(1)? as u8;
            let operator = self.code(&[1, 2, 3, 4])?;
            match operator {
                1 if self.value()? == 0 => return Err("code"),
                2 | 3 => drop(self.take(8)?),
                _ => {}
            }
            if !disclosed.contains(&index) {
                return Err("range");
            }
            if last >= Some((index, operator)) {
                return Err("order");
            }
            last = Some((index, operator));
        }
        Ok(())
    }

    fn presentation(&mut self) -> Result<(), Reason> {
        self.take(8)?;
        let disclosed = self.count(64)?;
        let mut last = None;
        for _ in 0..disclosed {
            let index = self.integer(1)?;
            if index >= 64 {
                return Err("range");
            }
            if last >= Some(index) {
                return Err("order");
            }
            last = Some(index);
            self.value()?;
        }
        self.points(4)?;
        self.scalars(1)?;
        self.points(3)?;
        self.scalars(10)?;
        let hidden = self.count(64 - disclosed)?;
        self.scalars(hidden)
    }
}
