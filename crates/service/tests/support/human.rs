//! People with wallets in a [`World`], who go through it step by step, each until it is done.

use pairnym::zeroize::Zeroizing;
use pairnym_transport::wallet::CrossDevice;
use pairnym_wallet::{Asked, Coming, Cost, Decision, Failure, Http, Language, Lock, Pins, Wallet};

use super::world::{TRIES, World, pause};

/// Somebody with a wallet.
pub struct Human {
    pub number: u8,
    pub wallet: Wallet,
    _folder: tempfile::TempDir,
}

impl World {
    pub fn human(&self, number: u8) -> Human {
        let pins = Pins::from_json(&std::fs::read(self.path("pins.json")).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::Key(Zeroizing::new([number; 32]));
        let cost = Cost { memory: 8, passes: 1 };
        let mut wallet = Wallet::create(folder.path(), &lock, cost, pins, self.now()).unwrap();
        let words = wallet.words(Language::English).unwrap();
        wallet.confirm_words(&words).unwrap();
        Human { number, wallet, _folder: folder }
    }

    /// Goes to the counter, and enrolls. A code whose response was lost is used up: there is another.
    pub fn enroll(&self, http: &impl Http, human: &mut Human) {
        for _ in 0..TRIES {
            let Ok(code) = self.counter("identify", human.number) else {
                pause();
                continue;
            };
            self.secret(code.clone());
            let enrolled = human.wallet.enroll(http, code.parse().unwrap(), self.now());
            let enrolled = enrolled.or_else(|_| human.wallet.enroll_again(http));
            if enrolled.is_ok() && human.wallet.is_enrolled() {
                return;
            }
        }
        panic!("{} does not get in", human.number);
    }

    pub fn refresh(&self, http: &impl Http, human: &mut Human) {
        let mut last = None;
        for _ in 0..TRIES {
            match human.wallet.refresh(http, |_| true, self.now()) {
                Ok(()) => return,
                Err(failure) => {
                    human.wallet.go_on().unwrap();
                    last = Some(failure);
                    pause();
                }
            }
        }
        panic!("{} gets no credential: {last:?}", human.number);
    }

    /// A question of the platform's, for this wallet.
    pub fn asked(
        &self,
        http: &impl Http,
        human: &mut Human,
        ask: &str,
    ) -> Result<(String, Asked), String> {
        let body = format!(r#"{{"ask":"{ask}","flow":"same-device"}}"#);
        let (status, begun) = self.backend("POST", "/v1/transactions", &body);
        if status != 201 {
            return Err(format!("{status}: {begun}"));
        }
        let transaction = self.secret(begun["transaction"].as_str().unwrap());
        let uri = begun["uri"].as_str().unwrap();
        match human.wallet.come(http, uri, CrossDevice::Off, self.now()) {
            Ok(Coming::Asks(asked)) => Ok((transaction, *asked)),
            other => Err(format!("{other:?}")),
        }
    }

    /// Answers, and the platform takes the account. The error is what the platform said, or the
    /// wallet.
    pub fn answer(
        &self,
        http: &impl Http,
        human: &mut Human,
        ask: &str,
    ) -> Result<serde_json::Value, String> {
        let (transaction, asked) = self.asked(http, human, ask)?;
        let shown = |failure: Failure| format!("{failure:?}");
        let decision = Decision::AnswerAndDisclose;
        let answered = human.wallet.decide(http, asked, decision, self.now()).map_err(shown)?;
        let code = self.secret(answered.done.unwrap().code().to_string());
        let path = format!("/v1/transactions/{transaction}/redeem");
        // A response that was lost is repeated.
        for _ in 0..TRIES {
            let (status, account) = self.backend("POST", &path, &format!(r#"{{"code":"{code}"}}"#));
            match status {
                200 => {
                    self.secret(account["pseudonym"].as_str().unwrap());
                    return Ok(account);
                }
                0 | 503 => pause(),
                _ => return Err(format!("{status}: {account}")),
            }
        }
        Err("the account is not given".to_owned())
    }

    /// Again until it is accepted: each time another question.
    pub fn insist(&self, http: &impl Http, human: &mut Human, ask: &str) -> serde_json::Value {
        let mut last = String::new();
        for _ in 0..TRIES {
            match self.answer(http, human, ask) {
                Ok(account) => return account,
                Err(why) => last = why,
            }
            pause();
        }
        panic!("{} cannot {ask}: {last}", human.number);
    }

    /// From the counter to a second login, each step until it is done; the 网号 is the wallet's.
    pub fn life(&self, http: &impl Http, number: u8) -> Human {
        let mut human = self.human(number);
        self.enroll(http, &mut human);
        while let Err(failure) = human.wallet.follow_lists(http, self.now()) {
            assert!(matches!(failure.code(), "network" | "unavailable"), "{failure:?}");
        }
        self.refresh(http, &mut human);
        self.present(http, &mut human);
        human
    }

    /// Registers or registers again, and logs in.
    pub fn present(&self, http: &impl Http, human: &mut Human) -> String {
        let shop = "shop.localhost".parse().unwrap();
        let own = human.wallet.pseudonym(&shop, None).unwrap().to_string();
        for ask in ["register", "log-in"] {
            let account = self.insist(http, human, ask);
            assert_eq!(account["pseudonym"], *own);
        }
        own
    }
}
