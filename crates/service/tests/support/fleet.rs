//! Several programs on one PostgreSQL, each call at the next of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pairnym::UnixTime;
use pairnym_servers::{Server, Shared, pgbouncer, postgres};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::http::Call;
use super::platform::{JSON, Page, Place, adult};
use super::process::{Process, TOKEN};
use super::wallet::Wallet;

static POSTGRES: Shared = Shared::new();
static PGBOUNCER: Shared = Shared::new();

/// A database of its own, and the server that has it.
pub struct Database {
    pub url: String,
    pub server: Arc<Server>,
    _pgbouncer: Option<Arc<Server>>,
}

impl Database {
    /// None without a PostgreSQL on this machine.
    pub fn direct() -> Option<Self> {
        let server = POSTGRES.get(postgres)?;
        let (name, port) = (create(&server), server.port);
        Some(Self { url: url(port, &name), server, _pgbouncer: None })
    }

    /// Through a pgbouncer in transaction mode.
    pub fn pooled() -> Option<Self> {
        let server = POSTGRES.get(postgres)?;
        let pgbouncer = PGBOUNCER.get(|| pgbouncer(&server))?;
        let url = url(pgbouncer.port, &create(&server));
        Some(Self { url, server, _pgbouncer: Some(pgbouncer) })
    }
}

/// In a server, a database with a name of its own.
pub fn create(server: &Server) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("platform{}", MADE.fetch_add(1, Ordering::Relaxed));
    server.psql("postgres", &format!("CREATE DATABASE {name}"));
    name
}

pub fn url(port: u16, database: &str) -> String {
    format!("postgres://pairnym@127.0.0.1:{port}/{database}")
}

/// Programs that share a database.
pub struct Fleet {
    pub processes: Vec<Process>,
    /// Where each connection is passed on to the next of them.
    pub public: SocketAddr,
    pub backend: SocketAddr,
}

impl Fleet {
    /// So many, on the database at a URL, which is migrated first.
    pub async fn start(url: &str, many: usize) -> Self {
        let authority = Arc::new(pairnym_testkit::Service::new(UnixTime::now()));
        let mut processes = Vec::new();
        for number in 0..many {
            let store = "engine = 'postgres'\nurl_file = 'database'\nconnections = 4";
            let mut process = Process::of(authority.clone(), "", store);
            std::fs::write(process.folder.path().join("database"), format!("{url}\n")).unwrap();
            if number == 0 {
                let migrated = process.command(&["migrate"]).output().unwrap();
                let said = String::from_utf8_lossy(&migrated.stderr);
                assert!(migrated.status.success(), "{said}");
            }
            process.serve(&[]).await;
            processes.push(process);
        }
        let public = in_turn(processes.iter().map(|process| process.public).collect()).await;
        let backend = in_turn(processes.iter().map(|process| process.backend).collect()).await;
        Self { processes, public, backend }
    }
}

impl Place for Fleet {
    fn wallet(&self, number: u8) -> Wallet {
        let now = UnixTime::now();
        Wallet::new(adult(&self.processes[0].authority, number, now), self.public, now)
    }

    async fn begin(&self, ask: &str, flow: &str) -> Page {
        let backend = Some((self.backend, TOKEN.to_owned()));
        Page { backend, ..Page::begin(self.public, ask, flow).await }
    }

    async fn acts(&self, pseudonym: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let call = Call::get(&format!("/v1/accounts/{pseudonym}/acts"));
        let call = call.header("authorization", &format!("Bearer {TOKEN}"));
        let acts = call.header("content-type", JSON).send(self.backend).await.json();
        let bytes = |act: &serde_json::Value, name: &str| {
            let hex = act[name].as_str().unwrap().as_bytes();
            let byte =
                |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
            hex.chunks(2).map(byte).collect()
        };
        let acts = acts.as_array().unwrap().iter();
        acts.map(|act| (bytes(act, "request"), bytes(act, "answer"))).collect()
    }
}

/// An address that passes each connection on to the next of these that is there.
pub async fn in_turn(servers: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for turn in 0.. {
            let Ok((mut client, _)) = listener.accept().await else { return };
            let servers = servers.clone();
            tokio::spawn(async move {
                for place in 0..servers.len() {
                    let server = servers[(turn + place) % servers.len()];
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    address
}
