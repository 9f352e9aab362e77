//! `family.localhost`: a child's phone and a guardian's, side by side, which answer only together
//! (SPEC §20).

mod page;

use std::net::TcpListener;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use pairnym::attribute::Value;
use pairnym::{Name, UnixTime};
use pairnym_wallet::{
    About, Ask, Asked, Cost, Decision, Language, Lock, Network, Offline, Pins, TcpChannel, Wallet,
};
use zeroize::Zeroizing;

use crate::authority::random;
use crate::clock::Clock;
pub(crate) use page::router;

type Failure = pairnym_wallet::Failure;

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
    /// Who asked for more than it may.
    over_asked: Option<String>,
    failed: Option<Failure>,
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
    Act { platform: Option<String>, values: Vec<(Name, Value)>, statement: Option<String> },
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
            let words = wallet.words(Language::English)?;
            wallet.confirm_words(&words)?;
            Ok::<_, Failure>(wallet)
        };
        let phones = Mutex::new(Phones { child: phone("child")?, guardian: phone("guardian")? });
        let view = Mutex::default();
        Ok(Self(Arc::new(Inner { clock, phones, view, _folder: folder })))
    }

    /// Looks at both wallets, the child's first. Nothing while the phones are in use.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl Fn(&mut Wallet) -> T + Send + 'static,
    ) -> Option<(T, T)> {
        let family = self.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let mut phones = match family.0.phones.try_lock() {
                Ok(phones) => phones,
                Err(TryLockError::Poisoned(phones)) => phones.into_inner(),
                Err(TryLockError::WouldBlock) => return None,
            };
            let Phones { child, guardian } = &mut *phones;
            Some((look(child), look(guardian)))
        });
        looked.await.ok().flatten()
    }

    /// Both phones do something, on a thread; what comes of it is shown.
    fn run(&self, act: impl FnOnce(&Inner, &mut Phones) -> Result<Came, Failure> + Send + 'static) {
        {
            let mut view = locked(&self.0.view);
            if view.busy {
                return;
            }
            (view.busy, view.failed) = (true, None);
            (view.over_asked, view.done) = (None, None);
        }
        let family = self.clone();
        tokio::task::spawn_blocking(move || {
            let came = act(&family.0, &mut locked(&family.0.phones));
            let mut view = locked(&family.0.view);
            (view.busy, view.ask) = (false, None);
            match came {
                Ok(Came::To(stage)) => view.stage = stage,
                Ok(Came::Asked(question)) => view.question = Some(question),
                Ok(Came::OverAsked(platform)) => view.over_asked = Some(platform),
                Ok(Came::Answered(done)) => view.done = done,
                Err(failure) => view.failed = Some(failure),
            }
        });
    }
}

/// What came of it.
enum Came {
    To(Stage),
    Asked(Box<Asked>),
    OverAsked(String),
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
        match &ask.about {
            About::Enrollment => Decision::AnswerAndDisclose,
            // No button of the demonstration asks for it.
            About::HandOver => Decision::Decline,
            About::Credential { values, .. } => {
                self.decide(What::Act { platform: None, values: values.clone(), statement: None })
            }
            About::Answer(asking) => self.decide(What::Act {
                platform: Some(asking.platform.to_string()),
                values: asking.disclosed.clone(),
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
