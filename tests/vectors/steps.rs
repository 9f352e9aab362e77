//! What the library says to the inputs of one step (SPEC §15.2).

use std::convert::Infallible;

use pairnym::{authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{Given, host};
use serde_json::Value as Inputs;

use crate::replay::{
    array, bytes, get, life, list, make_request, message, number, text, time, unhex, value,
};
use crate::setting::run;
use crate::shared_steps;

/// How a step ends: the error that the library gives.
pub fn step(name: &str, inputs: &Inputs) -> Result<(), Error> {
    match name {
        "open_authority" => open_authority(inputs),
        "open_ticket" => open_ticket(inputs),
        "answer_ticket" => answer_ticket(inputs),
        "enroll" => enroll(inputs),
        "offer" => offer(inputs),
        "request_credential" => request_credential(inputs).map(drop),
        "issue" => issue(inputs),
        "finish_credential" => finish_credential(inputs).map(drop),
        "request_evidence" => request_evidence(inputs).map(drop),
        "open_evidence" => open_evidence(inputs),
        "keep_session" => keep_session(inputs),
        "respond" => respond(inputs),
        "finish_evidence" => finish_evidence(inputs).map(drop),
        "complete" => complete(inputs),
        "load_credential" => load_credential(inputs),
        "make_request" => make_request(inputs).map(drop),
        "present" => present(inputs),
        "log_in" => log_in(inputs),
        "verify" => verify(inputs),
        "verify_login" => verify_login(inputs),
        "act_of_presentation" => act_of_presentation(inputs),
        "act_of_login" => act_of_login(inputs),
        "accept_invitation" => shared_steps::accept_invitation(inputs),
        "accept_committed" => shared_steps::accept_committed(inputs),
        "accept_answer" => shared_steps::accept_answer(inputs),
        "recover" => shared_steps::recover(inputs),
        "ask" => shared_steps::ask(inputs),
        "approve" => shared_steps::approve(inputs),
        "commit" => shared_steps::commit(inputs),
        "answer" => shared_steps::answer(inputs),
        "complete_act" => shared_steps::complete_act(inputs),
        "take_over" => shared_steps::take_over(inputs),
        "restore_share" => shared_steps::restore_share(inputs),
        other => panic!("no step {other}"),
    }
}

/// `seed` and `list`.
fn opened(inputs: &Inputs) -> Result<Authority, Error> {
    let key = AuthorityKey::from_seed(&array(inputs, "seed")).unwrap();
    Authority::open(key, message(inputs, "list"))
}

/// The same, after the lists `adopted`.
fn authority(inputs: &Inputs) -> Authority {
    let mut authority = opened(inputs).unwrap();
    for next in list(inputs, "adopted") {
        assert!(authority.adopt(message(next, "list"), time(next, "now")).unwrap());
    }
    authority
}

/// The holder with this master secret, and `list`.
fn holder_of(inputs: &Inputs, master: &str) -> Holder {
    let master = MasterSecret::import(array(inputs, master));
    Holder::new(&master, message(inputs, "list")).unwrap()
}

fn holder(inputs: &Inputs) -> Holder {
    holder_of(inputs, "master_secret")
}

/// `list` and `platform`.
fn platform(inputs: &Inputs) -> Platform {
    Platform::new(message(inputs, "list"), host(text(inputs, "platform")))
}

pub fn peer(inputs: &Inputs) -> PlatformId {
    host(text(inputs, "peer"))
}

/// `authority_storage_key`, of what belongs to this authority.
fn storage_key(inputs: &Inputs, authority: &str) -> StorageKey {
    StorageKey::new(array(inputs, "authority_storage_key"), AuthorityId::new(authority).unwrap())
}

/// For what is refused no later than it draws randomness, or draws any.
pub fn any_coins() -> Given {
    Given::new(&run::<96>(0xe0))
}

fn open_authority(inputs: &Inputs) -> Result<(), Error> {
    opened(inputs).map(drop)
}

fn open_ticket(inputs: &Inputs) -> Result<(), Error> {
    let transaction = TransactionId(array(inputs, "transaction"));
    let (now, coins) = (time(inputs, "now"), &mut any_coins());
    opened(inputs).unwrap().open_ticket(transaction, life(inputs), now, coins).map(drop)
}

fn answer_ticket(inputs: &Inputs) -> Result<(), Error> {
    let holder = holder(inputs);
    let ticket = bytes(inputs, "ticket");
    let ticket =
        Received::<EnrollmentTicket>::from_authority(holder.list(), &peer(inputs), &ticket)?;
    holder.enroll(&ticket, &mut any_coins()).map(drop)
}

/// A registry with this policy and history.
fn registry(inputs: &Inputs) -> MemoryRegistry {
    let registry = MemoryRegistry::new(match text(inputs, "reenrollment") {
        "refused" => Reenrollment::Refused,
        "same commitment" => Reenrollment::SameCommitment,
        "allowed" => Reenrollment::Allowed,
        other => panic!("no policy {other}"),
    });
    for event in list(inputs, "history") {
        let person = PersonId(array(event, "person"));
        match text(event, "event") {
            "registered" => {
                let registration = Registration {
                    transaction: TransactionId(array(event, "transaction")),
                    expires: time(event, "expiry"),
                    person,
                    commitment: Commitment::from_bytes(array(event, "C_u")).unwrap(),
                };
                let outcome = Registry::register(&registry, &registration, UnixTime(0)).unwrap();
                assert_eq!(outcome, RegistryOutcome::Registered);
            }
            "deleted" => assert!(registry.delete(&person).unwrap()),
            other => panic!("no event {other}"),
        }
    }
    registry
}

fn enroll(inputs: &Inputs) -> Result<(), Error> {
    let key = storage_key(inputs, text(inputs, "stored_by"));
    let ticket = OpenTicket::load(&bytes(inputs, "open_ticket"), &key).unwrap();
    let (request, now) = (message(inputs, "request"), time(inputs, "now"));
    let person = PersonId(array(inputs, "person"));
    let registry = registry(get(inputs, "registry"));
    let before = registry.commitment(&person).unwrap();
    let enrolled = authority(inputs).enroll(&ticket, &request, person, now, &registry);
    if enrolled.is_err() {
        assert_eq!(registry.commitment(&person).unwrap(), before);
    }
    Ok(enrolled.map(drop)?)
}

fn offer(inputs: &Inputs) -> Result<(), Error> {
    let commitment = Commitment::from_bytes(array(inputs, "C_u")).unwrap();
    let values = list(inputs, "values");
    let values = values.iter().map(|each| (text(each, "name"), value(get(each, "value"))));
    let (now, coins) = (time(inputs, "now"), &mut any_coins());
    authority(inputs).offer(commitment, values, life(inputs), now, coins).map(drop)
}

fn request_credential(inputs: &Inputs) -> Result<AwaitingIssuance, Error> {
    let holder = holder(inputs);
    let offer = bytes(inputs, "offer");
    let offer = Received::<IssuanceOffer>::from_authority(holder.list(), &peer(inputs), &offer)?;
    let requested = holder.request_credential(&offer, time(inputs, "now"), &mut any_coins());
    requested.map(|(_, pending)| pending)
}

/// Who is registered, with which values.
struct Registered<'a>(&'a [Inputs]);

