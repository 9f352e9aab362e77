//! Servers from Debian's packages, each in a temporary folder and on a free port of the loopback
//! interface, ended by process id when the last test that uses it ends, however it ends.
//!
//! Without the program a test says that it was not run. Where `SERVERS_REQUIRED` is set, as in
//! `.ci/stores` and `.ci/services`, that is a failure.
#![forbid(unsafe_code)]

use std::fs::Permissions;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A program that runs until this is dropped.
pub struct Server {
    process: Option<Child>,
    start: Box<dyn Fn() -> Command + Send + Sync>,
    /// Where it listens.
    pub port: u16,
    /// What it keeps, and its log.
    pub folder: TempDir,
}

impl Server {
    fn new(
        port: u16,
        folder: TempDir,
        start: impl Fn() -> Command + Send + Sync + 'static,
    ) -> Self {
        let mut server = Self { process: None, start: Box::new(start), port, folder };
        server.start();
        server
    }

    /// Starts it, and waits until somebody listens.
    pub fn start(&mut self) {
        self.kill();
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            let mut process = (self.start)().spawn().expect("the program starts");
            // After it was killed, what it left behind may keep it from starting for a moment.
            while process.try_wait().expect("a child").is_none() {
                if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                    self.process = Some(process);
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        panic!("the server does not start: {log}");
    }

    /// Ends it at once, as a failure of the machine would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it can be killed");
            process.wait().expect("it ends");
        }
    }

    /// Sends a signal, by its name without `SIG`, to it and all of its processes.
    pub fn signal(&self, name: &str) {
        let id = self.process.as_ref().expect("a process").id().to_string();
        let children = format!("/proc/{id}/task/{id}/children");
        let children = std::fs::read_to_string(children).expect("its processes");
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(&id)
            .args(children.split_whitespace())
            .stderr(Stdio::null())
            .status();
        sent.expect("kill runs");
    }

    /// Runs statements in a database, as its administrator (PostgreSQL), once it has started.
    pub fn psql(&self, database: &str, statements: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let output = Command::new("psql")
                .args(["-h", "127.0.0.1", "-U", "pairnym", "-d", database, "-p"])
                .args([&*self.port.to_string(), "-v", "ON_ERROR_STOP=1", "-qAt", "-c", statements])
                .output()
                .expect("psql runs");
            let said = String::from_utf8_lossy(&output.stderr);
            if output.status.success() {
                return String::from_utf8_lossy(&output.stdout).trim().to_owned();
            }
            let starts = said.contains("starting up") && Instant::now() < deadline;
            assert!(starts, "{statements}: {said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // PostgreSQL's postmaster ends its own processes when it is told to stop.
            let stop = format!("kill -QUIT {}", process.id());
            let _ = Command::new("sh").args(["-c", &stop]).status();
            for _ in 0..100 {
                if matches!(process.try_wait(), Ok(Some(_))) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// One server for all tests of a file that run at the same time.
#[derive(Default)]
pub struct Shared(Mutex<Weak<Server>>);

impl Shared {
    /// Not started yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    /// The server that others use, or else a new one.
    pub fn get(&self, start: impl FnOnce() -> Option<Server>) -> Option<Arc<Server>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(start()?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Where a program is, if it is there; else says so.
fn program(name: &str) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::var_os("PATH").map_or(Vec::new(), |path| std::env::split_paths(&path).collect());
    folders.push("/usr/sbin".into());
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(debian.map(|version| version.path().join("bin")));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("SERVERS_REQUIRED").is_none(), "no {name} on this machine");
        // Past the harness, which shows what a test prints only if it fails.
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "not run: {test}: no {name} on this machine");
    }
    found
}

/// Root gives itself up: these servers refuse to run as root.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    if folder.metadata().expect("a folder").uid() == 0 {
        let id = |flag| {
            let asked = Command::new("id").args([flag, "nobody"]).output().expect("id runs").stdout;
            String::from_utf8_lossy(&asked).trim().parse::<u32>().expect("a number")
        };
        chown(folder, Some(id("-u")), Some(id("-g"))).expect("root gives it away");
    }
    let owner = folder.metadata().expect("a folder");
    if std::fs::metadata("/proc/self").expect("/proc").uid() == 0 {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log"));
    let log = log.expect("a log");
    command.stdout(log.try_clone().expect("a log")).stderr(log).stdin(Stdio::null());
    command.current_dir(folder);
    command
}

