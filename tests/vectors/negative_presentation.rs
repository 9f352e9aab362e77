//! Presentations that are refused, by the holder or by the platform (SPEC §§11, 12).

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::{
    Purpose, UnixTime,
    attribute::{Condition, Value},
};
use pairnym_testkit::{DAY, NOW, name};

use crate::formulas::{G, Hash, Key, Mac, Sigma, f, holder_secrets, scope};
use crate::json::Json;
use crate::negative_steps::{
    Change, TODAY, TOMORROW, Table, asked, ending, more, negated, nothing, own_request, replaced,
    secrets_at, shaken, swapped,
};
use crate::parameter_list::List;
use crate::presentation::{Claim, asking};
use crate::requests::Fields;
use crate::setting::{
    AUTHORITY, MASTER, OTHER_MASTER, OTHER_SEED, PLATFORM, SEED, Setting, eight, four, rotated,
    run, values, withdrawn,
};

/// Conditions by name, on four disclosed attributes.
fn all_of_four<'a>(fields: &Fields<'a>, name: &str, condition: Condition) -> Json {
    let disclosures = vec!["age_over_18", "assurance", "note", "region"];
    let position = disclosures.iter().position(|other| *other == name).unwrap() as u8;
    asked(fields, |fields| {
        fields.disclosures = disclosures;
        fields.conditions = vec![(position, condition)];
    })
}

