//! acts.json (SPEC §13.1).

use pairnym::{
    AuthorityParameters, Message,
    message::{Login, Presentation},
    platform::Act,
};
use pairnym_testkit::{NOW, name};

use crate::formulas::encode;
use crate::json::{Json, check, list};
use crate::login;
use crate::parameter_list::slot_json;
use crate::presentation::{Claim, asking};
use crate::requests::Fields;
use crate::setting::{Setting, four, run};

#[test]
fn acts_json() {
    let setting = Setting::new(four());
    let [_, signing] = login::requests();
    let bare = Fields { statement: Some("\u{597d}".as_bytes().to_vec()), ..Fields::bare(&setting) };
    let acts = [
        of_presentation(&setting, &asking(&setting)),
        of_presentation(&setting, &bare),
        of_login(&setting, &signing),
    ];
    check(
        "acts.json",
        "13.1",
        "Acts, verified without clock, list and nonce store: of a presentation by the parameters \
         of the slot that it shows.",
        object! { "acts": list(acts) },
    );
}

fn of_presentation(setting: &Setting, fields: &Fields<'static>) -> Json {
    let (credential, evidence) = setting.kept(NOW);
    let claim = Claim::new(setting, fields, &credential, &evidence[0]);
    let answer = claim.message(&claim.prove(&run::<64>(0x14)));
    let parameters = setting.parameters().encode();
    let known = Act::of_presentation(
        &fields.request(),
        &Presentation::from_bytes(&answer).unwrap(),
        &AuthorityParameters::from_bytes(&parameters).unwrap(),
    );
    let known = known.unwrap();
    assert_eq!(known.pseudonym().to_bytes(), encode(&claim.N));
    let slot = known.slot().map(|slot| (slot.parameters.0, slot.epoch.0));
    assert_eq!(slot, Some(claim.slot));
    assert!(known.claims().eq(claim.disclosed()));
    assert_eq!(Some(known.statement().as_bytes()), fields.statement.as_deref());
    object! {
        "wanted": "presentation",
        "parameters": parameters,
        "request": fields.encode(),
        "answer": answer,
        "N": claim.N,
        "statement": known.statement(),
        "slot": slot_json(&claim.slot),
        "claims": claim.claims_json(),
    }
}

fn of_login(setting: &Setting, fields: &Fields<'static>) -> Json {
    let (_, answer) = login::prove(setting, fields);
    let known = Act::of_login(&fields.request(), &Login::from_bytes(&answer).unwrap()).unwrap();
    let label = fields.label.map(name);
    let N = setting.holder.pseudonym(fields.request().platform(), label.as_ref()).unwrap();
    assert_eq!((*known.pseudonym(), known.slot()), (N, None));
    assert_eq!(known.claims().len(), 0);
    assert_eq!(Some(known.statement().as_bytes()), fields.statement.as_deref());
    object! {
        "wanted": "login",
        "parameters": Json::Null,
        "request": fields.encode(),
        "answer": &answer,
        "N": &answer[34..66],
        "statement": known.statement(),
        "slot": Json::Null,
        "claims": list(Vec::<Json>::new()),
    }
}
