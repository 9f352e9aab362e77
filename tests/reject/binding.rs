use super::*;
use common::life::{login_layout, presentation_layout};

type Change = for<'a> fn(RequestBuilder<'a>) -> RequestBuilder<'a>;

/// One way to ask differently, each with the same nonce; those that a login can have come first.
const CHANGES: &[(&str, Change)] = &[
    ("a label", |ask| ask.label(name("app-1"))),
    ("another label", |ask| ask.label(name("app-2"))),
    ("longer", |ask| ask.valid_for(seconds(301))),
    ("a statement", |ask| ask.statement("I owe you 100")),
    ("another statement", |ask| ask.statement("I owe you 101")),
    ("a notice", |ask| ask.notice([0; 32])),
    ("another notice", |ask| ask.notice([1; 32])),
    ("fewer slots", |ask| ask.current_slot_only()),
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

/// So many of them fit a login.
const OF_A_LOGIN: usize = 7;

/// Requests for one kind of answer, each of which differs from each other in one thing at least.
fn requests<'a>(
    ask: impl Fn(Purpose) -> RequestBuilder<'a>,
    changes: &[(&'static str, Change)],
) -> Vec<(String, Request)> {
    let build = |ask: RequestBuilder<'_>, nonce| ask.build(NOW, &mut seeded(nonce)).unwrap();
    let purposes = [
        Purpose::Registration,
        Purpose::Login,
        Purpose::Reverification,
        Purpose::GovernmentService,
        Purpose::Other(name("checkout")),
        Purpose::Other(name("login")),
    ];
    let mut requests = vec![("a nonce".into(), build(ask(Purpose::Login), 2))];
    requests.extend(purposes.map(|purpose| (format!("{purpose:?}"), build(ask(purpose), 1))));
    requests.extend(
        changes
            .iter()
            .map(|(what, change)| (String::from(*what), build(change(ask(Purpose::Login)), 1))),
    );
    requests
}

#[test]
fn an_answer_fits_one_request_alone() {
    let World { platform, holder, credential, evidence, .. } = World::new();
    let requests_to_log_in =
        requests(|purpose| platform.request_login(purpose), &CHANGES[..OF_A_LOGIN]);
    let requests = requests(|purpose| platform.request(purpose), CHANGES);
    let rejected = |same: bool| if same { None } else { Some(Error::Rejected) };
    for (answered, request) in &requests {
        let item = again(&holder, &evidence[0]);
        let answer = present(&holder, &credential, item, request, NOW).unwrap();
        assert_eq!(answer.nonce(), request.nonce());
        for (asked, other) in &requests {
            let expected = rejected(request == other);
            let found = verdict(&platform, other, &answer).err();
            assert_eq!(found, expected, "{answered} for {asked}");
        }
        for (asked, other) in &requests_to_log_in {
            let found = verdict(&platform, other, &answer).err();
            assert_eq!(found, Some(Error::WrongAnswer), "{answered} for {asked}");
        }
    }
    for (answered, request) in &requests_to_log_in {
        let login = log_in(&holder, request, NOW).unwrap();
        assert_eq!(login.nonce(), request.nonce());
        for (asked, other) in &requests_to_log_in {
            let expected = rejected(request == other);
            let found = login_verdict(&platform, other, &login).err();
            assert_eq!(found, expected, "{answered} for {asked}");
        }
        for (asked, other) in &requests {
            let found = login_verdict(&platform, other, &login).err();
            assert_eq!(found, Some(Error::WrongAnswer), "{answered} for {asked}");
        }
    }
}

/// Another platform, and the same one with the list of another authority or of another key. Of a
/// login the key is no matter.
#[test]
fn an_answer_fits_one_platform_alone() {
    let mut world = World::new();
    let request = world.request(1);
    let answer = world.present(&request);
    let plain = world.request_login(1);
    let login = world.log_in(&plain, 2);

    let other = |seed, id: &str, attributes: &[(&str, Kind)], length, shop: &str| {
        let (id, length) = (AuthorityId::new(id).unwrap(), seconds(length));
        let schema = schema(attributes);
        let parameters = AuthorityParameters::new(&key(seed), id, length, 1, schema).unwrap();
        Platform::new(list(parameters, NOW), host(shop))
    };
    let (id, shop) = ("authority.example", "shop.example");
    let mut swapped = ATTRIBUTES;
    swapped.swap(2, 3); // Two texts, both hidden: nothing but params_id tells the difference.
    let mut renamed = ATTRIBUTES;
    renamed[3].0 = "remark";
    let foreign = (Error::ForeignParameters, None);
    let platform = (Error::ForeignPlatform, Some(Error::ForeignPlatform));
    let authority = (Error::ForeignAuthority, Some(Error::ForeignAuthority));
    for (what, other, (misuse, of_login)) in [
        ("platform", other(1, id, &ATTRIBUTES, DAY, "shop2.example"), platform),
        ("subdomain", other(1, id, &ATTRIBUTES, DAY, "a.shop.example"), platform),
        ("authority", other(1, "authority2.example", &ATTRIBUTES, DAY, shop), authority),
        ("key", other(9, id, &ATTRIBUTES, DAY, shop), foreign),
        ("attribute order", other(1, id, &swapped, DAY, shop), foreign),
        ("attribute name", other(1, id, &renamed, DAY, shop), foreign),
        ("fewer attributes", other(1, id, &ATTRIBUTES[..3], DAY, shop), foreign),
        ("epoch length", other(1, id, &ATTRIBUTES, DAY + 1, shop), foreign),
    ] {
        // The first platform's own request is misuse; an own one with the same nonce is not met,
        // unless it is for a login and hence the same request.
        assert_eq!(verdict(&other, &request, &answer), Err(misuse), "{what}");
        assert_eq!(login_verdict(&other, &plain, &login).err(), of_login, "{what}");
        let own = other
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .disclose("assurance")
            .require("age_over_18", Condition::Equals(true.into()))
            .require("assurance", Condition::AtLeast(2))
            .build(NOW, &mut seeded(1))
            .unwrap();
        assert_eq!(verdict(&other, &own, &answer), Err(Error::Rejected), "{what}");
        let own = other.request_login(Purpose::Login).build(NOW, &mut seeded(1)).unwrap();
        assert_eq!(own == plain, of_login.is_none());
        let rejected = of_login.map(|_| Error::Rejected);
        assert_eq!(login_verdict(&other, &own, &login).err(), rejected, "{what}");
    }
    assert!(verdict(&world.platform, &request, &answer).is_ok());
    assert!(login_verdict(&world.platform, &plain, &login).is_ok());
}

/// SPEC §2.2 and §3.3: no label is a scope of its own, and an empty one cannot be written.
#[test]
fn no_label_is_not_an_empty_label() {
    assert_eq!(Name::new("").unwrap_err().reason(), DecodeReason::Identifier);
    let hash = |label: Option<&[u8]>| Transcript::new("pseudonym-base").optional(label).h32();
    assert_ne!(hash(None), hash(Some(b"")));
    assert_ne!(hash(Some(b"")), Transcript::new("pseudonym-base").h32());
    let world = World::new();
    let ask = Ask::new(world.authority.list(), "shop.example");
    assert_eq!(ask.request().label(), None);
    let unlabelled = world.holder.pseudonym(&world.host, None).unwrap();
    let labelled = world.holder.pseudonym(&world.host, Some(&name("app-1"))).unwrap();
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
        let holder = holder(3, world.authority.list());
        let values = vec![true.into(), 4.into(), "北京".into(), Value::Absent];
        let (credential, mut evidence) =
            credential(&world.authority, &holder, values, NOW, &mut seeded(4));
        let second = present(&holder, &credential, evidence.remove(0), &request, NOW).unwrap();
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
        ("the 网号 and its proof", evidence.end..ours.len()),
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
    let at = |name: &str| layout.at(name);
    assert_eq!((pair.request.slots().len(), bytes[at("slot").start]), (2, 1));
    let disclosed: &[(&str, &[u8])] = &[
        ("more assurance", &[2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 4]),
        ("less assurance", &[2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 2]),
        ("a condition unmet", &[2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1]),
        ("not of age", &[2, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("absent", &[2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("the flag as an integer", &[2, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3]),
        ("another order", &[2, 2, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1]),
        ("one left out", &[1, 1, 1]),
        ("one more", &[3, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0]),
        ("none", &[0]),
    ];
    let place = at("disclosed count").start..at("disclosed").end;
    let mut changed = vec![
        ("the slot before", with(&bytes, at("slot"), &[0])),
        ("no slot of the request", with(&bytes, at("slot"), &[2])),
        ("nonce", with(&bytes, at("nonce"), &[7; 32])),
    ];
    for (what, values) in disclosed {
        changed.push((what, with(&bytes, place.clone(), values)));
    }
    // With hidden responses fewer or more than the schema has attributes.
    let fewer = with(&with(&bytes, at("m1"), &[]), at("hidden count"), &[1]);
    let more = with(&[&bytes[..], &[0; 32]].concat(), at("hidden count"), &[3]);
    let moved = with(&more, place, &[1, 1, 1]);
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
        let item = again(&world.holder, item);
        let answer = present(&world.holder, &world.credential, item, &request, NOW).unwrap();
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
    let request = world.request_login(1);
    let log_in = |holder: &Holder| log_in(holder, &request, NOW).unwrap().to_bytes();
    let (ours, theirs) = (log_in(&world.holder), log_in(&holder(3, world.authority.list())));
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
/// connection's, and there is no other way to answer.
#[test]
fn a_relayed_request_is_not_answered() {
    let world = World::new();
    for request in [world.request(1), world.request_login(1)] {
        for peer in ["shop.example.relay.example", "a.shop.example", "shop2.example"] {
            let relayed = Received::<Request>::from_host(&host(peer), &request.to_bytes());
            assert_eq!(relayed.unwrap_err(), Error::ForeignPlatform, "{peer}");
        }
        assert!(Received::<Request>::from_host(&world.host, &request.to_bytes()).is_ok());
    }
}

#[test]
fn an_enrollment_fits_one_ticket_alone() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let rng = &mut seeded(1);
    let mut open = |transaction| {
        authority.open_ticket(TransactionId([transaction; 32]), TEN_MINUTES, NOW, rng).unwrap()
    };
    let (ours, theirs, second) = (open(1), open(2), open(1));
    let received = received_ticket(authority.list(), &ours);
    let request = sent(&holder.enroll(&received, &mut seeded(2)).unwrap());
    let registry = MemoryRegistry::new(Reenrollment::Allowed);
    let enroll = |ticket, request: &EnrollmentRequest| {
        let enrolled = authority.enroll(ticket, request, PersonId([0; 32]), NOW, &registry);
        enrolled.map(|_| ()).map_err(Error::from)
    };
    assert_eq!(enroll(&theirs, &request), Err(Error::Rejected));
    // Not with the other transaction's number either, nor for a second check of the same number.
    let renamed = with(&request.to_bytes(), 2..34, &[2; 32]);
    let renamed = EnrollmentRequest::from_bytes(&renamed).unwrap();
    assert_eq!(renamed.transaction(), theirs.ticket().transaction());
    assert_eq!(enroll(&theirs, &renamed), Err(Error::Rejected));
    // Its proof is right for the first ticket, and its number is not.
    assert_eq!(enroll(&ours, &renamed), Err(Error::Rejected));
    assert_eq!(enroll(&second, &request), Err(Error::Rejected));
    assert_eq!(enroll(&ours, &request), Ok(()));
}

/// C_u is a name for life: nobody but the authority gets it, whatever it calls itself.
#[test]
fn a_ticket_or_an_offer_of_another_host_is_not_answered() {
    let life = common::life::Life::new();
    let list = life.authority.list();
    let (ticket, offer) = (life.ticket.ticket().to_bytes(), life.offer.offer().to_bytes());
    let named = with(&ticket, 3..20, b"authority-example");
    type Ticket = Received<EnrollmentTicket>;
    type Offer = Received<IssuanceOffer>;
    let relay = host("id.authority.example.relay.example");
    let foreign = Some(Error::ForeignAuthority);
    for (peer, expected) in [(&relay, foreign), (list.host(), None)] {
        assert_eq!(Ticket::from_authority(list, peer, &ticket).err(), expected);
        assert_eq!(Offer::from_authority(list, peer, &offer).err(), expected);
        assert_eq!(Ticket::from_authority(list, peer, &named).err(), foreign);
    }
    // Taken in by the list of another: of the same authority by its word, and of another.
    let until = list.until();
    let first = |host, parameters| {
        ParameterList::first(host, list.since()..until, UnixTime(0), parameters).unwrap()
    };
    let other_id = AuthorityId::new("authority-example").unwrap();
    let parameters =
        |id| AuthorityParameters::new(&key(1), id, seconds(DAY), 1, schema(&ATTRIBUTES));
    let relayed = first(relay, parameters(authority_id()).unwrap());
    let other = first(authority_host(), parameters(other_id).unwrap());
    let none = &mut Given::new(&[]);
    for (list, bytes) in [(&relayed, &ticket), (&other, &named)] {
        let received = Ticket::from_authority(list, list.host(), bytes).unwrap();
        assert_eq!(life.holder.enroll(&received, none).err(), foreign);
    }
    let received = Offer::from_authority(&relayed, relayed.host(), &offer).unwrap();
    assert_eq!(life.holder.request_credential(&received, NOW, none).err(), foreign);
}

#[test]
fn an_issuance_fits_one_offer_alone() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let (holder, rng) = (holder(2, authority.list()), &mut seeded(1));
    let mut accepted = || {
        let named = by_name(&authority, values());
        let offer = authority.offer(*holder.commitment(), named, TEN_MINUTES, NOW, rng).unwrap();
        let received = received_offer(authority.list(), &offer);
        let (request, pending) = holder.request_credential(&received, NOW, rng).unwrap();
        (offer, sent(&request), pending)
    };
    let issue = |offer: &OpenOffer, request: &IssuanceRequest| {
        authority.issue(offer, request, NOW, &Everybody).map_err(|refused| refused.refused())
    };
    let rejected = Some(Some(Error::Rejected));
    let [(offer, request, pending), (other, other_request, _)] = [accepted(), accepted()];
    assert_eq!(issue(&other, &request).err(), rejected);
    let renamed = with(&request.to_bytes(), 2..34, other.offer().nonce());
    let renamed = IssuanceRequest::from_bytes(&renamed).unwrap();
    assert_eq!(issue(&other, &renamed).err(), rejected);
    assert_eq!(issue(&offer, &renamed).err(), rejected, "the proof is right, the nonce is not");
    // The same content gives the same MAC, so the response to one offer completes the other.
    assert_eq!(issue(&offer, &request), issue(&other, &other_request));
    assert!(pending.finish(&issue(&offer, &request).unwrap()).is_ok());
}

/// A MAC by another key, on other values, in another slot, or for another person.
#[test]
fn a_holder_takes_no_other_mac() {
    let ours = authority(1, &ATTRIBUTES, NOW);
    let person = holder(2, ours.list());
    let respond = |authority: &Authority, person: &Holder, values, now| {
        let rng = &mut seeded(1);
        let named = by_name(authority, values);
        let open = authority.offer(*person.commitment(), named, TEN_MINUTES, now, rng).unwrap();
        let offer = received_offer(authority.list(), &open);
        let (request, pending) = person.request_credential(&offer, now, rng).unwrap();
        (authority.issue(&open, &sent(&request), now, &Everybody).unwrap(), pending)
    };
    let finish = |response: &IssuanceResponse| {
        let (_, pending) = respond(&ours, &person, values(), NOW);
        pending.finish(response).map(|_| ())
    };
    let theirs = authority(9, &ATTRIBUTES, NOW);
    let (by_other_key, _) = respond(&theirs, &holder(2, theirs.list()), values(), NOW);
    let mut older = values();
    older[1] = 4.into();
    let (on_other_values, _) = respond(&ours, &person, older, NOW);
    let (in_other_slot, _) = respond(&ours, &person, values(), NOW.after(seconds(DAY)).unwrap());
    let (for_another, _) = respond(&ours, &holder(3, ours.list()), values(), NOW);
    for response in [by_other_key, on_other_values, in_other_slot, for_another] {
        assert_eq!(finish(&response), Err(Error::Rejected));
    }
    assert_eq!(finish(&respond(&ours, &person, values(), NOW).0), Ok(()));
}
