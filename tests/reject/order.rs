//! SPEC §15.2: the names of the refusals, in the order in which each step checks. For every two of
//! one step that can apply at once, the earlier is the one that is named.

use super::*;

/// Calls `refuse` with every reason alone and with every two of `steps` that can apply at once,
/// and expects the earlier. It is told whether a reason is to apply.
pub fn in_order(
    steps: &[Error],
    exclusive: &[(Error, Error)],
    mut refuse: impl FnMut(&dyn Fn(Error) -> bool) -> Option<Error>,
) {
    assert_eq!(refuse(&|_| false), None, "nothing is wrong");
    for (first, earlier) in steps.iter().enumerate() {
        for later in &steps[first..] {
            if exclusive.contains(&(*earlier, *later)) {
                continue;
            }
            let wrong = |error| [*earlier, *later].contains(&error);
            assert_eq!(refuse(&wrong), Some(*earlier), "{earlier:?} and {later:?}");
        }
    }
}

/// Two authorities' worth of credentials: what a holder can have in its storage.
struct Held {
    authority: Authority,
    holder: Holder,
    /// The own credential of the present slot, the own one of an old slot, and another person's.
    fresh: (Credential, Vec<Evidence>),
    stale: (Credential, Vec<Evidence>),
    theirs: (Credential, Vec<Evidence>),
    theirs_stale: (Credential, Vec<Evidence>),
}

impl Held {
    fn new() -> Self {
        let authority = authority(1, &ATTRIBUTES, NOW);
        let (holder, other) = (holder(2, authority.list()), holder(3, authority.list()));
        let old = UnixTime(NOW.0 - 2 * DAY);
        Self {
            fresh: credential(&authority, &holder, values(), NOW, &mut seeded(3)),
            stale: credential(&authority, &holder, values(), old, &mut seeded(4)),
            theirs: credential(&authority, &other, values(), NOW, &mut seeded(5)),
            theirs_stale: credential(&authority, &other, values(), old, &mut seeded(6)),
            authority,
            holder,
        }
    }
}

/// The same item with another ρ, as its owner would have stored it.
fn damaged(holder: &Holder, item: &Evidence) -> Evidence {
    let stored = holder.store_evidence(item);
    let encoding = with(unsealed(&stored), 2 + 32 + 5 * 32..2 + 32 + 6 * 32, &[1; 32]);
    let encoding = with(&encoding, encoding.len() - 1..encoding.len(), &[0]);
    holder.load_evidence(&seal_for_holder(&encoding, 2)).unwrap()
}

