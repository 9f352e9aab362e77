//! What the library says to the inputs of one step of a lead or its second (SPEC §§15.2, 20).

use std::time::Duration;

use pairnym::{holder::*, message::*, shared::*, *};
use pairnym_testkit::Given;
use serde_json::Value as Inputs;

use crate::formulas::{storage_key, stored};
use crate::replay::{array, bytes, get, list, message, number, text, time, unhex};
use crate::steps::{any_coins, peer};

fn master(inputs: &Inputs, key: &str) -> MasterSecret {
    MasterSecret::import(array(inputs, key))
}

fn channel(inputs: &Inputs, key: &str) -> ChannelKey {
    ChannelKey(array(inputs, key))
}

fn authority(inputs: &Inputs) -> AuthorityId {
    AuthorityId::new(text(inputs, "authority_id")).unwrap()
}

/// The lead face to face.
pub fn accept_invitation(inputs: &Inputs) -> Result<(), Error> {
    let (master, list) = (master(inputs, "master_secret"), message(inputs, "list"));
    let (invitation, channel) = (message(inputs, "invitation"), channel(inputs, "channel_key"));
    Lead::accept(&master, list, &invitation, channel, &mut any_coins()).map(drop)
}

/// The lead that answers `commitment` first.
pub fn accept_committed(inputs: &Inputs) -> Result<(), Error> {
    let (master, list) = (master(inputs, "master_secret"), message(inputs, "list"));
    let (committed, channel) = (message(inputs, "commitment"), channel(inputs, "channel_key"));
    let (_, waiting) = Lead::answer(&master, list, &committed, channel, &mut any_coins())?;
    waiting.accept(&message(inputs, "invitation")).map(drop)
}

/// The second, which made its invitation with `invitation_coins`.
pub fn accept_answer(inputs: &Inputs) -> Result<(), Error> {
    let coins = &mut Given::new(&bytes(inputs, "invitation_coins"));
    let (guardian, channel) =
        (master(inputs, "share_master_secret"), channel(inputs, "channel_key"));
    let inviting = Second::invite(&guardian, &authority(inputs), channel, coins).unwrap();
    inviting.accept(&message(inputs, "answer")).map(drop)
}

pub fn recover(inputs: &Inputs) -> Result<(), Error> {
    Second::recover(&master(inputs, "share_master_secret"), &message(inputs, "record")).map(drop)
}

/// The stored form of `list`, by whoever has this master secret.
fn stored_list(inputs: &Inputs, key: &str) -> (AuthorityId, Vec<u8>) {
    let known: ParameterList = message(inputs, "list");
    let (master, authority) = (array(inputs, key), known.authority());
    let key = storage_key(&master, authority.as_str());
    (*authority, stored(&key, authority.as_str(), &bytes(inputs, "list")))
}

/// `master_secret`, `list`, `stored_pairing`.
fn lead(inputs: &Inputs) -> Lead {
    let (id, list) = stored_list(inputs, "master_secret");
    let pairing = bytes(inputs, "stored_pairing");
    Lead::restore_pairing(&master(inputs, "master_secret"), &id, &list, &pairing).unwrap()
}

pub fn take_over(inputs: &Inputs) -> Result<(), Error> {
    let transfer = ShareTransfer::from_bytes(&bytes(inputs, "transfer")).unwrap();
    lead(inputs).take_over(&master(inputs, "taken_over_with"), &transfer).map(drop)
}

/// The ward after the hand-over.
pub fn restore_share(inputs: &Inputs) -> Result<(), Error> {
    let (id, list) = stored_list(inputs, "master_secret");
    let share = bytes(inputs, "stored_share");
    Holder::restore_share(&master(inputs, "master_secret"), &id, &list, &share).map(drop)
}

/// `share_master_secret`, `authority_id`, and a stored share.
fn second(inputs: &Inputs, share: &str) -> Second {
    let guardian = master(inputs, "share_master_secret");
    Second::restore(&guardian, &authority(inputs), &bytes(inputs, share)).unwrap()
}

fn asked_of(
    second: &Second,
    inputs: &Inputs,
    coins: &mut Given,
) -> Result<(CoApproval, CoSession), Error> {
    let known: ParameterList = message(inputs, "list");
    let ticket = get(inputs, "ticket").as_str().map(|hex| hex::decode(hex).unwrap());
    match second.read(&bytes(inputs, "co_request"), &known, time(inputs, "now"))? {
        Asked::Enrollment(asked) => {
            let own = ticket.expect("the ticket that the second received");
            let own = Received::<EnrollmentTicket>::from_authority(&known, known.host(), &own)?;
            asked.approve(&own, coins)
        }
        Asked::Credential(asked) => asked.approve(coins),
        Asked::Answer(asked) => match get(inputs, "consent_to_disclose").as_bool() {
            Some(true) => asked.approve_and_disclose(coins),
            _ => asked.approve(coins),
        },
    }
}

