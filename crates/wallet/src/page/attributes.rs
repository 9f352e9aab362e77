//! Attributes and their values, as people read them.

use pairnym::attribute::Value;

use crate::Language;

/// What an attribute is called: what its name means where that is known (`age_over_N`, `name`), and
/// the name itself.
///
/// ```
/// use pairnym_wallet::{Language, page::say_attribute};
///
/// assert_eq!(say_attribute("age_over_18", Language::Chinese), "年满 18 周岁（age_over_18）");
/// assert_eq!(say_attribute("region", Language::Chinese), "region");
/// ```
#[must_use]
pub fn say_attribute(name: &str, language: Language) -> String {
    let age = name.strip_prefix("age_over_").and_then(|age| age.parse::<u8>().ok());
    match (age, language) {
        (Some(age), Language::Chinese) => format!("年满 {age} 周岁（{name}）"),
        (Some(age), Language::English) => format!("{age} years old or older ({name})"),
        (None, Language::Chinese) if name == "name" => "姓名（name）".to_owned(),
        (None, _) => name.to_owned(),
    }
}

/// A value. Texts stand as they are.
#[must_use]
pub fn say_value(value: &Value, language: Language) -> String {
    let words = match (value, language) {
        (Value::Absent, Language::Chinese) => "（无）",
        (Value::Absent, Language::English) => "(none)",
        (Value::Flag(true), Language::Chinese) => "是",
        (Value::Flag(true), Language::English) => "yes",
        (Value::Flag(false), Language::Chinese) => "否",
        (Value::Flag(false), Language::English) => "no",
        (other, _) => return other.to_string(),
    };
    words.to_owned()
}
