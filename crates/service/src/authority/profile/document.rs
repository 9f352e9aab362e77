//! The numbers of the eight kinds of document (PROFILE.md §4.1).

use std::fmt;

use pairnym::store::DocumentKind;
use pairnym::{DecodeError, PersonId};

use super::Date;

use DocumentKind::{
    ForeignPermanentResidentIdentityCard, HongKongMacaoResidencePermit, HongKongMacaoTravelPermit,
    HongKongMacaoTravelPermitNonChinese, OverseasChinesePassport, ResidentIdentityCard,
    TaiwanResidencePermit, TaiwanTravelPermit,
};

/// A document with a number that one of its kind can have, without the digits that count re-issues.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document {
    kind: DocumentKind,
    number: String,
}

/// Why a number is none of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BadNumber {
    /// Of another form.
    Form,
    /// The date in it is no day.
    Date,
    /// A wrong check digit.
    CheckDigit,
}

impl Document {
    /// Reads a number, in capital letters and digits and nothing else.
    ///
    /// ```
    /// use pairnym::store::DocumentKind::{HongKongMacaoTravelPermit, ResidentIdentityCard};
    /// use pairnym_service::authority::profile::{BadNumber, Document};
    ///
    /// assert!(Document::new(ResidentIdentityCard, "11010519491231002X").is_ok()); // GB 11643's own
    /// let wrong = Document::new(ResidentIdentityCard, "110105194912310021");
    /// assert_eq!(wrong.unwrap_err(), BadNumber::CheckDigit);
    /// let first = Document::new(HongKongMacaoTravelPermit, "H9999990100");
    /// assert_eq!(first, Document::new(HongKongMacaoTravelPermit, "H99999901"));
    /// ```
    ///
    /// # Errors
    /// [`BadNumber`].
    pub fn new(kind: DocumentKind, number: &str) -> Result<Self, BadNumber> {
        let bytes = number.as_bytes();
        let lifelong = match kind {
            ResidentIdentityCard => matches!(bytes.first(), Some(b'1'..=b'7')).then_some(18),
            HongKongMacaoResidencePermit => {
                (bytes.starts_with(b"810000") || bytes.starts_with(b"820000")).then_some(18)
            }
            TaiwanResidencePermit => bytes.starts_with(b"830000").then_some(18),
            ForeignPermanentResidentIdentityCard => bytes.starts_with(b"9").then_some(18),
            OverseasChinesePassport => match bytes {
                [b'E', second, rest @ ..] if rest.len() == 7 && digits(rest) => {
                    let letter = second.is_ascii_uppercase() && !matches!(second, b'I' | b'O');
                    (letter || second.is_ascii_digit()).then_some(9)
                }
                _ => None,
            },
            HongKongMacaoTravelPermit => match bytes {
                [b'H' | b'M', rest @ ..] if reissued(rest) => Some(9),
                _ => None,
            },
            HongKongMacaoTravelPermitNonChinese => match bytes {
                [b'H' | b'M', b'A', rest @ ..] if rest.len() == 7 && digits(rest) => Some(9),
                _ => None,
            },
            TaiwanTravelPermit => reissued(bytes).then_some(8),
            _ => None,
        };
        match lifelong {
            Some(18) => with_check_digit(number)?,
            Some(_) => {}
            None => return Err(BadNumber::Form),
        }
        let number = number.chars().take(lifelong.unwrap_or(0)).collect();
        Ok(Self { kind, number })
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The birth date that stands in the number, if the kind has one there.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        match self.number.len() {
            18 => Date::from_digits(self.number.get(6..14)?).ok(),
            _ => None,
        }
    }

    /// Its keyed hash, with the registry's key.
    ///
    /// # Errors
    /// None: every number that one of these kinds can have is of capital letters and digits.
    pub fn id(&self, key: &[u8; 32]) -> Result<PersonId, DecodeError> {
        PersonId::of_document(key, self.kind, &self.number)
    }
}

fn digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

/// Eight digits, and maybe two that count re-issues.
fn reissued(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 8 | 10) && digits(bytes)
}

/// 17 digits, of which those from the seventh are a date of the 19th to 21st century, and the check
/// digit of GB 11643 (ISO 7064, MOD 11-2).
fn with_check_digit(number: &str) -> Result<(), BadNumber> {
    let (body, check) = match number.as_bytes().split_last() {
        Some((check, body)) if body.len() == 17 && digits(body) => (body, *check),
        _ => return Err(BadNumber::Form),
    };
    let century = matches!(body.get(6..8), Some(b"18" | b"19" | b"20"));
    if !century || !matches!(check, b'0'..=b'9' | b'X') {
        return Err(BadNumber::Form);
    }
    let check = if check == b'X' { 10 } else { u32::from(check - b'0') };
    let sum = body.iter().fold(0, |sum, digit| 2 * (sum + u32::from(digit - b'0')) % 11);
    if (sum + check) % 11 != 1 {
        return Err(BadNumber::CheckDigit);
    }
    let date = number.get(6..14).ok_or(BadNumber::Form)?;
    Date::from_digits(date).map(drop).map_err(|_| BadNumber::Date)
}

/// Without the number.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Display for BadNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not the form of such a document's number",
            Self::Date => "the date in the number is no day",
            Self::CheckDigit => "wrong check digit",
        })
    }
}

impl std::error::Error for BadNumber {}