#[test]
fn presenting() {
    use Error::*;
    let held = Held::new();
    let Held { authority, holder, .. } = &held;
    let list = authority.list();
    let steps = [
        ForeignPlatform,
        ForeignAuthority,
        WrongAnswer,
        WrongClock,
        ListExpired,
        Expired,
        Range,
        UnpinnedParameters,
        EpochNotAccepted,
        ForeignCredential,
        StaleCredential,
        Schema,
        DisclosureWithoutConsent,
        ConditionUnmet,
        ForeignEvidence,
        Fault,
    ];
    let exclusive =
        [(WrongClock, ListExpired), (Expired, Range), (UnpinnedParameters, EpochNotAccepted)];
    let present = list.slot(NOW).unwrap();
    in_order(&steps, &exclusive, |wrong| {
        let now = match () {
            () if wrong(WrongClock) => UnixTime(list.since().0 - 601),
            () if wrong(ListExpired) => list.until(),
            () => NOW,
        };
        let mut ask = Ask::new(list, "shop.example").disclosing(&["age_over_18", "assurance"]);
        ask.expiry = match () {
            () if wrong(Expired) => now.0 - 601,
            () if wrong(Range) => now.0 + 87_001,
            () => now.0 + 300,
        };
        ask.conditions = vec![at_least(1, if wrong(ConditionUnmet) { 4 } else { 3 })];
        if wrong(ForeignAuthority) {
            ask.authority = "authority2.example".into();
        }
        if wrong(UnpinnedParameters) {
            ask.slots[0].parameters = ParametersId([1; 32]);
        }
        if wrong(EpochNotAccepted) {
            ask.slots[0] = shifted(&present, 1);
        }
        if wrong(Schema) {
            ask = ask.disclosing(&["height"]);
            ask.disclosures.sort();
        }
        if wrong(WrongAnswer) {
            (ask.wanted, ask.slots) = (2, vec![]);
            (ask.disclosures, ask.conditions) = (vec![], vec![]);
        }
        let (credential, items) = match (wrong(ForeignCredential), wrong(StaleCredential)) {
            (false, false) => &held.fresh,
            (false, true) => &held.stale,
            (true, false) => &held.theirs,
            (true, true) => &held.theirs_stale,
        };
        let item = if wrong(ForeignEvidence) { &held.stale.1[1] } else { &items[0] };
        let item = if wrong(Fault) { damaged(holder, item) } else { again(holder, item) };
        let before = holder.store_evidence(&item);
        let peer = if wrong(ForeignPlatform) { "other.example" } else { "shop.example" };
        let request = match Received::<Request>::from_host(&host(peer), &ask.bytes()) {
            Ok(request) => request,
            Err(error) => return Some(error),
        };
        // What can be known before the person is asked, and without evidence.
        let later = [DisclosureWithoutConsent, ForeignEvidence, Fault];
        let known = steps.iter().filter(|error| wrong(**error) && !later.contains(error)).copied();
        assert_eq!(holder.check(credential, &request, now).err(), known.into_iter().next());
        let consent = if wrong(DisclosureWithoutConsent) {
            Consent::to_answer(&request)
        } else {
            Consent::to_disclose(&request)
        };
        if !steps.iter().any(|error| wrong(*error)) {
            return holder
                .present(credential, item, consent, now, &mut seeded(1))
                .err()
                .map(Error::from);
        }
        // No coins: nothing is drawn before everything has been checked.
        let none = &mut Given::new(&[]);
        let refused = holder.present(credential, item, consent, now, none).unwrap_err();
        let error = refused.error();
        assert_eq!(refused.to_string(), error.to_string());
        // The evidence comes back as it was, but for an item that is good for nothing.
        let back = refused.into_evidence();
        assert_eq!(back.is_none(), error == Fault);
        assert!(back.is_none_or(|item| holder.store_evidence(&item) == before));
        Some(error)
    });
}

/// SPEC §11, step 6, of the credential's own values: yes and 1 are one scalar, so a credential that
/// says the other is whole, and the schema alone tells.
#[test]
fn presenting_values_that_do_not_fit() {
    let Held { authority, holder, fresh: (credential, items), .. } = Held::new();
    let stored = holder.store_credential(&credential);
    let encoding = unsealed(&stored);
    let values = [4, 2, 0, 0, 0, 0, 0, 0, 0, 1];
    let place = encoding.len() - 20 - 1..encoding.len() - 20 + 2;
    assert_eq!(encoding[place.clone()], [4, 1, 1]);
    let other = seal_for_holder(&with(encoding, place, &values), 2);
    let other = holder.load_credential(&other).unwrap();
    assert!(other.values()[0] == 1.into() && other.values()[1..] == credential.values()[1..]);
    let ask = Ask::new(authority.list(), "shop.example").disclosing(&["assurance"]);
    let unmet = Ask { conditions: vec![at_least(0, 4)], ..ask.clone() };
    for (ask, error) in [(&ask, Error::DisclosureWithoutConsent), (&unmet, Error::ConditionUnmet)] {
        let request = received(&ask.request());
        let consent = Consent::to_answer(&request);
        let none = &mut Given::new(&[]);
        let item = || again(&holder, &items[0]);
        let refused = holder.present(&other, item(), consent, NOW, none).unwrap_err();
        assert_eq!(refused.error(), Error::Schema);
        let consent = match error {
            Error::ConditionUnmet => Consent::to_disclose(&request),
            _ => consent,
        };
        let refused = holder.present(&credential, item(), consent, NOW, none).unwrap_err();
        assert_eq!(refused.error(), error);
    }
}

