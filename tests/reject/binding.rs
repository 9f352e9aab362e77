use super::*;
use common::life::{login_layout, presentation_layout};
use pairnym::hazmat::Transcript;

fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

type Change = for<'a> fn(RequestBuilder<'a>) -> RequestBuilder<'a>;

/// One way to ask differently, each with the same nonce.
const CHANGES: &[(&str, Change)] = &[
    ("a label", |ask| ask.label(token("app-1"))),
    ("another label", |ask| ask.label(token("app-2"))),
    ("more epochs", |ask| ask.accept_previous_epochs(1)),
    ("longer", |ask| ask.valid_for(301)),
    ("an empty statement", |ask| ask.statement(b"")),
    ("a statement", |ask| ask.statement(b"I owe you 100")),
    ("another statement", |ask| ask.statement(b"I owe you 101")),
    ("a notice", |ask| ask.notice([0; 32])),
    ("another notice", |ask| ask.notice([1; 32])),
    ("a disclosure", |ask| ask.disclose("assurance")),
    ("another disclosure", |ask| ask.disclose("age_over_18")),
    ("a condition", |ask| ask.disclose("assurance").require("assurance", Condition::AtLeast(3))),
    ("another bound", |ask| ask.disclose("assurance").require("assurance", Condition::AtLeast(2))),
    ("another operator", |ask| {
        ask.disclose("assurance").require("assurance", Condition::AtMost(3))
    }),
    ("another operand", |ask| {
        ask.disclose("assurance").require("assurance", Condition::Equals(3.into()))
    }),
];

/// Requests of one platform, each of which differs from each other in one thing at least.
fn requests(world: &World) -> Vec<(String, Request)> {
    let ask = |purpose| world.platform.request(purpose);
    let build = |ask: RequestBuilder<'_>, nonce| ask.build(NOW, &mut seeded(nonce)).unwrap();
    let purposes = [
        Purpose::Registration,
        Purpose::Login,
        Purpose::Reverification,
        Purpose::GovernmentService,
        Purpose::Other(token("checkout")),
        Purpose::Other(token("login")),
    ];
    let mut requests = vec![("a nonce".into(), build(ask(Purpose::Login), 2))];
    requests.extend(purposes.map(|purpose| (format!("{purpose:?}"), build(ask(purpose), 1))));
    let changes = CHANGES.iter();
    requests.extend(
        changes.map(|(what, change)| (String::from(*what), build(change(ask(Purpose::Login)), 1))),
    );
    requests
}

#[test]
fn an_answer_fits_one_request_alone() {
    let world = World::new();
    let requests = requests(&world);
    for (answered, request) in &requests {
        let evidence = again(&world.evidence[0]);
        let consent = Consent::to_disclose(request, &world.host);
        let rng = &mut seeded(5);
        let answer = world.holder.present(&world.credential, evidence, consent, NOW, rng).unwrap();
        let login = world.holder.log_in(consent, NOW, rng);
        assert_eq!(login.is_ok(), request.disclosures().is_empty());
        for (asked, other) in &requests {
            let what = format!("{answered} for {asked}");
            let expected = if request == other { None } else { Some(Error::Rejected) };
            assert_eq!(verdict(&world.platform, other, &answer).err(), expected, "{what}");
            let Ok(login) = &login else { continue };
            let expected = if other.disclosures().is_empty() {
                expected
            } else {
                Some(Error::LoginCannotDisclose)
            };
            assert_eq!(login_verdict(&world.platform, other, login).err(), expected, "{what}");
        }
    }
}