impl Registry for Registered<'_> {
    type Error = Infallible;

    fn register(&self, _: &Registration, _: UnixTime) -> Result<RegistryOutcome, Infallible> {
        unreachable!("nobody is enrolled")
    }

    fn is_registered(&self, offer: &IssuanceOffer) -> Result<bool, Infallible> {
        let known = |row: &Inputs| {
            let its: Vec<_> = list(row, "values").iter().map(value).collect();
            array(row, "C_u") == offer.commitment().to_bytes() && its == offer.values()
        };
        Ok(self.0.iter().any(known))
    }
}

fn issue(inputs: &Inputs) -> Result<(), Error> {
    let authority = authority(inputs);
    let key = storage_key(inputs, authority.parameters().authority().as_str());
    let offer = OpenOffer::load(&bytes(inputs, "open_offer"), &key).unwrap();
    let (request, now) = (message(inputs, "request"), time(inputs, "now"));
    let registry = Registered(list(inputs, "registered"));
    match authority.issue(&offer, &request, now, &registry) {
        Ok(_) => Ok(()),
        Err(StoreError::Refused(error)) => Err(error),
        Err(StoreError::Store(error)) => match error {},
    }
}

fn finish_credential(inputs: &Inputs) -> Result<IssuedCredential, Error> {
    let pending = request_credential(inputs).unwrap();
    pending.finish(&message(inputs, "response"))
}