#[test]
fn logging_in() {
    use Error::*;
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let steps = [ForeignPlatform, ForeignAuthority, WrongAnswer, Expired, Range];
    in_order(&steps, &[(Expired, Range)], |wrong| {
        let list = authority.list();
        let mut ask = Ask::login(list, "shop.example");
        if wrong(WrongAnswer) {
            ask = Ask::new(list, "shop.example");
        }
        if wrong(ForeignAuthority) {
            ask.authority = "authority2.example".into();
        }
        if wrong(Expired) {
            ask.expiry = NOW.0 - 601;
        }
        if wrong(Range) {
            ask.expiry = NOW.0 + 87_001;
        }
        let peer = if wrong(ForeignPlatform) { "other.example" } else { "shop.example" };
        let request = match Received::<Request>::from_host(&host(peer), &ask.bytes()) {
            Ok(request) => request,
            Err(error) => return Some(error),
        };
        let all = [&[7; 64][..], &[]];
        let coins = all[usize::from(steps.iter().any(|error| wrong(*error)))];
        holder.log_in(Consent::to_disclose(&request), NOW, &mut Given::new(coins)).err()
    });
}

/// A platform's steps, with the request, the answer, the platform and the clock that apply.
struct Asked {
    ask: Ask,
    platform: Platform,
    now: UnixTime,
}

impl Asked {
    fn new(authority: &Authority, ask: Ask, wrong: &dyn Fn(Error) -> bool) -> Self {
        let (mut ask, mut list) = (ask, authority.list().clone());
        if wrong(Error::ForeignParameters) {
            list = super::list(parameters(&key(9), &ATTRIBUTES), NOW);
        }
        let mut now = NOW;
        if wrong(Error::ListExpired) {
            now = list.until();
            ask.expiry = now.0 + 300;
        }
        if wrong(Error::Expired) {
            ask.expiry = now.0 - 1;
        }
        if wrong(Error::ForeignAuthority) {
            ask.authority = "authority2.example".into();
        }
        let id = if wrong(Error::ForeignPlatform) { "other.example" } else { "shop.example" };
        Self { ask, platform: Platform::new(list, host(id)), now }
    }
}

