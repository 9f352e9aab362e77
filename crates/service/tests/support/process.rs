//! The program itself, in a folder of its own, on the loopback interface.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use pairnym::UnixTime;
use pairnym_transport::PublicKey;
use pairnym_transport::authority::SignedList;
use pairnym_transport::ed25519_dalek;
use pairnym_transport::envelope::Envelope;

use super::http::{Call, Response};
use super::platform::{ASKS, JSON, adult};
use super::wallet::Wallet;

pub const TOKEN: &str = "a token of the back end";

/// A program that runs, or was killed and can be started again.
pub struct Process {
    pub authority: Arc<pairnym_testkit::Service>,
    pub folder: tempfile::TempDir,
    pub public: SocketAddr,
    pub backend: SocketAddr,
    pub admin: SocketAddr,
    child: Option<Child>,
}

/// The two keys of three that sign lists.
pub fn signers() -> [SigningKey; 2] {
    [[1; 32], [2; 32]].map(|seed| SigningKey::from_bytes(&seed))
}

pub fn write_list(folder: &Path, list: &pairnym::ParameterList, signers: &[SigningKey]) {
    let bytes = SignedList::new(list, signers).to_json().unwrap();
    std::fs::write(folder.join("new"), bytes).unwrap();
    std::fs::rename(folder.join("new"), folder.join("list.json")).unwrap();
}

impl Process {
    /// With SQLite, and a configuration to which some lines are added in front.
    pub fn prepare(first_lines: &str) -> Self {
        let authority = Arc::new(pairnym_testkit::Service::new(UnixTime::now()));
        Self::of(authority, first_lines, "engine = 'sqlite'\npath = 'store.sqlite'")
    }

    /// With these lines about its store. The folder has its other files already.
    pub fn of(authority: Arc<pairnym_testkit::Service>, first_lines: &str, store: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_list(folder.path(), authority.list(), &signers());
        std::fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
        // Free now; nobody else takes them so soon.
        let ports = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [public, backend, admin] = ports.map(|port| port.local_addr().unwrap());
        let keys: Vec<_> = [[1; 32], [2; 32], [3; 32]]
            .map(|seed| serde_json::to_string(&PublicKey::from(&SigningKey::from_bytes(&seed))))
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let asks = ASKS.replace("\n[", "\n[asks.");
        let config = format!(
            "{first_lines}
host = 'shop.example'
wallet = 'wallet.example'
[list]
file = 'list.json'
keys = [{}]
threshold = 2
reload_seconds = 1
[public]
listen = '{public}'
limit = {{ burst = 100000, per_minute = 1000000 }}
[backend]
listen = '{backend}'
token_file = 'token'
[admin]
listen = '{admin}'
[store]
{store}
{asks}",
            keys.join(", ")
        );
        std::fs::write(folder.path().join("platform.toml"), config).unwrap();
        Self { authority, folder, public, backend, admin, child: None }
    }

    pub async fn start(first_lines: &str) -> Self {
        let mut process = Self::prepare(first_lines);
        process.serve(&[]).await;
        process
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pairnym-platform"));
        command.arg("--config").arg(self.folder.path().join("platform.toml")).args(arguments);
        command
    }

    /// Starts it, and waits until it is ready. What it logs is added to the file `log`.
    pub async fn serve(&mut self, flags: &[&str]) {
        let mut command = self.command(flags);
        command.arg("serve");
        self.spawn(command).await;
    }

    /// Starts it so that none of its files can become larger than 512 kB, and writes say so.
    pub async fn limited(&mut self) {
        let served = self.command(&["serve"]);
        let mut command = Command::new("bash");
        command.args(["-c", "trap '' XFSZ; ulimit -S -f 512; exec \"$@\"", "bash"]);
        command.arg(served.get_program()).args(served.get_args());
        self.spawn(command).await;
    }

    async fn spawn(&mut self, mut command: Command) {
        let mut options = std::fs::File::options();
        let log = options.create(true).append(true).open(self.folder.path().join("log")).unwrap();
        self.child = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        for _ in 0..200 {
            if self.command(&["health"]).stderr(Stdio::null()).status().unwrap().success() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not ready: {}", self.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// As a loss of power does.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("a process");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub async fn restart(&mut self) {
        self.kill();
        self.serve(&[]).await;
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("a process").id()
    }

    pub fn terminate(&self) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    pub async fn ended(&mut self) -> std::process::ExitStatus {
        let mut child = self.child.take().expect("a process");
        tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap()
    }

    pub fn wallet(&self, number: u8) -> Wallet {
        let now = UnixTime::now();
        Wallet::new(adult(&self.authority, number, now), self.public, now)
    }

    pub async fn api(&self, method: &str, path: &str, body: &str) -> Response {
        let call = Call::post(path, JSON, body).method(method);
        call.header("authorization", &format!("Bearer {TOKEN}")).send(self.backend).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
