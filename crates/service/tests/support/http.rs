//! HTTP/1.1 over one connection, as bytes: it can also send what no library would.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn get(path: &str) -> Self {
        Self { method: "GET".into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn post(path: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let call = Self { method: "POST".into(), body: body.into(), ..Self::get(path) };
        call.header("content-type", media_type)
    }

    pub fn method(self, method: &str) -> Self {
        Self { method: method.into(), ..self }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With the length of its body, unless it says another or none.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: shop.example\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let framed = ["content-length", "transfer-encoding"];
        if !self.headers.iter().any(|(name, _)| framed.contains(&&**name)) {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        [format!("{head}\r\n").as_bytes(), &self.body].concat()
    }

    /// Over a connection of its own.
    pub async fn send(self, server: SocketAddr) -> Response {
        let mut connection = Connection::open(server).await.expect("a server");
        connection.send(&self.to_bytes()).await.expect("a response")
    }
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The header with this name, in small letters; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of its problem document, after looking at the whole of it.
    pub fn problem(&self) -> String {
        let text = self.text();
        assert_eq!(self.header("content-type"), "application/problem+json", "{text}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{text}");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{text}");
        assert!(self.status < 500 || self.status == 503, "{text}");
        assert_eq!(self.header("retry-after").is_empty(), ![429, 503].contains(&self.status));
        problem["code"].as_str().expect("a code").to_owned()
    }

    /// The value of the cookie that it sets, with its name.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
}

/// A connection that is used again and again.
pub struct Connection<S = TcpStream>(BufReader<S>);

impl Connection {
    pub async fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub fn over(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    pub async fn send(&mut self, call: &[u8]) -> io::Result<Response> {
        // A server that answers before it has read everything may close its side.
        let _ = self.0.write_all(call).await;
        let mut line = String::new();
        self.line(&mut line).await?;
        let bad = || io::Error::from(io::ErrorKind::InvalidData);
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(bad)?;
        let (mut headers, mut length) = (Vec::new(), 0);
        loop {
            self.line(&mut line).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
            if name == "content-length" {
                length = value.parse().map_err(|_| bad())?;
            }
            headers.push((name, value));
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok(Response { status, headers, body })
    }

    async fn line(&mut self, line: &mut String) -> io::Result<()> {
        line.clear();
        if self.0.read_line(line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end().len());
        Ok(())
    }
}