#[test]
fn an_answer_fits_one_platform_alone() {
    let mut world = World::new();
    let request = world.request(1);
    let answer = world.present(&request);
    let plain = world.platform.request(Purpose::Login).build(NOW, &mut seeded(1)).unwrap();
    let login = world.holder.log_in(Consent::to_answer(&plain, &world.host), NOW, &mut seeded(2));
    let login = login.unwrap();

    let other = |key, id: &str, attributes: &[(&str, Kind)], seconds, host: &str| {
        let authority = Authority::new(
            AuthorityKey::from_seed(&[key; 32]).unwrap(),
            AuthorityId::new(id).unwrap(),
            schema(attributes),
            std::num::NonZeroU32::new(seconds).unwrap(),
        );
        Platform::new(authority.parameters().clone(), PlatformId::new(host).unwrap())
    };
    let (id, day, host) = ("authority.example", DAY as u32, "shop.example");
    let mut swapped = ATTRIBUTES;
    swapped.swap(2, 3); // Two texts, both hidden: nothing but params_id tells the difference.
    let mut renamed = ATTRIBUTES;
    renamed[3].0 = "remark";
    let foreign = Error::ForeignParameters;
    for (what, platform, misuse) in [
        ("platform", other(1, id, &ATTRIBUTES, day, "shop2.example"), Error::ForeignPlatform),
        ("subdomain", other(1, id, &ATTRIBUTES, day, "a.shop.example"), Error::ForeignPlatform),
        ("key", other(9, id, &ATTRIBUTES, day, host), foreign),
        ("authority", other(1, "authority2.example", &ATTRIBUTES, day, host), foreign),
        ("attribute order", other(1, id, &swapped, day, host), foreign),
        ("attribute name", other(1, id, &renamed, day, host), foreign),
        ("fewer attributes", other(1, id, &ATTRIBUTES[..3], day, host), foreign),
        ("epoch length", other(1, id, &ATTRIBUTES, day + 1, host), foreign),
    ] {
        // The first platform's own request is misuse; an own one with the same nonce is not met.
        assert_eq!(verdict(&platform, &request, &answer), Err(misuse), "{what}");
        assert_eq!(login_verdict(&platform, &plain, &login), Err(misuse), "{what}");
        let own = platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("age_over_18", Condition::Equals(true.into()))
            .require("assurance", Condition::AtLeast(2))
            .build(NOW, &mut seeded(1))
            .unwrap();
        assert_eq!(verdict(&platform, &own, &answer), Err(Error::Rejected), "{what}");
        let own = platform.request(Purpose::Login).build(NOW, &mut seeded(1)).unwrap();
        assert_eq!(login_verdict(&platform, &own, &login), Err(Error::Rejected), "{what}");
    }
    assert!(verdict(&world.platform, &request, &answer).is_ok());
    assert!(login_verdict(&world.platform, &plain, &login).is_ok());
}

#[test]
fn verifiers_refuse_requests_that_are_not_theirs_to_judge() {
    let mut world = World::new();
    let good = world.request(1);
    let answer = world.present(&good);
    let verify = |request: &Request, now| {
        world.platform.verify(request, &answer, now, &mut MemoryNonces::new(1)).map(|_| ())
    };
    assert_eq!(verify(&good, good.expires()), Ok(()));
    assert_eq!(verify(&good, good.expires().after(1)), Err(Error::Expired));
    let schema =
        Ask { disclosures: vec![4], ..Ask::new(world.authority.parameters(), "shop.example") };
    assert_eq!(verify(&schema.request(), NOW), Err(Error::Schema));
    let kind = Ask {
        disclosures: vec![0],
        conditions: vec![vec![0, 2, 0, 0, 0, 0, 0, 0, 0, 1]],
        ..schema.clone()
    };
    assert_eq!(verify(&kind.request(), NOW), Err(Error::Schema));
    let operand = Ask { conditions: vec![vec![0, 1, 3, 1, b'y']], ..kind };
    assert_eq!(verify(&operand.request(), NOW), Err(Error::Schema));
}

/// SPEC §2.2 and §3.3: no label is a scope of its own, and an empty one cannot be written.
#[test]
fn no_label_is_not_an_empty_label() {
    assert_eq!(Token::new("").unwrap_err().reason(), Reason::Identifier);
    let hash = |label: Option<&[u8]>| Transcript::new("pseudonym-base").optional(label).h32();
    assert_ne!(hash(None), hash(Some(b"")));
    assert_ne!(hash(Some(b"")), Transcript::new("pseudonym-base").h32());
    let world = World::new();
    let ask = Ask::new(world.authority.parameters(), "shop.example");
    assert_eq!(ask.request().label(), None);
    let unlabelled = world.holder.pseudonym(&world.host, None).unwrap();
    let labelled = world.holder.pseudonym(&world.host, Some(&token("app-1"))).unwrap();
    assert_ne!(unlabelled, labelled);
}

