//! Used nonces in Redis.

use std::fmt;
use std::time::Duration;

use pairnym::store::{AsyncNonceStore, Spend};
use pairnym::{Nonce, UnixTime};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, ErrorKind, RedisError, RedisResult, Value};

use crate::{Failure, FailureKind, kept_until};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Used nonces in Redis, for those who have one already: of the traits of this crate, Redis has none.
///
/// A server that fails over to a replica can lose nonces that it has just taken, and so can one whose
/// machine fails, unless `appendfsync` is `always`. That may do for logins; for registrations and
/// statements take another store.
///
/// Keys are `pairnym:nonce:` and the 32 bytes of the nonce. Redis drops them by its own clock.
#[derive(Clone)]
pub struct RedisNonces(ConnectionManager);

impl RedisNonces {
    /// Connects to the server at a URL, and checks it.
    ///
    /// # Errors
    /// [`FailureKind::Unfit`]: the server may evict keys (`maxmemory-policy` is not `noeviction`),
    /// does not write them to its disk (`appendonly`), is a replica, or does not say; or the URL is
    /// none. Or the server cannot be reached.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        let client = Client::open(url).map_err(Failure::unfit)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_with_config(client, config).await?;
        let nonces = Self(connection);
        nonces.expect_setting("maxmemory-policy", "noeviction").await?;
        nonces.expect_setting("appendonly", "yes").await?;
        let role: Vec<Value> = redis::cmd("ROLE").query_async(&mut nonces.0.clone()).await?;
        match role.first() {
            Some(Value::BulkString(role)) if role == b"master" => Ok(nonces),
            _ => Err(Failure::unfit("the server is not a master")),
        }
    }

    async fn expect_setting(&self, name: &str, wanted: &str) -> Result<(), Failure> {
        let mut ask = redis::cmd("CONFIG");
        ask.arg("GET").arg(name);
        let found: RedisResult<Vec<String>> = ask.query_async(&mut self.0.clone()).await;
        let found = found.map_err(|error| match error.kind() {
            // It does not say.
            ErrorKind::Server(_) | ErrorKind::Extension => Failure::unfit(error),
            _ => error.into(),
        });
        match found?.get(1) {
            Some(found) if found == wanted => Ok(()),
            Some(found) => Err(Failure::unfit(format!("{name} is {found}, not {wanted}"))),
            None => Err(Failure::unfit(format!("{name} is not known"))),
        }
    }
}

impl AsyncNonceStore for RedisNonces {
    type Error = Failure;

    /// Also fails if the server's clock is more than 600 seconds ahead of `now`: it would drop nonces
    /// too early.
    async fn spend(&self, all: &[Spend], now: UnixTime) -> Result<Vec<Nonce>, Failure> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("TIME");
        for Spend { nonce, expires } in all {
            let key = [b"pairnym:nonce:", &nonce.0[..]].concat();
            let until = kept_until(*expires).0;
            pipeline.cmd("SET").arg(key).arg("").arg("NX").arg("EXAT").arg(until);
        }
        let replies: Vec<Value> = pipeline.query_async(&mut self.0.clone()).await?;
        let mut replies = replies.into_iter();
        let time: Vec<u64> = match replies.next() {
            Some(time) => redis::from_redis_value(time).map_err(RedisError::from)?,
            None => Vec::new(),
        };
        let ahead = |seconds: &u64| *seconds > kept_until(now).0;
        if time.first().is_none_or(ahead) {
            return Err(Failure::unavailable("the server's clock is ahead"));
        }
        let won = all.iter().zip(replies).filter(|(_, reply)| *reply == Value::Okay);
        Ok(won.map(|(spend, _)| spend.nonce).collect())
    }
}

impl fmt::Debug for RedisNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisNonces").finish_non_exhaustive()
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        let kind = match error.code() {
            Some("OOM") => FailureKind::Full,
            _ => FailureKind::Unavailable,
        };
        Self::new(kind, error)
    }
}
