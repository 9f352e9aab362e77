//! Civil dates, in the proleptic Gregorian calendar and in UTC+8 throughout the year.

use std::fmt;
use std::str::FromStr;

use pairnym::UnixTime;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// How far UTC+8 is ahead, in seconds.
const EAST: i64 = 8 * 3_600;

/// A day of the years 1 to 9999, as `2010-02-28`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// There is no such day, or it is written in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDate;

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Date {
    /// This day.
    ///
    /// # Errors
    /// [`NoDate`].
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self, NoDate> {
        let exists = matches!(year, 1..=9_999)
            && matches!(month, 1..=12)
            && day >= 1
            && day <= days_of(year, month);
        if exists { Ok(Self { year, month, day }) } else { Err(NoDate) }
    }

    /// From eight digits, as in the number of an identity card.
    ///
    /// # Errors
    /// [`NoDate`].
    pub fn from_digits(digits: &str) -> Result<Self, NoDate> {
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoDate);
        }
        let part = |range| digits.get(range).ok_or(NoDate);
        let year = part(0..4)?.parse().map_err(|_| NoDate)?;
        let month = part(4..6)?.parse().map_err(|_| NoDate)?;
        Self::new(year, month, part(6..8)?.parse().map_err(|_| NoDate)?)
    }

    /// The day that it is at this time in UTC+8. Times after the year 9999 are on its last day.
    #[must_use]
    pub fn at(time: UnixTime) -> Self {
        let seconds = i64::try_from(time.0).unwrap_or(i64::MAX).saturating_add(EAST);
        let number = seconds / DAY;
        let last = Self { year: 9_999, month: 12, day: 31 };
        if number >= last.number() {
            return last;
        }
        // From the year that it is at least, and at most one more.
        let mut year = 1_970 + number / 366;
        while number >= Self::new_year(year + 1) {
            year += 1;
        }
        let (year, mut rest) = (year as u16, number - Self::new_year(year));
        let mut month = 1;
        while rest >= i64::from(days_of(year, month)) {
            rest -= i64::from(days_of(year, month));
            month += 1;
        }
        Self { year, month, day: rest as u8 + 1 }
    }

    /// The number of a year's first day, from 1970-01-01.
    const fn new_year(year: i64) -> i64 {
        let past = year - 1;
        365 * past + past / 4 - past / 100 + past / 400 - 719_162
    }

    /// Its number from 1970-01-01.
    fn number(self) -> i64 {
        let months: i64 = (1..self.month).map(|month| i64::from(days_of(self.year, month))).sum();
        Self::new_year(self.year.into()) + months + i64::from(self.day) - 1
    }

    /// The first second of this day in UTC+8; that of 1970 for those before.
    #[must_use]
    pub fn begins(self) -> UnixTime {
        UnixTime(u64::try_from(self.number() * DAY - EAST).unwrap_or(0))
    }

    /// The day from which somebody born on this day is so many years old: the birthday; for those who
    /// were born on 29 February, 1 March in years without one.
    #[must_use]
    pub const fn birthday(self, years: u16) -> Self {
        let year = self.year.saturating_add(years);
        if self.day > days_of(year, self.month) {
            return Self { year, month: 3, day: 1 };
        }
        Self { year, ..self }
    }

    /// Whether somebody born on this day is so many years old on that one.
    #[must_use]
    pub fn is_aged(self, years: u16, on: Self) -> bool {
        self.birthday(years) <= on
    }
}

impl FromStr for Date {
    type Err = NoDate;

    /// Exactly `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, NoDate> {
        match text.as_bytes() {
            [_, _, _, _, b'-', _, _, b'-', _, _] => Self::from_digits(&text.replace('-', "")),
            _ => Err(NoDate),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Birth dates are about people.
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Date(..)")
    }
}

impl fmt::Display for NoDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no day of the form YYYY-MM-DD")
    }
}

impl std::error::Error for NoDate {}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