/// Two answers of two persons, disclosing 2 of 4, and where their fields stand.
struct Pair {
    world: World,
    request: Request,
    answers: [Presentation; 2],
}

impl Pair {
    fn new() -> Self {
        let mut world = World::new();
        let request = world.request(1);
        let first = world.present(&request);
        let holder = holder(3, &world.authority);
        let values = vec![true.into(), 4.into(), "北京".into(), Value::Absent];
        let credential = credential(&world.authority, &holder, values, NOW);
        let item = evidence(&world.authority, &holder, &credential, 4).remove(0);
        let consent = Consent::to_disclose(&request, &world.host);
        let second = holder.present(&credential, item, consent, NOW, &mut seeded(6)).unwrap();
        Self { world, request, answers: [first, second] }
    }

    fn verdict(&self, bytes: &[u8]) -> Result<(), Error> {
        let answer = Presentation::from_bytes(bytes)?;
        verdict(&self.world.platform, &self.request, &answer).map(|_| ())
    }
}

#[test]
fn no_part_of_an_answer_fits_another() {
    let pair = Pair::new();
    let [ours, theirs] = pair.answers.each_ref().map(Message::to_bytes);
    assert_eq!(pair.verdict(&ours), Ok(()));
    assert_eq!(pair.verdict(&theirs), Ok(()));
    let layout = presentation_layout(&[2, 9], 2);
    assert_eq!(layout.len(), ours.len());
    let evidence = layout.at("A").start..layout.at("z").end;
    let proof = layout.at("T1").start..ours.len();
    let parts = [
        ("evidence", evidence.clone()),
        ("proof", proof),
        ("another person's 网号", layout.at("N")),
        ("commitment 1", layout.at("T1")),
        ("commitment 2", layout.at("T2")),
        ("disclosed", layout.at("disclosed")),
        ("MAC", layout.at("A").start..layout.at("B").end),
        ("evidence proof", layout.at("R1").start..layout.at("z").end),
        ("everything but the 网号 and its proof", 2..evidence.end),
    ];
    for (what, part) in parts {
        let mixed = with(&ours, part.clone(), &theirs[part]);
        assert_eq!(pair.verdict(&mixed), Err(Error::Rejected), "{what}");
    }
    let exchanges = [
        ("R1", "R2"),
        ("A", "B"),
        ("T1", "T2"),
        ("N", "T2"),
        ("rho", "epsilon"),
        ("u0", "u1"),
        ("v", "u6"),
        ("m0", "m1"),
        ("z", "rho"),
    ];
    for (one, two) in exchanges {
        let (one_at, two_at) = (layout.at(one), layout.at(two));
        let exchanged = with(&ours, one_at.clone(), &ours[two_at.clone()]);
        let exchanged = with(&exchanged, two_at, &ours[one_at]);
        assert_eq!(pair.verdict(&exchanged), Err(Error::Rejected), "{one} and {two}");
    }
}