/// The rejections of step 3 stand before and after what is about the own list.
#[test]
fn verifying_a_presentation() {
    use Error::*;
    let Held { authority, holder, fresh: (credential, items), .. } = Held::new();
    let right =
        Ask::new(authority.list(), "shop.example").disclosing(&["age_over_18", "assurance"]);
    let answer = present(&holder, &credential, again(&holder, &items[0]), &right.request(), NOW);
    let answer = answer.unwrap().to_bytes();
    let layout = common::life::presentation_layout(&[2, 9], 2);
    // What says `rejected` first: the nonce, or the slot; the second: counts, kinds, conditions, or
    // an equation, which are told apart from nothing.
    type Damage<'a> = &'a dyn Fn(&mut Ask, &mut Vec<u8>);
    let early: [Damage<'_>; 3] = [
        &|ask, _| ask.nonce[0] ^= 1,
        &|_, answer| answer[layout.at("nonce").start] ^= 1,
        &|_, answer| answer[layout.at("slot").start] = 1,
    ];
    let late: [Damage<'_>; 4] = [
        &|_, answer| answer[layout.at("v").start] ^= 1,
        &|_, answer| answer[layout.at("z").start] ^= 1,
        &|ask, _| ask.conditions = vec![at_least(1, 4)],
        &|_, answer| *answer = with(answer, layout.at("disclosed"), &[1, 1, 0]),
    ];
    let run = |wrong: &dyn Fn(Error) -> bool, damage: &[Damage<'_>], spent: bool| {
        let (mut ask, mut answer) = (right.clone(), answer.clone());
        damage.iter().for_each(|damage| damage(&mut ask, &mut answer));
        if wrong(Schema) {
            ask.disclosures[1] = "height".into();
        }
        if wrong(WrongAnswer) {
            ask = Ask { nonce: ask.nonce, ..Ask::login(authority.list(), "shop.example") };
        }
        let Asked { ask, platform, now } = Asked::new(&authority, ask, wrong);
        let nonces = MemoryNonces::new(1);
        if spent {
            let spend =
                Spend { nonce: Nonce(right.nonce), expires: UnixTime(ask.expiry.max(now.0)) };
            NonceStore::spend(&nonces, &[spend], now).unwrap();
        }
        let answer = Presentation::from_bytes(&answer).unwrap();
        let verified = platform.verify(&ask.request(), &answer, now, &nonces);
        verified.err().map(Error::from)
    };
    let before = [ForeignPlatform, ForeignAuthority, WrongAnswer, ListExpired, Expired];
    let list = [ForeignParameters, Schema];
    let all = [&before[..], &list].concat();
    in_order(&all, &[(ForeignParameters, Schema)], |wrong| run(wrong, &[], false));
    // Under parameters that the list lacks, there is no schema.
    for (nth, damage) in early.iter().enumerate() {
        assert_eq!(run(&|_| false, &[*damage], true), Some(Rejected), "{nth}");
        for error in before {
            assert_eq!(run(&|e| e == error, &[*damage], true), Some(error), "{nth}");
        }
        for error in list {
            assert_eq!(run(&|e| e == error, &[*damage], true), Some(Rejected), "{nth}");
        }
    }
    for (nth, damage) in late.iter().enumerate() {
        assert_eq!(run(&|_| false, &[*damage], true), Some(Rejected), "{nth}");
        for error in all.iter().copied() {
            assert_eq!(run(&|e| e == error, &[*damage], true), Some(error), "{nth}");
        }
    }
    for error in all {
        assert_eq!(run(&|e| e == error, &[], true), Some(error), "and replayed");
    }
    assert_eq!(run(&|_| false, &[], true), Some(Replayed));
}

/// `schema` in all its forms: a name, a kind, an operand (SPEC §10.2).
#[test]
fn a_request_that_does_not_fit_the_schema_is_refused_by_all() {
    let Held { authority, holder, fresh: (credential, items), .. } = Held::new();
    let right = Ask::new(authority.list(), "shop.example").disclosing(&["age_over_18", "region"]);
    let show = |ask: &Ask| {
        let item = again(&holder, &items[0]);
        present(&holder, &credential, item, &ask.request(), NOW)
    };
    let answer = show(&right).unwrap();
    let platform = Platform::new(authority.list().clone(), host("shop.example"));
    let equals = |position, value: &[u8]| [&[position, 1], value].concat();
    for (what, names, condition) in [
        ("a name", ["age_over_18", "height"], None),
        ("both names", ["height", "width"], None),
        ("at least of a flag", ["age_over_18", "region"], Some(at_least(0, 0))),
        ("at most of a text", ["age_over_18", "region"], Some(at_most(1, 9))),
        (
            "an integer for a flag",
            ["age_over_18", "region"],
            Some(equals(0, &[2, 0, 0, 0, 0, 0, 0, 0, 1])),
        ),
        ("a text for a flag", ["age_over_18", "region"], Some(equals(0, &[3, 1, b'y']))),
        ("a flag for a text", ["age_over_18", "region"], Some(equals(1, &[1, 1]))),
    ] {
        let mut ask = right.clone();
        ask.disclosures = names.map(String::from).into();
        ask.conditions.extend(condition);
        assert_eq!(show(&ask), Err(Error::Schema), "{what}");
        let request = ask.request();
        assert_eq!(verdict(&platform, &request, &answer), Err(Error::Schema), "{what}");
        let statement = ask.clone().stating("agreed").request();
        let act = Act::of_presentation(&statement, &answer, authority.parameters());
        assert_eq!(act.unwrap_err(), Error::Schema, "{what}");
    }
}

