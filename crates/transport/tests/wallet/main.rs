//! A wallet against a platform in memory: both flows to their end, repetitions, and every refusal.

mod shop;

use pairnym::Error;
use pairnym::holder::{Consent, Outgoing};
use pairnym::message::{Login, Presentation};
use pairnym_testkit::{NOW, Person, Service, host, seeded};
use pairnym_transport::envelope::{Envelope, EnvelopeError, Pairing, Question, Receipt};
use pairnym_transport::wallet::*;
use pairnym_transport::{Attempt, Code, Flow, Problem, Refusal, State};
use shop::{Reply, Shop, permission, registrar};

const ATTEMPT: Attempt = Attempt([7; 32]);

fn service() -> Service {
    Service::new(NOW)
}

fn person(service: &Service) -> Person {
    service.person(1, [("age_over_18", true.into())], NOW)
}

fn present(person: &mut Person, asking: &Asking) -> Outgoing<Presentation> {
    let (credential, item) = (person.credential.as_ref().unwrap(), person.evidence.pop().unwrap());
    let consent = Consent::to_disclose(asking.request());
    person.holder.present(credential, item, consent, NOW, &mut seeded(5)).unwrap()
}

fn log_in(person: &Person, asking: &Asking) -> Outgoing<Login> {
    let consent = Consent::to_answer(asking.request());
    person.holder.log_in(consent, NOW, &mut seeded(5)).unwrap()
}

/// Steps 1 to 7, with one pinned registrar.
fn checked(shop: &mut Shop, text: &str, policy: CrossDevice) -> Result<Checked, Refused> {
    let invitation = Invitation::new(text).unwrap();
    let reply = shop.call(&invitation.get());
    let fetched = invitation.receive(reply.response()).unwrap();
    assert_eq!(**fetched.request(), shop.request);
    fetched.check(&[(&registrar()).into()], policy, NOW)
}

fn asking(shop: &mut Shop) -> Asking {
    let checked = checked(shop, &shop.link(), CrossDevice::Off).unwrap();
    let Next::Ask(asking) = checked.next(ATTEMPT) else { panic!("pairing on the same device") };
    asking
}

fn recorded(unsent: Unsent) -> Sending {
    unsent.record(|_| Ok::<_, WalletError>(())).unwrap()
}

#[test]
fn on_the_same_device() {
    let service = service();
    let mut person = person(&service);
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let asking = asking(&mut shop);
    assert!(!asking.standing().is_warning());
    let presentation = present(&mut person, &asking);
    let sending = recorded(asking.present(presentation).unwrap());

    // The response is lost, and the same bytes bring the same response.
    let lost = shop.call(sending.post());
    let reply = shop.call(sending.post());
    assert_eq!(lost, reply);
    let done = sending.receive(reply.response()).unwrap().done.unwrap();
    assert_eq!(done.host(), shop.uri.host());
    assert_eq!(*done.code(), Code::of(shop.uri.handle(), &ATTEMPT));
    assert_eq!(shop.state, State::Answered);

    assert_eq!(shop.redeem(None), Err(Refusal::WrongCode));
    assert_eq!(shop.redeem(Some(&Code([0; 16]))), Err(Refusal::WrongCode));
    assert_eq!(shop.redeem(Some(done.code())), Ok(()));
    assert_eq!(shop.redeem(Some(done.code())), Err(Refusal::Replayed));
    assert_eq!(shop.found, Some(person.pseudonym(&host("shop.example"))));
}

#[test]
fn across_devices() {
    let service = service();
    let person = person(&service);
    let mut shop =
        Shop::logging_in(&service, Flow::CrossDevice, person.pseudonym(&host("shop.example")));
    let qr = shop.uri.to_string();
    let next = |shop: &mut Shop, attempt| match checked(shop, &qr, CrossDevice::Statement) {
        Ok(checked) => match checked.next(attempt) {
            Next::Pair(unpaired) => unpaired,
            Next::Ask(_) => panic!("asked before pairing"),
        },
        Err(refused) => panic!("{refused}"),
    };
    let wallet = next(&mut shop, ATTEMPT);
    let other = next(&mut shop, Attempt([8; 32]));
    assert_eq!(wallet.request().platform(), shop.uri.host().id());

    let reply = shop.call(&wallet.post().unwrap());
    let Ok(Progress::Waiting(wallet, digits)) = wallet.receive(reply.response()) else { panic!() };
    assert_eq!(digits, shop.digits);

    let busy = Reply::problem(Refusal::Unavailable.into());
    let Ok(Progress::Busy(wallet)) = wallet.receive(busy.response()) else { panic!() };
    // A second wallet comes too late.
    let reply = shop.call(&other.post().unwrap());
    let error = other.receive(reply.response()).unwrap_err();
    assert_eq!(error, WalletError::Problem(Refusal::Taken.into()));

    assert_eq!(shop.redeem(None), Err(Refusal::NotAnswered));
    assert_eq!(shop.type_digits("000000".parse().unwrap()), Err(Refusal::WrongDigits));
    assert_eq!(shop.type_digits(digits), Ok(()));
    let reply = shop.call(&wallet.post().unwrap());
    let Ok(Progress::Paired(asking)) = wallet.receive(reply.response()) else { panic!() };

    let login = log_in(&person, &asking);
    let sending = recorded(asking.log_in(login).unwrap());
    let reply = shop.call(sending.post());
    assert_eq!(sending.receive(reply.response()), Ok(Answered { done: None }));
    assert_eq!(shop.redeem(None), Ok(()));
    assert_eq!(shop.found, Some(person.pseudonym(&host("shop.example"))));
}

