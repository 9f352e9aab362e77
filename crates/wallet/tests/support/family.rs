//! A connection between two devices, in memory, and whoever sits in between.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use pairnym::shared::PairingId;
use pairnym_transport::authority::CounterCode;
use pairnym_transport::wallet::HttpRequest;
use pairnym_wallet::{
    Answered, Ask, Attended, Channel, Decision, Failure, Http, Offline, Response, Wallet,
};

use super::World;

/// What becomes of a frame, by its place among those of one side: nothing for a connection that
/// ends.
pub type Between = Box<dyn FnMut(usize, Vec<u8>) -> Option<Vec<u8>> + Send>;

/// One end.
pub struct Line {
    to: Option<Sender<Vec<u8>>>,
    from: Receiver<Vec<u8>>,
    between: Between,
    sent: usize,
}

impl Line {
    /// Both ends. Somebody in between changes what each sends.
    pub fn tapped(first: Between, second: Between) -> (Self, Self) {
        let ((to, from), (back_to, back_from)) = (channel(), channel());
        let end = |to, from, between| Self { to: Some(to), from, between, sent: 0 };
        (end(to, back_from, first), end(back_to, from, second))
    }

    pub fn new() -> (Self, Self) {
        Self::tapped(nobody(), nobody())
    }
}

/// Nobody is in between.
pub fn nobody() -> Between {
    Box::new(|_, frame| Some(frame))
}

/// The frame with this number does not arrive, nor anything after it.
pub fn cut(at: usize) -> Between {
    Box::new(move |n, frame| (n < at).then_some(frame))
}

/// A bit of the frame with this number is another.
pub fn flipped(at: usize) -> Between {
    Box::new(move |n, mut frame| {
        let place = frame.len() / 2;
        frame[place] ^= u8::from(n == at);
        Some(frame)
    })
}

/// In the place of the frame with this number comes the one before again.
pub fn repeated(at: usize) -> Between {
    let mut before = Vec::new();
    Box::new(move |n, frame| {
        let sent = if n == at { std::mem::take(&mut before) } else { frame.clone() };
        before = frame;
        Some(sent)
    })
}

impl Channel for Line {
    fn send(&mut self, frame: &[u8]) -> Result<(), Offline> {
        let arrives = (self.between)(self.sent, frame.to_vec());
        self.sent += 1;
        if arrives.is_none() {
            self.to = None;
        }
        let sent = self.to.as_ref().zip(arrives).map(|(to, frame)| to.send(frame));
        // Nobody knows whether what was sent arrived.
        if self.to.is_some() { sent.ok_or(Offline)?.map_err(|_| Offline) } else { Ok(()) }
    }

    fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, Offline> {
        self.from.recv_timeout(patience.min(Duration::from_secs(2))).map_err(|_| Offline)
    }
}

/// A device without a network.
pub struct Nowhere;

impl Http for Nowhere {
    fn call(&self, _: &HttpRequest) -> Result<Response, Offline> {
        Err(Offline)
    }
}

pub fn agrees(_: &Ask) -> Decision {
    Decision::AnswerAndDisclose
}

pub fn declines(_: &Ask) -> Decision {
    Decision::Decline
}

/// A guardian's wallet and a child's, paired.
pub struct Family {
    pub guardian: Wallet,
    pub child: Wallet,
}

impl Family {
    /// Each in a folder of its own below this one.
    pub fn paired(world: &World, path: &Path) -> Self {
        let mut guardian = world.wallet(&path.join("guardian"));
        let mut child = world.wallet(&path.join("child"));
        let mut inviting = guardian.invite("127.0.0.1:1").unwrap();
        let text = inviting.text().to_owned();
        let (mut first, mut second) = Line::new();
        thread::scope(|scope| {
            let guardian = &mut guardian;
            let theirs = scope.spawn(move || {
                let meeting = inviting.meet(&mut second).unwrap();
                let code = meeting.code();
                guardian.confirm_ward(meeting, "child").unwrap();
                code
            });
            let meeting = child.join(&mut first, &text).unwrap();
            let code = meeting.code();
            child.confirm_second(meeting, "guardian").unwrap();
            assert!(theirs.join().unwrap() == code);
        });
        Self { guardian, child }
    }