/// The second consents, and keeps the session at `kept_at` in a store for `most`.
pub fn approve(inputs: &Inputs) -> Result<(), Error> {
    let second = second(inputs, "stored_share");
    let (_, session) = asked_of(&second, inputs, &mut any_coins())?;
    let most = usize::try_from(number(inputs, "most")).unwrap();
    CoSessions::new(most, Duration::from_secs(120)).keep(session, time(inputs, "kept_at"))
}

/// The session that it opened with `second_coins` at `now` and kept at `kept_at` for `life`, is
/// answered by the second of `answering_share` at `answered_at` by its clock and at `taken_at` by
/// that of its sessions, after it answered `earlier`.
pub fn answer(inputs: &Inputs) -> Result<(), Error> {
    let coins = &mut Given::new(&bytes(inputs, "second_coins"));
    let (_, session) = asked_of(&second(inputs, "stored_share"), inputs, coins).unwrap();
    let mut sessions = CoSessions::new(1, Duration::from_secs(number(inputs, "life")));
    sessions.keep(session, time(inputs, "kept_at")).unwrap();
    let answering = second(inputs, "answering_share");
    let mut answer = |nonces: &CoNonces| {
        let session = sessions.take(nonces.session(), time(inputs, "taken_at"))?;
        answering.answer(session, nonces, time(inputs, "answered_at")).map(drop)
    };
    for earlier in list(inputs, "earlier") {
        // Right or wrong, it uses up the session.
        let _ = answer(&CoNonces::from_bytes(&unhex(earlier)).unwrap());
    }
    answer(&message(inputs, "co_nonces"))
}

/// How far a lead goes.
#[derive(PartialEq)]
enum Until {
    Asked,
    Committed,
    Completed,
}

pub fn ask(inputs: &Inputs) -> Result<(), Error> {
    act(inputs, &Until::Asked)
}

pub fn commit(inputs: &Inputs) -> Result<(), Error> {
    act(inputs, &Until::Committed)
}

pub fn complete_act(inputs: &Inputs) -> Result<(), Error> {
    act(inputs, &Until::Completed)
}

/// Goes on from one step of an act to the next.
macro_rules! go {
    ($until:expr, $inputs:expr, $asked:expr, $waiting:ident => $committed:expr) => {{
        let asked = $asked;
        if *$until == Until::Asked {
            return asked.map(drop);
        }
        let (_, $waiting) = asked.unwrap();
        let committed = $committed;
        if *$until == Until::Committed {
            return committed.map(drop);
        }
        let (_, waiting) = committed.unwrap();
        waiting.complete(&message($inputs, "co_answer")).map(drop)
    }};
}

/// The lead answers `body` from `peer`: it asks at `asked_at` with `attempt`, and takes
/// `co_approval` at `now` with `lead_coins`.
fn act(inputs: &Inputs, until: &Until) -> Result<(), Error> {
    let (lead, body) = (lead(inputs), bytes(inputs, "body"));
    let (asked_at, now) = (time(inputs, "asked_at"), time(inputs, "now"));
    let attempt = &mut Given::new(&bytes(inputs, "attempt"));
    let coins = &mut Given::new(&bytes(inputs, "lead_coins"));
    let approval: CoApproval = message(inputs, "co_approval");
    let request = || Received::<Request>::from_host(&peer(inputs), &body);
    match body[1] {
        2 => {
            let asked = lead.ask_to_enroll(&body, attempt);
            go!(until, inputs, asked, waiting => waiting.commit(&approval, coins))
        }
        4 => {
            let offer =
                Received::<IssuanceOffer>::from_authority(lead.list(), &peer(inputs), &body)?;
            let asked = lead.ask_for_credential(&offer, asked_at, attempt);
            go!(until, inputs, asked, waiting => waiting.commit(&approval, now, coins))
        }
        _ if get(inputs, "stored_credential").is_null() => {
            let request = request()?;
            let asked = lead.ask_to_log_in(Consent::to_answer(&request), asked_at, attempt);
            go!(until, inputs, asked, waiting => waiting.commit(&approval, now, coins))
        }
        _ => {
            let credential = lead.load_credential(&bytes(inputs, "stored_credential")).unwrap();
            let stored = bytes(inputs, "stored_evidence");
            let evidence = lead.load_evidence(&stored).unwrap();
            let request = request()?;
            let consent = match get(inputs, "consent_to_disclose").as_bool() {
                Some(true) => Consent::to_disclose(&request),
                _ => Consent::to_answer(&request),
            };
            let asked = lead.ask_to_present(&credential, consent, asked_at, attempt);
            go!(until, inputs, asked, waiting => {
                waiting.commit(evidence, &approval, now, coins).map_err(|refused| {
                    let error = refused.error();
                    let left = refused.into_evidence();
                    let left = left.map(|item| lead.store_evidence(&item).to_vec());
                    let unused = (error != Error::Fault).then_some(stored);
                    assert_eq!(left, unused, "only a fault uses it up");
                    error
                })
            })
        }
    }
}
