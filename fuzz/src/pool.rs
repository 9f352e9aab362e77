//! Valid answers, made once from seeded coins: of two persons, with credentials of two epochs
//! from three authorities' keys, in three scopes, disclosing nothing, something, everything.

use std::sync::LazyLock;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::SeedableRng;
use pairnym::*;

pub const NOW: UnixTime = UnixTime(1_800_000_000);
pub const DAY: u32 = 86_400;
pub const HOST: &str = "shop.example";

pub fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// An authority's key with its schema, and the platform that accepts its credentials.
pub struct World {
    pub authority: Authority,
    pub platform: Platform,
    /// As many as the schema has attributes.
    pub values: Vec<Value>,
}

/// One answered request, both ways.
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
pub fn label(choice: usize) -> Option<Token> {
    [None, Some("known"), Some("other")][choice % 3].map(|label| label.parse().unwrap())
}

/// Three schemas with values.
pub fn schemas() -> [Vec<(&'static str, Kind, Value)>; 3] {
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
            text("region", ""),
            ("note", Kind::Integer, Value::Absent),
            text("kind", "citizen"),
            flag("supervised", true),
        ],
    ]
}

impl World {
    pub fn new(seed: u8, attributes: Vec<(&'static str, Kind, Value)>) -> Self {
        let schema = Schema::new(attributes.iter().map(|(name, kind, _)| (*name, *kind))).unwrap();
        let key = AuthorityKey::from_seed(&[seed; 32]).unwrap();
        let id = "authority.example".parse().unwrap();
        let authority = Authority::new(key, id, schema, DAY.try_into().unwrap());
        let parameters = authority.parameters().clone();
        let epoch = parameters.epoch(NOW);
        let known: Vec<_> = label(1).into_iter().collect();
        let platform =
            Platform::new(parameters, HOST.parse().unwrap()).prepare(&known, epoch..=epoch);
        let values = attributes.into_iter().map(|(_, _, value)| value).collect();
        Self { authority, platform, values }
    }

    pub fn holder(&self, seed: u8) -> Holder {
        let pinned = PinnedParameters::new(self.authority.parameters().clone());
        Holder::new(&MasterSecret::import([seed; 32]), pinned).unwrap()
    }

    pub fn credential(&self, holder: &Holder, now: UnixTime) -> Credential {
        let (authority, rng) = (&self.authority, &mut seeded(1));
        let offer = authority.offer(*holder.commitment(), self.values.clone(), now, rng).unwrap();
        let (request, pending) = holder.request_credential(&offer, now, rng).unwrap();
        pending.finish(&authority.issue(&offer, &request).unwrap()).unwrap()
    }

    pub fn evidence(&self, holder: &Holder, credential: &Credential, seed: u64) -> Vec<Evidence> {
        let (authority, rng) = (&self.authority, &mut seeded(seed));
        let (request, offered) = holder.request_evidence(credential, rng).unwrap();
        let (session, commitments) = authority.open_evidence(&request, rng).unwrap();
        let (challenges, challenged) = offered.challenge(&commitments, rng).unwrap();
        challenged.finish(&authority.respond(session, &challenges).unwrap()).unwrap()
    }

    /// A request that differs with `number` in all that a request can ask for.
    fn ask(&self, number: usize) -> RequestBuilder<'_> {
        let purpose = match number % 3 {
            0 => Purpose::Registration,
            1 => Purpose::GovernmentService,
            _ => Purpose::Other("checkout".parse().unwrap()),
        };
        let ask = self.platform.request(purpose).accept_previous_epochs(1 + (number % 2) as u8);
        let ask = match label(number) {
            Some(label) => ask.label(label),
            None => ask,
        };
        match number % 4 {
            0 => ask,
            1 => ask.statement(b"agreed"),
            2 => ask.notice([7; 32]).valid_for(0),
            _ => ask.statement(b"").notice([8; 32]).valid_for(2 * u64::from(DAY)),
        }
    }

    fn ask_to_disclose(&self, number: usize) -> RequestBuilder<'_> {
        let schema = self.authority.parameters().schema();
        let asked = schema.iter().zip(&self.values).enumerate();
        let asked = asked.filter(|(index, _)| match number % 4 {
            0 => false,
            1 => true,
            remainder => index % 2 == remainder % 2,
        });
        asked.fold(self.ask(number), |ask, (_, ((name, kind), value))| {
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
            (1..).zip(schemas()).map(|(seed, schema)| World::new(seed, schema)).collect();
        let mut answered = Vec::new();
        for (index, world) in worlds.iter().enumerate() {
            for (person, age) in [(2, 0), (2, 1), (3, 0), (3, 1)] {
                let holder = world.holder(person);
                let credential = world.credential(&holder, UnixTime(NOW.0 - age * u64::from(DAY)));
                let evidence = world.evidence(&holder, &credential, age);
                for evidence in evidence.into_iter().take(6) {
                    let answer =
                        Answered::new(world, index, answered.len(), &holder, &credential, evidence);
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
    ) -> Self {
        let rng = &mut seeded(number as u64);
        let host = world.platform.id();
        let request = world.ask_to_disclose(number).build(NOW, rng).unwrap();
        let consent = Consent::to_disclose(&request, host);
        let presentation = holder.present(credential, evidence, consent, NOW, rng).unwrap();
        let login_request = world.ask(number).build(NOW, rng).unwrap();
        let login = holder.log_in(Consent::to_answer(&login_request, host), NOW, rng).unwrap();
        let pseudonym = holder.pseudonym(host, request.label()).unwrap();
        Self {
            world: index,
            request,
            presentation: presentation.to_bytes(),
            login_request,
            login: login.to_bytes(),
            pseudonym,
        }
    }
}
