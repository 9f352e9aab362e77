//! Who applies for a person, by their age (rule A2).

use std::fmt;

use super::Date;

/// From this age on somebody is enrolled at all.
pub const ADMITTED: u16 = 8;
/// From this age on a person applies themselves.
pub const APPLIES: u16 = 14;
/// From this age on a person needs nobody else.
pub const ADULT: u16 = 18;

/// Who applies; the older ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// From 8 to 14: a guardian applies, whose device gets the ticket (SPEC §20.4).
    Guardian,
    /// From 14 to 18: the person, with a guardian beside them.
    Supervised,
    /// From 18: the person.
    Adult,
}

/// Nobody under 8 is enrolled, nor anybody who is not born yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooYoung;

impl Tier {
    /// That of somebody born then, on this day.
    ///
    /// # Errors
    /// [`TooYoung`].
    pub fn of(born: Date, today: Date) -> Result<Self, TooYoung> {
        let aged = |years| born.is_aged(years, today);
        match () {
            () if aged(ADULT) => Ok(Self::Adult),
            () if aged(APPLIES) => Ok(Self::Supervised),
            () if aged(ADMITTED) => Ok(Self::Guardian),
            () => Err(TooYoung),
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Supervised => "supervised",
            Self::Adult => "adult",
        }
    }
}

impl fmt::Display for TooYoung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody under 8 is enrolled")
    }
}

impl std::error::Error for TooYoung {}
