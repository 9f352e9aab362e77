//! The rules of the profile: documents, civil dates, ages around birthdays and slots, values.

use pairnym::UnixTime;
use pairnym::attribute::{Kind, Schema, Value};
use pairnym::store::DocumentKind;
use pairnym_service::authority::profile::*;
use proptest::prelude::*;

use DocumentKind::*;

const DAY: u64 = 86_400;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A time in UTC+8: `2026-11-22`, and seconds from midnight.
fn at(day: &str, seconds: i64) -> UnixTime {
    UnixTime((date(day).begins().0 as i64 + seconds) as u64)
}

/// The check digit of GB 11643 by the weights of the standard, another way than the crate's.
fn with_check_digit(body: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[sum as usize % 11]))
}

#[test]
fn good_documents() {
    for (kind, number, lifelong, born) in [
        (ResidentIdentityCard, "11010519491231002X", "11010519491231002X", Some("1949-12-31")),
        (OverseasChinesePassport, "E99999990", "E99999990", None),
        (OverseasChinesePassport, "EZ9999999", "EZ9999999", None),
        (HongKongMacaoTravelPermit, "H99999901", "H99999901", None),
        (HongKongMacaoTravelPermit, "M9999990107", "M99999901", None),
        (HongKongMacaoTravelPermitNonChinese, "HA9999990", "HA9999990", None),
        (TaiwanTravelPermit, "99999901", "99999901", None),
        (TaiwanTravelPermit, "9999990102", "99999901", None),
        (
            HongKongMacaoResidencePermit,
            "810000200811249991",
            "810000200811249991",
            Some("2008-11-24"),
        ),
    ] {
        let document = Document::new(kind, number).unwrap();
        assert_eq!((document.kind(), document.number()), (kind, lifelong));
        assert_eq!(document.birth_date(), born.map(date), "{number}");
        assert!(!format!("{document:?}").contains(lifelong));
    }
    for (kind, area) in [
        (HongKongMacaoResidencePermit, "820000"),
        (TaiwanResidencePermit, "830000"),
        (ForeignPermanentResidentIdentityCard, "931999"),
        (ResidentIdentityCard, "710199"),
    ] {
        let number = with_check_digit(&format!("{area}20080229999"));
        assert_eq!(Document::new(kind, &number).unwrap().birth_date(), Some(date("2008-02-29")));
    }
}

#[test]
fn bad_documents() {
    let number = |area: &str, date: &str| with_check_digit(&format!("{area}{date}999"));
    for (kind, bad, why) in [
        (ResidentIdentityCard, "11010519491231002x".to_owned(), BadNumber::Form),
        (ResidentIdentityCard, " 11010519491231002X".to_owned(), BadNumber::Form),
        (ResidentIdentityCard, "1101051949123100２X".to_owned(), BadNumber::Form),
        (ResidentIdentityCard, "110105491231002".to_owned(), BadNumber::Form),
        (ResidentIdentityCard, "X10105194912310021".to_owned(), BadNumber::Form),
        (ResidentIdentityCard, number("810000", "20081124"), BadNumber::Form),
        (ResidentIdentityCard, number("110105", "17001124"), BadNumber::Form),
        (ResidentIdentityCard, number("110105", "21001124"), BadNumber::Form),
        (ResidentIdentityCard, number("110105", "20090229"), BadNumber::Date),
        (ResidentIdentityCard, number("110105", "20091301"), BadNumber::Date),
        (ResidentIdentityCard, number("110105", "20090400"), BadNumber::Date),
        (ResidentIdentityCard, "110105194912310020".to_owned(), BadNumber::CheckDigit),
        (HongKongMacaoResidencePermit, number("830000", "20081124"), BadNumber::Form),
        (TaiwanResidencePermit, number("810000", "20081124"), BadNumber::Form),
        (ForeignPermanentResidentIdentityCard, number("110105", "20081124"), BadNumber::Form),
        (ForeignPermanentResidentIdentityCard, "CHN123456789012".to_owned(), BadNumber::Form),
        (OverseasChinesePassport, "G99999999".to_owned(), BadNumber::Form),
        (OverseasChinesePassport, "EI9999999".to_owned(), BadNumber::Form),
        (OverseasChinesePassport, "E9999999".to_owned(), BadNumber::Form),
        (HongKongMacaoTravelPermit, "H999999010".to_owned(), BadNumber::Form),
        (HongKongMacaoTravelPermit, "A99999901".to_owned(), BadNumber::Form),
        (HongKongMacaoTravelPermitNonChinese, "H99999901".to_owned(), BadNumber::Form),
        (TaiwanTravelPermit, "9999990".to_owned(), BadNumber::Form),
        (TaiwanTravelPermit, "".to_owned(), BadNumber::Form),
    ] {
        assert_eq!(Document::new(kind, &bad), Err(why), "{kind:?} {bad}");
    }
}