#[test]
fn three_wrong_tries_end_it() {
    let service = service();
    let mut shop = Shop::registering(&service, Flow::CrossDevice);
    let qr = shop.uri.to_string();
    let Next::Pair(wallet) = checked(&mut shop, &qr, CrossDevice::Pair).unwrap().next(ATTEMPT)
    else {
        panic!("asked before pairing")
    };
    shop.call(&wallet.post().unwrap());
    let tries: Vec<_> =
        (0..4).map(|_| shop.type_digits("000000".parse().unwrap()).unwrap_err()).collect();
    use Refusal::{PairingFailed, WrongDigits};
    assert_eq!(tries, [WrongDigits, WrongDigits, PairingFailed, PairingFailed]);
    let reply = shop.call(&wallet.post().unwrap());
    let error = wallet.receive(reply.response()).unwrap_err();
    assert_eq!(error, WalletError::Problem(PairingFailed.into()));
}

#[test]
fn declining_is_one_answer_for_all_reasons() {
    let service = service();
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let unsent = asking(&mut shop).decline();
    assert!(unsent.is_declined());
    let sending = recorded(unsent);
    let reply = shop.call(sending.post());
    assert_eq!(sending.receive(reply.response()), Ok(Answered { done: None }));
    assert_eq!(shop.state, State::Declined);
    assert_eq!(shop.call(sending.post()), reply);
    assert_eq!(shop.redeem(None), Err(Refusal::Declined));
}

#[test]
fn an_answer_leaves_only_after_it_was_recorded() {
    let service = service();
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    #[derive(Debug)]
    struct DiskFull;
    impl From<WalletError> for DiskFull {
        fn from(_: WalletError) -> Self {
            panic!("the answer fits")
        }
    }
    let unsent = asking(&mut shop).decline();
    let recorded = unsent.record(|unsent| {
        assert_eq!(unsent.request().platform(), &host("shop.example"));
        Err(DiskFull)
    });
    // There is nothing to send.
    assert!(matches!(recorded, Err(DiskFull)));
    assert_eq!(shop.state, State::Open);
}

#[test]
fn an_answer_to_another_request_is_not_sent() {
    let service = service();
    let mut person = person(&service);
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let mut other = Shop::registering(&service, Flow::SameDevice);
    other.ask(&service, 9);
    let presentation = present(&mut person, &asking(&mut shop));
    assert_eq!(asking(&mut other).present(presentation).unwrap_err(), WalletError::ForeignAnswer);

    let mut login =
        Shop::logging_in(&service, Flow::SameDevice, person.pseudonym(&host("x.example")));
    let asked = asking(&mut login);
    let answer = log_in(&person, &asked);
    assert_eq!(asking(&mut shop).log_in(answer).unwrap_err(), WalletError::ForeignAnswer);
}

