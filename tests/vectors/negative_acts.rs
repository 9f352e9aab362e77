//! Acts that do not verify (SPEC §13.1).

use pairnym::attribute::Kind;
use pairnym_testkit::NOW;

use crate::formulas::encode_value;
use crate::json::Json;
use crate::login;
use crate::negative_steps::{Table, asked, more, moved, replaced};
use crate::parameter_list::Parameters;
use crate::presentation::{Claim, asking};
use crate::requests::Fields;
use crate::setting::{Setting, run};

pub fn act_of_presentation(setting: &Setting, other_key: &Setting) -> Table {
    let fields = asking(setting);
    let (credential, evidence) = setting.kept(NOW);
    let claim = Claim::new(setting, &fields, &credential, &evidence[0]);
    let prove = |claim: &Claim| claim.message(&claim.prove(&run::<64>(0x14)));
    let message = prove(&claim);
    let parameters = setting.parameters();
    let mut table = Table::new(
        "act_of_presentation",
        object! {
            "request": fields.encode(),
            "presentation": &message,
            "parameters": parameters.encode(),
        },
    );
    let request = |change: &dyn Fn(&mut Fields<'static>)| ("request", asked(&fields, change));
    let silent = request(&|fields| fields.statement = None);
    let silent_login = ("request", Json::from(Fields::login().encode()));
    let mut login = Fields::login();
    login.statement = fields.statement.clone();
    let login = ("request", Json::from(login.encode()));
    let nonce = ("presentation", Json::from(replaced(&message, 2, run::<32>(0x15))));
    let few = request(&|fields| fields.slots.truncate(1));
    let id = "authority-2.example";
    let foreign = request(&|fields| fields.authority = id);
    let theirs = Parameters { authority: id.into(), ..parameters.clone() };
    let theirs = ("parameters", Json::from(theirs.encode()));
    let other = ("parameters", Json::from(other_key.parameters().encode()));
    let unfit = request(&|fields| fields.disclosures = vec!["age_over_18", "name"]);
    let wrong = ("presentation", Json::from(more(&message, message.len() - 32)));
    table.refuse("no_statement", "a request without a statement", [silent]);
    table.refuse("wrong_answer", "a request for a login", [login.clone()]);
    table.refuse("rejected", "another nonce", [nonce.clone()]);
    table.refuse("rejected", "a slot that the request does not list", [few]);
    table.refuse("foreign_authority", "the parameters of another authority", [theirs.clone()]);
    table.refuse("foreign_authority", "a request for another authority", [foreign]);
    table.refuse("foreign_parameters", "another key's parameters", [other.clone()]);
    let mut schema = parameters.clone();
    schema.schema[3].1 = Kind::Flag;
    let schema = ("parameters", Json::from(schema.encode()));
    table.refuse("foreign_parameters", "the same key's with another schema", [schema]);
    table.refuse("schema", "an attribute that the schema does not have", [unfit.clone()]);
    table.refuse("rejected", "a response + 1", [wrong.clone()]);
    table.refuse(
        "rejected",
        "another statement",
        [request(&|f| f.statement = Some(b"a".to_vec()))],
    );
    table.refuse("rejected", "another expiry", [request(&|fields| fields.expiry += 1)]);
    let N = message.len() - (3 * 32 + 10 * 32 + 1 + 2 * 32);
    table.refuse("rejected", "N + G", [("presentation", moved(&message, N).into())]);
    let at = 36 + encode_value(&claim.attributes[0].1).len();
    let integer = replaced(&message, at, [2, 0, 0, 0, 0, 0, 0, 0, 2]);
    table.refuse(
        "rejected",
        "a value that does not meet its condition",
        [("presentation", integer.into())],
    );
    // The first of two.
    table.refuse("no_statement", "no statement, and a login is wanted", [silent_login]);
    table.refuse("wrong_answer", "a login is wanted, another nonce", [login, nonce.clone()]);
    table.refuse("rejected", "another nonce, another authority", [nonce, theirs.clone()]);
    let other_theirs = Parameters { authority: id.into(), ..other_key.parameters().clone() };
    let both = ("parameters", Json::from(other_theirs.encode()));
    table.refuse("foreign_authority", "another authority, another key", [both]);
    table.refuse(
        "foreign_parameters",
        "another key, and an unknown attribute",
        &[other, unfit.clone()],
    );
    table.refuse("schema", "an unknown attribute, and a response + 1", [unfit, wrong]);
    table
}

pub fn act_of_login(setting: &Setting) -> Table {
    let [_, fields] = login::requests();
    let (_, message) = login::prove(setting, &fields);
    let mut table =
        Table::new("act_of_login", object! { "request": fields.encode(), "login": &message });
    let request = |change: &dyn Fn(&mut Fields<'static>)| ("request", asked(&fields, change));
    let silent = || request(&|fields| fields.statement = None);
    let mut wanted = Fields::bare(setting);
    let silent_presentation = wanted.encode();
    wanted.statement = fields.statement.clone();
    let wanted = || ("request", Json::from(wanted.encode()));
    let nonce = || ("login", Json::from(replaced(&message, 2, run::<32>(0x15))));
    table.refuse("no_statement", "a request without a statement", [silent()]);
    table.refuse("wrong_answer", "a request for a presentation", [wanted()]);
    table.refuse("rejected", "another nonce", [nonce()]);
    table.refuse(
        "rejected",
        "another statement",
        [request(&|f| f.statement = Some(b"a".to_vec()))],
    );
    table.refuse("rejected", "another label", [request(&|fields| fields.label = Some("app-2"))]);
    table.refuse("rejected", "another platform", [request(&|fields| fields.platform = "a.b")]);
    table.refuse("rejected", "another authority", [request(&|fields| fields.authority = "a")]);
    table.refuse("rejected", "s + 1", [("login", more(&message, 98).into())]);
    table.refuse("rejected", "N + G", [("login", moved(&message, 34).into())]);
    let comment = "no statement, and a presentation is wanted";
    table.refuse("no_statement", comment, [("request", silent_presentation.into())]);
    table.refuse("wrong_answer", "a presentation is wanted, another nonce", [wanted(), nonce()]);
    table
}