/// Whatever one changes in a good number, or exchanges with its neighbour, is found.
#[test]
fn a_mistyped_digit_is_found() {
    let good = "11010519491231002X";
    for place in 0..17 {
        for digit in '0'..='9' {
            let mut bad = good.to_owned();
            bad.replace_range(place..=place, &digit.to_string());
            assert_eq!(Document::new(ResidentIdentityCard, &bad).is_ok(), bad == good, "{bad}");
        }
        let mut bytes = good.as_bytes().to_vec();
        bytes.swap(place, place + 1);
        let bad = String::from_utf8(bytes).unwrap();
        assert_eq!(Document::new(ResidentIdentityCard, &bad).is_ok(), bad == good, "{bad}");
    }
}

#[test]
fn dates() {
    for bad in [
        "",
        "2026-2-3",
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-32",
        "20260101",
        "2026-01-01 ",
        "0000-01-01",
        "２026-01-1",
        "+026-01-01",
        "2026/01/01",
    ] {
        assert_eq!(bad.parse::<Date>(), Err(NoDate), "{bad}");
    }
    assert!("2000-02-29".parse::<Date>().is_ok());
    // 1970 began at 08:00 there.
    assert_eq!(Date::at(UnixTime(0)), date("1970-01-01"));
    assert_eq!(Date::at(UnixTime(16 * 3_600 - 1)), date("1970-01-01"));
    assert_eq!(Date::at(UnixTime(16 * 3_600)), date("1970-01-02"));
    assert_eq!(Date::at(UnixTime(u64::MAX)), date("9999-12-31"));
    // Sunday, 2026-11-22, 00:00 UTC.
    assert_eq!(date("2026-11-22").begins(), UnixTime(1_795_305_600 - 8 * 3_600));
    assert_eq!(date("1949-10-01").begins(), UnixTime(0));
}

/// Nobody under 8, a guardian until 14, supervision until 18; each from the first second of the
/// birthday.
#[test]
fn tiers() {
    let born = date("2010-06-15");
    for (day, tier) in [
        ("2018-06-14", Err(TooYoung)),
        ("2018-06-15", Ok(Tier::Guardian)),
        ("2024-06-14", Ok(Tier::Guardian)),
        ("2024-06-15", Ok(Tier::Supervised)),
        ("2028-06-14", Ok(Tier::Supervised)),
        ("2028-06-15", Ok(Tier::Adult)),
        ("2009-01-01", Err(TooYoung)),
        ("9999-12-31", Ok(Tier::Adult)),
    ] {
        assert_eq!(Tier::of(born, date(day)), tier, "{day}");
    }
}

/// 29 February: 1 March in years without one, and the day itself in years with one.
#[test]
fn leap_days() {
    let born = date("2008-02-29");
    assert_eq!(born.birthday(8), date("2016-02-29"));
    assert_eq!(born.birthday(14), date("2022-03-01"));
    assert_eq!(born.birthday(18), date("2026-03-01"));
    assert_eq!(Tier::of(born, date("2026-02-28")), Ok(Tier::Supervised));
    assert_eq!(Tier::of(born, date("2026-03-01")), Ok(Tier::Adult));
    assert_eq!(Tier::of(born, date("2016-02-28")), Err(TooYoung));
    assert_eq!(Tier::of(born, date("2016-02-29")), Ok(Tier::Guardian));
    // 2100 has none.
    assert_eq!(date("2092-02-29").birthday(8), date("2100-03-01"));
}

fn record(born: Date) -> Record {
    let documents = vec![Document::new(HongKongMacaoTravelPermit, "H99999901").unwrap()];
    Record { name: "阿•买提".into(), born, documents, assurance: 2 }
}

fn schema() -> Schema {
    Schema::new([
        ("age_over_14", Kind::Flag),
        ("age_over_18", Kind::Flag),
        ("assurance", Kind::Integer),
        ("assurance_2", Kind::Flag),
        ("assurance_3", Kind::Flag),
        ("name", Kind::Text),
        ("name_number", Kind::Text),
    ])
    .unwrap()
}

