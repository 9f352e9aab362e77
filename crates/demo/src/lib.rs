//! An authority, platforms and wallets in one process and on one port, to be clicked through: see
//! the README. Everything is in memory or in a temporary folder, and gone when the process ends.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod authority;
pub mod clock;
mod control;
mod counter;
pub mod devices;
pub mod family;
mod knows;
mod page;
mod people;
pub mod platform;
mod start;

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use authority::Authority;
use clock::Clock;
use devices::Devices;
use family::Family;
use page::Frame;
use platform::{Kind, Platform};

type Failure = Box<dyn Error + Send + Sync>;

/// Everybody.
pub struct World {
    /// The time, for everybody.
    pub clock: Clock,
    /// The authority.
    pub authority: Authority,
    /// The platforms, in the order of [`Kind::ALL`].
    pub platforms: Vec<Platform>,
    /// The phones.
    pub devices: Devices,
    /// A child's phone and a guardian's.
    pub family: Family,
    port: u16,
    /// How many lists the platforms have taken.
    followed: Mutex<usize>,
    /// The authority's lists; gone with the process.
    _folder: tempfile::TempDir,
}

impl World {
    /// Everybody, at this port. Within a runtime.
    ///
    /// # Errors
    /// The disk.
    pub async fn start(port: u16) -> Result<Arc<Self>, Failure> {
        let (clock, folder) = (Clock::default(), tempfile::tempdir()?);
        let host = format!("id.localhost:{port}").parse()?;
        let lists = folder.path().join("lists");
        std::fs::create_dir(&lists)?;
        let authority = Authority::start(host, lists, clock.clone()).await?;
        let platform = |kind| {
            let (clock, list) = (clock.clone(), authority.present());
            Platform::start(kind, port, clock, list, &authority.registrar)
        };
        let platforms = Kind::ALL.into_iter().map(platform).collect::<Result<_, _>>()?;
        let host = format!("wallet.localhost:{port}").parse()?;
        let devices = Devices::start(host, authority.pins.clone(), clock.clone())?;
        let family = Family::start(&authority.pins, clock.clone())?;
        let world = Arc::new(Self {
            clock,
            authority,
            platforms,
            devices,
            family,
            port,
            followed: Mutex::new(1),
            _folder: folder,
        });
        tokio::spawn(renew(Arc::downgrade(&world)));
        Ok(world)
    }

    /// Where somebody begins.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://demo.localhost:{}/", self.port)
    }

    /// Platforms take what the authority has published.
    pub(crate) fn follow(&self) -> Result<(), pairnym::Error> {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        for list in self.authority.lists().into_iter().skip(*followed) {
            for platform in &self.platforms {
                platform.service.adopt(list.clone())?;
            }
            *followed += 1;
        }
        Ok(())
    }

    /// All hosts on one port.
    pub fn router(self: &Arc<Self>) -> Router {
        let mut hosts = HashMap::from([
            ("demo".to_owned(), start::router(self)),
            ("id".to_owned(), counter::router(self)),
            ("family".to_owned(), family::router(self)),
        ]);
        for platform in &self.platforms {
            hosts.insert(platform.kind().name().to_owned(), platform.router());
        }
        hosts.insert("wallet".to_owned(), self.devices.router());
        let css = || async {
            let css = HeaderValue::from_static("text/css");
            ([(header::CONTENT_TYPE, css)], include_str!("../templates/demo.css"))
        };
        let hosts = hosts.into_iter().map(|(name, router)| {
            (
                format!("{name}.localhost:{}", self.port),
                router.route("/demo.css", routing::get(css)),
            )
        });
        let (hosts, port) = (Arc::new(hosts.collect::<HashMap<_, _>>()), self.port);
        Router::new().fallback(move |request: Request| {
            let hosts = hosts.clone();
            async move { dispatch(&hosts, port, request).await }
        })
    }

    /// Serves until `stop` is done.
    ///
    /// # Errors
    /// The network.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Failure> {
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        tokio::select! {
            served = axum::serve(listener, service).into_future() => Ok(served?),
            () = stop => Ok(()),
        }
    }
}

/// Lists end; there is always a next one.
async fn renew(world: std::sync::Weak<World>) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        minute.tick().await;
        let Some(world) = world.upgrade() else { return };
        let renewed = world.authority.renew().map_err(|error| error.to_string());
        if let Err(error) = renewed.and_then(|_| world.follow().map_err(|error| error.to_string()))
        {
            eprintln!("pairnym-demo: the next list: {error}");
        }
    }
}

/// To the host that is called.
async fn dispatch(hosts: &HashMap<String, Router>, port: u16, request: Request<Body>) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let frame = Frame { language: page::language(request.headers()), port };
    let Some(router) = hosts.get(host) else {
        let start = format!("{}/", frame.at("demo"));
        return match host.split(':').next() {
            Some("localhost" | "127.0.0.1") => page::to(&start),
            _ => (StatusCode::MISDIRECTED_REQUEST, format!("{start}\n")).into_response(),
        };
    };
    // Forms of other sites; wallets, which send no `Origin`, and pairnym's own pages see to
    // themselves.
    let origin = request.headers().get(header::ORIGIN).map(HeaderValue::as_bytes);
    let own = format!("http://{host}");
    let foreign = origin.is_some_and(|origin| origin != own.as_bytes());
    let path = request.uri().path();
    if request.method() == Method::POST && foreign && !path.starts_with("/.well-known/") {
        let words = frame.t("Another site sent this form.", "此表单来自其他网站。");
        return page::problem(frame, StatusCode::FORBIDDEN, words, "wrong_origin");
    }
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
