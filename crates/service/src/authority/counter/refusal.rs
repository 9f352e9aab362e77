//! Why somebody is turned away at a counter.

use std::fmt;

use pairnym::DecodeError;
use pairnym_store::Failure;
use pairnym_transport::Problem;

use crate::Refused;
use crate::authority::profile::{BadNumber, NotYet, TooYoung};

macro_rules! not_served {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $status:literal;)*) => {
        /// Why a counter refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum NotServed {
            $($(#[$doc])* $name,)*
        }

        impl NotServed {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

not_served! {
    /// A document's kind is unknown, or its number none of that kind.
    Document, "document", 400;
    /// The birth date is not the one in a document's number.
    BirthDate, "birth_date", 400;
    /// The records have nobody with these documents, this name and this birth date.
    NotConfirmed, "not_confirmed", 403;
    /// Under 8.
    TooYoung, "too_young", 403;
    /// Under 18 (for what is not an application, under 14) somebody comes with a guardian.
    GuardianMissing, "guardian_missing", 403;
    /// Not the guardian, or no adult.
    NotGuardian, "not_guardian", 403;
    /// From 18 on nobody applies for somebody else.
    GuardianNotNeeded, "guardian_not_needed", 403;
    /// Somebody who was deleted has to wait.
    Waiting, "waiting", 403;
    /// Nobody came with any of these documents before.
    UnknownPerson, "unknown_person", 404;
    /// Documents of two people.
    TwoPeople, "two_people", 409;
    /// The notice has another text by now, or was not shown.
    AnotherNotice, "another_notice", 409;
}

/// Not served, or the service refuses.
pub(super) struct Turned(Refused);

impl Turned {
    fn new(why: NotServed, detail: &dyn fmt::Display) -> Self {
        let title = match why.status() {
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            _ => "Conflict",
        };
        Self(Refused(Problem {
            title: title.to_owned(),
            status: why.status(),
            code: why.code().to_owned(),
            tries: None,
            detail: Some(format!("{detail}.")),
        }))
    }
}

impl From<NotServed> for Turned {
    fn from(why: NotServed) -> Self {
        Self::new(why, &why)
    }
}

impl From<BadNumber> for Turned {
    fn from(why: BadNumber) -> Self {
        Self::new(NotServed::Document, &why)
    }
}

impl From<TooYoung> for Turned {
    fn from(why: TooYoung) -> Self {
        Self::new(NotServed::TooYoung, &why)
    }
}

impl From<NotYet> for Turned {
    fn from(why: NotYet) -> Self {
        Self::new(NotServed::Waiting, &why)
    }
}

macro_rules! from_refused {
    ($($type:ty),*) => {$(
        impl From<$type> for Turned {
            fn from(why: $type) -> Self {
                Self(why.into())
            }
        }
    )*};
}

from_refused!(Refused, Failure, DecodeError, pairnym_transport::Refusal);

impl From<Turned> for Refused {
    fn from(turned: Turned) -> Self {
        turned.0
    }
}

impl fmt::Display for NotServed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Document => "no such document",
            Self::BirthDate => "the birth date is not the document's",
            Self::NotConfirmed => "the records have nobody like this",
            Self::TooYoung => "nobody under 8 is enrolled",
            Self::GuardianMissing => "a guardian has to be there",
            Self::NotGuardian => "not the guardian",
            Self::GuardianNotNeeded => "nobody applies for an adult",
            Self::Waiting => "somebody who was deleted waits",
            Self::UnknownPerson => "nobody came with any of these documents",
            Self::TwoPeople => "documents of two people",
            Self::AnotherNotice => "the notice that was shown is not the present one",
        })
    }
}

impl std::error::Error for NotServed {}