#[test]
fn a_bad_answer_leaves_the_request_as_it_was() {
    let service = service();
    let mut person = person(&service);
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let asking = asking(&mut shop);
    let presentation = present(&mut person, &asking);
    let sending = recorded(asking.present(presentation).unwrap());
    for (content, expected) in [
        (r#""presentation":"AQ""#, "short"),
        (r#""presentation":"Agw""#, "version"),
        (r#""login":"AQ0""#, "short"),
    ] {
        let body = format!(r#"{{"attempt":"{ATTEMPT}",{content}}}"#).into_bytes();
        let call = HttpRequest {
            body: sending.post().body.clone().map(|(t, _)| (t, body)),
            ..sending.post().clone()
        };
        let reply = shop.call(&call);
        let problem = Problem::from_json(&reply.body).unwrap();
        assert_eq!((problem.status, &*problem.code), (400, expected));
        assert_eq!(shop.state, State::Open);
    }
    assert!(sending.receive(shop.call(sending.post()).response()).is_ok());
}

/// What a wallet makes of a response to its `GET`.
fn received(status: u16, media_type: &str, body: &[u8]) -> WalletError {
    let text = "https://wallet.example/#shop.example/AAECAwQFBgcICQoLDA0ODw";
    let response = HttpResponse { status, content_type: media_type, body };
    Invitation::new(text).unwrap().receive(response).unwrap_err()
}

#[test]
fn refusals_before_the_request_is_checked() {
    use EnvelopeError::{Malformed, MediaType, TooLong};
    let service = service();
    let shop = Shop::registering(&service, Flow::SameDevice);
    let good = shop.question();
    let own = Question::MEDIA_TYPE;
    let body = |change: &dyn Fn(&mut Question)| {
        let mut question = shop.question();
        change(&mut question);
        question.to_json().unwrap()
    };
    let good_body = good.to_json().unwrap();
    for status in [301, 302, 303, 307, 308, 304] {
        assert_eq!(received(status, own, &good_body), WalletError::Redirect);
    }
    for (media_type, bytes, expected) in [
        ("text/html", good_body.clone(), MediaType),
        ("application/json", good_body.clone(), MediaType),
        ("", good_body.clone(), MediaType),
        (Receipt::MEDIA_TYPE, good_body.clone(), MediaType),
        (own, b"<html>".to_vec(), Malformed),
        (own, good_body[1..].to_vec(), Malformed),
        (own, b"{}".to_vec(), Malformed),
        (own, vec![b' '; 131_073], TooLong),
    ] {
        assert_eq!(received(200, media_type, &bytes), WalletError::Envelope(expected));
    }
    // The document's own status and a missing document make no difference.
    let problem = Problem { status: 200, ..Refusal::Expired.into() }.to_json().unwrap();
    let typed = received(410, Problem::MEDIA_TYPE, &problem);
    assert_eq!(typed, WalletError::Problem(Refusal::Expired.into()));
    for status in [0, 100, 201, 204, 404, 500, 999] {
        let WalletError::Problem(problem) = received(status, "text/html", b"<html>") else {
            panic!("{status}")
        };
        assert_eq!((problem.status, &*problem.code), (status, "unknown"));
    }
    let garbage = received(200, own, &body(&|question| question.request.truncate(100)));
    assert!(matches!(garbage, WalletError::Request(Error::Decode(_))));
    let flow = received(200, own, &body(&|question| question.flow = Flow::CrossDevice));
    assert_eq!(flow, WalletError::WrongFlow);

    // The other way round, and from another host.
    let as_scanned = Invitation::new(&shop.uri.to_string()).unwrap();
    let reply = Reply::of(200, &good);
    assert_eq!(as_scanned.receive(reply.response()).unwrap_err(), WalletError::WrongFlow);
    let relayed = "https://wallet.example/#evil.example/AAECAwQFBgcICQoLDA0ODw";
    let relayed = Invitation::new(relayed).unwrap().receive(reply.response());
    assert_eq!(relayed.unwrap_err(), WalletError::Request(Error::ForeignPlatform));
}

#[test]
fn over_asking_is_refused_and_leaves_a_report() {
    let service = service();
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let mut narrow = permission();
    narrow.purposes[0].attributes.clear();
    shop.permission = Some(narrow.sign(&registrar()).unwrap());
    let link = shop.link();
    let refused = checked(&mut shop, &link, CrossDevice::Off).unwrap_err();
    assert_eq!(refused.to_string(), "asks beyond its permission: attribute:age_over_18");
    let Refused::OverAsking(over) = refused else { panic!("{refused}") };
    assert_eq!(*over.request, shop.request);
    assert_eq!(over.report.permission.verify(&[(&registrar()).into()]), Ok(narrow.clone()));

    // Nothing in it tells which session it was.
    let report = String::from_utf8(over.report.to_json().unwrap()).unwrap();
    let mut without = shop.question();
    without.permission = None;
    for session in [shop.uri.handle().to_string(), shop.request.expires().0.to_string()] {
        assert!(!report.contains(&session), "{report}");
    }
    let mut again = Shop::registering(&service, Flow::SameDevice);
    again.ask(&service, 9);
    again.permission = shop.permission.clone();
    assert_ne!(again.request, shop.request);
    let Err(Refused::OverAsking(other)) = checked(&mut again, &link, CrossDevice::Off) else {
        panic!("not refused")
    };
    assert_eq!(other.report, over.report);

    // With an expired one, or none, the person is warned, and that is all.
    narrow.from.0 -= 3_000_000;
    narrow.until.0 -= 3_000_000;
    shop.permission = Some(narrow.sign(&registrar()).unwrap());
    assert!(asking(&mut shop).standing().is_warning());
    shop.permission = None;
    assert!(asking(&mut shop).standing().is_warning());
}

#[test]
fn the_policy_for_other_devices() {
    use CrossDevice::{Off, Pair, Statement};
    let service = service();
    let mut shop = Shop::registering(&service, Flow::CrossDevice);
    let qr = shop.uri.to_string();
    let signed = shop.permission.clone();
    for (permission, policy, allowed) in [
        (&signed, Off, false),
        (&signed, Statement, true),
        (&signed, Pair, true),
        (&None, Off, false),
        (&None, Statement, false),
        (&None, Pair, true),
    ] {
        shop.permission = permission.clone();
        match checked(&mut shop, &qr, policy) {
            Ok(checked) => assert!(allowed && matches!(checked.next(ATTEMPT), Next::Pair(_))),
            Err(refused) => assert!(!allowed && matches!(refused, Refused::CrossDevice)),
        }
    }
    assert_eq!(CrossDevice::default(), Statement);
}

#[test]
fn a_receipt_for_another_request_completes_nothing() {
    let service = service();
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let sending = recorded(asking(&mut shop).decline());
    let receipt = Receipt { nonce: [1; 32], code: None };
    let refused = sending.receive(Reply::of(200, &receipt).response());
    assert_eq!(refused, Err(WalletError::ForeignAnswer));
    let busy = sending.receive(Reply::problem(Refusal::Unavailable.into()).response());
    let Err(WalletError::Problem(problem)) = busy else { panic!("{busy:?}") };
    assert!(problem.is_temporary());
    let pairing = sending.receive(Reply::of(200, &Pairing::Paired).response());
    assert_eq!(pairing, Err(WalletError::Envelope(EnvelopeError::MediaType)));
}

#[test]
fn nothing_that_is_printed_gives_a_bearer_value_away() {
    let service = service();
    let mut shop = Shop::registering(&service, Flow::SameDevice);
    let sending = recorded(asking(&mut shop).decline());
    let handle = shop.uri.handle().to_string();
    for shown in [
        format!("{:?}", sending.post()),
        format!("{sending:?}"),
        format!("{:?}", shop.uri),
        format!("{:?}", asking(&mut shop).decline()),
        format!("{:?}", (ATTEMPT, shop.digits)),
    ] {
        assert!(!shown.contains(&handle) && !shown.contains(&ATTEMPT.to_string()), "{shown}");
        assert!(!shown.contains(shop.digits.as_str()), "{shown}");
    }
}

#[test]
fn calls_to_the_authority() {
    use pairnym_transport::authority::{Challenges, Commitments, Enrollment, Offer, path};
    use pairnym_transport::{Host, Token};
    let host: Host = "id.authority.example".parse().unwrap();
    let url = |path| format!("{}{path}", host.origin());
    let offers = HttpRequest::post_nothing::<Offer>(url(path::OFFERS)).with_token(Token([5; 32]));
    assert_eq!((offers.method, &*offers.url), ("POST", "https://id.authority.example/v1/offers"));
    assert_eq!((offers.accept, offers.token), (Offer::MEDIA_TYPE, Some(Token([5; 32]))));
    assert!(offers.body.is_none() && !format!("{offers:?}").contains("offers"));
    let body = Challenges { challenges: vec![vec![1]] };
    let call = HttpRequest::post::<_, Commitments>(url(path::EVIDENCE), &body).unwrap();
    assert_eq!(call.body, Some((Challenges::MEDIA_TYPE, body.to_json().unwrap())));

    let created = Reply::of(201, &Commitments { commitments: vec![vec![1]] });
    assert!(created.response().read::<Commitments>(201).is_ok());
    assert!(matches!(created.response().read::<Commitments>(200), Err(WalletError::Problem(_))));
    let nothing = HttpResponse { status: 204, content_type: "", body: b"" };
    assert_eq!(nothing.expect(204), Ok(()));
    let used = Reply::problem(Error::TicketUsed.into());
    let refused = used.response().read::<Enrollment>(200).unwrap_err();
    assert_eq!(refused, WalletError::Problem(Error::TicketUsed.into()));
}
