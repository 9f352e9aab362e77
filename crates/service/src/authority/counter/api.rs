//! The API of the officials, on a listener of its own.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State as With};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pairnym_transport::Refusal;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::bodies::{Application, ApplicationReply, Coming, Done, NoticeReply};
use super::{Counter, NotServed, Official, Options, Turned};
use crate::Refused;
use crate::authority::{Service, Unfit};
use crate::body::{Posted, Reply};
use crate::http::{bearer, every_call, method_not_allowed, not_found};

/// The counter, below `/v1/counter/`, for the officials' tokens. To be served on a listener that
/// only they reach.
///
/// # Errors
/// No official; two of one name or token; a notice of which a part is missing.
pub fn router(service: &Service, options: Options) -> Result<Router, Unfit> {
    let Options { officials, check, documents_key, waiting, notice } = options;
    let officials = Officials::new(officials)?;
    if let Some(part) = notice.missing() {
        return Err(Unfit(format!("the notice does not say: {part}")));
    }
    if check.is_demonstration() {
        tracing::warn!(
            check = check.name(),
            "DEMONSTRATION: the people of this counter are invented"
        );
    }
    let (service, metrics) = (service.clone(), service.metrics().clone());
    let counter = Counter { service, check, key: documents_key, waiting, notice };
    let refuse = method_not_allowed;
    Ok(Router::new()
        .route("/v1/counter/notice", get(notice_text).fallback(refuse))
        .route("/v1/counter/applications", post(apply).fallback(refuse))
        .route("/v1/counter/deletions", post(delete).fallback(refuse))
        .route("/v1/counter/losses", post(lost).fallback(refuse))
        .route("/v1/counter/corrections", post(correct).fallback(refuse))
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::new(officials), authorized))
        .layer(from_fn_with_state(metrics, every_call))
        .with_state(Arc::new(counter)))
}

/// Who may call, by the hashes of their tokens.
struct Officials(Vec<([u8; 32], Arc<str>)>);

impl Officials {
    fn new(officials: Vec<Official>) -> Result<Self, Unfit> {
        let mut known: Vec<([u8; 32], Arc<str>)> = Vec::new();
        for Official { name, token } in officials {
            let hash = Sha256::digest(&token).into();
            if name.trim().is_empty() || token.is_empty() {
                return Err(Unfit("an official without a name or a token".into()));
            }
            if known.iter().any(|(other, named)| *other == hash || **named == *name) {
                return Err(Unfit(format!("two officials with the name or the token of {name}")));
            }
            known.push((hash, name.into()));
        }
        if known.is_empty() {
            Err(Unfit("a counter without officials".into()))
        } else {
            Ok(Self(known))
        }
    }

    /// Whose token it is. Constant-time in the token, but for its length.
    fn find(&self, token: &[u8]) -> Option<Arc<str>> {
        let hash: [u8; 32] = Sha256::digest(token).into();
        let mut found = u64::MAX;
        for (place, (known, _)) in (0..).zip(&self.0) {
            let same: Choice = known.ct_eq(&hash);
            found.conditional_assign(&place, same);
        }
        self.0.get(usize::try_from(found).ok()?).map(|(_, name)| name.clone())
    }
}

/// The official of a call.
#[derive(Clone)]
struct Actor(Arc<str>);

async fn authorized(
    With(officials): With<Arc<Officials>>,
    mut request: Request,
    next: Next,
) -> Response {
    match bearer(&request).and_then(|token| officials.find(token)) {
        Some(name) => {
            request.extensions_mut().insert(Actor(name));
            next.run(request).await
        }
        None => Refused::from(Refusal::Unauthorized).into_response(),
    }
}

type This = With<Arc<Counter>>;
type By = Extension<Actor>;

async fn notice_text(With(counter): This) -> Reply<NoticeReply> {
    Reply(NoticeReply {
        text: counter.notice.to_string(),
        hash: counter.notice_hash(),
        check: counter.check.name().to_owned(),
        demonstration: counter.check.is_demonstration(),
    })
}

async fn apply(
    With(counter): This,
    Extension(Actor(official)): By,
    Posted(application): Posted<Application>,
) -> Result<(StatusCode, Reply<ApplicationReply>), Refused> {
    let apply = async {
        let party = application.coming.party()?;
        if application.notice != counter.notice_hash() {
            return Err(NotServed::AnotherNotice.into());
        }
        counter.apply(&party, &official).await
    };
    match apply.await {
        Ok(applied) => Ok((
            StatusCode::CREATED,
            Reply(ApplicationReply {
                code: applied.code.to_string(),
                expires: applied.expires.0,
                tier: applied.tier.name().to_owned(),
                enrolled: applied.enrolled,
                demonstration: counter.check.is_demonstration(),
            }),
        )),
        Err(turned) => Err(counter.refuse(turned, &official).await),
    }
}

async fn delete(
    With(counter): This,
    Extension(Actor(official)): By,
    Posted(coming): Posted<Coming>,
) -> Result<Reply<Done>, Refused> {
    let done = async {
        let person = counter.comes_about(&coming.party()?, "asked to delete", &official).await?;
        Ok(u64::from(counter.service.delete(person, &official).await?))
    };
    counter.reply(done.await, &official).await
}

async fn lost(
    With(counter): This,
    Extension(Actor(official)): By,
    Posted(coming): Posted<Coming>,
) -> Result<Reply<Done>, Refused> {
    let done = async {
        let person = counter.comes_about(&coming.party()?, "reported a loss", &official).await?;
        Ok(counter.service.lost(person, &official).await?)
    };
    counter.reply(done.await, &official).await
}

async fn correct(
    With(counter): This,
    Extension(Actor(official)): By,
    Posted(coming): Posted<Coming>,
) -> Result<Reply<Done>, Refused> {
    let done = async {
        let person = counter.comes_about(&coming.party()?, "asked to correct", &official).await?;
        Ok(counter.service.correct(person, &official).await?)
    };
    counter.reply(done.await, &official).await
}

impl Counter {
    async fn reply(
        &self,
        done: Result<u64, Turned>,
        official: &str,
    ) -> Result<Reply<Done>, Refused> {
        match done {
            Ok(count) => Ok(Reply(Done { count, demonstration: self.check.is_demonstration() })),
            Err(turned) => Err(self.refuse(turned, official).await),
        }
    }

    fn notice_hash(&self) -> String {
        self.notice.hash().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
