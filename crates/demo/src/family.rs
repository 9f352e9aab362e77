//! `family.localhost`: a child's phone and a guardian's, side by side, which answer only together
//! (SPEC §20).

use std::net::TcpListener;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use pairnym::UnixTime;
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::{
    About, Ask, Asked, Coming, Cost, Decision, Language as Words, Lock, Network, Offline, Pins,
    TcpChannel, Wallet,
};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::World;
use crate::authority::random;
use crate::clock::Clock;
use crate::page::{Frame, page, to};

type Failure = pairnym_wallet::Failure;
type This = State<Arc<World>>;

/// For how long a person may think.
const PERSON: Duration = Duration::from_secs(120);

/// The two phones. Clones share them.
#[derive(Clone)]
pub struct Family(Arc<Inner>);

struct Inner {
    clock: Clock,
    phones: Mutex<Phones>,
    view: Mutex<View>,
    _folder: tempfile::TempDir,
}

struct Phones {
    child: Wallet,
    guardian: Wallet,
}

/// How far they are, and what the screens show.
#[derive(Default)]
struct View {
    stage: Stage,
    /// Whether the phones are talking to each other.
    busy: bool,
    /// What the guardian's screen asks.
    ask: Option<Shown>,
    /// The question on the child's screen.
    question: Option<Box<Asked>>,
    /// Where the child's browser goes.
    done: Option<String>,
    /// The code of what went wrong.
    failed: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Apart,
    Paired,
    Enrolled,
    Ready,
}

/// Something to decide on.
struct Shown {
    what: What,
    decision: Sender<Decision>,
}

#[derive(Clone)]
enum What {
    /// Whether the digits are the same.
    Digits { child: String, guardian: String },
    /// Another device's act: who asks, if it is a platform, and the values.
    Act { platform: Option<String>, values: Vec<(String, String)>, statement: Option<String> },
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Family {
    /// Two new phones, whose words have been written down.
    ///
    /// # Errors
    /// The disk.
    pub fn start(pins: &Pins, clock: Clock) -> Result<Self, crate::Failure> {
        let folder = tempfile::tempdir()?;
        let phone = |name: &str| {
            let lock = Lock::Key(Zeroizing::new(random()));
            let (path, now) = (folder.path().join(name), clock.now());
            let mut wallet = Wallet::create(&path, &lock, Cost::default(), pins.clone(), now)?;
            let words = wallet.words(Words::English)?;
            wallet.confirm_words(&words)?;
            Ok::<_, Failure>(wallet)
        };
        let phones = Mutex::new(Phones { child: phone("child")?, guardian: phone("guardian")? });
        let view = Mutex::default();
        Ok(Self(Arc::new(Inner { clock, phones, view, _folder: folder })))
    }

    /// Both phones do something, on a thread; what comes of it is shown.
    fn run(&self, act: impl FnOnce(&Inner, &mut Phones) -> Result<Came, Failure> + Send + 'static) {
        {
            let mut view = locked(&self.0.view);
            if view.busy {
                return;
            }
            (view.busy, view.failed, view.done) = (true, None, None);
        }
        let family = self.clone();
        tokio::task::spawn_blocking(move || {
            let came = act(&family.0, &mut locked(&family.0.phones));
            let mut view = locked(&family.0.view);
            (view.busy, view.ask) = (false, None);
            match came {
                Ok(Came::To(stage)) => view.stage = stage,
                Ok(Came::Asked(question)) => view.question = Some(question),
                Ok(Came::Answered(done)) => view.done = done,
                Err(failure) => view.failed = Some(failure.code().to_owned()),
            }
        });
    }
}

/// What came of it.
enum Came {
    To(Stage),
    Asked(Box<Asked>),
    Answered(Option<String>),
}

impl Inner {
    fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// Shows something to a person, who decides within two minutes, or else declines.
    fn decide(&self, what: What) -> Decision {
        let (decision, decided): (_, Receiver<Decision>) = channel();
        locked(&self.view).ask = Some(Shown { what, decision });
        let decided = decided.recv_timeout(PERSON);
        locked(&self.view).ask = None;
        decided.unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => Decision::Decline,
        })
    }

    /// What the guardian sees of an act of the child's phone. The enrollment is what they applied
    /// for themselves.
    fn guardian_sees(&self, ask: &Ask) -> Decision {
        let pairs = |values: &[(pairnym::Name, pairnym::attribute::Value)]| {
            values.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
        };
        match &ask.about {
            About::Enrollment => Decision::AnswerAndDisclose,
            // No button of the demonstration asks for it.
            About::HandOver => Decision::Decline,
            About::Credential { values, .. } => {
                self.decide(What::Act { platform: None, values: pairs(values), statement: None })
            }
            About::Answer(asking) => self.decide(What::Act {
                platform: Some(asking.platform.to_string()),
                values: pairs(&asking.disclosed),
                statement: asking.statement.clone(),
            }),
        }
    }

    /// The child's phone acts, while the guardian's takes part.
    fn together<T: Send>(
        &self,
        phones: &mut Phones,
        act: impl FnOnce(&mut Wallet, &mut TcpChannel, &Network) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let (mut first, mut second) = line()?;
        let Phones { child, guardian } = phones;
        let (network, now) = (Network::default(), || self.now());
        thread::scope(|scope| {
            let acting = scope.spawn(|| {
                let acted = act(child, &mut first, &network);
                drop(first);
                acted
            });
            let mut person = |ask: &Ask| self.guardian_sees(ask);
            // What keeps the guardian's phone from taking part, the child's hears of.
            let _ = guardian.attend(&network, &mut second, &mut person, &now);
            acting.join().unwrap_or(Err(Failure::PeerAway))
        })
    }
}

/// A connection between two phones in one room.
fn line() -> Result<(TcpChannel, TcpChannel), Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let away = |Offline| Failure::PeerAway;
    let first = TcpChannel::connect(&listener.local_addr()?.to_string()).map_err(away)?;
    Ok((first, TcpChannel::new(listener.accept()?.0).map_err(away)?))
}

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
    failed: Option<String>,
}

async fn home(State(world): This, f: Frame) -> Response {
    let view = locked(&world.family.0.view);
    let question = view.question.as_ref().map(|asked| {
        let names = asked.question.disclosed.iter().map(|(name, _)| name.to_string());
        (asked.question.platform.to_string(), names.collect())
    });
    let home = Home {
        f,
        stage: view.stage,
        busy: view.busy,
        ask: view.ask.as_ref().map(|shown| shown.what.clone()),
        question,
        done: view.done.clone(),
        failed: view.failed.clone(),
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
                Coming::OverAsks(_) => return Err(Failure::Denied),
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
