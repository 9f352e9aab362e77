//! The programs of an authority, in one folder, on the loopback interface.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use pairnym::{Message as _, ParameterList, UnixTime};
use pairnym_transport::authority::SignedList;
use pairnym_transport::envelope::Envelope as _;

use super::device::Device;
use super::http::{Call, Response};

/// How many batches of evidence come with a credential.
pub const BATCHES: usize = 2;

/// The folder, and what runs.
pub struct Authority {
    pub folder: tempfile::TempDir,
    running: BTreeMap<String, Child>,
    ports: BTreeMap<String, SocketAddr>,
}

/// A port that is free now; nobody else takes it so soon.
fn port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Authority {
    /// Keys, a list with two signatures, and people, all made by the program itself.
    pub fn prepare() -> Self {
        Self::certifying(
            "attributes = [{ name = 'age_over_18', kind = 'flag' },
            { name = 'assurance', kind = 'integer' }, { name = 'region', kind = 'text' }]",
        )
    }

    /// With this schema.
    pub fn certifying(attributes: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Self { folder, running: BTreeMap::new(), ports: BTreeMap::new() };
        for key in ["seed", "next-seed", "storage", "token", "list-1", "list-2", "list-3", "office"]
        {
            authority.run(&["generate-key", &authority.path(key)]);
        }
        authority.write("schema.toml", attributes);
        let people = (1..=9).map(|number| {
            let id = format!("{number:02x}").repeat(32);
            format!("[person.{id}]\nage_over_18 = true\nassurance = 3\nregion = '上海'\n")
        });
        authority.write("people.toml", &people.collect::<String>());
        std::fs::create_dir(authority.path("lists")).unwrap();
        std::fs::create_dir(authority.path("permissions")).unwrap();
        let since = (UnixTime::now().0 - 86_400).to_string();
        authority.run(&[
            "first-list",
            "--authority",
            "authority.example",
            "--host",
            "id.authority.example",
            "--seed-file",
            &authority.path("seed"),
            "--schema",
            &authority.path("schema.toml"),
            "--batches",
            &BATCHES.to_string(),
            "--since",
            &since,
            "--out",
            &authority.path("lists/0.json"),
        ]);
        authority.sign("lists/0.json");
        authority
    }

    /// By two of three list keys.
    pub fn sign(&self, list: &str) {
        for key in ["list-1", "list-2"] {
            self.run(&["sign-list", "--key-file", &self.path(key), &self.path(list)]);
        }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pairnym-authority"));
        command.args(arguments);
        command
    }

    /// What it writes, if it succeeds.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn list(&self, serial: u32) -> ParameterList {
        let bytes = std::fs::read(self.path(&format!("lists/{serial}.json"))).unwrap();
        ParameterList::from_bytes(&SignedList::from_json(&bytes).unwrap().list).unwrap()
    }

    pub fn port(&mut self, name: &str) -> SocketAddr {
        *self.ports.entry(name.to_owned()).or_insert_with(port)
    }

    fn common(&mut self, name: &str, role: &str) -> String {
        let key = |file: &str| self.run(&["public-key", &self.path(file)]).trim().to_owned();
        let keys: Vec<_> =
            ["list-1", "list-2", "list-3"].iter().map(|file| format!("'{}'", key(file))).collect();
        let admin = self.port(&format!("{name} admin"));
        format!(
            "role = '{role}'
drain_seconds = 5
[admin]
listen = '{admin}'
[lists]
folder = 'lists'
keys = [{}]
threshold = 2
check_seconds = 1
",
            keys.join(", ")
        )
    }

    /// A front's sections, with these lines in `[front]`.
    fn front_sections(&mut self, name: &str, signers: &str) -> String {
        let public = self.port(name);
        format!(
            "[public]
listen = '{public}'
limit = {{ burst = 10000, per_minute = 100000 }}
[store]
engine = 'sqlite'
path = 'authority.sqlite'
[identities]
file = 'people.toml'
demonstration = true
[front]
sessions = 5
{signers}
"
        )
    }

    /// Everything in one process, named `all`.
    pub fn all(&mut self) -> &mut Self {
        let config = self.common("all", "all") + &self.front_sections("all", "");
        let signer = "[signer]
node = 'one'
seed_files = ['seed', 'next-seed']
storage_key_file = 'storage'
";
        self.write("all.toml", &(config + signer));
        self
    }

    /// As [`all`](Self::all), with a counter in the place of the people of a file.
    pub fn with_a_counter(&mut self, people: &str) -> SocketAddr {
        let counter = self.port("counter");
        self.all();
        self.write("people.toml", people);
        for key in ["documents", "comparison", "official"] {
            self.run(&["generate-key", &self.path(key)]);
        }
        let told = super::counter::notice();
        let notice = [
            ("processor", told.processor),
            ("contact", told.contact),
            ("purposes", told.purposes),
            ("methods", told.methods),
            ("information", told.information),
            ("retention", told.retention),
            ("rights", told.rights),
            ("sensitive", told.sensitive),
            ("minors", told.minors),
            ("objections", told.objections),
        ];
        let notice = notice.map(|(part, text)| format!("{part} = '{text}'"));
        let identities = "[identities]\nfile = 'people.toml'\ndemonstration = true\n";
        let section = format!(
            "[counter]
listen = '{counter}'
demonstration = true
people_file = 'people.toml'
documents_key_file = 'documents'
comparison_key_file = 'comparison'
waiting_days = 180
officials = [{{ name = 'counter 7', token_file = 'official' }}]
[counter.notice]
{}
",
            notice.join("\n"),
        );
        let config = std::fs::read_to_string(self.path("all.toml")).unwrap();
        assert!(config.contains(identities));
        self.write("all.toml", &config.replace(identities, &section));
        counter
    }

    /// A signer with this node name, configured under another name if two are to have one.
    pub fn signer(&mut self, name: &str, node: &str) -> &mut Self {
        let listen = self.port(name);
        let config = self.common(name, "signer");
        let signer = format!(
            "[signer]
node = '{node}'
seed_files = ['seed', 'next-seed']
storage_key_file = 'storage'
listen = '{listen}'
token_file = 'token'
"
        );
        self.write(&format!("{name}.toml"), &(config + &signer));
        self
    }

    /// A front of signers at these places.
    pub fn front(&mut self, signers: &[(&str, SocketAddr)]) -> &mut Self {
        let mut lines = String::new();
        for (node, url) in signers {
            lines += &format!(
                "[[front.signers]]\nnode = '{node}'\nurl = 'http://{url}'\ntoken_file = 'token'\n"
            );
        }
        let config = self.common("front", "front") + &self.front_sections("front", &lines);
        self.write("front.toml", &config);
        self
    }

    pub fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let config = self.path(&format!("{name}.toml"));
        let mut all = vec!["--config", &*config];
        all.extend(arguments);
        self.program(&all)
    }

    /// Starts it, and waits until it is ready. What it logs is added to the file `NAME.log`.
    pub async fn start(&mut self, name: &str) {
        self.spawn(name, &[]);
        for _ in 0..200 {
            if self.is_ready(name) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{name} is not ready: {}", self.log(name));
    }

    pub fn spawn(&mut self, name: &str, flags: &[&str]) {
        let mut options = std::fs::File::options();
        let log = options.create(true).append(true).open(self.path(&format!("{name}.log")));
        let mut command = self.command(name, flags);
        command.arg("serve").stdout(Stdio::null()).stderr(log.unwrap());
        self.running.insert(name.to_owned(), command.spawn().unwrap());
    }

    pub fn is_ready(&self, name: &str) -> bool {
        self.command(name, &["health"]).stderr(Stdio::null()).status().unwrap().success()
    }

    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
    }

    /// Until its log has these words.
    pub async fn logged(&self, name: &str, words: &str) {
        for _ in 0..200 {
            if self.log(name).contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no '{words}' in {}", self.log(name));
    }

    pub fn id(&self, name: &str) -> u32 {
        self.running[name].id()
    }

    /// As a loss of power does.
    pub fn kill(&mut self, name: &str) {
        let mut child = self.running.remove(name).expect("a process");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub fn terminate(&self, name: &str) {
        let id = self.id(name).to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// How it ended, and how long that took.
    pub async fn ended(&mut self, name: &str) -> (ExitStatus, Duration) {
        let (mut child, began) = (self.running.remove(name).expect("a process"), Instant::now());
        let waiting = tokio::task::spawn_blocking(move || child.wait().unwrap());
        (waiting.await.unwrap(), began.elapsed())
    }

    pub async fn admin(&mut self, name: &str, path: &str) -> Response {
        let admin = self.port(&format!("{name} admin"));
        Call::get(path).send(admin).await
    }

    /// What a counter does with a person: `identify`, `delete`, `lost`, `correct`.
    pub fn person(&self, name: &str, what: &str, number: u8) -> String {
        let id = format!("{number:02x}").repeat(32);
        let mut command = self.command(name, &["person", what, &id, "--actor", "official 1"]);
        let output = command.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn device(&mut self, name: &str, number: u8) -> Device {
        let (server, list) = (self.port(name), self.list(0));
        Device::new(number, server, &list, UnixTime::now())
    }

    pub async fn enrolled(&mut self, name: &str, number: u8) -> Device {
        let mut device = self.device(name, number);
        let code = self.person(name, "identify", number);
        let ticket = device.begin(&code).await.expect("a ticket");
        device.enroll(&ticket).await;
        device
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