#[test]
fn verifying_a_login() {
    use Error::*;
    let authority = authority(1, &ATTRIBUTES, NOW);
    let holder = holder(2, authority.list());
    let right = Ask::login(authority.list(), "shop.example");
    let login = log_in(&holder, &right.request(), NOW).unwrap().to_bytes();
    let layout = common::life::login_layout();
    let steps =
        [ForeignPlatform, ForeignAuthority, WrongAnswer, Expired, Rejected, NoAccount, Replayed];
    for damaged in ["nonce", "N", "T", "s"] {
        in_order(&steps, &[], |wrong| {
            let mut ask = right.clone();
            if wrong(WrongAnswer) {
                ask = Ask { nonce: ask.nonce, ..Ask::new(authority.list(), "shop.example") };
            }
            let mut login = login.clone();
            if wrong(Rejected) {
                let content = match damaged {
                    "nonce" => vec![9; 32],
                    "N" => login[layout.at("T")].to_vec(),
                    "T" => login[layout.at("N")].to_vec(),
                    _ => [&[9], &[0; 31][..]].concat(),
                };
                login = with(&login, layout.at(damaged), &content);
            }
            let Asked { ask, platform, now } = Asked::new(&authority, ask, wrong);
            let nonces = MemoryNonces::new(1);
            if wrong(Replayed) {
                let spend = Spend { nonce: Nonce(right.nonce), expires: UnixTime(ask.expiry) };
                NonceStore::spend(&nonces, &[spend], NOW).unwrap();
            }
            let login = Login::from_bytes(&login).unwrap();
            let known = (!wrong(NoAccount)).then_some(());
            let mut asked = 0;
            let look_up = |_: &Pseudonym| (asked += 1, known).1;
            let verified = platform.verify_login(&ask.request(), &login, look_up, now, &nonces);
            let error = verified.err().map(Error::from);
            // Nobody is looked up before the login is proven.
            assert_eq!(asked, u32::from(matches!(error, None | Some(NoAccount | Replayed))));
            error
        });
    }
}

/// While two keys are on the list, and after one was withdrawn.
#[test]
fn offering() {
    use Error::*;
    let (old, new) = (parameters(&key(1), &ATTRIBUTES), parameters(&key(9), &ATTRIBUTES));
    let first = list(old.clone(), NOW);
    let rotation = first.until().0.next_multiple_of(DAY);
    let until = UnixTime(rotation + 10 * DAY);
    let list = first.rotate(NOW..until, UnixTime(rotation), new).unwrap();
    let since = UnixTime(NOW.0 + 1);
    let replacement = parameters(&key(8), &ATTRIBUTES);
    let stolen = list.withdraw(since..until, old.id(), NOW, Some(replacement)).unwrap();
    let commitment = *holder(2, authority(1, &ATTRIBUTES, NOW).list()).commitment();
    let steps = [ForeignParameters, ListExpired, WrongEpoch, Range, UnknownAttribute, Schema, Text];
    in_order(&steps, &[], |wrong| {
        let mut authority = Authority::open(key(1), list.clone()).unwrap();
        if wrong(ForeignParameters) {
            assert_eq!(authority.adopt(stolen.clone(), since), Ok(true));
        }
        let now = match () {
            () if wrong(ListExpired) => until,
            () if wrong(WrongEpoch) => UnixTime(rotation),
            () => since,
        };
        let mut values = vec![("region", Value::from(if wrong(Text) { "\u{200b}" } else { "a" }))];
        if wrong(Schema) {
            values.push(("assurance", true.into()));
        }
        if wrong(UnknownAttribute) {
            values.push(("height", 1.into()));
        }
        let life = seconds(if wrong(Range) { 601 } else { 600 });
        authority.offer(commitment, values, life, now, &mut seeded(1)).err()
    });
}

