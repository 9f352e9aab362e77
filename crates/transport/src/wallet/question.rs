//! Steps 2 to 7: fetching, decoding, whose it is, and whether it may be asked.

use std::fmt;

use pairnym::{Request, UnixTime, holder};

use super::{Asking, HttpRequest, HttpResponse, Invitation, Unpaired, WalletError};
use crate::envelope::Question;
use crate::permission::{Report, SignedPermission, Standing};
use crate::{Attempt, Flow, PublicKey};

impl Invitation {
    /// Step 2: the call to make.
    #[must_use]
    pub fn get(&self) -> HttpRequest {
        HttpRequest::get::<Question>(self.uri().to_string())
    }

    /// Steps 2 to 6: what came back, decoded; it is this host's own, and of this flow.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn receive(self, response: HttpResponse<'_>) -> Result<Fetched, WalletError> {
        let question: Question = response.read(200)?;
        let peer = self.uri().host().id();
        let request = holder::Received::<Request>::from_host(peer, &question.request)?;
        if question.flow != self.flow() {
            return Err(WalletError::WrongFlow);
        }
        Ok(Fetched { invitation: self, request, permission: question.permission })
    }
}

/// A request of the host from which it came, in the right flow. Whether it may be asked is open.
#[derive(Debug)]
pub struct Fetched {
    invitation: Invitation,
    request: holder::Received<Request>,
    permission: Option<SignedPermission>,
}

/// For which requests a wallet takes part in the flow between two devices, the one that can be
/// phished (§6.2, §12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CrossDevice {
    /// For none.
    Off,
    /// For those that a registrar permits.
    #[default]
    Statement,
    /// For all.
    Pair,
}

/// Why a request is not shown for an answer.
#[derive(Debug)]
pub enum Refused {
    /// It asks beyond its platform's permission.
    OverAsking(Box<OverAsking>),
    /// The wallet's policy does not allow it from another device.
    CrossDevice,
}

/// A request that asks beyond its platform's permission (§9).
#[derive(Debug)]
pub struct OverAsking {
    /// What is beyond, and what was asked: for the person to send to somebody, if they want to.
    pub report: Report,
    /// The request itself, for the person's own history.
    pub request: holder::Received<Request>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OverAsking(over) => {
                f.write_str("asks beyond its permission:")?;
                over.report.excess.iter().try_for_each(|excess| write!(f, " {excess}"))
            }
            Self::CrossDevice => WalletError::CrossDevice.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

impl Fetched {
    /// The request: to look up the policy for its purpose, not yet to show it.
    #[must_use]
    pub const fn request(&self) -> &holder::Received<Request> {
        &self.request
    }

    /// Step 7: what a registrar says, of those that the wallet pins for the request's authority, and
    /// the wallet's policy for its purpose. `now` is by the wallet's own clock.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(
        self,
        registrars: &[PublicKey],
        cross_device: CrossDevice,
        now: UnixTime,
    ) -> Result<Checked, Refused> {
        let Self { invitation, request, permission } = self;
        let standing = match permission {
            None => Standing::Missing,
            Some(signed) => match Standing::of(&request, &signed, registrars, now) {
                Ok(standing) => standing,
                Err(excess) => {
                    let report = Report::new(&request, excess, signed, now);
                    return Err(Refused::OverAsking(Box::new(OverAsking { report, request })));
                }
            },
        };
        let allowed = match (invitation.flow(), cross_device) {
            (Flow::SameDevice, _) | (_, CrossDevice::Pair) => true,
            (_, CrossDevice::Statement) => !standing.is_warning(),
            (_, CrossDevice::Off) => false,
        };
        if allowed {
            Ok(Checked { invitation, request, standing })
        } else {
            Err(Refused::CrossDevice)
        }
    }
}

/// A request that may be shown.
#[derive(Debug)]
pub struct Checked {
    invitation: Invitation,
    request: holder::Received<Request>,
    standing: Standing,
}

/// What comes before the person is asked.
#[derive(Debug)]
pub enum Next {
    /// Nothing: on the same device.
    Ask(Asking),
    /// Pairing: from another device.
    Pair(Unpaired),
}

impl Checked {
    /// Step 8, if there is one. The attempt is fresh, for this request alone.
    #[must_use]
    pub fn next(self, attempt: Attempt) -> Next {
        let Self { invitation, request, standing } = self;
        let asking = Asking::new(*invitation.uri(), attempt, request, standing);
        match invitation.flow() {
            Flow::SameDevice => Next::Ask(asking),
            Flow::CrossDevice => Next::Pair(Unpaired::new(asking)),
        }
    }
}
