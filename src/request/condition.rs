//! What a request demands of disclosed values (SPEC §10.2).

use alloc::vec::Vec;

use crate::credential::attributes::{Kind, Value};
use crate::error::Reason;
use crate::wire::{Reader, Sink};

/// What a disclosed value must be. An absent value meets no condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// Exactly this value.
    Equals(Value),
    /// An integer of at least this.
    AtLeast(u64),
    /// An integer of at most this.
    AtMost(u64),
    /// Any value at all.
    Present,
}

impl Condition {
    pub(super) const fn operator(&self) -> u8 {
        match self {
            Self::Equals(_) => 1,
            Self::AtLeast(_) => 2,
            Self::AtMost(_) => 3,
            Self::Present => 4,
        }
    }

    pub(super) fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Equals(value) => value.fits(kind) && *value != Value::Absent,
            Self::AtLeast(_) | Self::AtMost(_) => kind == Kind::Integer,
            Self::Present => true,
        }
    }

    pub(super) fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Absent) => false,
            (Self::Equals(wanted), value) => wanted == value,
            (Self::AtLeast(least), Value::Integer(integer)) => integer >= least,
            (Self::AtMost(most), Value::Integer(integer)) => integer <= most,
            (Self::AtLeast(_) | Self::AtMost(_), _) => false,
            (Self::Present, _) => true,
        }
    }

    fn write(&self, out: &mut impl Sink) {
        out.u8(self.operator());
        match self {
            Self::Equals(value) => value.write(out),
            Self::AtLeast(bound) | Self::AtMost(bound) => out.u64(*bound),
            Self::Present => {}
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Reason> {
        match reader.u8()? {
            1 => match Value::read(reader)? {
                Value::Absent => Err(Reason::Code),
                value => Ok(Self::Equals(value)),
            },
            2 => reader.u64().map(Self::AtLeast),
            3 => reader.u64().map(Self::AtMost),
            4 => Ok(Self::Present),
            _ => Err(Reason::Code),
        }
    }
    pub(super) fn write_all(conditions: &[(u8, Self)], out: &mut impl Sink) {
        out.u8(conditions.len() as u8);
        for (index, condition) in conditions {
            out.u8(*index);
            condition.write(out);
        }
    }

    /// Reads conditions on attributes that are among `disclosures`, ascending.
    pub(super) fn read_all(
        reader: &mut Reader<'_>,
        disclosures: &[u8],
    ) -> Result<Vec<(u8, Self)>, Reason> {
        let mut conditions = Vec::<(u8, Self)>::new();
        for _ in 0..reader.u8()? {
            let index = reader.u8()?;
            let condition = Self::read(reader)?;
            if disclosures.binary_search(&index).is_err() {
                return Err(Reason::Range);
            }
            if let Some((last, other)) = conditions.last() {
                if (*last, other.operator()) >= (index, condition.operator()) {
                    return Err(Reason::Order);
                }
            }
            conditions.push((index, condition));
        }
        Ok(conditions)
    }
}
