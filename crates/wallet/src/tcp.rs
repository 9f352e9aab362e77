//! The channel between two paired devices, by TCP.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use crate::{Channel, Offline};

/// How long a connection may take to begin, and a frame to leave.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection by TCP. Each frame stands behind its length, in two bytes, the higher one first.
#[derive(Debug)]
pub struct TcpChannel(TcpStream);

impl TcpChannel {
    /// Calls a device at this address: a name or number of a host, a colon, a port.
    ///
    /// # Errors
    /// [`Offline`].
    pub fn connect(address: &str) -> Result<Self, Offline> {
        let found = address.to_socket_addrs().map_err(|_| Offline)?;
        let mut streams = found.map(|at| TcpStream::connect_timeout(&at, PATIENCE));
        let stream = streams.find_map(Result::ok).ok_or(Offline)?;
        Self::new(stream)
    }

    /// Takes a connection that another device has made.
    ///
    /// # Errors
    /// [`Offline`], if it is gone already.
    pub fn new(stream: TcpStream) -> Result<Self, Offline> {
        let set = stream.set_nodelay(true).and(stream.set_write_timeout(Some(PATIENCE)));
        set.map(|()| Self(stream)).map_err(|_| Offline)
    }

    /// However slowly the bytes come, they are all there by the deadline.
    fn read_exact(&mut self, mut bytes: &mut [u8], deadline: Instant) -> Result<(), Offline> {
        while !bytes.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Offline);
            }
            self.0.set_read_timeout(Some(left)).map_err(|_| Offline)?;
            match self.0.read(bytes) {
                Ok(0) => return Err(Offline),
                Ok(read) => bytes = &mut bytes[read..],
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Offline),
            }
        }
        Ok(())
    }
}

impl Channel for TcpChannel {
    fn send(&mut self, frame: &[u8]) -> Result<(), Offline> {
        let length = u16::try_from(frame.len()).map_err(|_| Offline)?;
        let whole = [&length.to_be_bytes()[..], frame].concat();
        self.0.write_all(&whole).map_err(|_| Offline)
    }

    fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, Offline> {
        let deadline = Instant::now() + patience;
        let mut length = [0; 2];
        self.read_exact(&mut length, deadline)?;
        let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
        self.read_exact(&mut frame, deadline)?;
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn both() -> (TcpChannel, TcpChannel) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let first = TcpChannel::connect(&listener.local_addr().unwrap().to_string()).unwrap();
        (first, TcpChannel::new(listener.accept().unwrap().0).unwrap())
    }

    #[test]
    fn frames_arrive_whole() {
        let (mut first, mut second) = both();
        for length in [0, 1, 255, 256, 60_000] {
            let frame = vec![7; length];
            first.send(&frame).unwrap();
            assert_eq!(second.receive(Duration::from_secs(5)).unwrap(), frame);
        }
        assert_eq!(first.send(&vec![0; crate::MAX_FRAME + 1]), Err(Offline));
    }

    #[test]
    fn nobody_is_waited_for_longer() {
        let (mut first, mut second) = both();
        let begun = Instant::now();
        let patience = Duration::from_millis(100);
        assert_eq!(second.receive(patience), Err(Offline));
        // A byte now and then is no frame.
        let slow = std::thread::spawn(move || {
            for byte in [0u8, 9, 1, 2, 3, 4, 5] {
                if first.0.write_all(&[byte]).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(40));
            }
        });
        assert_eq!(second.receive(patience), Err(Offline));
        assert!(begun.elapsed() < Duration::from_secs(2));
        slow.join().unwrap();
        drop(second);
        assert_eq!(TcpChannel::connect("127.0.0.1:1").map(drop), Err(Offline));
        assert_eq!(TcpChannel::connect("nonsense").map(drop), Err(Offline));
    }
}
