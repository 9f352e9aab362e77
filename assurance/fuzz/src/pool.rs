//! Valid answers, made once from seeded coins: of two persons, with credentials of two slots
//! from three authorities' keys, in three scopes, disclosing nothing, something, everything.

use std::sync::LazyLock;

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, *};
use pairnym_testkit::{DAY, NOW, authority, host, received, seconds, seeded};

pub const HOST: &str = "shop.example";

/// An authority's key with its schema on a list of its own, and the platform that has this list.
pub struct World {
    pub authority: Authority,
    pub platform: Platform,
    /// As many as the schema has attributes.
    pub values: Vec<Value>,
}

/// One answered request of each sort.
pub struct Answered {
    /// Its place among the worlds.
    pub world: usize,
    pub request: Request,
    pub presentation: Vec<u8>,
    pub login_request: Request,
    pub login: Vec<u8>,
    /// What the platform learns of both.
    pub pseudonym: Pseudonym,
}

pub struct Pool {
    pub worlds: Vec<World>,
    pub answered: Vec<Answered>,
}

pub static POOL: LazyLock<Pool> = LazyLock::new(Pool::new);

/// The labels of a request, of which the platform has a table for the second.
pub fn label(choice: usize) -> Option<Name> {
    [None, Some("known"), Some("other")][choice % 3].map(|label| label.parse().unwrap())
}

/// Attributes with values.
pub type Attributes = Vec<(&'static str, Kind, Value)>;

/// Three schemas with values.
pub fn schemas() -> [Attributes; 3] {
    let flag = |name, flag: bool| (name, Kind::Flag, flag.into());
    let integer = |name, integer: u64| (name, Kind::Integer, integer.into());
    let text = |name, text: &str| (name, Kind::Text, text.into());
    [
        vec![],
        vec![
            flag("age_over_18", true),
            integer("assurance", 3),
            text("region", "上海"),
            ("note", Kind::Text, Value::Absent),
        ],
        vec![
            flag("age_over_14", true),
            flag("age_over_18", false),
            integer("assurance", 0),
            integer("since", u64::MAX),
            text("region", "北京"),
            ("level", Kind::Integer, Value::Absent),
            text("kind", "citizen"),
            flag("supervised", true),
        ],
    ]
}

/// Without the values.
pub fn kinds(attributes: &Attributes) -> Vec<(&'static str, Kind)> {
    attributes.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

impl World {
    pub fn new(number: u8, attributes: &Attributes) -> Self {
        let authority = authority(number, &kinds(attributes), NOW);
        let known: Vec<_> = label(1).into_iter().collect();
        let platform = Platform::new(authority.list().clone(), host(HOST));
        let platform = platform.prepare(&known, &platform.slots(NOW));
        let values = attributes.iter().map(|(_, _, value)| value.clone()).collect();
        Self { authority, platform, values }
    }

    pub fn parameters(&self) -> &AuthorityParameters {
        self.authority.parameters()
    }

    pub fn holder(&self, number: u8) -> Holder {
        pairnym_testkit::holder(number, self.authority.list())
    }

    /// A credential with its evidence.
    pub fn credential(
        &self,
        holder: &Holder,
        now: UnixTime,
        seed: u64,
    ) -> (Credential, Vec<Evidence>) {
        let values = self.values.iter().cloned();
        pairnym_testkit::credential(&self.authority, holder, values, now, &mut seeded(seed))
    }

    /// A request that differs with `number` in all that a request can ask for.
    fn ask<'a>(&self, ask: RequestBuilder<'a>, number: usize) -> RequestBuilder<'a> {
        let ask = match label(number) {
            Some(label) => ask.label(label),
            None => ask,
        };
        match number % 4 {
            0 => ask,
            1 => ask.statement("agreed"),
            2 => ask.notice([7; 32]).valid_for(seconds(0)),
            _ => ask.statement("同意").notice([8; 32]).valid_for(seconds(DAY - 1200)),
        }
    }

    fn ask_to_disclose(&self, number: usize, only_present: bool) -> RequestBuilder<'_> {
        let schema = self.parameters().schema();
        let asked = schema.iter().zip(&self.values).enumerate();
        let asked = asked.filter(|(index, _)| match number % 4 {
            0 => false,
            1 => true,
            remainder => index % 2 == remainder % 2,
        });
        let purpose = match number % 3 {
            0 => Purpose::Registration,
            1 => Purpose::GovernmentService,
            _ => Purpose::Other("checkout".parse().unwrap()),
        };
        let ask = self.ask(self.platform.request(purpose), number);
        let ask = if only_present { ask.current_slot_only() } else { ask };
        asked.fold(ask, |ask, (_, ((name, kind), value))| {
            let ask = ask.disclose(name.as_str());
            match (kind, value) {
                (_, Value::Absent) => ask,
                (Kind::Integer, Value::Integer(integer)) => ask
                    .require(name.as_str(), Condition::AtLeast(*integer))
                    .require(name.as_str(), Condition::AtMost(*integer)),
                (Kind::Flag, value) => ask.require(name.as_str(), Condition::Equals(value.clone())),
                _ => ask.require(name.as_str(), Condition::Present),
            }
        })
    }
}

impl Pool {
    fn new() -> Self {
        let worlds: Vec<_> =
            (1..).zip(schemas()).map(|(number, schema)| World::new(number, &schema)).collect();
        let mut answered = Vec::new();
        for (index, world) in worlds.iter().enumerate() {
            for (person, age) in [(2, 0), (2, 1), (3, 0), (3, 1)] {
                let holder = world.holder(person);
                let now = UnixTime(NOW.0 - age * DAY);
                let (credential, evidence) = world.credential(&holder, now, age);
                for evidence in evidence.into_iter().take(6) {
                    let number = answered.len();
                    let only_present = age == 0 && number % 2 == 1;
                    let ask = world.ask_to_disclose(number, only_present);
                    let request = ask.build(NOW, &mut seeded(number as u64)).unwrap();
                    let answer = Answered::new(
                        world,
                        index,
                        number,
                        &holder,
                        &credential,
                        evidence,
                        request,
                    );
                    answered.push(answer);
                }
            }
        }
        Self { worlds, answered }
    }
}

impl Answered {
    fn new(
        world: &World,
        index: usize,
        number: usize,
        holder: &Holder,
        credential: &Credential,
        evidence: Evidence,
        request: Request,
    ) -> Self {
        let rng = &mut seeded(1000 + number as u64);
        let (host, asked) = (world.platform.id(), received(&request));
        let consent = Consent::to_disclose(&asked);
        let presentation = holder.present(credential, evidence, consent, NOW, rng).unwrap();
        let ask = world.ask(world.platform.request_login(Purpose::Login), number);
        let login_request = ask.build(NOW, rng).unwrap();
        let asked = received(&login_request);
        let login = holder.log_in(Consent::to_answer(&asked), NOW, rng).unwrap();
        let pseudonym = holder.pseudonym(host, request.label()).unwrap();
        Self {
            world: index,
            request,
            presentation: presentation.into_bytes(),
            login_request,
            login: login.into_bytes(),
            pseudonym,
        }
    }
}
