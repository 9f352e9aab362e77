//! Acts (SPEC §13.1): a statement under a 网号, verified again without clock, list and store.

use super::*;
use common::life::{login_layout, presentation_layout};
use order::in_order;

/// A presentation and a login over statements, at `NOW`.
struct Signed {
    world: World,
    asked: Ask,
    presentation: Presentation,
    asked_to_log_in: Ask,
    login: Login,
}

impl Signed {
    fn new() -> Self {
        let mut world = World::new();
        let list = world.authority.list();
        let asked = Ask::new(list, "shop.example").disclosing(&["age_over_18", "assurance"]);
        let asked = asked.stating("I owe you 100");
        let asked_to_log_in = Ask::login(list, "shop.example").stating("I owe you 100");
        let presentation = world.present(&asked.request());
        let login = world.log_in(&asked_to_log_in.request(), 1);
        Self { world, asked, presentation, asked_to_log_in, login }
    }

    fn act(&self, ask: &Ask, bytes: &[u8]) -> Result<Act, Error> {
        let presentation = Presentation::from_bytes(bytes)?;
        Act::of_presentation(&ask.request(), &presentation, self.world.authority.parameters())
    }

    fn act_of_login(ask: &Ask, bytes: &[u8]) -> Result<Act, Error> {
        Act::of_login(&ask.request(), &Login::from_bytes(bytes)?)
    }
}

#[test]
fn an_act_of_a_presentation_is_refused_in_the_order_of_the_steps() {
    use Error::*;
    let signed = Signed::new();
    let list = signed.world.authority.list();
    let bytes = signed.presentation.to_bytes();
    let layout = presentation_layout(&[2, 9], 2);
    let other_id = AuthorityId::new("authority2.example").unwrap();
    let parameters = |id| {
        let (key, schema) = (key(9), schema(&ATTRIBUTES));
        AuthorityParameters::new(&key, id, seconds(DAY), 1, schema).unwrap()
    };
    type Damage<'a> = &'a dyn Fn(&mut Ask, &mut Vec<u8>);
    let early: [Damage<'_>; 3] = [
        &|ask, _| ask.nonce[0] ^= 1,
        &|_, answer| answer[layout.at("nonce").start] ^= 1,
        &|_, answer| answer[layout.at("slot").start] = 1,
    ];
    let late: [Damage<'_>; 5] = [
        &|_, answer| answer[layout.at("v").start] ^= 1,
        &|_, answer| answer[layout.at("z").start] ^= 1,
        &|ask, _| ask.conditions = vec![at_least(1, 4)],
        &|_, answer| *answer = with(answer, layout.at("disclosed"), &[1, 1, 0]),
        &|ask, _| *ask = ask.clone().stating("I owe you 101"),
    ];
    let run = |wrong: &dyn Fn(Error) -> bool, damage: &[Damage<'_>]| {
        let (mut ask, mut answer) = (signed.asked.clone(), bytes.clone());
        damage.iter().for_each(|damage| damage(&mut ask, &mut answer));
        if wrong(Schema) {
            ask.disclosures[1] = "height".into();
        }
        if wrong(WrongAnswer) {
            let Ask { nonce, statement, .. } = ask;
            ask = Ask { nonce, statement, ..Ask::login(list, "shop.example") };
        }
        if wrong(NoStatement) {
            ask.statement = vec![0];
        }
        let parameters = match (wrong(ForeignAuthority), wrong(ForeignParameters)) {
            (true, _) => parameters(other_id),
            (false, true) => parameters(authority_id()),
            (false, false) => signed.world.authority.parameters().clone(),
        };
        let answer = Presentation::from_bytes(&answer).unwrap();
        Act::of_presentation(&ask.request(), &answer, &parameters).err()
    };
    let before = [NoStatement, WrongAnswer];
    let after = [ForeignAuthority, ForeignParameters, Schema];
    in_order(&[&before[..], &after].concat(), &[], |wrong| run(wrong, &[]));
    for (nth, damage) in early.into_iter().enumerate() {
        assert_eq!(run(&|_| false, &[damage]), Some(Rejected), "{nth}");
        for error in before {
            assert_eq!(run(&|e| e == error, &[damage]), Some(error), "{nth}");
        }
        for error in after {
            assert_eq!(run(&|e| e == error, &[damage]), Some(Rejected), "{nth}");
        }
    }
    for (nth, damage) in late.into_iter().enumerate() {
        assert_eq!(run(&|_| false, &[damage]), Some(Rejected), "{nth}");
        for error in before.into_iter().chain(after) {
            assert_eq!(run(&|e| e == error, &[damage]), Some(error), "{nth}");
        }
    }
}

