//! `pairnym serve`, as a process.

#![cfg(all(unix, feature = "command"))]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ends with the test.
struct Served(Child);

impl Served {
    /// Its code, if it ends within twenty seconds.
    fn ended(&mut self) -> Option<i32> {
        for _ in 0..200 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path, arguments: &[&str]) -> Served {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pairnym"));
    command.args(["--json", "serve", "--port"]).args(arguments).env("LC_ALL", "C");
    command.env("PAIRNYM_WALLET", folder.join("wallet"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Served(command.spawn().unwrap())
}

fn line(Served(child): &mut Served) -> serde_json::Value {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn get(port: &str, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_serves_until_it_is_told_to_end() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = start(folder.path(), &["0"]);
        let url = line(&mut child)["url"].as_str().unwrap().to_owned();
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let port = host.strip_prefix("wallet.localhost:").unwrap();
        let path = format!("/{path}");
        assert!(get(port, "/", host).starts_with("HTTP/1.1 200"));
        assert!(get(port, &path, "evil.example").starts_with("HTTP/1.1 421"));
        let entered = get(port, &path, host);
        assert!(
            entered.starts_with("HTTP/1.1 303") && entered.contains("HttpOnly; SameSite=Strict")
        );
        assert!(get(port, &path, host).starts_with("HTTP/1.1 403"));
        // Another one finds the port taken.
        let mut second = start(folder.path(), &[port]);
        assert_eq!(line(&mut second)["error"], "address");
        assert_eq!(second.ended(), Some(1));
        // A browser keeps a connection open, which does not hold it up.
        let idle = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        let mut kill = Command::new("kill");
        kill.args([format!("-{signal}"), child.0.id().to_string()]);
        assert!(kill.status().unwrap().success());
        assert_eq!(child.ended(), Some(0), "{signal}");
        drop(idle);
    }
}

/// Where a guardian's device would wait is taken, or another machine's, or nowhere: that is no disk.
#[test]
fn an_address_that_cannot_be_listened_at() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = (taken.local_addr().unwrap().to_string(), taken);
    for address in [&*taken.0, "192.0.2.1:7411", "127.0.0.1", ""] {
        for (tongue, says, disk) in
            [("zh", "--listen 给出的地址", "磁盘"), ("en", "`--listen`", "disk")]
        {
            let mut served = start(folder.path(), &["0", "--listen", address, "--lang", tongue]);
            assert_eq!(line(&mut served)["error"], "listen", "{address}");
            assert_eq!(served.ended(), Some(1));
            let mut said = String::new();
            served.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            assert!(said.contains(says) && !said.contains(disk), "{address}: {said}");
        }
    }
}