#[test]
fn what_is_claimed_cannot_be_changed() {
    let pair = Pair::new();
    let bytes = pair.answers[0].to_bytes();
    let layout = presentation_layout(&[2, 9], 2);
    let epoch = with(&bytes, layout.at("epoch"), &20_832u64.to_be_bytes());
    let own = pair.world.authority.parameters().epoch(NOW).0;
    assert_eq!(epoch[2..10], (own - 1).to_be_bytes());
    let disclosed: &[(&str, &[u8])] = &[
        ("more assurance", &[0, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 4]),
        ("less assurance", &[0, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 2]),
        ("a condition unmet", &[0, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1]),
        ("not of age", &[0, 1, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("absent", &[0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("the flag as an integer", &[0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("one left out", &[0, 1, 1]),
        ("another index", &[0, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("one more", &[0, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 3, 0]),
        ("one unknown", &[0, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 4, 0]),
        ("none", &[]),
    ];
    let counts = [2, 2, 2, 2, 2, 2, 1, 2, 3, 3, 0];
    let place = layout.at("disclosed count").start..layout.at("disclosed").end;
    let mut changed = vec![("epoch", epoch)];
    for ((what, entries), count) in disclosed.iter().zip(counts) {
        let content = [&[count][..], entries].concat();
        changed.push((what, with(&bytes, place.clone(), &content)));
    }
    // With hidden responses fewer or more than the schema has attributes.
    let count = layout.at("hidden count");
    let last = layout.at("m1");
    let fewer = with(&with(&bytes, last, &[]), count.clone(), &[1]);
    let more = with(&[&bytes[..], &[0; 32]].concat(), count, &[3]);
    let moved = with(&more, place, &[1, 0, 1, 1]);
    changed.extend([("fewer hidden", fewer), ("more hidden", more), ("hidden instead", moved)]);
    for (what, bytes) in changed {
        assert_eq!(pair.verdict(&bytes), Err(Error::Rejected), "{what}");
    }
}

/// Nothing in the bytes tells that evidence was used before: two answers verify, and are linked.
/// So the holder's software must not have it any more (SPEC §16.1), and `present` takes it away.
#[test]
fn evidence_used_twice_links_its_answers() {
    let world = World::new();
    let layout = presentation_layout(&[2, 9], 2);
    let answer = |seed, item: &Evidence| {
        let request = world.request(seed);
        let consent = Consent::to_disclose(&request, &world.host);
        let rng = &mut seeded(seed);
        let answer = world.holder.present(&world.credential, again(item), consent, NOW, rng);
        let answer = answer.unwrap();
        assert!(verdict(&world.platform, &request, &answer).is_ok());
        let bytes = answer.to_bytes();
        ["A", "B", "R1", "R2", "z"].map(|name| bytes[layout.at(name)].to_vec())
    };
    let (once, twice) = (answer(1, &world.evidence[0]), answer(2, &world.evidence[0]));
    assert_eq!(once, twice);
    let fresh = answer(3, &world.evidence[1]);
    assert!(once.iter().zip(&fresh).all(|(a, b)| a != b));
}

#[test]
fn a_login_of_another_person_is_refused() {
    let world = World::new();
    let request = world.platform.request(Purpose::Login).build(NOW, &mut seeded(1)).unwrap();
    let log_in = |holder: &Holder| {
        let consent = Consent::to_answer(&request, &world.host);
        holder.log_in(consent, NOW, &mut seeded(2)).unwrap().to_bytes()
    };
    let (ours, theirs) = (log_in(&world.holder), log_in(&holder(3, &world.authority)));
    let layout = login_layout();
    for name in ["N", "T", "s"] {
        let mixed = with(&ours, layout.at(name), &theirs[layout.at(name)]);
        let login = Login::from_bytes(&mixed).unwrap();
        assert_eq!(login_verdict(&world.platform, &request, &login), Err(Error::Rejected));
    }
    let login = Login::from_bytes(&ours).unwrap();
    let pseudonym = world.holder.pseudonym(&world.host, None).unwrap();
    assert_eq!(login_verdict(&world.platform, &request, &login), Ok(pseudonym));
}

/// A platform in the middle forwards another's request: the device compares the name with the
/// connection's.
#[test]
fn a_relayed_request_is_not_answered() {
    let mut world = World::new();
    let request = world.request(1);
    let relay = PlatformId::new("shop.example.relay.example").unwrap();
    let item = world.evidence.pop().unwrap();
    let consent = Consent::to_disclose(&request, &relay);
    let refused = world.holder.present(&world.credential, item, consent, NOW, &mut seeded(1));
    assert_eq!(refused.unwrap_err().error(), Error::ForeignPlatform);
    let plain = world.platform.request(Purpose::Login).build(NOW, &mut seeded(1)).unwrap();
    let refused = world.holder.log_in(Consent::to_answer(&plain, &relay), NOW, &mut seeded(1));
    assert_eq!(refused.unwrap_err(), Error::ForeignPlatform);
}

#[test]
fn an_enrollment_fits_one_ticket_alone() {
    let authority = authority(1, &ATTRIBUTES);
    let holder = holder(2, &authority);
    let rng = &mut seeded(1);
    let (ours, theirs) = (authority.invite([1; 32], rng), authority.invite([2; 32], rng));
    let request = holder.enroll(&ours, rng).unwrap();
    let mut registry = MemoryRegistry::new(Reenrollment::Allowed);
    let mut enroll = |ticket, request: &EnrollmentRequest| {
        authority.enroll(ticket, request, PersonId([0; 32]), &mut registry).map(|_| ())
    };
    assert_eq!(enroll(&theirs, &request), Err(Error::Rejected));
    // Not with the other transaction's number either, nor for a second check of the same number.
    let renamed = with(&request.to_bytes(), 2..34, theirs.transaction());
    let renamed = EnrollmentRequest::from_bytes(&renamed).unwrap();
    assert_eq!(enroll(&theirs, &renamed), Err(Error::Rejected));
    let second = authority.invite([1; 32], rng);
    assert_eq!(enroll(&second, &request), Err(Error::Rejected));
    // Nor by another authority, whatever it calls its transaction.
    let bytes = with(&ours.to_bytes(), 3..20, b"authority-example");
    let foreign = EnrollmentTicket::from_bytes(&bytes).unwrap();
    assert_eq!(holder.enroll(&foreign, rng).unwrap_err(), Error::ForeignAuthority);
    assert_eq!(enroll(&foreign, &request), Err(Error::ForeignAuthority));
    assert_eq!(enroll(&ours, &request), Ok(()));
}

#[test]
fn an_issuance_fits_one_offer_alone() {
    let authority = authority(1, &ATTRIBUTES);
    let (holder, rng) = (holder(2, &authority), &mut seeded(1));
    let mut accepted = || {
        let offer = authority.offer(*holder.commitment(), values(), NOW, rng).unwrap();
        let (request, pending) = holder.request_credential(&offer, NOW, rng).unwrap();
        (offer, request, pending)
    };
    let [(offer, request, pending), (other, other_request, _)] = [accepted(), accepted()];
    assert_eq!(authority.issue(&other, &request).unwrap_err(), Error::Rejected);
    let renamed = with(&request.to_bytes(), 2..34, other.nonce());
    let renamed = IssuanceRequest::from_bytes(&renamed).unwrap();
    assert_eq!(authority.issue(&other, &renamed).unwrap_err(), Error::Rejected);
    // The same content gives the same MAC, so the response to one offer completes the other.
    assert_eq!(authority.issue(&offer, &request), authority.issue(&other, &other_request));
    assert!(pending.finish(&authority.issue(&offer, &request).unwrap()).is_ok());
}

/// A MAC by another key, on other values, in another epoch, or for another person.
#[test]
fn a_holder_takes_no_other_mac() {
    let ours = authority(1, &ATTRIBUTES);
    let person = holder(2, &ours);
    let respond = |authority: &Authority, person: &Holder, values, now| {
        let rng = &mut seeded(1);
        let offer = authority.offer(*person.commitment(), values, now, rng).unwrap();
        let (request, pending) = person.request_credential(&offer, now, rng).unwrap();
        (authority.issue(&offer, &request).unwrap(), pending)
    };
    let finish = |response: &IssuanceResponse| {
        let (_, pending) = respond(&ours, &person, values(), NOW);
        pending.finish(response).map(|_| ())
    };
    let theirs = authority(9, &ATTRIBUTES);
    let (by_other_key, _) = respond(&theirs, &holder(2, &theirs), values(), NOW);
    let mut older = values();
    older[1] = 4.into();
    let (on_other_values, _) = respond(&ours, &person, older, NOW);
    let (in_other_epoch, _) = respond(&ours, &person, values(), NOW.after(DAY));
    let (for_another, _) = respond(&ours, &holder(3, &ours), values(), NOW);
    for response in [by_other_key, on_other_values, in_other_epoch, for_another] {
        assert_eq!(finish(&response), Err(Error::Rejected));
    }
    assert_eq!(finish(&respond(&ours, &person, values(), NOW).0), Ok(()));
}
