//! What both phones show, side by side, and what is done with them.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::page::say_failure;
use pairnym_wallet::{Coming, Decision, Network};
use serde::Deserialize;

use super::{Came, Failure, PERSON, Phones, Shown, Stage, What, line, locked};
use crate::World;
use crate::page::{Frame, page, to};

type This = State<Arc<World>>;

pub(crate) fn router(world: &Arc<World>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/pair", post(pair))
        .route("/decide", post(decide))
        .route("/apply", post(apply))
        .route("/session", post(session))
        .route("/come", post(come))
        .route("/answer", post(answer))
        .with_state(world.clone())
}

#[derive(Template)]
#[template(path = "family.html")]
struct Home {
    f: Frame,
    stage: Stage,
    busy: bool,
    ask: Option<What>,
    question: Option<(String, Vec<String>)>,
    done: Option<String>,
    over_asked: Option<String>,
    /// In words, and by its code.
    failed: Option<(&'static str, String)>,
}

async fn home(State(world): This, f: Frame) -> Response {
    let view = locked(&world.family.0.view);
    let question = view.question.as_ref().map(|asked| {
        let values = f.values(&asked.question.disclosed);
        (asked.question.platform.to_string(), values.into_iter().map(|(name, _)| name).collect())
    });
    let home = Home {
        f,
        stage: view.stage,
        busy: view.busy,
        ask: view.ask.as_ref().map(|shown| shown.what.clone()),
        question,
        done: view.done.clone(),
        over_asked: view.over_asked.clone(),
        failed: view
            .failed
            .as_ref()
            .map(|failure| (say_failure(failure, f.language), failure.code().to_owned())),
    };
    page(f, StatusCode::OK, &home)
}

/// Both phones meet, and show digits that two people compare.
async fn pair(State(world): This) -> Response {
    world.family.run(|family, Phones { child, guardian }| {
        let (mut first, mut second) = line()?;
        let mut inviting = guardian.invite("127.0.0.1:1")?;
        let text = inviting.text().to_owned();
        let ((shows, shown), (says, said)) = (channel(), channel());
        thread::scope(|scope| {
            let theirs = scope.spawn(move || {
                let meeting = inviting.meet(&mut second)?;
                let _ = shows.send(meeting.code().to_string());
                match said.recv_timeout(PERSON) {
                    Ok(true) => guardian.confirm_ward(meeting, "示例丁").map(drop),
                    _ => Err(Failure::CodesDiffer),
                }
            });
            let meeting = child.join(&mut first, &text)?;
            let (child_shows, guardian_shows) = (meeting.code().to_string(), shown.recv());
            let guardian_shows = guardian_shows.map_err(|_| Failure::PeerAway)?;
            let what = What::Digits { child: child_shows, guardian: guardian_shows };
            let same = family.decide(what) != Decision::Decline;
            let _ = says.send(same);
            let own = if same {
                child.confirm_second(meeting, "示例甲")
            } else {
                meeting.differ();
                Err(Failure::CodesDiffer)
            };
            theirs.join().unwrap_or(Err(Failure::PeerAway))?;
            own
        })?;
        Ok(Came::To(Stage::Paired))
    });
    soon().await
}

#[derive(Deserialize)]
struct Decided {
    decision: String,
}

/// The person at the guardian's phone decides; of the digits, both.
async fn decide(State(world): This, Form(Decided { decision }): Form<Decided>) -> Response {
    if let Some(Shown { decision: tell, .. }) = locked(&world.family.0.view).ask.take() {
        let yes = decision == "yes";
        let decision = if yes { Decision::AnswerAndDisclose } else { Decision::Decline };
        // Whoever waited too long has declined.
        let _ = tell.send(decision);
    }
    soon().await
}

#[derive(Deserialize)]
struct Typed {
    code: String,
}

/// The guardian has applied at the counter: the code is typed into their phone.
async fn apply(State(world): This, Form(Typed { code }): Form<Typed>) -> Response {
    world.family.run(move |family, phones| {
        let code = code.trim().parse().map_err(|_| Failure::BadCode)?;
        let ward = phones.guardian.wards().next().ok_or(Failure::NotPaired)?.pairing;
        phones.guardian.apply(&Network::default(), &ward, code, family.now())?;
        family.together(phones, |child, channel, _| child.enroll_together(channel))?;
        Ok(Came::To(Stage::Enrolled))
    });
    soon().await
}

/// Another code, for the child's own phone: with it the two fetch a credential.
async fn session(State(world): This, Form(Typed { code }): Form<Typed>) -> Response {
    world.family.run(move |family, phones| {
        let code = code.trim().parse().map_err(|_| Failure::BadCode)?;
        phones.child.enroll(&Network::default(), code, family.now())?;
        family.together(phones, |child, channel, network| {
            child.refresh_together(network, channel, |_| true, &|| family.now())
        })?;
        Ok(Came::To(Stage::Ready))
    });
    soon().await
}

#[derive(Deserialize)]
struct Pasted {
    link: String,
}

/// The child's phone scans a code, or opens a link.
async fn come(State(world): This, Form(Pasted { link }): Form<Pasted>) -> Response {
    world.family.run(move |family, Phones { child, .. }| {
        let (network, now) = (Network::default(), family.now());
        let mut coming = child.come(&network, link.trim(), CrossDevice::default(), now)?;
        loop {
            coming = match coming {
                Coming::Asks(asked) => return Ok(Came::Asked(asked)),
                Coming::OverAsks(report) => {
                    return Ok(Came::OverAsked(report.platform.to_string()));
                }
                Coming::Pairs(pairing) => child.pair(&network, *pairing, now)?,
            };
        }
    });
    soon().await
}

/// The child wants to answer: the guardian's phone is asked.
async fn answer(State(world): This, Form(Decided { decision }): Form<Decided>) -> Response {
    let Some(asked) = locked(&world.family.0.view).question.take() else { return to("/") };
    let yes = decision == "yes";
    world.family.run(move |family, phones| {
        let clock = || family.now();
        let answered = if yes {
            family.together(phones, |child, channel, network| {
                let decision = Decision::AnswerAndDisclose;
                child.decide_together(network, channel, *asked, decision, &clock)
            })?
        } else {
            phones.child.decide(&Network::default(), *asked, Decision::Decline, clock())?
        };
        Ok(Came::Answered(answered.done.map(|done| done.to_string())))
    });
    soon().await
}

/// Back to the page, once most acts have come to their end or to a person.
async fn soon() -> Response {
    tokio::time::sleep(Duration::from_millis(300)).await;
    to("/")
}
