//! Two devices that act together, each with its pages.

#![cfg(all(feature = "network", feature = "page"))]

mod support;

use std::future::poll_fn;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use pairnym_transport::Flow;
use pairnym_transport::authority::CounterCode;
use pairnym_wallet::page::Pages;
use pairnym_wallet::{Attended, Channel, Failure, Offline, TcpChannel};
use support::World;
use support::browser::{Browser, ORIGIN, Page, settings};
use support::family::Family;
use tokio::runtime::Handle;
use tower::ServiceExt as _;

async fn call(router: &Router, path: &str, form: Option<&str>) -> (StatusCode, String, String) {
    let request = Request::builder().uri(path).header("host", "wallet.localhost:8360");
    let request = match form {
        None => request.body(Body::empty()),
        Some(form) => request
            .method("POST")
            .header("origin", ORIGIN)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned())),
    };
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let location = response.headers().get("location").map_or("", |to| to.to_str().unwrap());
    let (location, status) = (location.to_owned(), response.status());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, location, String::from_utf8(body.to_vec()).unwrap())
}

/// Waits until the guardian's first page leads to a question, sends these forms, and returns what
/// the question showed and how the forms ended.
async fn guardian(router: Router, forms: &'static [&'static str]) -> (String, Vec<StatusCode>) {
    let asked = async {
        loop {
            let (status, location, _) = call(&router, "/", None).await;
            if status == StatusCode::SEE_OTHER {
                return location;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let at = tokio::time::timeout(Duration::from_secs(20), asked).await.expect("nothing was asked");
    let (_, _, shown) = call(&router, &at, None).await;
    let mut ends = Vec::new();
    for form in forms {
        ends.push(call(&router, &at, Some(form)).await.0);
    }
    (shown, ends)
}

/// The child's pages reach the guardian's.
fn reach(young: &Pages, guardians: &Pages, handle: &Handle) {
    let (attending, runtime) = (guardians.clone(), handle.clone());
    young.reach_by(Arc::new(move |_| {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|_| Offline)?;
        let address = listener.local_addr().map_err(|_| Offline)?;
        let first = TcpChannel::connect(&address.to_string())?;
        let second = TcpChannel::new(listener.accept().map_err(|_| Offline)?.0)?;
        let pages = attending.clone();
        runtime.spawn(async move { pages.attend(second).await });
        Ok(Box::new(first) as Box<dyn Channel + Send>)
    }));
}

#[test]
fn a_guardian_says_for_whom_a_code_is() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let family = Family::paired(&world, folder.path());
    let pairing = family.pairing().to_string();
    let guardians = Pages::with_wallet(settings(&world, folder.path(), None), family.guardian);
    let young = Pages::with_wallet(settings(&world, folder.path(), None), family.child);
    let handle = world.run(async { Handle::current() });
    reach(&young, &guardians, &handle);
    let (mut older, mut younger) = (Browser::new(&world, &guardians), Browser::new(&world, &young));
    let enrolled = |pages: &Pages| world.run(pages.look(|wallet| wallet.is_enrolled())).unwrap();
    let form = |page: &Page, code: &CounterCode| {
        let forms = page.forms().into_iter();
        let mut forms = forms.filter(|form| form.fields.contains_key("code"));
        forms.next().unwrap().with("code", &code.to_string())
    };

    // Two choices, neither made in advance; a wallet without wards has none.
    let page = older.get("/enroll");
    let code = world.identify(10);
    let choices = [("whom".to_owned(), "own".to_owned()), ("whom".to_owned(), pairing.clone())];
    assert_eq!(form(&page, &code).buttons, choices, "{}", page.text);
    assert!(page.has("<span class=\"host\">child</span>") && !page.has("checked"));
    assert_eq!(page.text.matches("type=\"radio\"").count(), 2);
    assert!(!younger.get("/enroll").has("type=\"radio\"") && older.get("/").has("child"));

    // Without a choice, with one that is none, or without a code nothing is done.
    let unsaid = older.send(form(&page, &code));
    assert_eq!((unsaid.status, unsaid.has("<code>whose_code</code>")), (422, true));
    assert!(unsaid.has("class=\"button\" href=\"/enroll\""), "{}", unsaid.text);
    for whom in [&"0".repeat(64), "somebody"] {
        let nobody = older.send(form(&page, &code).tick("whom", whom));
        assert_eq!((nobody.status, nobody.has("not_paired")), (409, true), "{}", nobody.text);
    }
    let empty = form(&page, &code).with("code", " ").press("whom", &pairing);
    assert!(older.send(empty).has("bad_code"));

    // The code that is still good, for the child: the page says what comes next.
    let applied = older.send(form(&page, &code).press("whom", &pairing));
    assert_eq!((applied.status, &*applied.at), (200, "/enroll"), "{}", applied.text);
    assert!(applied.has("role=\"status\"") && applied.has("<strong>child</strong>"));
    assert!(!enrolled(&guardians) && !enrolled(&young));
    let agreeing = handle.spawn(guardian(guardians.router(), &["decision=agree"]));
    let page = younger.get("/enroll");
    assert!(page.has("<button>Enroll together with the paired device</button>"), "{}", page.text);
    let forms = page.forms().into_iter();
    let mut together = forms.filter(|form| form.action == "/enroll" && form.fields.is_empty());
    let done = younger.send(together.next_back().unwrap());
    assert_eq!(world.run(agreeing).unwrap().1, [303]);
    assert_eq!((done.status, enrolled(&young), enrolled(&guardians)), (200, true, false));
    assert!(!older.get("/enroll").has("role=\"status\""));

    // The guardian's own code, and then one for the child again, who is enrolled.
    let (page, own) = (older.get("/enroll"), world.identify(11));
    let offer = older.send(form(&page, &own).press("whom", "own"));
    assert!(offer.at.starts_with("/offer/") && enrolled(&guardians), "{}", offer.text);
    let page = older.get("/enroll");
    let again = older.send(form(&page, &world.identify(10)).press("whom", &pairing));
    assert_eq!((again.status, again.has("no_ticket")), (409, true), "{}", again.text);
}

#[test]
fn a_guardian_is_asked_by_a_page() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let Family { guardian: wallet, child } = Family::enrolled(&world, folder.path(), 10);
    let guardians = Pages::with_wallet(settings(&world, folder.path(), None), wallet);
    let young = Pages::with_wallet(settings(&world, folder.path(), None), child);
    let handle = world.run(async { Handle::current() });
    let mut browser = Browser::new(&world, &young);

    // Away: nothing is sent, and the question waits on.
    let begun = world.begin("register", Flow::SameDevice);
    let asked = browser.ask(&begun.uri);
    let answer = asked.form(&asked.at).tick("disclose", "yes").press("decision", "answer");
    let away = browser.send(answer.clone());
    assert_eq!((away.status, away.has("peer_away")), (502, true), "{}", away.text);

    reach(&young, &guardians, &handle);
    let agreeing = handle.spawn(guardian(
        guardians.router(),
        &["decision=agree", "decision=agree&disclose=yes", "decision=agree&disclose=yes"],
    ));
    let answered = browser.send(answer);
    let (shown, ends) = world.run(agreeing).unwrap();
    // Without the separate consent it asks again; a decision is good once.
    assert_eq!(ends, [422, 303, 410]);
    for text in ["child", "shop.example", "registration", "age_over_18", "Agree", "Decline"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(!shown.contains("checked"));
    let done = answered.text.split("url=").nth(1).unwrap().split('"').next().unwrap();
    let code: &pairnym_transport::Code = &done.rsplit('#').next().unwrap().parse().unwrap();
    world.run(world.shop.redeem(&begun.transaction, Some(code))).unwrap();

    // Declined by the guardian: the platform is declined, and the child is told.
    let begun = world.begin("log-in", Flow::SameDevice);
    let asked = browser.ask(&begun.uri);
    let declining = handle.spawn(guardian(guardians.router(), &["decision=decline"]));
    let declined = browser.send(asked.form(&asked.at).press("decision", "answer"));
    assert_eq!(world.run(declining).unwrap().1, [303]);
    assert_eq!((declined.status, declined.has("peer_declined")), (422, true), "{}", declined.text);

    // Each history has it; the guardian's own 网号s are not the child's.
    let mut second = Browser::new(&world, &guardians);
    assert!(second.get("/history").has("on behalf of: child"));
    assert!(second.get("/").has("None is listed here yet"));
    assert!(browser.get("/").has("acts only together"));
}

/// The guardian's browser calls while the child's device has called and not asked yet.
#[test]
fn a_page_that_waits_for_the_wallet_leads_to_the_question() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let Family { guardian: wallet, mut child } = Family::paired(&world, folder.path());
    let guardians = Pages::with_wallet(settings(&world, folder.path(), None), wallet);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut first = TcpChannel::connect(&address).unwrap();
    let second = TcpChannel::new(listener.accept().unwrap().0).unwrap();
    let router = guardians.router();
    world.run(async {
        let mut attending = pin!(guardians.attend(second));
        let mut early = pin!(call(&router, "/", None));
        // The wallet is taken first, and then waited for.
        poll_fn(|context| {
            assert!(attending.as_mut().poll(context).is_pending());
            assert!(early.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let asking = std::thread::spawn(move || child.take_over(&mut first));
        let early = tokio::time::timeout(Duration::from_secs(20), early);
        let (status, at, _) = early.await.expect("it waits for the decision");
        assert!(status == StatusCode::SEE_OTHER && at.starts_with("/attend/"), "{status} {at}");
        call(&router, &at, Some("decision=decline")).await;
        let ward = "child".to_owned();
        assert_eq!(attending.await.unwrap(), Some(Attended::Declined { ward }));
        assert!(matches!(asking.join().unwrap(), Err(Failure::PeerDeclined)));
    });
}