#[test]
fn an_act_of_a_login_is_refused_in_the_order_of_the_steps() {
    use Error::*;
    let signed = Signed::new();
    let list = signed.world.authority.list();
    let bytes = signed.login.to_bytes();
    for damaged in ["nonce", "s"] {
        in_order(&[NoStatement, WrongAnswer, Rejected], &[], |wrong| {
            let mut ask = signed.asked_to_log_in.clone();
            if wrong(WrongAnswer) {
                let statement = ask.statement;
                ask = Ask { statement, ..Ask::new(list, "shop.example") };
            }
            if wrong(NoStatement) {
                ask.statement = vec![0];
            }
            let mut login = bytes.clone();
            if wrong(Rejected) {
                login[login_layout().at(damaged).start] ^= 1;
            }
            Signed::act_of_login(&ask, &login).err()
        });
    }
}

/// Every field of the request is signed, not the statement alone.
#[test]
fn an_act_is_of_one_request() {
    let signed = Signed::new();
    let (bytes, login) = (signed.presentation.to_bytes(), signed.login.to_bytes());
    let act = signed.act(&signed.asked, &bytes).unwrap();
    let of_login = Signed::act_of_login(&signed.asked_to_log_in, &login).unwrap();
    let pseudonym = signed.world.holder.pseudonym(&signed.world.host, None).unwrap();
    for act in [&act, &of_login] {
        assert_eq!((act.pseudonym(), act.statement()), (&pseudonym, "I owe you 100"));
    }
    assert_eq!(act.slot(), signed.world.authority.list().slot(NOW).as_ref());
    let claims: Vec<_> = act.claims().collect();
    assert_eq!(claims, [("age_over_18", &true.into()), ("assurance", &3.into())]);
    assert!(of_login.slot().is_none() && of_login.claims().len() == 0);

    type Change = fn(&mut Ask);
    let changes: [(&str, Change); 8] = [
        ("statement", |ask| *ask = ask.clone().stating("I owe you 1000")),
        ("authority", |ask| ask.authority = "authority2.example".into()),
        ("platform", |ask| ask.platform = "shop2.example".into()),
        ("label", |ask| ask.label = "app-1".into()),
        ("purpose", |ask| ask.purpose = vec![2]),
        ("nonce", |ask| ask.nonce[31] ^= 1),
        ("expiry", |ask| ask.expiry += 1),
        ("notice", |ask| ask.notice = [&[1], &[0; 32][..]].concat()),
    ];
    for (what, change) in changes {
        let mut ask = signed.asked.clone();
        change(&mut ask);
        let foreign = if what == "authority" { Error::ForeignAuthority } else { Error::Rejected };
        assert_eq!(signed.act(&ask, &bytes), Err(foreign), "{what}");
        let mut ask = signed.asked_to_log_in.clone();
        change(&mut ask);
        assert_eq!(Signed::act_of_login(&ask, &login), Err(Error::Rejected), "{what}");
    }
    let layout = presentation_layout(&[2, 9], 2);
    let exchanges =
        [("A", "B"), ("R1", "R2"), ("N", "T2"), ("T1", "T2"), ("rho", "u0"), ("m1", "z")];
    for (one, two) in exchanges {
        let other = with(&bytes, layout.at(one), &bytes[layout.at(two)]);
        assert_eq!(signed.act(&signed.asked, &other), Err(Error::Rejected), "{two} as {one}");
    }
}

/// Without a clock, without a list, without a store: however often, years later, and after the
/// key was withdrawn.
#[test]
fn an_act_stands_after_everything_has_ended() {
    let mut signed = Signed::new();
    let (asked, answer) = (signed.asked.request(), &signed.presentation);
    let parameters = signed.world.authority.parameters().clone();
    let until = signed.world.authority.list().until();
    let act = || Act::of_presentation(&asked, answer, &parameters);
    let of_login = || Signed::act_of_login(&signed.asked_to_log_in, &signed.login.to_bytes());
    let platform = &mut signed.world.platform;
    assert!(verdict(platform, &asked, answer).is_ok());
    assert_eq!(act().unwrap(), act().unwrap());
    let since = UnixTime(NOW.0 + 1);
    let replacement = Some(pairnym_testkit::parameters(&key(8), &ATTRIBUTES));
    let list = platform.list();
    let stolen = list.withdraw(since..until, parameters.id(), NOW, replacement).unwrap();
    assert_eq!(platform.adopt(stolen, since), Ok(true));
    assert_eq!(verdict_at(platform, &asked, answer, since), Err(Error::ForeignParameters));
    assert_eq!(verdict_at(platform, &asked, answer, until), Err(Error::ListExpired));
    assert!(act().is_ok() && of_login().is_ok());
    assert_eq!(act().unwrap().statement(), of_login().unwrap().statement());
}
