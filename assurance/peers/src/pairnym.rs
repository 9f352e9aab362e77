//! pairnym's presentation, and its login, which takes neither a credential nor the authority.

use getrandom::SysRng;
use pairnym::{
    AuthorityParameters, Error, Message, Purpose, Request,
    attribute::{Kind, Value},
    authority::Authority,
    holder::{Consent, Credential, Evidence, Holder, Received},
    message::{Login, Presentation},
    platform::{Platform, Verified, Visitor},
    store::Unspent,
};
use pairnym_testkit::{
    AnyNonce, DAY, NOW, authority_id, credential, holder, host, key, list, received, schema,
    seconds,
};
use rand_core::UnwrapErr;

use crate::peer::{ATTRIBUTES, DISCLOSED, Peer};

const NAMES: [&str; ATTRIBUTES.len()] =
    ["level", "year", "country", "region", "district", "class", "expiry", "source"];
/// So many batches of evidence come with a credential: enough for a run in which a proof takes
/// 100 µs or more.
const BATCHES: u8 = 160;

/// Everybody proves in answer to the same request. One by one, since in one call the same nonce
/// counts once.
fn spent<T>(unspent: Unspent<T>) -> Result<T, Error> {
    unspent.spend(&AnyNonce, NOW).map_err(|error| error.refused().unwrap_or(Error::Unavailable))
}

/// Every pseudonym has an account.
fn returning(visitor: Visitor) -> Result<(), Error> {
    spent(visitor.is_account(())).map(drop)
}

/// An authority, a holder, and a platform with the tables for the present slot.
fn setting() -> (Authority, Holder, Platform) {
    let key = key(1);
    let schema = schema(&NAMES.map(|name| (name, Kind::Integer)));
    let parameters = AuthorityParameters::new(&key, authority_id(), seconds(DAY), BATCHES, schema);
    let list = list(parameters.expect("an epoch is a day"), NOW);
    let authority = Authority::open(key, list.clone()).expect("the list has the key");
    let holder = holder(2, &list);
    let platform = Platform::new(list, host("platform.example"));
    let present = platform.list().slot(NOW).expect("the key issues");
    let platform = platform.prepare(&[], &[present]);
    (authority, holder, platform)
}

/// The credential with its evidence.
fn fetch(authority: &Authority, holder: &Holder) -> (Credential, Vec<Evidence>) {
    let values = ATTRIBUTES.map(Value::from);
    credential(authority, holder, values, NOW, &mut UnwrapErr(SysRng))
}

pub struct Pairnym {
    authority: Authority,
    holder: Holder,
    credential: Credential,
    evidence: Vec<Evidence>,
    platform: Platform,
    /// The platform's own, and as it comes to the holder.
    request: Request,
    received: Received<Request>,
}

impl Pairnym {
    pub fn new() -> Self {
        let (authority, holder, platform) = setting();
        let (credential, evidence) = fetch(&authority, &holder);
        let request = NAMES[..DISCLOSED]
            .iter()
            .fold(platform.request(Purpose::Registration), |request, name| request.disclose(name))
            .build(NOW, &mut UnwrapErr(SysRng))
            .expect("the schema has the names");
        let received = received(&request);
        Self { authority, holder, credential, evidence, platform, request, received }
    }

    /// In the order of the names, as a request has them.
    fn shows(verified: &Result<Verified, Error>, disclosed: &[u64]) -> bool {
        verified.as_ref().is_ok_and(|verified| {
            let expected = NAMES.into_iter().zip(disclosed).collect::<Vec<_>>();
            verified.claims().len() == expected.len()
                && expected.into_iter().all(|(name, value)| {
                    verified.claim(name).and_then(|claim| claim.as_integer()) == Some(*value)
                })
        })
    }
}

impl Peer for Pairnym {
    fn package(&self) -> &'static str {
        "pairnym"
    }

    fn proves(&self) -> &'static str {
        "presentation, pseudonym of 7 secrets"
    }

    fn prove(&mut self) -> Vec<u8> {
        if self.evidence.is_empty() {
            self.evidence = fetch(&self.authority, &self.holder).1;
        }
        let evidence = self.evidence.pop().expect("a batch has members");
        let consent = Consent::to_disclose(&self.received);
        self.holder
            .present(&self.credential, evidence, consent, NOW, &mut UnwrapErr(SysRng))
            .expect("the credential meets the request")
            .into_bytes()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        Presentation::from_bytes(proof).is_ok_and(|presentation| {
            let checked = self.platform.check(&self.request, &presentation, NOW);
            Self::shows(&checked.and_then(spent), disclosed)
        })
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        let presentations: Result<Vec<_>, _> =
            proofs.iter().map(|proof| Presentation::from_bytes(proof)).collect();
        Some(presentations.is_ok_and(|presentations| {
            let answers: Vec<_> = presentations.iter().map(|p| (&self.request, p)).collect();
            let checked = self.platform.check_batch(&answers, NOW);
            checked.into_iter().all(|checked| Self::shows(&checked.and_then(spent), disclosed))
        }))
    }
}

pub struct PairnymLogin {
    holder: Holder,
    platform: Platform,
    /// The platform's own, and as it comes to the holder.
    request: Request,
    received: Received<Request>,
}

impl PairnymLogin {
    pub fn new() -> Self {
        let (_, holder, platform) = setting();
        let request = platform
            .request_login(Purpose::Login)
            .statement(&statement(&ATTRIBUTES[..DISCLOSED]))
            .build(NOW, &mut UnwrapErr(SysRng))
            .expect("the statement is a short text");
        let received = received(&request);
        Self { holder, platform, request, received }
    }

    /// Whether the request asks to sign these values.
    fn asks(&self, disclosed: &[u64]) -> bool {
        self.request.statement() == Some(&*statement(disclosed))
    }
}

impl Peer for PairnymLogin {
    fn package(&self) -> &'static str {
        "pairnym"
    }

    fn proves(&self) -> &'static str {
        "login: a signature by the pseudonym of 7 secrets, no credential"
    }

    fn prove(&mut self) -> Vec<u8> {
        self.holder
            .log_in(Consent::to_answer(&self.received), NOW, &mut UnwrapErr(SysRng))
            .expect("the request wants a login")
            .into_bytes()
    }

    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool {
        Login::from_bytes(proof).is_ok_and(|login| {
            self.asks(disclosed)
                && self.platform.check(&self.request, &login, NOW).and_then(returning).is_ok()
        })
    }

    fn verify_batch(&self, disclosed: &[u64], proofs: &[Vec<u8>]) -> Option<bool> {
        let logins: Result<Vec<_>, _> =
            proofs.iter().map(|proof| Login::from_bytes(proof)).collect();
        Some(logins.is_ok_and(|logins| {
            let answers: Vec<_> = logins.iter().map(|login| (&self.request, login)).collect();
            let checked = self.platform.check_batch(&answers, NOW);
            self.asks(disclosed)
                && checked.into_iter().all(|checked| checked.and_then(returning).is_ok())
        }))
    }
}

fn statement(values: &[u64]) -> String {
    values.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