pub fn present(setting: &Setting, other: &Setting) -> Table {
    let (credential, evidence) = setting.kept(NOW);
    let item = &evidence[0];
    let fields = asking(setting);
    let mut table = Table::new(
        "present",
        object! {
            "master_secret": setting.master,
            "list": setting.list.encode(),
            "loaded_by": setting.master,
            "stored_credential": setting.stored(&credential),
            "stored_evidence": setting.stored(item),
            "request": fields.encode(),
            "peer": PLATFORM,
            "consent_to_disclose": true,
            "now": NOW.0,
        },
    );
    let request = |change: &dyn Fn(&mut Fields<'static>)| ("request", asked(&fields, change));
    let at = |now: u64| ("now", Json::from(now));

    // 1.
    let elsewhere = || ("peer", Json::from("other.example"));
    let login = || request(&|fields| *fields = Fields { expiry: fields.expiry, ..Fields::login() });
    let authority = || request(&|fields| fields.authority = "authority-2.example");
    table.refuse("foreign_platform", "relayed", [elsewhere()]);
    table.refuse(
        "foreign_platform",
        "relayed by a host below",
        [("peer", "www.shop.example".into())],
    );
    table.refuse("foreign_authority", "of another authority", [authority()]);
    table.refuse("wrong_answer", "a request for a login", [login()]);
    table.refuse("foreign_platform", "relayed, of another authority", [elsewhere(), authority()]);
    let both = request(&|fields| {
        *fields = Fields { authority: "authority-2.example", ..Fields::login() };
    });
    table.refuse("foreign_authority", "of another authority, for a login", [both]);

    // 2.
    let since = |since: u64| ("list", Json::from(List { since, ..setting.list.clone() }.encode()));
    let until = |until: u64| ("list", ending(&setting.list, until));
    let expiring = |expiry: u64| request(&|fields| fields.expiry = expiry);
    table.accept("600 seconds before the list", [since(NOW.0 + 600)]);
    table.refuse("wrong_clock", "601 seconds before the list", [since(NOW.0 + 601)]);
    table.accept("the last second of the list", [until(NOW.0 + 1)]);
    table.refuse("list_expired", "the list is over", [until(NOW.0)]);
    table.accept("600 seconds after the expiry", [expiring(NOW.0 - 600)]);
    table.refuse("expired", "601 seconds after the expiry", [expiring(NOW.0 - 601)]);
    table.accept("87,000 seconds before the expiry", [expiring(NOW.0 + 87_000)]);
    table.refuse("range", "87,001 seconds before the expiry", [expiring(NOW.0 + 87_001)]);
    table.refuse("range", "the end of all time", [expiring(u64::MAX)]);
    table.refuse("wrong_answer", "for a login, before the list", [login(), since(NOW.0 + 601)]);
    let early = [since(NOW.0 + 601), expiring(NOW.0 - 601)];
    table.refuse("wrong_clock", "before the list, after the expiry", early);
    table.refuse(
        "list_expired",
        "the list is over, expired",
        [until(NOW.0), expiring(NOW.0 - 601)],
    );

    // 3. The first slot is yesterday's, the second today's.
    let id = setting.params_id();
    let slots = |slots: &[([u8; 32], u64)]| {
        let slots = slots.to_vec();
        request(&move |fields| fields.slots.clone_from(&slots))
    };
    let of = |days: &[u64]| slots(&days.iter().map(|t| (id, *t)).collect::<Vec<_>>());
    let unknown = (run::<32>(0x30), TODAY);
    table.refuse("unpinned_parameters", "a key that is not on the list", [slots(&[unknown])]);
    let both = slots(&[(id, TODAY - 1), unknown]);
    table.refuse("unpinned_parameters", "one on the list, but not for today, one not", [both]);
    table.refuse("epoch_not_accepted", "only tomorrow", [of(&[TODAY + 1])]);
    table.refuse("epoch_not_accepted", "only yesterday", [of(&[TODAY - 1])]);
    table.accept("yesterday and the day before", [of(&[TODAY - 2, TODAY - 1, TODAY])]);
    table.refuse("epoch_not_accepted", "three days ago", [of(&[TODAY - 3, TODAY])]);
    table.refuse("epoch_not_accepted", "the day after tomorrow", [of(&[TODAY, TODAY + 2])]);
    table.refuse("epoch_not_accepted", "the first day of all", [of(&[0, TODAY])]);
    table.refuse("epoch_not_accepted", "the last day of all", [of(&[TODAY, u64::MAX])]);
    let last = |place: usize| {
        let mut all = vec![(id, TODAY - 1), (id, TODAY)];
        all.insert(place, unknown);
        slots(&all)
    };
    let near = fields.expiry + 600;
    table.refuse("epoch_not_accepted", "an unknown key, the list goes on for long", [last(2)]);
    table.accept("an unknown key, the list ends then", [last(2), until(near)]);
    table.refuse(
        "epoch_not_accepted",
        "an unknown key, the list ends a second later",
        [last(2), until(near + 1)],
    );
    table.refuse("epoch_not_accepted", "an unknown key, not the last slot", [last(1), until(near)]);
    table.refuse("epoch_not_accepted", "an unknown key, the first slot", [last(0), until(near)]);
    let far = slots(&[(id, TODAY), (id, TODAY + 2)]);
    table.refuse("epoch_not_accepted", "a known key, the list ends then", [far, until(near)]);
    let both = [slots(&[unknown]), expiring(NOW.0 + 87_001)];
    table.refuse("range", "not on the list, and the expiry is too late", both);

    // 4.
    let somebody = || ("master_secret", Json::from(OTHER_MASTER));
    table.refuse("foreign_credential", "somebody else's credential", [somebody()]);
    table.refuse(
        "epoch_not_accepted",
        "somebody else's, only tomorrow",
        [somebody(), of(&[TODAY + 1])],
    );

    // 5.
    let issued = |setting: &Setting, now: u64| {
        let (credential, evidence) = setting.kept(UnixTime(now));
        [
            ("stored_credential", Json::from(setting.stored(&credential))),
            ("stored_evidence", Json::from(setting.stored(&evidence[0]))),
        ]
    };
    let with = |kept: [(&'static str, Json); 2], more: Vec<(&'static str, Json)>| {
        [kept.to_vec(), more].concat()
    };
    let yesterday = || issued(setting, NOW.0 - DAY);
    table.accept("a credential of yesterday", with(yesterday(), vec![]));
    table.refuse(
        "stale_credential",
        "of yesterday, which is not listed",
        with(yesterday(), vec![of(&[TODAY])]),
    );
    let before = issued(setting, NOW.0 - 2 * DAY);
    let three = of(&[TODAY - 2, TODAY - 1, TODAY]);
    table.refuse("stale_credential", "of the day before yesterday", with(before, vec![three]));
    let soon = |now: u64| {
        let expiring = request(&|fields| fields.expiry = TOMORROW);
        with(issued(setting, TOMORROW), vec![expiring, at(now)])
    };
    table.accept("of tomorrow, 600 seconds before", soon(TOMORROW - 600));
    table.refuse("stale_credential", "of tomorrow, 601 seconds before", soon(TOMORROW - 601));
    let slots_of_today = asked(&fields, |fields| {
        fields.expiry = TOMORROW;
        fields.slots.truncate(2);
    });
    let not_listed = vec![("request", slots_of_today), at(TOMORROW - 600)];
    let not_listed = with(issued(setting, TOMORROW), not_listed);
    table.refuse("stale_credential", "of tomorrow, which is not listed", not_listed);
    let both = with(yesterday(), vec![somebody(), of(&[TODAY])]);
    table.refuse("foreign_credential", "somebody else's, of yesterday, not listed", both);
    // Two keys.
    let two = rotated(TODAY * DAY);
    let old = Setting::on(two.clone(), SEED, MASTER, values(four()));
    let new = Setting::on(two, OTHER_SEED, MASTER, values(eight()));
    let both_keys = |names: Vec<&'static str>| {
        let request = asked(&Fields::bare(&new), |fields| fields.disclosures = names);
        vec![("list", Json::from(new.list.encode())), ("request", request)]
    };
    let of_old = || issued(&old, NOW.0 - DAY);
    table.accept("rotation: the old key's credential", with(of_old(), both_keys(vec!["region"])));
    table.accept(
        "rotation: the new key's credential",
        with(issued(&new, NOW.0), both_keys(vec!["guardian"])),
    );
    let twice = asked(&Fields::bare(&new), |fields| {
        fields.slots = vec![(new.params_id(), TODAY), (old.params_id(), TODAY)];
    });
    let twice = vec![("list", new.list.encode().into()), ("request", twice)];
    table.refuse(
        "epoch_not_accepted",
        "rotation: two keys for one time",
        with(issued(&new, NOW.0), twice),
    );
    let comment = "rotation: a slot of the new key before its time";
    let earlier = asked(&Fields::bare(&new), |fields| {
        fields.slots = vec![(new.params_id(), TODAY - 1), (new.params_id(), TODAY)];
    });
    let earlier = vec![("list", new.list.encode().into()), ("request", earlier)];
    table.refuse("epoch_not_accepted", comment, with(issued(&new, NOW.0), earlier));

    // 6.
    let comment = "rotation: the old key has no such attribute";
    table.refuse("schema", comment, with(of_old(), both_keys(vec!["guardian"])));
    let disclosing = |names: &[&'static str]| {
        let names = names.to_vec();
        request(&move |fields| {
            fields.disclosures.clone_from(&names);
            fields.conditions.clear();
        })
    };
    let all = |name, condition| ("request", all_of_four(&fields, name, condition));
    for (comment, unfit) in [
        ("an attribute that the schema does not have", disclosing(&["age_over_18", "name"])),
        ("at least, of a flag", all("age_over_18", Condition::AtLeast(0))),
        ("at most, of a text", all("region", Condition::AtMost(9))),
        ("an integer equals a flag", all("assurance", Condition::Equals(true.into()))),
        ("a flag equals an integer", all("age_over_18", Condition::Equals(1.into()))),
    ] {
        table.refuse("schema", comment, [unfit]);
    }
    let no_consent = || ("consent_to_disclose", Json::from(false));
    table.refuse("disclosure_without_consent", "no consent to disclose", [no_consent()]);
    table.accept("nothing is disclosed, without consent to that", [no_consent(), disclosing(&[])]);
    let unfit = || disclosing(&["name"]);
    table.refuse(
        "stale_credential",
        "not listed, and an unknown attribute",
        with(
            yesterday(),
            vec![request(&|fields| {
                fields.slots = vec![(id, TODAY)];
                fields.disclosures = vec!["name"];
                fields.conditions.clear();
            })],
        ),
    );
    table.refuse("schema", "an unknown attribute, no consent to disclose", [unfit(), no_consent()]);

    // 7.
    for (comment, name, condition) in [
        ("the flag is not no", "age_over_18", Condition::Equals(false.into())),
        ("3 is not 2", "assurance", Condition::Equals(2.into())),
        ("3 is less than 4", "assurance", Condition::AtLeast(4)),
        ("3 is more than 2", "assurance", Condition::AtMost(2)),
        ("another text", "region", Condition::Equals("a".into())),
        ("absent is not a text", "note", Condition::Equals("a".into())),
        ("absent is not present", "note", Condition::Present),
    ] {
        table.refuse("condition_unmet", comment, [all(name, condition)]);
    }
    let unmet = || all("note", Condition::Present);
    let both = [no_consent(), unmet()];
    table.refuse("disclosure_without_consent", "no consent, and a condition unmet", both);

    // 8, 9.
    let kept = |item: &[u8]| ("stored_evidence", Json::from(setting.stored(item)));
    let foreign = || kept(&replaced(item, 2, [0; 32]));
    table.refuse("foreign_evidence", "evidence for another credential", [foreign()]);
    let comment = "a condition unmet, and evidence for another credential";
    table.refuse("condition_unmet", comment, [unmet(), foreign()]);
    let both = kept(&replaced(&more(item, 194), 2, [0; 32]));
    table.refuse("foreign_evidence", "for another credential, and rho + 1", [both]);
    let points = [("A_bar", 34), ("B_bar", 66), ("R1_bar", 98), ("R2_bar", 130)];
    for (comment, item) in shaken(item, &points, &[("z_bar", 162), ("rho", 194)]) {
        table.refuse("fault", comment, [kept(&item)]);
    }
    table.refuse("fault", "A_bar and B_bar exchanged", [kept(&swapped(item, 34, 66))]);
    let others = replaced(&other.kept(NOW).1[0], 2, &item[2..34]);
    table.refuse("fault", "somebody else's evidence under this credential's id", [kept(&others)]);
    let twice = [&evidence[1][..162], &item[162..]].concat();
    table.refuse("fault", "the points of another item", [kept(&twice)]);
    table
}

pub fn verify(setting: &Setting, other_key: &Setting, other: &Setting) -> Table {
    let fields = asking(setting);
    let (stored, items) = setting.kept(NOW);
    let claim = Claim::new(setting, &fields, &stored, &items[0]);
    let second = Claim::new(setting, &fields, &stored, &items[1]);
    let prove = |claim: &Claim| claim.message(&claim.prove(&run::<64>(0x14)));
    let message = prove(&claim);
    let mut table = Table::new(
        "verify",
        object! {
            "list": setting.list.encode(),
            "platform": PLATFORM,
            "request": fields.encode(),
            "presentation": &message,
            "now": fields.expiry,
            "consumed": nothing(),
            "spent_at": fields.expiry,
        },
    );
    own_request(&mut table, &fields);
    let request = |change: &dyn Fn(&mut Fields<'static>)| ("request", asked(&fields, change));
    let late = || ("now", Json::from(fields.expiry + 1));
    let until = |until: u64| ("list", ending(&setting.list, until));
    let gone = || ("list", Json::from(withdrawn(&setting.list).encode()));
    let nonce = || ("presentation", Json::from(replaced(&message, 2, run::<32>(0x15))));
    let unfit = || request(&|fields| fields.disclosures = vec!["age_over_18", "name"]);
    let bound = || request(&|fields| fields.conditions = vec![(0, Condition::AtLeast(1))]);
    let few = || {
        let few = Claim { disclosures: vec!["age_over_18"], ..claim.clone() };
        ("presentation", Json::from(prove(&few)))
    };
    table.accept("the last second of the list", [until(fields.expiry + 1)]);
    table.refuse("list_expired", "the list is over", [until(fields.expiry)]);
    table.refuse("foreign_parameters", "the key of the shown slot was withdrawn", [gone()]);
    table.refuse("schema", "a request for an unknown attribute", [unfit()]);
    table.refuse("schema", "a request with a bound for a flag", [bound()]);
    table.refuse("rejected", "another nonce in the answer", [nonce()]);
    // The first of two.
    let login = || request(&|fields| *fields = Fields::login());
    table.refuse("wrong_answer", "for a login, the list is over", [login(), until(fields.expiry)]);
    table.refuse("list_expired", "the list is over, too late", [until(fields.expiry), late()]);
    table.refuse("expired", "too late, another nonce in the answer", [late(), nonce()]);
    table.refuse("rejected", "another nonce in the answer, withdrawn", [nonce(), gone()]);
    table.refuse("foreign_parameters", "withdrawn, an unknown attribute", [gone(), unfit()]);
    table.refuse("schema", "an unknown attribute, a value too few", [unfit(), few()]);
    table.refuse("expired", "an unknown attribute, too late", [unfit(), late()]);

    // Another request than the one that was answered.
    let conditions = vec![(0, Condition::Present), (1, Condition::AtLeast(2))];
    let requests: [Change<'_>; 16] = [
        ("another nonce", &|fields| fields.nonce = run(0x15)),
        ("another label", &|fields| fields.label = Some("app-2")),
        ("no label", &|fields| fields.label = None),
        ("another purpose", &|fields| fields.purpose = Purpose::Login),
        ("an own purpose", &|fields| fields.purpose = Purpose::Other(name("a"))),
        ("only the first slot", &|fields| fields.slots.truncate(1)),
        ("only the shown slot and the one before", &|fields| fields.slots.truncate(2)),
        ("the slots in another order", &|fields| fields.slots.swap(0, 1)),
        ("the other slots in another order", &|fields| fields.slots.swap(0, 2)),
        ("another expiry", &|fields| fields.expiry += 1),
        ("other conditions that hold", &|fields| fields.conditions.clone_from(&conditions)),
        ("no statement", &|fields| fields.statement = None),
        ("another statement", &|fields| fields.statement = Some(b"Agreed".to_vec())),
        ("no notice", &|fields| fields.notice = None),
        ("another notice", &|fields| fields.notice = Some(run(0x13))),
        ("another attribute of the same kind", &|fields| {
            fields.disclosures = vec!["assurance", "region"];
            fields.conditions.clear();
        }),
    ];
    for (comment, change) in requests {
        table.refuse("rejected", comment, [request(change)]);
    }

    // Every field of the message.
    let start = message.len() - (4 * 32 + 32 + 3 * 32 + 10 * 32 + 1 + 2 * 32);
    let at = |index: usize| start + 32 * index;
    // The last byte of the second value.
    let integer = start - 1;
    assert_eq!(message[integer], 3);
    let points = [
        ("A_bar", 0),
        ("B_bar", 1),
        ("R1_bar", 2),
        ("R2_bar", 3),
        ("N", 5),
        ("T_1", 6),
        ("T_2", 7),
    ];
    let points = points.map(|(name, index)| (name, at(index)));
    let mut scalars = vec![("z_bar", at(4)), ("rho", at(8)), ("epsilon", at(9))];
    scalars.extend(secrets_at(at(10)));
    scalars.extend([("m_2", at(18) + 1), ("m_3", at(19) + 1)]);
    table.reject("presentation", shaken(&message, &points, &scalars));
    table.reject(
        "presentation",
        [
            ("another nonce", replaced(&message, 2, run::<32>(0x15))),
            ("the slot before", replaced(&message, 34, [0])),
            ("the slot after", replaced(&message, 34, [2])),
            ("the integer 4 for 3", replaced(&message, integer, [4])),
            ("A_bar and B_bar exchanged", swapped(&message, at(0), at(1))),
            ("T_1 and T_2 exchanged", swapped(&message, at(6), at(7))),
            ("rho and epsilon exchanged", swapped(&message, at(8), at(9))),
            ("the hidden responses exchanged", swapped(&message, at(18) + 1, at(19) + 1)),
            ("all points negated", negated(&message, &points.map(|(_, at)| at))),
        ],
    );

    for (comment, fields, value) in unasked(&fields) {
        let mut claim = Claim::new(setting, &fields, &stored, &items[0]);
        if let Some(value) = value {
            claim.attributes[0].1 = value;
        }
        let presentation = ("presentation", Json::from(prove(&claim)));
        table.refuse("rejected", comment, [("request", fields.encode().into()), presentation]);
    }
    for (comment, claim) in wrong_claims(other_key, other, &claim, &second) {
        table.reject("presentation", [(comment, prove(&claim))]);
    }
    table.reject(
        "presentation",
        [
            ("errors that cancel in equations (1) and (2)", cancelling(&claim)),
            (
                "errors that cancel in equations (3) and (4)",
                prove(&cancelling_evidence(&claim, setting)),
            ),
            ("evidence that is made up with another key", prove(&forged(&claim, &stored, setting))),
        ],
    );
    let (foreign, evidence) = other_key.kept(NOW);
    let foreign = Claim::new(other_key, &fields, &foreign, &evidence[0]);
    let foreign = Claim { position: claim.position, ..foreign };
    table.reject("presentation", [("a credential of another key", prove(&foreign))]);
    table
}

/// Requests whose answers verify in every equation, and are not what was asked; and another value
/// with the scalar of the first attribute's.
fn unasked<'a>(fields: &Fields<'a>) -> Vec<(&'static str, Fields<'a>, Option<Value>)> {
    let on = |disclosures: &[&'static str], conditions: &[(u8, Condition)]| {
        let (disclosures, conditions) = (disclosures.to_vec(), conditions.to_vec());
        Fields { disclosures, conditions, ..fields.clone() }
    };
    let assurance = |condition| on(&["age_over_18", "assurance"], &[(1, condition)]);
    let age = |conditions: &[_]| on(&["age_over_18", "assurance"], conditions);
    let not = Condition::Equals(false.into());
    vec![
        ("a right proof of 3, at least 4 was asked", assurance(Condition::AtLeast(4)), None),
        ("a right proof of 3, at most 2 was asked", assurance(Condition::AtMost(2)), None),
        ("a right proof of 3, 4 was asked", assurance(Condition::Equals(4.into())), None),
        ("a right proof of yes, no was asked", age(&[(0, not)]), None),
        (
            "a right proof of no value, any was asked",
            on(&["note"], &[(0, Condition::Present)]),
            None,
        ),
        ("a right proof with the integer 1 for the flag yes", age(&[]), Some(1.into())),
    ]
}

/// Proofs that are right for something else than what is asked or was certified; `second` is the
/// same claim with another item of evidence.
fn wrong_claims(
    other_key: &Setting,
    other: &Setting,
    claim: &Claim,
    second: &Claim,
) -> Vec<(&'static str, Claim)> {
    let disclosing =
        |names: &[&'static str]| Claim { disclosures: names.to_vec(), ..claim.clone() };
    let value = |index: usize, value: Value| {
        let mut claim = claim.clone();
        claim.attributes[index].1 = value;
        claim
    };
    let others = holder_secrets(&other.master, AUTHORITY);
    let (P, z) = claim.scope;
    let mut unlike = claim.clone();
    unlike.attributes.push(("more", Value::Absent));
    let mut fewer = claim.clone();
    fewer.attributes.pop();
    let other_scope = scope(AUTHORITY, "other.example", Some("app-1"));
    let shown = |at: usize, point: RistrettoPoint| {
        let mut shown = claim.shown;
        shown[at] = point;
        Claim { shown, ..claim.clone() }
    };
    let moved_multiple = shown(1, claim.shown[1] + G);
    vec![
        ("a flag that the credential does not have", value(0, false.into())),
        ("an integer that the credential does not have", value(1, 4.into())),
        ("an integer that does not meet its condition", value(1, 1.into())),
        ("an absent value instead of a flag", value(0, Value::Absent)),
        ("a text instead of a flag", value(0, "a".into())),
        ("a flag instead of an integer", value(1, true.into())),
        ("a hidden value that the credential does not have", value(2, "a".into())),
        ("nothing is disclosed", disclosing(&[])),
        ("the values in another order", disclosing(&["assurance", "age_over_18"])),
        ("an attribute less is disclosed", disclosing(&["age_over_18"])),
        ("an attribute more is disclosed", disclosing(&["age_over_18", "assurance", "note"])),
        ("another attribute is disclosed", disclosing(&["age_over_18", "region"])),
        ("a hidden attribute too many", unlike),
        ("a hidden attribute too few", fewer),
        ("the next slot", Claim { slot: (claim.slot.0, TODAY + 1), position: 2, ..claim.clone() }),
        ("the next slot's position", Claim { position: 2, ..claim.clone() }),
        (
            "the next slot at this slot's position",
            Claim { slot: (claim.slot.0, TODAY + 1), ..claim.clone() },
        ),
        ("another credential's e", Claim { e: claim.e + Scalar::ONE, ..claim.clone() }),
        ("rho is 0", Claim { rho: Scalar::ZERO, ..claim.clone() }),
        ("somebody else's N", Claim { N: f(&others, &z) * P, ..claim.clone() }),
        ("somebody else's secrets", Claim { secrets: others, ..claim.clone() }),
        (
            "another platform's N",
            Claim { N: f(&claim.secrets, &other_scope.1) * other_scope.0, ..claim.clone() },
        ),
        (
            "another platform's scope",
            Claim {
                scope: other_scope,
                N: f(&claim.secrets, &other_scope.1) * other_scope.0,
                ..claim.clone()
            },
        ),
        ("N on another base", Claim { N: f(&claim.secrets, &z) * G, ..claim.clone() }),
        ("another request's digest", Claim { digest: run(0x31), ..claim.clone() }),
        (
            "other parameters",
            Claim { slot: (other_key.params_id(), claim.slot.1), ..claim.clone() },
        ),
        ("evidence of a pair with B_bar + G", moved_multiple),
        ("the public part of another item", Claim { rho: claim.rho, ..second.clone() }),
        ("the response of another item", Claim { z_bar: second.z_bar, ..claim.clone() }),
    ]
}

/// A MAC with a key of one's own, and evidence that it is one, but for that key.
fn forged(claim: &Claim, stored: &[u8], setting: &Setting) -> Claim {
    let (mac, key) = (Mac::read(stored), Key::new(&setting.seed));
    let x = Key::new(&OTHER_SEED).x;
    let M = mac.W + mac.e * mac.A;
    let A = (x + mac.e).invert() * M;
    let (A_bar, k) = (claim.rho.invert() * A, Scalar::from(7u64));
    let shown = [A_bar, x * A_bar, k * G, k * A_bar];
    let c_bar = Hash::new("evidence").point(&key.X).points(&shown).h2s();
    Claim { shown, z_bar: k + c_bar * x, ..claim.clone() }
}

/// T_1 + G and T_2 − G: the sum of the two equations, without weights, would hold.
fn cancelling(claim: &Claim) -> Vec<u8> {
    let wrong = |w: &[Scalar]| claim.phi(w).into_iter().zip([G, -G]).map(|(T, D)| T + D).collect();
    let coins = run::<64>(0x14);
    claim.message(&Sigma::prove(claim.transcript(), claim.witnesses(), Some(&coins), wrong))
}

/// The same for the evidence, by somebody who knows x.
fn cancelling_evidence(claim: &Claim, setting: &Setting) -> Claim {
    let Key { x, X, .. } = Key::new(&setting.seed);
    let [A_bar, B_bar, ..] = claim.shown;
    let k = Scalar::from(7u64);
    let shown = [A_bar, B_bar, k * G + G, k * A_bar - G];
    let c_bar = Hash::new("evidence").point(&X).points(&shown).h2s();
    Claim { shown, z_bar: k + c_bar * x, ..claim.clone() }
}