/// What the holder finished, `asker` asks for, after the lists `adopted`.
fn request_evidence(inputs: &Inputs) -> Result<AwaitingCommitments, Error> {
    let issued = finish_credential(inputs).unwrap();
    let mut asker = holder_of(inputs, "asker");
    for next in list(inputs, "adopted") {
        assert!(asker.adopt(message(next, "list"), time(next, "now")).unwrap());
    }
    let coins = &mut Given::new(&bytes(inputs, "request_coins"));
    asker.request_evidence(&issued, coins).map(|(_, offered)| offered)
}

fn open_evidence(inputs: &Inputs) -> Result<(), Error> {
    let request = message(inputs, "request");
    authority(inputs).open_evidence(&request, &mut any_coins()).map(drop)
}

/// A session is opened with `coins`, and kept besides those that were `open` before.
fn keep_session(inputs: &Inputs) -> Result<(), Error> {
    let (authority, request) = (authority(inputs), message(inputs, "request"));
    let most = usize::try_from(number(inputs, "most")).unwrap();
    let mut sessions = EvidenceSessions::new(most, life(inputs));
    let mut keep = |inputs: &Inputs| {
        let coins = &mut Given::new(&bytes(inputs, "coins"));
        let (session, _) = authority.open_evidence(&request, coins).unwrap();
        sessions.keep(session, time(inputs, "now"))
    };
    list(inputs, "open").iter().for_each(|open| keep(open).unwrap());
    keep(inputs)
}

/// The challenges `earlier` are answered first.
fn respond(inputs: &Inputs) -> Result<(), Error> {
    let coins = &mut Given::new(&bytes(inputs, "coins"));
    let opened = authority(inputs).open_evidence(&message(inputs, "request"), coins).unwrap();
    let mut sessions = EvidenceSessions::new(1, life(inputs));
    sessions.keep(opened.0, time(inputs, "opened")).unwrap();
    let key = AuthorityKey::from_seed(&array(inputs, "answered_by")).unwrap();
    let answering = Authority::open(key, message(inputs, "list")).unwrap();
    let mut answer = |challenges: &EvidenceChallenges| {
        let session = sessions.take(challenges.session(), time(inputs, "now"))?;
        answering.respond(session, challenges).map(drop)
    };
    for challenges in list(inputs, "earlier") {
        answer(&EvidenceChallenges::from_bytes(&unhex(challenges)).unwrap()).unwrap();
    }
    answer(&message(inputs, "challenges"))
}

fn finish_evidence(inputs: &Inputs) -> Result<EvidenceBatch, Error> {
    let offered = request_evidence(inputs).unwrap();
    let coins = &mut Given::new(&bytes(inputs, "challenge_coins"));
    let (_, challenged) = offered.challenge(&message(inputs, "commitments"), coins).unwrap();
    challenged.finish(&message(inputs, "responses"))
}

/// Each batch has the inputs of `finish_evidence`.
fn complete(inputs: &Inputs) -> Result<(), Error> {
    let issued = finish_credential(inputs).unwrap();
    let batches = list(inputs, "batches").iter().map(|batch| finish_evidence(batch).unwrap());
    issued.complete(batches.collect::<Vec<_>>()).map(drop)
}

fn load_credential(inputs: &Inputs) -> Result<(), Error> {
    holder(inputs).load_credential(&bytes(inputs, "stored_credential")).map(drop)
}

/// `request` as it comes from `peer`.
fn received(inputs: &Inputs) -> Result<Received<Request>, Error> {
    Received::<Request>::from_host(&peer(inputs), &bytes(inputs, "request"))
}

