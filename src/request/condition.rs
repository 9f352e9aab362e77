//! What a request requires of disclosed values (SPEC §10.2).

use alloc::vec::Vec;
use core::fmt;

use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};

use crate::credential::attributes::{Kind, MAX_ATTRIBUTES, Value};
use crate::error::{DecodeReason, Error};
use crate::wire::{Reader, Sink};

/// What a disclosed value must be. An absent value meets no condition.
///
/// **A condition hides nothing:** the value to which it applies is disclosed. To learn "18 or
/// older" and not a date of birth, ask for a flag that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// Exactly this value.
    Equals(Value),
    /// An integer that is at least this.
    AtLeast(u64),
    /// An integer that is at most this.
    AtMost(u64),
    /// Any value at all.
    Present,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(value) => write!(f, "is {value}"),
            Self::AtLeast(least) => write!(f, "is at least {least}"),
            Self::AtMost(most) => write!(f, "is at most {most}"),
            Self::Present => f.write_str("is there"),
        }
    }
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

    /// Whether its operand, if that is a text, can be shown.
    pub(super) fn check_text(&self) -> Result<(), Error> {
        match self {
            Self::Equals(value) => value.check_text(),
            _ => Ok(()),
        }
    }

    /// Constant-time but for the kind of the value and the length of a text: a value that does
    /// not meet the condition stays the holder's secret.
    pub(super) fn holds(&self, value: &Value) -> Choice {
        match (self, value) {
            (_, Value::Absent) => Choice::from(0),
            (Self::Equals(wanted), value) => wanted.is(value),
            (Self::AtLeast(least), Value::Integer(integer)) => {
                integer.ct_gt(least) | integer.ct_eq(least)
            }
            (Self::AtMost(most), Value::Integer(integer)) => !integer.ct_gt(most),
            (Self::AtLeast(_) | Self::AtMost(_), _) => Choice::from(0),
            (Self::Present, _) => Choice::from(1),
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

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeReason> {
        match reader.u8()? {
            1 => match Value::read(reader)? {
                Value::Absent => Err(DecodeReason::Code),
                value => Ok(Self::Equals(value)),
            },
            2 => reader.u64().map(Self::AtLeast),
            3 => reader.u64().map(Self::AtMost),
            4 => Ok(Self::Present),
            _ => Err(DecodeReason::Code),
        }
    }

    pub(super) fn write_all(conditions: &[(u8, Self)], out: &mut impl Sink) {
        out.u8(conditions.len() as u8);
        for (position, condition) in conditions {
            out.u8(*position);
            condition.write(out);
        }
    }

    /// Reads conditions on the attributes at the first `disclosures` positions, ascending.
    pub(super) fn read_all(
        reader: &mut Reader<'_>,
        disclosures: usize,
    ) -> Result<Vec<(u8, Self)>, DecodeReason> {
        let mut conditions = Vec::<(u8, Self)>::new();
        for _ in 0..reader.count(MAX_ATTRIBUTES)? {
            let position = reader.u8()?;
            let condition = Self::read(reader)?;
            if usize::from(position) >= disclosures {
                return Err(DecodeReason::Range);
            }
            if let Some((last, other)) = conditions.last() {
                if (*last, other.operator()) >= (position, condition.operator()) {
                    return Err(DecodeReason::Order);
                }
            }
            conditions.push((position, condition));
        }
        Ok(conditions)
    }
}