/// PostgreSQL, with the user `pairnym` and any number of databases.
pub fn postgres() -> Option<Server> {
    postgres_with(&[], |_| {})
}

/// The same, for connections with TLS alone, with a certificate and its key in PEM.
pub fn postgres_with_tls(certificate: &str, key: &str) -> Option<Server> {
    let settings = &["ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"];
    postgres_with(settings, |data| {
        let owner = data.metadata().expect("a folder");
        let write = |name: &str, text: &str, mode| {
            let path = data.join(name);
            std::fs::write(&path, text).expect("it is written");
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
            chown(&path, Some(owner.uid()), Some(owner.gid())).expect("it is the server's");
        };
        write("server.crt", certificate, 0o644);
        write("server.key", key, 0o600);
        write("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n", 0o600);
    })
}

/// With these settings, once its folder was prepared.
fn postgres_with(settings: &'static [&'static str], prepare: impl FnOnce(&Path)) -> Option<Server> {
    let (initdb, postgres) = (program("initdb")?, program("postgres")?);
    let (folder, port) = (TempDir::new().expect("a folder"), free_port());
    let path = folder.path().to_owned();
    let data = path.join("data");
    let made = unprivileged(&initdb, &path)
        .args(["--no-sync", "--auth=trust", "--username=pairnym", "--encoding=UTF8", "--locale=C"])
        .arg(&data)
        .status();
    assert!(made.expect("initdb runs").success());
    prepare(&data);
    Some(Server::new(port, folder, move || {
        let mut command = unprivileged(&postgres, &path);
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        command.args(["-h", "127.0.0.1", "-c", "unix_socket_directories="]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        command
    }))
}

/// pgbouncer in transaction mode, in front of a PostgreSQL, with fewer connections than it has
/// clients.
pub fn pgbouncer(postgres: &Server) -> Option<Server> {
    let program = program("pgbouncer")?;
    let (folder, port) = (TempDir::new().expect("a folder"), free_port());
    let path = folder.path().to_owned();
    let settings = format!(
        "[databases]\n* = host=127.0.0.1 port={} user=pairnym\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
         default_pool_size = 4\n",
        postgres.port
    );
    std::fs::write(path.join("settings"), settings).expect("settings");
    Some(Server::new(port, folder, move || {
        let mut command = unprivileged(&program, &path);
        command.arg("settings");
        command
    }))
}

/// nginx, with what belongs into the `http` section of its configuration, for a port that is told.
pub fn nginx(http: impl FnOnce(u16, &Path) -> String) -> Option<Server> {
    let program = program("nginx")?;
    let (folder, port) = (TempDir::new().expect("a folder"), free_port());
    let path = folder.path().to_owned();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {name};\n"))
        .concat();
    let settings = format!(
        "daemon off; pid pid; error_log stderr; events {{}}\nhttp {{\naccess_log access;\n{temporary}{}\n}}\n",
        http(port, &path)
    );
    std::fs::write(path.join("settings"), settings).expect("settings");
    Some(Server::new(port, folder, move || {
        let mut command = unprivileged(&program, &path);
        command.arg("-p").arg(&path).args(["-c", "settings", "-e", "stderr"]);
        command
    }))
}

/// Caddy, with these sites of its Caddyfile, at a port of its own for HTTPS.
pub fn caddy(sites: impl FnOnce(&Path) -> String) -> Option<Server> {
    let program = program("caddy")?;
    let (folder, port) = (TempDir::new().expect("a folder"), free_port());
    let path = folder.path().to_owned();
    // No certificates of its own, no redirects on port 80, no port for its administration.
    let settings =
        format!("{{\n\tadmin off\n\tauto_https off\n\thttps_port {port}\n}}\n{}", sites(&path));
    std::fs::write(path.join("Caddyfile"), settings).expect("settings");
    Some(Server::new(port, folder, move || {
        let mut command = unprivileged(&program, &path);
        command.args(["run", "--config", "Caddyfile"]);
        for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env(variable, &path);
        }
        command
    }))
}

/// Redis, with these settings.
pub fn redis(settings: &'static [&'static str]) -> Option<Server> {
    let program = program("redis-server")?;
    let (folder, port) = (TempDir::new().expect("a folder"), free_port());
    let path = folder.path().to_owned();
    Some(Server::new(port, folder, move || {
        let mut command = unprivileged(&program, &path);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""]);
        command.args(settings);
        command
    }))
}