fn flag(rules: &Rules, record: &Record, name: &str, begins: UnixTime) -> bool {
    let values = rules.values(record, begins);
    values.iter().find(|(found, _)| found == name).unwrap().1.as_flag().unwrap()
}

#[test]
fn values() {
    let rules = Rules::new(&schema(), Some([7; 32])).unwrap();
    let record = record(date("2010-06-15"));
    let values = rules.values(&record, at("2024-06-15", 0));
    let named = |name: &str| values.iter().find(|(found, _)| found == name).unwrap().1.clone();
    assert_eq!(values.len(), 7);
    assert_eq!(named("age_over_14"), true.into());
    assert_eq!(named("age_over_18"), false.into());
    assert_eq!(named("assurance"), 2.into());
    assert_eq!(named("assurance_2"), true.into());
    assert_eq!(named("assurance_3"), false.into());
    assert_eq!(named("name"), "阿·买提".into());
    // As a platform computes it, whichever dot it has.
    let expected = name_number(&[7; 32], " 阿・买提 ", &record.documents[0]);
    assert_eq!(named("name_number"), Value::Text(expected.clone()));
    assert_eq!(expected.len(), 64);
    assert_ne!(expected, name_number(&[8; 32], "阿·买提", &record.documents[0]));
    assert_ne!(expected, name_number(&[7; 32], "阿·买提江", &record.documents[0]));

    // A name that cannot be a text is not certified as one, and compared all the same.
    for name in ["𠀀\u{e0100}", "\u{e000}", &"长".repeat(100)] {
        let odd = Record { name: name.to_owned(), ..record.clone() };
        let values = rules.values(&odd, UnixTime(0));
        assert_eq!(values[5].1, Value::Absent, "{name}");
        assert!(matches!(&values[6].1, Value::Text(hash) if hash.len() == 64));
    }
}

#[test]
fn schemas_of_others() {
    for (name, kind) in [
        ("region", Kind::Text),
        ("age_over_18", Kind::Integer),
        ("age_over_018", Kind::Flag),
        ("age_under_18", Kind::Flag),
        ("assurance_x", Kind::Flag),
        ("assurance", Kind::Flag),
        ("name", Kind::Flag),
    ] {
        let schema = Schema::new([(name, kind)]).unwrap();
        let refused = Rules::new(&schema, Some([7; 32])).unwrap_err();
        assert_eq!(refused, NotCertified::Attribute(name.into()));
    }
    assert_eq!(Rules::new(&schema(), None).unwrap_err(), NotCertified::ComparisonKey);
}

#[test]
fn the_example_of_the_profile() {
    // 18 on Tuesday 2026-11-24; epochs are weeks from Thursdays, 00:00 UTC, which is 08:00 there.
    let record = record(date("2008-11-24"));
    let rules = Rules::new(&schema(), Some([7; 32])).unwrap();
    let sunday = 1_795_305_600;
    let week = |now: u64| UnixTime(now / (7 * DAY) * 7 * DAY);
    assert!(!flag(&rules, &record, "age_over_18", week(sunday)));
    assert!(!flag(&rules, &record, "age_over_18", week(sunday + 4 * DAY - 1)));
    assert!(flag(&rules, &record, "age_over_18", week(sunday + 4 * DAY)));
}

#[test]
fn waiting() {
    use pairnym_store::Person;
    let deleted = at("2026-01-01", 0);
    let commitment = {
        let service = pairnym_testkit::Service::new(pairnym_testkit::NOW);
        *service.person(1, [], pairnym_testkit::NOW).holder.commitment()
    };
    let transaction = pairnym::TransactionId([1; 32]);
    let person = |deleted| Person { commitment, transaction, deleted, version: 1 };
    let (alive, dead) = (person(None), person(Some(deleted)));
    let wait = Waiting(30);
    let until = UnixTime(deleted.0 + 30 * DAY);
    assert_eq!(wait.over(None, deleted), Ok(()));
    assert_eq!(wait.over(Some(&alive), deleted), Ok(()));
    assert_eq!(wait.over(Some(&dead), deleted), Err(NotYet(until)));
    assert_eq!(wait.over(Some(&dead), UnixTime(until.0 - 1)), Err(NotYet(until)));
    assert_eq!(wait.over(Some(&dead), until), Ok(()));
    assert_eq!(Waiting(0).over(Some(&dead), deleted), Ok(()));
    assert!(NotYet(until).to_string().contains("2026-01-31"));
}

