//! Both flows, from the page that begins to the account.

mod support;

use pairnym::UnixTime;
use pairnym_transport::wallet::WalletError;
use support::fleet::{Database, Fleet};
use support::http::Call;
use support::platform::{JSON, ORIGIN, Place, World};

/// Registration, login and a signature, on the same device.
async fn same_device(world: &impl Place) {
    let mut wallet = world.wallet(1);
    let pseudonym = wallet.person.pseudonym(&pairnym_testkit::host("shop.example")).to_string();

    let page = world.begin("register", "same-device").await;
    assert!(page.cookie.starts_with("__Host-pairnym="), "{}", page.cookie);
    assert!(page.uri.starts_with("https://wallet.example/#shop.example/"), "{}", page.uri);
    assert_eq!(page.state().await, "open");
    let answered = wallet.answer(&page.uri).await.unwrap();
    assert_eq!(page.state().await, "answered");
    let done = answered.done.unwrap();
    assert_eq!(done.host().to_string(), "shop.example");

    // The done page asks where to go; that changes nothing.
    let code = done.code().to_string();
    let body = format!(r#"{{"code":"{code}"}}"#);
    for _ in 0..2 {
        let asked = Call::post("/.well-known/pairnym/done", JSON, &*body).send(page.server).await;
        assert_eq!(asked.json()["to"], "https://shop.example/pairnym/return?ask=register");
    }
    let account = page.finish(&code).await;
    assert_eq!(account.status, 200, "{}", account.text());
    let account = account.json();
    assert_eq!(account["pseudonym"], pseudonym);
    assert_eq!(account["claims"]["age_over_18"], true);
    assert_eq!(account["claims"]["region"], "上海");
    assert_eq!(
        (&account["ask"], &account["purpose"]),
        (&"register".into(), &"registration".into())
    );
    assert_eq!(page.state().await, "redeemed");

    let page = world.begin("log-in", "same-device").await;
    let answered = wallet.answer(&page.uri).await.unwrap();
    let account = page.finish(&answered.done.unwrap().code().to_string()).await.json();
    assert_eq!(account["pseudonym"], pseudonym);
    assert!(account["slot"].is_null());

    let page = world.begin("sign", "same-device").await;
    let answered = wallet.answer(&page.uri).await.unwrap();
    let account = page.finish(&answered.done.unwrap().code().to_string()).await.json();
    assert_eq!(account["statement"], "I buy a boat.");
    let acts = world.acts(&pseudonym).await;
    let [(request, answer)] = &acts[..] else { panic!("{} acts", acts.len()) };
    use pairnym::Message;
    let request = pairnym::Request::from_bytes(request).unwrap();
    let login = pairnym::message::Login::from_bytes(answer).unwrap();
    let act = pairnym::platform::Act::of_login(&request, &login).unwrap();
    assert_eq!(act.pseudonym().to_string(), pseudonym);
    assert_eq!(act.statement(), "I buy a boat.");
}

#[tokio::test]
async fn same_device_in_memory() {
    same_device(&World::memory().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn same_device_with_sqlite() {
    same_device(&World::sqlite().await).await;
}

async fn cross_device(world: &impl Place) {
    let mut wallet = world.wallet(1);
    let page = world.begin("register", "cross-device").await;
    assert!(page.uri.starts_with("https://shop.example/.well-known/pairnym/"), "{}", page.uri);
    let (unpaired, digits) = wallet.pair(&page.uri).await.unwrap();
    let status = page.status("?seen=open").await.json();
    assert_eq!((&status["state"], &status["tries"]), (&"pairing".into(), &3.into()));

    let other = if digits == "000000" { "000001" } else { "000000" };
    let wrong = page.digits(other).await;
    assert_eq!((wrong.problem().as_str(), &wrong.json()["tries"]), ("wrong_digits", &2.into()));

    // A second wallet, and an answer before the digits.
    let second = world.wallet(2).pair(&page.uri).await.unwrap_err();
    assert!(matches!(second, WalletError::Problem(problem) if problem.code == "taken"));

    // The wallet waits while the person types.
    let typing = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(page.digits(&digits).await.json()["state"], "paired");
    };
    let (answered, ()) = tokio::join!(wallet.go_on(unpaired), typing);
    assert!(answered.unwrap().done.is_none(), "no code between two devices");
    let account = page.redeem("{}").await;
    assert_eq!(account.status, 200, "{}", account.text());
    assert_eq!(account.json()["claims"]["age_over_18"], true);
}

#[tokio::test]
async fn cross_device_in_memory() {
    cross_device(&World::memory().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_device_with_sqlite() {
    cross_device(&World::sqlite().await).await;
}

/// Both, and a person who says no.
async fn all(fleet: &Fleet) {
    same_device(fleet).await;
    cross_device(fleet).await;
    let page = fleet.begin("register", "same-device").await;
    let asking = fleet.wallet(4).fetch(&page.uri).await.unwrap();
    let pairnym_transport::wallet::Next::Ask(asking) = asking else { unreachable!() };
    let sending = asking.decline().record(|_| Ok::<_, WalletError>(())).unwrap();
    assert_eq!(fleet.wallet(4).send(sending.post()).await.status, 200);
    assert_eq!(page.state().await, "declined");
    assert_eq!(page.redeem("{}").await.problem(), "declined");
}

/// Programs with PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn with_postgres() {
    let Some(database) = Database::direct() else { return };
    all(&Fleet::start(&database.url, 1).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_pgbouncer() {
    let Some(database) = Database::pooled() else { return };
    all(&Fleet::start(&database.url, 1).await).await;
}

/// Each call at the other of two programs; and then those at one that were at the other.
#[tokio::test(flavor = "multi_thread")]
async fn at_two_servers_in_turn() {
    for database in [Database::direct(), Database::pooled()] {
        let Some(database) = database else { return };
        let fleet = Fleet::start(&database.url, 2).await;
        all(&fleet).await;
        for process in &fleet.processes {
            let metrics = Call::get("/metrics").send(process.admin).await.text();
            assert!(metrics.contains("method=\"POST\",status=\"200\""), "{metrics}");
        }
    }
}

/// A person who does not meet the condition looks like one who said no.
#[tokio::test]
async fn refusals_are_all_alike() {
    let world = World::memory().await;
    let mut bodies = Vec::new();
    let child = world.authority.person(3, [("age_over_18", false.into())], world.now());
    let mut child = support::wallet::Wallet::new(child, world.server, world.now());
    let page = world.begin("register", "same-device").await;
    let sending = child.prepare(&page.uri).await.unwrap();
    bodies.push(sending.post().body.clone().unwrap().1);
    let receipt = child.send(sending.post()).await;
    assert!(sending.receive(support::wallet::response(&receipt)).unwrap().done.is_none());
    assert_eq!(page.state().await, "declined");
    assert_eq!(page.finish("AAAAAAAAAAAAAAAAAAAAAA").await.problem(), "declined");

    let adult = world.wallet(1);
    let page = world.begin("register", "same-device").await;
    let next = adult.fetch(&page.uri).await.unwrap();
    let pairnym_transport::wallet::Next::Ask(asking) = next else { unreachable!() };
    let sending = asking.decline().record(|_| Ok::<_, WalletError>(())).unwrap();
    bodies.push(sending.post().body.clone().unwrap().1);
    let first = adult.send(sending.post()).await;
    // A lost response is repeated, byte for byte.
    let mut second = adult.send(sending.post()).await;
    second.headers.clone_from(&first.headers);
    assert_eq!(first, second);

    let shape = |body: &Vec<u8>| {
        let mut json: serde_json::Value = serde_json::from_slice(body).unwrap();
        json["attempt"] = "".into();
        (json, body.len())
    };
    assert_eq!(shape(&bodies[0]), shape(&bodies[1]));
}

/// Nobody logs in without an account, and nothing is used up.
#[tokio::test]
async fn a_login_needs_an_account() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    let page = world.begin("log-in", "same-device").await;
    let refused = wallet.answer(&page.uri).await.unwrap_err();
    assert!(matches!(refused, WalletError::Problem(problem) if problem.code == "no_account"));
    assert_eq!(page.state().await, "open");
    world.register(&mut wallet).await;
    assert!(wallet.answer(&page.uri).await.unwrap().done.is_some());
}

/// What time ends.
#[tokio::test]
async fn too_late() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);

    let page = world.begin("register", "same-device").await;
    let sending = wallet.prepare(&page.uri).await.unwrap();
    world.pass(301);
    assert_eq!(wallet.send(sending.post()).await.problem(), "expired");
    assert_eq!(Call::get(&page.path()).send(world.server).await.problem(), "expired");
    assert_eq!(page.state().await, "expired");

    wallet.now = UnixTime(world.now().0);
    let page = world.begin("register", "same-device").await;
    let answered = wallet.answer(&page.uri).await.unwrap();
    let code = answered.done.unwrap().code().to_string();
    world.pass(61);
    assert_eq!(page.finish(&code).await.problem(), "expired");

    wallet.now = UnixTime(world.now().0);
    let page = world.begin("register", "cross-device").await;
    let (_, digits) = wallet.pair(&page.uri).await.unwrap();
    world.pass(121);
    assert_eq!(page.digits(&digits).await.problem(), "pairing_failed");
    assert_eq!(page.state().await, "failed");
}

/// A page learns of a change at once, and of none after it was woken for nothing.
#[tokio::test]
async fn a_page_waits() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    let page = world.begin("register", "same-device").await;
    let waiting = page.clone();
    let waiting = tokio::spawn(async move { waiting.status("?seen=open").await });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    wallet.answer(&page.uri).await.unwrap();
    let woken = tokio::time::timeout(std::time::Duration::from_secs(2), waiting).await;
    assert_eq!(woken.unwrap().unwrap().json()["state"], "answered");
    // And when the server stops.
    let page = world.begin("register", "same-device").await;
    let waiting = page.clone();
    let waiting = tokio::spawn(async move { waiting.status("?seen=open").await });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    world.service.stop();
    let woken = tokio::time::timeout(std::time::Duration::from_secs(2), waiting).await;
    assert_eq!(woken.unwrap().unwrap().json()["state"], "open");
}

/// A wallet whose connection breaks after it has sent its answer: the page learns of it all the same.
#[tokio::test]
async fn a_page_waits_for_somebody_who_is_gone() {
    use tokio::io::AsyncWriteExt;
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    for _ in 0..8 {
        let page = world.begin("register", "same-device").await;
        let sending = wallet.prepare(&page.uri).await.unwrap();
        let waiting = page.clone();
        let waiting = tokio::spawn(async move { waiting.status("?seen=open").await });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let mut stream = tokio::net::TcpStream::connect(world.server).await.unwrap();
        stream.write_all(&support::wallet::call(sending.post()).to_bytes()).await.unwrap();
        drop(stream);
        let woken = tokio::time::timeout(std::time::Duration::from_secs(2), waiting).await;
        assert_eq!(woken.expect("woken").unwrap().json()["state"], "answered");
    }
}

/// The pages as a browser without scripts uses them: forms and links.
#[tokio::test]
async fn without_scripts() {
    let world = World::memory().await;
    let mut wallet = world.wallet(1);
    let form = "application/x-www-form-urlencoded";
    let start =
        Call::get("/pairnym/ask/register").header("accept-language", "zh").send(world.server).await;
    assert!(start.text().contains("lang=\"zh\"") && start.text().contains("在另一台设备上"));
    assert_eq!(start.header("referrer-policy"), "same-origin");
    let begun = Call::post("/pairnym/ask/register", form, "flow=cross-device")
        .header("origin", ORIGIN)
        .send(world.server)
        .await;
    assert_eq!((begun.status, begun.header("location")), (303, "/pairnym/request"));
    let cookie = begun.cookie();
    let get = || Call::get("/pairnym/request").header("cookie", &cookie).send(world.server);
    let shown = get().await.text();
    assert!(shown.contains("<svg") && shown.contains("http-equiv=\"refresh\""), "{shown}");
    let (_, rest) = shown.split_once("<code id=\"uri\" tabindex=\"0\">").unwrap();
    let uri = rest.split_once('<').unwrap().0.to_owned();

    let (unpaired, digits) = wallet.pair(&uri).await.unwrap();
    let shown = get().await.text();
    assert!(shown.contains("name=\"digits\""), "{shown}");
    let typed = |digits: String| {
        Call::post("/pairnym/request", form, format!("digits={digits}"))
            .header("origin", ORIGIN)
            .header("cookie", &cookie)
            .send(world.server)
    };
    let other = if digits == "000000" { "000001" } else { "000000" };
    let wrong = typed(other.into()).await;
    assert_eq!(wrong.header("location"), "/pairnym/request?wrong=1");
    let (three, rest) = digits.split_at(3);
    assert_eq!(typed(format!("{three}+{rest}")).await.header("location"), "/pairnym/request");
    wallet.go_on(unpaired).await.unwrap();
    let shown = get().await.text();
    assert!(shown.contains("action=\"/welcome\""), "{shown}");
    let welcome = Call::post("/welcome", form, "code=")
        .header("origin", ORIGIN)
        .header("cookie", &cookie)
        .send(world.server)
        .await;
    assert_eq!(welcome.status, 200, "{}", welcome.text());
    // Back in another browser: a page that explains, and the way to begin again.
    let other = Call::get("/pairnym/return?ask=register").send(world.server).await;
    assert_eq!(other.status, 403);
    assert!(other.text().contains("/pairnym/ask/register") && !other.text().contains("<input"));
    // A camera that is no wallet.
    let page = world.begin("register", "cross-device").await;
    let camera = Call::get(&page.path()).header("accept", "text/html").send(world.server).await;
    assert_eq!((camera.status, camera.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(!camera.text().contains(page.handle()) && camera.text().contains("shop.example"));
    assert!(camera.header("vary").contains("Accept"), "{:?}", camera.headers);
}
