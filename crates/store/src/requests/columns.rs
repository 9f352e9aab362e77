//! A stage as columns of a table.

use pairnym_transport::Flow;

use super::{Reply, Stage};
use crate::{Failure, Hashed, number, time};

/// What is not needed in a stage is `None`, and 0 as a number.
#[derive(Default)]
pub(crate) struct Columns {
    pub(crate) state: i16,
    pub(crate) attempt: Option<Vec<u8>>,
    /// Of an answer; or digits.
    pub(crate) hash: Option<Vec<u8>>,
    pub(crate) code: Option<Vec<u8>>,
    pub(crate) at: i64,
    pub(crate) tries: i16,
    pub(crate) result: Option<Vec<u8>>,
}

const OPEN: i16 = 0;
const PAIRING: i16 = 1;
const PAIRED: i16 = 2;
const ANSWERED: i16 = 3;
const REDEEMED: i16 = 4;
const DECLINED: i16 = 5;
const FAILED: i16 = 6;

fn bytes(hash: &Hashed) -> Option<Vec<u8>> {
    Some(hash.0.to_vec())
}

impl From<Stage> for Columns {
    fn from(state: Stage) -> Self {
        match state {
            Stage::Open => Self { state: OPEN, ..Self::default() },
            Stage::Pairing { attempt, digits, since, tries } => Self {
                state: PAIRING,
                attempt: bytes(&attempt),
                hash: Some(digits.as_str().into()),
                at: number(since),
                tries: tries.into(),
                ..Self::default()
            },
            Stage::Paired { attempt, digits } => Self {
                state: PAIRED,
                attempt: bytes(&attempt),
                hash: Some(digits.as_str().into()),
                ..Self::default()
            },
            Stage::Answered { reply, code, since, result } => Self {
                state: ANSWERED,
                attempt: bytes(&reply.attempt),
                hash: bytes(&reply.message),
                code: bytes(&code),
                at: number(since),
                result: Some(result),
                ..Self::default()
            },
            Stage::Redeemed { reply } => Self {
                state: REDEEMED,
                attempt: bytes(&reply.attempt),
                hash: bytes(&reply.message),
                ..Self::default()
            },
            Stage::Declined { attempt } => {
                Self { state: DECLINED, attempt: bytes(&attempt), ..Self::default() }
            }
            Stage::Failed => Self { state: FAILED, ..Self::default() },
        }
    }
}

impl TryFrom<Columns> for Stage {
    type Error = Failure;

    fn try_from(columns: Columns) -> Result<Self, Failure> {
        let attempt = || hashed(columns.attempt.as_deref());
        let hash = || hashed(columns.hash.as_deref());
        let digits = || {
            let digits = columns
                .hash
                .as_deref()
                .and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok());
            digits.ok_or_else::<Failure, _>(|| Failure::damaged("no digits"))
        };
        let reply = || Ok::<_, Failure>(Reply { attempt: attempt()?, message: hash()? });
        let since = time(columns.at);
        Ok(match columns.state {
            OPEN => Self::Open,
            PAIRING => {
                let tries = columns.tries.try_into().unwrap_or(0);
                Self::Pairing { attempt: attempt()?, digits: digits()?, since, tries }
            }
            PAIRED => Self::Paired { attempt: attempt()?, digits: digits()? },
            ANSWERED => {
                let (reply, code) = (reply()?, hashed(columns.code.as_deref())?);
                let result = columns.result.ok_or_else(|| Failure::damaged("no result"))?;
                Self::Answered { reply, code, since, result }
            }
            REDEEMED => Self::Redeemed { reply: reply()? },
            DECLINED => Self::Declined { attempt: attempt()? },
            FAILED => Self::Failed,
            _ => return Err(Failure::damaged("an unknown stage")),
        })
    }
}

pub(crate) fn hashed(bytes: Option<&[u8]>) -> Result<Hashed, Failure> {
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(Hashed).ok_or_else(|| Failure::damaged("not 32 bytes"))
}

pub(crate) const fn flow_code(flow: Flow) -> i16 {
    match flow {
        Flow::SameDevice => 0,
        Flow::CrossDevice => 1,
    }
}

pub(crate) fn flow(code: i16) -> Result<Flow, Failure> {
    match code {
        0 => Ok(Flow::SameDevice),
        1 => Ok(Flow::CrossDevice),
        _ => Err(Failure::damaged("an unknown flow")),
    }
}