/// Where an offer stands: params_id, epoch, nonce, C_u, count and values.
fn offer_bytes(slot: &Slot, commitment: [u8; 32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 4];
    bytes.extend(slot.parameters.0);
    bytes.extend(slot.epoch.0.to_be_bytes());
    bytes.extend([7; 32]);
    bytes.extend(commitment);
    bytes.extend(values);
    bytes
}

#[test]
fn accepting_an_offer() {
    use Error::*;
    let authority = authority(1, &ATTRIBUTES, NOW);
    let (ours, theirs) = (holder(2, authority.list()), holder(3, authority.list()));
    let list = authority.list();
    let elsewhere = ParameterList::first(
        host("other.example"),
        list.since()..list.until(),
        UnixTime(0),
        parameters(&key(1), &ATTRIBUTES),
    )
    .unwrap();
    let steps =
        [ForeignAuthority, UnpinnedParameters, ListExpired, WrongEpoch, ForeignCommitment, Schema];
    let bad_values: [&[u8]; 5] = [
        &[0],
        &[3, 0, 0, 0],
        &[5, 0, 0, 0, 0, 0],
        &[4, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
        &[4, 0, 1, 1, 0, 0],
    ];
    for bad in bad_values {
        in_order(&steps, &[], |wrong| {
            let now = if wrong(ListExpired) { list.until() } else { NOW };
            let mut slot = list.slot(now).unwrap();
            if wrong(WrongEpoch) {
                slot = shifted(&slot, -1);
            }
            if wrong(UnpinnedParameters) {
                slot.parameters = ParametersId([1; 32]);
            }
            let person = if wrong(ForeignCommitment) { &theirs } else { &ours };
            let values = if wrong(Schema) { bad } else { &[4, 0, 0, 0, 0] };
            let bytes = offer_bytes(&slot, person.commitment().to_bytes(), values);
            let by = if wrong(ForeignAuthority) { &elsewhere } else { list };
            let offer = Received::<IssuanceOffer>::from_authority(by, by.host(), &bytes).unwrap();
            let all = [&[7; 64][..], &[]];
            let coins = all[usize::from(steps.iter().any(|error| wrong(*error)))];
            ours.request_credential(&offer, now, &mut Given::new(coins)).err()
        });
    }
}

/// Open tickets and offers of every sort, made with the authority's own storage key.
#[test]
fn checking_an_enrollment() {
    use Error::*;
    let life = common::life::Life::new();
    let key = common::life::storage_key();
    let stored = life.ticket.store(&key);
    in_order(&[ForeignAuthority, Expired, Rejected], &[], |wrong| {
        let mut encoding = unsealed(&stored).to_vec();
        if wrong(ForeignAuthority) {
            encoding = with(&encoding, 3..20, b"authority-example");
        }
        if wrong(Rejected) {
            encoding = with(&encoding, 20..52, &[9; 32]);
        }
        let ticket = OpenTicket::load(&sealed(&[17; 32], AUTHORITY, &encoding), &key);
        let now = UnixTime(NOW.0 + if wrong(Expired) { 601 } else { 600 });
        let person = PersonId([1; 32]);
        life.authority.check_enrollment(&ticket.unwrap(), &life.enrollment, person, now).err()
    });
}

#[test]
fn issuing() {
    use Error::*;
    let life = common::life::Life::new();
    let key = common::life::storage_key();
    let stored = life.offer.store(&key);
    let steps = [ForeignParameters, Expired, Schema, Rejected, NotRegistered];
    in_order(&steps, &[], |wrong| {
        let mut encoding = unsealed(&stored).to_vec();
        if wrong(ForeignParameters) {
            encoding = with(&encoding, 2..34, &[9; 32]);
        }
        if wrong(Schema) {
            // A flag where a flag is, and then another kind than the integer.
            let values = 106..encoding.len() - 8;
            encoding = with(&encoding, values, &[4, 1, 1, 1, 1, 0, 0]);
        }
        let offer = OpenOffer::load(&sealed(&[17; 32], AUTHORITY, &encoding), &key);
        let now = UnixTime(NOW.0 + if wrong(Expired) { 601 } else { 600 });
        let mut request = life.issuance_request.to_bytes();
        if wrong(Rejected) {
            request[2] ^= 1;
        }
        let request = IssuanceRequest::from_bytes(&request).unwrap();
        let registry = Known(!wrong(NotRegistered));
        let issued = life.authority.issue(&offer.unwrap(), &request, now, &registry);
        issued.err().map(|refused| refused.refused().unwrap())
    });
}

/// A registry that knows everybody, or nobody.
struct Known(bool);

impl Registry for Known {
    type Error = std::convert::Infallible;

    fn register(&self, _: &Registration, _: UnixTime) -> Result<RegistryOutcome, Self::Error> {
        Ok(RegistryOutcome::PersonDeleted)
    }

    fn is_registered(&self, _: &IssuanceOffer) -> Result<bool, Self::Error> {
        Ok(self.0)
    }
}

#[test]
fn asking_for_evidence() {
    use Error::*;
    let (ours, other) = (authority(1, &ATTRIBUTES, NOW), authority(9, &ATTRIBUTES, NOW));
    let (person, theirs) = (holder(2, ours.list()), holder(3, ours.list()));
    in_order(&[UnpinnedParameters, ForeignCredential], &[], |wrong| {
        let authority = if wrong(UnpinnedParameters) { &other } else { &ours };
        let owner = if wrong(ForeignCredential) { 3 } else { 2 };
        let issued =
            issued(authority, &holder(owner, authority.list()), values(), NOW, &mut seeded(1));
        let all = [&[7; 64][..], &[]];
        let refused = wrong(UnpinnedParameters) || wrong(ForeignCredential);
        person.request_evidence(&issued, &mut Given::new(all[usize::from(refused)])).err()
    });
    // And the other way round.
    let issued = issued(&ours, &person, values(), NOW, &mut seeded(1));
    assert_eq!(theirs.request_evidence(&issued, &mut seeded(1)).unwrap_err(), ForeignCredential);
}

#[test]
fn a_credential_with_its_evidence() {
    let authority = authority(1, &ATTRIBUTES, NOW);
    let (ours, theirs) = (holder(2, authority.list()), holder(3, authority.list()));
    let issue = |holder| issued(&authority, holder, values(), NOW, &mut seeded(1));
    let batch = |holder, seed| batch(&authority, holder, &issue(holder), &mut seeded(seed));
    let steps = [Error::Incomplete, Error::ForeignEvidence];
    in_order(&steps, &[], |wrong| {
        let whose = if wrong(Error::ForeignEvidence) { &theirs } else { &ours };
        let mut batches = vec![batch(whose, 1)];
        if wrong(Error::Incomplete) {
            batches.push(batch(whose, 2));
        }
        issue(&ours).complete(batches).err()
    });
}

#[test]
fn reading_a_credential() {
    use Error::*;
    let Held { holder, fresh: (credential, _), theirs: (foreign, _), .. } = Held::new();
    let mac = Decode({
        let stored = holder.store_credential(&credential);
        let Err(Decode(error)) = holder.load_credential(&with(&stored, 40..41, &[0xff])) else {
            panic!("a wrong MAC")
        };
        assert_eq!((error.what(), error.reason()), ("Credential", pairnym::DecodeReason::Mac));
        error
    });
    in_order(&[mac, ForeignCredential, Fault], &[], |wrong| {
        let credential = if wrong(ForeignCredential) { &foreign } else { &credential };
        let mut encoding = unsealed(&holder.store_credential(credential)).to_vec();
        if wrong(Fault) {
            encoding[106] ^= 1; // e
        }
        let mut stored = seal_for_holder(&encoding, 2);
        if wrong(mac) {
            *stored.last_mut().unwrap() ^= 1;
        }
        holder.load_credential(&stored).err()
    });
}

/// SPEC §10.1: what a maker is told first.
#[test]
fn making_a_request() {
    use Error::*;
    let world = World::new();
    let until = world.authority.list().until();
    // `range` stands three times, so the life is told apart from what is too long.
    let make = |wrong: &dyn Fn(Error) -> bool, life: u64, statement: &str| {
        let mut ask = world.platform.request(Purpose::Login).valid_for(seconds(life));
        ask = ask.disclose("region").statement(statement);
        if wrong(UnknownAttribute) {
            ask = ask.disclose("height");
        }
        if wrong(Schema) {
            ask = ask.require("region", Condition::AtLeast(1));
        }
        if wrong(ConditionNotDisclosed) {
            ask = ask.require("note", Condition::Present);
        }
        let bad = Condition::Equals("\u{feff}".into());
        ask = ask.require("region", if wrong(Text) { bad } else { Condition::Present });
        let now = if wrong(ListExpired) { until } else { NOW };
        ask.build(now, &mut seeded(1)).err()
    };
    let long = "a".repeat(8193);
    let steps = [UnknownAttribute, Schema, ConditionNotDisclosed, Text];
    let all = [&[ListExpired][..], &steps].concat();
    in_order(&all, &[], |wrong| make(wrong, 300, "a"));
    for error in all {
        // A life of more than a day, before everything.
        assert_eq!(make(&|e| e == error, DAY + 1, "a"), Some(Range), "{error:?}");
        // A statement that is too long, after everything.
        assert_eq!(make(&|e| e == error, 300, &long), Some(error), "{error:?}");
    }
    // A life that the epochs do not allow, between the list's end and the names.
    assert_eq!(make(&|e| e == ListExpired, DAY - 1199, "a"), Some(ListExpired));
    for error in steps {
        assert_eq!(make(&|e| e == error, DAY - 1199, "a"), Some(Range), "{error:?}");
    }
    assert_eq!(make(&|_| false, 300, &long), Some(Range));
    assert_eq!(make(&|_| false, 300, &"\u{200b}".repeat(9000)), Some(Text));
}

#[test]
fn opening_a_session() {
    let life = common::life::Life::new();
    let list = life.authority.list();
    let since = UnixTime(NOW.0 + 1);
    let replacement = Some(parameters(&key(8), &ATTRIBUTES));
    let id = life.authority.parameters().id();
    let stolen = list.withdraw(since..list.until(), id, NOW, replacement).unwrap();
    let steps = [Error::ForeignParameters, Error::Rejected];
    for place in [2, 34 + 31] {
        in_order(&steps, &[], |wrong| {
            let mut authority = Authority::open(key(1), list.clone()).unwrap();
            if wrong(Error::ForeignParameters) {
                authority.adopt(stolen.clone(), since).unwrap();
            }
            let mut bytes = life.evidence_request.to_bytes();
            if wrong(Error::Rejected) && place == 2 {
                bytes[2] ^= 1;
            } else if wrong(Error::Rejected) {
                bytes = with(&with(&bytes, 34..66, &bytes[66..]), 66..98, &bytes[34..66]);
            }
            let request = EvidenceRequest::from_bytes(&bytes).unwrap();
            let refused = steps.iter().any(|error| wrong(*error));
            // No coins: it draws nothing, so nothing leaves.
            let coins = if refused { 0 } else { 96 };
            authority.open_evidence(&request, &mut Given::new(&vec![9; coins])).err()
        });
    }
}