fn present(inputs: &Inputs) -> Result<(), Error> {
    let owner = holder_of(inputs, "loaded_by");
    let credential = owner.load_credential(&bytes(inputs, "stored_credential")).unwrap();
    let stored = bytes(inputs, "stored_evidence");
    let evidence = owner.load_evidence(&stored).unwrap();
    let request = received(inputs)?;
    let consent = match get(inputs, "consent_to_disclose").as_bool() {
        Some(true) => Consent::to_disclose(&request),
        _ => Consent::to_answer(&request),
    };
    let (now, coins) = (time(inputs, "now"), &mut any_coins());
    let presented = holder(inputs).present(&credential, evidence, consent, now, coins);
    presented.map(drop).map_err(|refused| {
        let error = refused.error();
        let left = refused.into_evidence().map(|evidence| owner.store_evidence(&evidence).to_vec());
        assert_eq!(left, (error != Error::Fault).then_some(stored), "only a fault uses it up");
        error
    })
}

fn log_in(inputs: &Inputs) -> Result<(), Error> {
    let request = received(inputs)?;
    let (now, coins) = (time(inputs, "now"), &mut any_coins());
    holder(inputs).log_in(Consent::to_answer(&request), now, coins).map(drop)
}

/// A store in which the nonces `consumed`, with this expiry, are used up.
fn nonces(inputs: &Inputs, request: &Request) -> MemoryNonces {
    let nonces = MemoryNonces::new(100);
    for nonce in list(inputs, "consumed") {
        let nonce = Nonce(unhex(nonce).try_into().unwrap());
        let spend = Spend { nonce, expires: request.expires() };
        let spent = NonceStore::spend(&nonces, &[spend], time(inputs, "now"));
        assert_eq!(spent, Ok(vec![nonce]));
    }
    nonces
}

/// One answer alone and in a batch: nothing but success uses up a nonce.
fn spent<T>(
    inputs: &Inputs,
    request: &Request,
    alone: Result<Unspent<T>, Error>,
    batch: Result<Unspent<T>, Error>,
) -> Result<(), Error> {
    let used = list(inputs, "consumed").len();
    let verdicts = [alone, batch].map(|checked| {
        let nonces = nonces(inputs, request);
        let spent = checked.and_then(|unspent| {
            unspent.spend(&nonces, time(inputs, "spent_at")).map_err(Error::from)
        });
        assert_eq!(nonces.len(), used + usize::from(spent.is_ok()));
        spent.map(drop)
    });
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts[0]
}

fn verify(inputs: &Inputs) -> Result<(), Error> {
    let (request, presentation) = (message(inputs, "request"), message(inputs, "presentation"));
    let (platform, now) = (platform(inputs), time(inputs, "now"));
    let alone = platform.check::<Presentation>(&request, &presentation, now);
    let batch = platform.check_batch(&[(&request, &presentation)], now).remove(0);
    spent(inputs, &request, alone, batch)
}

fn verify_login(inputs: &Inputs) -> Result<(), Error> {
    let (request, login) = (message(inputs, "request"), message(inputs, "login"));
    let (platform, now) = (platform(inputs), time(inputs, "now"));
    let accounts: Vec<_> = list(inputs, "accounts").iter().map(unhex).collect();
    let find = |visitor: Visitor| {
        let name = visitor.look_up_by().to_bytes();
        let account = accounts.iter().find(|account| **account == name);
        Ok(visitor.is_account(account.ok_or(Error::NoAccount)?))
    };
    let alone = platform.check::<Login>(&request, &login, now).and_then(find);
    let batch = platform.check_batch(&[(&request, &login)], now).remove(0).and_then(find);
    spent(inputs, &request, alone, batch)
}

fn act_of_presentation(inputs: &Inputs) -> Result<(), Error> {
    let (request, presentation) = (message(inputs, "request"), message(inputs, "presentation"));
    Act::of_presentation(&request, &presentation, &message(inputs, "parameters")).map(drop)
}

fn act_of_login(inputs: &Inputs) -> Result<(), Error> {
    Act::of_login(&message(inputs, "request"), &message(inputs, "login")).map(drop)
}
