//! The program: one address to open, and a clear sentence if its port is taken.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pairnym-demo");

/// Ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn one_address_and_a_port_that_is_taken() {
    let mut running = Command::new(PROGRAM);
    let running = running.args(["--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut running = Running(running);
    let mut address = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let port =
        address.strip_prefix("http://demo.localhost:").and_then(|rest| rest.strip_suffix("/\n"));
    let port = port.unwrap_or_else(|| panic!("{address}"));
    let start = ureq::get(format!("http://127.0.0.1:{port}/"))
        .header("host", format!("demo.localhost:{port}"))
        .call();
    assert_eq!(start.unwrap().status(), 200);

    let second = Command::new(PROGRAM).args(["--port", port]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains(&format!("port {port}: ")) && said.contains("--port"), "{said}");
    assert!(second.stdout.is_empty());
}
