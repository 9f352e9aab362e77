//! The authority's identity check, as far as synthetic documents allow: formats, check digits,
//! age. A real authority compares with its own records here.

use pairnym::{DecodeError, PersonId, store::DocumentKind};
use regex::Regex;
use serde::Deserialize;

/// The day of the journey, 2026-11-22.
const TODAY: (i32, u8, u8) = (2026, 11, 22);

/// A line of `persons.csv`.
#[derive(Deserialize)]
pub struct Person {
    pub name: String,
    document_kind: String,
    document_number: String,
    birth_date: String,
    pub assurance: u64,
}

/// What the law asks for at a person's age.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Under 14: a guardian applies, and consents to each use.
    GuardianApplies,
    /// From 14 to 18: under a guardian's supervision.
    GuardianSupervises,
    Adult,
}

/// A person whose document was checked.
pub struct Checked {
    pub kind: DocumentKind,
    pub birth_year: u64,
    pub age: u8,
    pub standing: Standing,
    number: String,
}

impl Checked {
    /// The registry's key of this person.
    pub fn person_id(&self, key: &[u8; 32]) -> Result<PersonId, DecodeError> {
        PersonId::of_document(key, self.kind, &self.number)
    }
}

impl Person {
    /// Checks the document and the age.
    pub fn check(&self) -> Result<Checked, String> {
        let kind = DocumentKind::from_name(&self.document_kind).ok_or("unknown document kind")?;
        let number = self.document_number.to_ascii_uppercase();
        let (pattern, check_digit) = format(kind);
        if !Regex::new(pattern).expect("a constant").is_match(&number) {
            return Err(format!("not the number of a {}", kind.name()));
        }
        if check_digit && !mod_11_2(&number) {
            return Err("wrong check digit".into());
        }
        let birth = date(&self.birth_date).ok_or("no birth date")?;
        if check_digit && number[6..14] != self.birth_date.replace('-', "") {
            return Err("the birth date is not the document's".into());
        }
        let age = age(birth);
        let standing = match age {
            0..8 => return Err("nobody under 8 is enrolled".into()),
            8..14 => Standing::GuardianApplies,
            14..18 => Standing::GuardianSupervises,
            _ => Standing::Adult,
        };
        // The last two digits of a ten-digit permit count re-issues: the person stays the same.
        let number = match kind {
            DocumentKind::HongKongMacaoTravelPermit => number[..9].into(),
            DocumentKind::TaiwanTravelPermit => number[..8].into(),
            _ => number,
        };
        Ok(Checked { kind, birth_year: birth.0 as u64, age, standing, number })
    }
}

/// The format of a kind's numbers, and whether they end in a check digit.
const fn format(kind: DocumentKind) -> (&'static str, bool) {
    match kind {
        DocumentKind::ResidentIdentityCard => (r"^[1-7]\d{5}(18|19|20)\d{9}[\dX]$", true),
        DocumentKind::OverseasChinesePassport => (r"^E[\dA-HJ-NP-Z]\d{7}$", false),
        DocumentKind::HongKongMacaoTravelPermit => (r"^[HM]\d{8}(\d{2})?$", false),
        DocumentKind::HongKongMacaoTravelPermitNonChinese => (r"^[HM]A\d{7}$", false),
        DocumentKind::TaiwanTravelPermit => (r"^\d{8}(\d{2})?$", false),
        DocumentKind::HongKongMacaoResidencePermit => (r"^8[12]0000(18|19|20)\d{9}[\dX]$", true),
        DocumentKind::TaiwanResidencePermit => (r"^830000(18|19|20)\d{9}[\dX]$", true),
        DocumentKind::ForeignPermanentResidentIdentityCard => {
            (r"^9\d{5}(18|19|20)\d{9}[\dX]$", true)
        }
        _ => ("$^", false),
    }
}

/// GB 11643's check digit, ISO 7064 MOD 11-2.
fn mod_11_2(number: &str) -> bool {
    let digits = number.bytes().map(|b| if b == b'X' { 10 } else { u32::from(b - b'0') });
    digits.fold(0, |sum, digit| (2 * sum + digit) % 11) == 1
}

fn date(iso: &str) -> Option<(i32, u8, u8)> {
    let mut parts = iso.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    Some((year, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn age((year, month, day): (i32, u8, u8)) -> u8 {
    let before_birthday = (TODAY.1, TODAY.2) < (month, day);
    u8::try_from(TODAY.0 - year - i32::from(before_birthday)).unwrap_or(0)
}