    /// Paired, and the child with this number is enrolled, and has a credential.
    pub fn enrolled(world: &World, path: &Path, person: u8) -> Self {
        let mut family = Self::paired(world, path);
        let code = world.identify(person);
        let pairing = family.pairing();
        family.guardian.apply(world, &pairing, code, world.now()).unwrap();
        family.enroll(world).unwrap();
        family.fetch(world, person);
        family
    }

    pub fn pairing(&self) -> PairingId {
        self.guardian.wards().next().unwrap().pairing
    }

    pub fn enroll(&mut self, world: &World) -> Result<(), Failure> {
        let (mut first, mut second) = Line::new();
        let Self { guardian, child } = self;
        thread::scope(|scope| {
            let enrolling = scope.spawn(move || child.enroll_together(&mut first));
            let now = || world.now();
            let attended = guardian.attend(world, &mut second, &mut agrees, &now);
            assert!(attended.is_ok() || matches!(attended, Err(Failure::NoTicket)), "{attended:?}");
            enrolling.join().unwrap()
        })
    }

    /// The child's own session, and a credential.
    pub fn fetch(&mut self, world: &World, person: u8) {
        self.fetch_with(world, world.identify(person));
    }

    /// The same, with this code.
    pub fn fetch_with(&mut self, world: &World, code: CounterCode) {
        self.child.enroll(world, code, world.now()).unwrap();
        let now = || world.now();
        let (refreshed, attended) =
            self.both(world, Line::new(), agrees, |child, world, channel| {
                child.refresh_together(world, channel, |_| true, &now)
            });
        refreshed.unwrap();
        attended.unwrap();
    }

    /// The child's device acts, while the guardian's attends one call.
    pub fn both<T>(
        &mut self,
        world: &World,
        (mut first, mut second): (Line, Line),
        mut person: impl FnMut(&Ask) -> Decision + Send,
        act: impl FnOnce(&mut Wallet, &World, &mut dyn Channel) -> Result<T, Failure>,
    ) -> (Result<T, Failure>, Result<Attended, Failure>) {
        let (Self { guardian, child }, now) = (self, world.now());
        thread::scope(|scope| {
            let attending = scope
                .spawn(move || guardian.attend(&Nowhere, &mut second, &mut person, &move || now));
            let acted = act(child, world, &mut first);
            drop(first);
            (acted, attending.join().unwrap())
        })
    }

    /// The question of a link, answered over this line.
    pub fn try_answer(
        &mut self,
        world: &World,
        ask: &str,
        line: (Line, Line),
        person: impl FnMut(&Ask) -> Decision + Send,
    ) -> (Result<Answered, Failure>, Result<Attended, Failure>) {
        let (_, asked) = world.ask(&mut self.child, ask);
        self.both(world, line, person, |child, world, channel| {
            let now = || world.now();
            child.decide_together(world, channel, asked, Decision::AnswerAndDisclose, &now)
        })
    }

    /// Answers a link at the shop, and redeems it.
    pub fn answer(&mut self, world: &World, ask: &str) -> pairnym_service::platform::Account {
        let (begun, asked) = world.ask(&mut self.child, ask);
        let (answered, attended) =
            self.both(world, Line::new(), agrees, |child, world, channel| {
                let now = || world.now();
                child.decide_together(world, channel, asked, Decision::AnswerAndDisclose, &now)
            });
        attended.unwrap();
        let done = answered.unwrap().done.unwrap();
        world.run(world.shop.redeem(&begun.transaction, Some(done.code()))).unwrap()
    }
}
