//! The people of the demonstration, who are invented: their ages are always the same.

use std::fmt::Write as _;

use pairnym::UnixTime;
use pairnym_service::authority::profile::Date;
use serde_json::{Value, json};

/// An invented person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name on the card.
    pub name: &'static str,
    /// The birth date on it.
    pub born: String,
    /// Its number.
    pub number: String,
    /// Who has to come along, by place in [`people`].
    pub guardian: Option<usize>,
}

/// Two adults, a person of 16 years and a child of 10, of whom the first adult is a guardian.
#[must_use]
pub fn people(now: UnixTime) -> Vec<Person> {
    let year: u16 = Date::at(now).to_string().get(..4).and_then(|y| y.parse().ok()).unwrap_or(2026);
    let person = |name, years: u16, serial: u16, guardian| {
        let born = format!("{}0101", year.saturating_sub(years));
        let number = with_check_digit(&format!("110199{born}{serial:03}"));
        let born = format!("{}-01-01", year.saturating_sub(years));
        Person { name, born, number, guardian }
    };
    vec![
        person("示例甲", 36, 993, None),
        person("示例乙", 29, 994, None),
        person("示例丙", 16, 995, Some(0)),
        person("示例丁", 10, 996, Some(0)),
    ]
}

/// The number of an identity card, whose last character is a check digit (GB 11643: ISO 7064, MOD
/// 11-2).
fn with_check_digit(first: &str) -> String {
    let sum = first.bytes().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let check = (12 - sum) % 11;
    match check {
        10 => format!("{first}X"),
        digit => format!("{first}{digit}"),
    }
}

/// As the identity check reads them.
#[must_use]
pub fn file(people: &[Person]) -> String {
    let mut file = String::new();
    for (place, Person { name, born, number, .. }) in people.iter().enumerate() {
        let wards = people.iter().filter(|ward| ward.guardian == Some(place));
        let wards: Vec<_> = wards.map(|ward| &*ward.number).collect();
        let _ = writeln!(
            file,
            "[[person]]\nname = '{name}'\nborn = '{born}'\nassurance = 3\n\
             documents = [{{ kind = 'resident_identity_card', number = '{number}' }}]\n\
             guards = {wards:?}"
        );
    }
    file
}

impl Person {
    /// What they show at a counter.
    #[must_use]
    pub fn shows(&self) -> Value {
        let document = json!({ "kind": "resident_identity_card", "number": self.number });
        json!({ "documents": [document], "name": self.name, "born": self.born })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_of_the_standard() {
        assert_eq!(with_check_digit("11010519491231002"), "11010519491231002X");
        assert_eq!(with_check_digit("44052418800101001"), "440524188001010014");
    }
}