/// A day of the years in which people are born.
fn days() -> impl Strategy<Value = Date> {
    let day = (1900u16..2100, 1u8..=12, 1u8..=31);
    day.prop_filter_map("no such day", |(year, month, day)| Date::new(year, month, day).ok())
}

/// Leap days, and the days around new year and the end of February, more often than others.
fn odd_days() -> impl Strategy<Value = Date> {
    let odd =
        (1900u16..2100, prop::sample::select(vec![(2u8, 28u8), (2, 29), (3, 1), (12, 31), (1, 1)]));
    let odd =
        odd.prop_filter_map("no such day", |(year, (month, day))| Date::new(year, month, day).ok());
    prop_oneof![days(), odd]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_is_from_midnight_to_midnight(day in odd_days(), seconds in 0..DAY) {
        prop_assume!(day >= date("1970-01-02"));
        let begins = day.begins().0;
        prop_assert_eq!(begins % DAY, 16 * 3_600);
        prop_assert_eq!(Date::at(UnixTime(begins + seconds)), day);
        prop_assert!(Date::at(UnixTime(begins - 1)) < day);
        prop_assert_eq!(day.to_string().parse(), Ok(day));
        prop_assert_eq!(Date::at(UnixTime(begins + DAY)).begins(), UnixTime(begins + DAY));
    }

    /// The flag changes at midnight of the birthday in UTC+8, once, and never back.
    #[test]
    fn a_flag_changes_at_the_birthday(born in odd_days(), years in prop::sample::select(vec![14u16, 18]),
        seconds in 0u64..200 * DAY)
    {
        prop_assume!(born >= date("1960-01-01"));
        let rules = Rules::new(&schema(), Some([7; 32])).unwrap();
        let (record, name) = (record(born), format!("age_over_{years}"));
        let turns = born.birthday(years).begins();
        prop_assert!(!flag(&rules, &record, &name, UnixTime(turns.0 - 1)));
        prop_assert!(flag(&rules, &record, &name, turns));
        prop_assert!(!flag(&rules, &record, &name, UnixTime(turns.0 - 1 - seconds)));
        prop_assert!(flag(&rules, &record, &name, UnixTime(turns.0 + seconds)));
    }

    /// In a slot of whatever length, what its first second says holds: a flag is never early, and
    /// late by less than a slot.
    #[test]
    fn a_slot_is_never_early(born in odd_days(), epoch in 3_600u64..31 * DAY, offset in -40i64 * 86_400..40 * 86_400) {
        prop_assume!(born >= date("1960-01-01"));
        let rules = Rules::new(&schema(), Some([7; 32])).unwrap();
        let turns = born.birthday(18).begins().0;
        let now = (turns as i64 + offset) as u64;
        let begins = now / epoch * epoch;
        let shown = flag(&rules, &record(born), "age_over_18", UnixTime(begins));
        if shown {
            prop_assert!(now >= turns, "early");
        } else {
            prop_assert!(now < turns + epoch, "late by a slot");
        }
    }

    /// Tiers follow each other in one order and without a gap.
    #[test]
    fn tiers_are_ages(born in odd_days(), today in odd_days()) {
        let aged = |years| born.is_aged(years, today);
        let expected = match (aged(8), aged(14), aged(18)) {
            (false, false, false) => Err(TooYoung),
            (true, false, false) => Ok(Tier::Guardian),
            (true, true, false) => Ok(Tier::Supervised),
            (true, true, true) => Ok(Tier::Adult),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert_eq!(Tier::of(born, today), expected);
        // As many years old as there are birthdays in between.
        let age = (1..250).take_while(|years| aged(*years)).count() as u16;
        prop_assert_eq!(expected.is_err(), age < 8);
        prop_assert_eq!(expected == Ok(Tier::Adult), age >= 18);
    }

    /// Any text is a document of no kind or of one, and of the latter has one form.
    #[test]
    fn any_number(text in "[0-9A-ZXHMEabx ]{0,20}|\\PC{0,20}", kind in prop::sample::select(DocumentKind::ALL.to_vec())) {
        if let Ok(document) = Document::new(kind, &text) {
            prop_assert!(document.id(&[1; 32]).is_ok());
            prop_assert!(text.starts_with(document.number()));
            let again = Document::new(kind, document.number());
            prop_assert_eq!(again, Ok(document));
        }
    }

    #[test]
    fn a_normal_name_is_normal(name in "\\PC{0,30}") {
        let normal = normal_name(&name);
        prop_assert_eq!(normal_name(&normal), normal);
    }
}
