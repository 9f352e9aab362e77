//! A store whose engine is chosen when the program starts.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pairnym::UnixTime;
#[cfg(feature = "platform")]
use pairnym::{ParametersId, Pseudonym};
#[cfg(feature = "authority")]
use pairnym::{PersonId, TransactionId, message::Commitment, store::Registration};
#[cfg(feature = "platform")]
use pairnym_store::{
    Account, AccountId, Accounts, Change, Erased, Held, Key, RequestRows, Row, SignedAct,
};
#[cfg(feature = "authority")]
use pairnym_store::{
    Audit, DeviceSession, Devices, DocumentRows, Event, Grant, Identified, Offer, Offers,
    PeopleRows, Person, Standing, Ticket, Tickets,
};
use pairnym_store::{Failure, Hashed};

use crate::engine::{Everything, OfEngine};

type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A store of any engine that has these traits, with futures of one type, so that engines of
/// different types can stand in one place.
macro_rules! any_store {
    (
        $(#[$doc:meta])* $store:ident in $module:ident
        $($trait:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $store(Arc<dyn $module::Engine>);

        mod $module {
            use super::*;

            pub trait Engine: Send + Sync {
                $($(fn $name(&self, $($argument: $type),*) -> Reply<'_, $result>;)*)*
            }

            impl<E: $($trait +)* Send + Sync> Engine for E {
                $($(fn $name(&self, $($argument: $type),*) -> Reply<'_, $result> {
                    Box::pin($trait::$name(self, $($argument),*))
                })*)*
            }
        }

        impl $store {
            /// This engine.
            #[must_use]
            pub fn new(engine: impl $($trait +)* Send + 'static) -> Self {
                Self(Arc::new(engine))
            }
        }

        impl OfEngine for $store {
            fn of(engine: impl Everything) -> Self {
                Self::new(engine)
            }
        }

        impl std::fmt::Debug for $store {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($store))
            }
        }

        $(impl $trait for $store {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$result, Failure> {
                self.0.$name($($argument),*).await
            })*
        })*
    };
}

#[cfg(feature = "platform")]
any_store! {
    /// Any engine that keeps what a platform keeps. Clones share it.
    AnyStore in platform

    RequestRows {
        fn insert(handle: Hashed, row: Row) -> bool;
        fn load(keys: Vec<Key>) -> Vec<Option<Held>>;
        fn replace(changes: Vec<Change>) -> Vec<bool>;
        fn sweep_requests(now: UnixTime) -> u64;
    }
    Accounts {
        fn link(accounts: Vec<Account>) -> Vec<bool>;
        fn find_accounts(ids: Vec<AccountId>) -> Vec<Option<Account>>;
        fn admitted_under(
            parameters: ParametersId, after: Option<AccountId>, most: u32
        ) -> Vec<Account>;
        fn unlink(id: AccountId) -> bool;
        fn erase(pseudonym: Pseudonym) -> Erased;
        fn record(act: SignedAct) -> ();
        fn acts(id: AccountId) -> Vec<SignedAct>;
    }
}

#[cfg(feature = "authority")]
any_store! {
    /// Any engine that keeps what an authority keeps. Clones share it.
    AuthorityStore in authority

    PeopleRows {
        fn standing(registration: Registration) -> Standing;
        fn write(registration: Registration, standing: Standing) -> bool;
        fn bury(person: PersonId, now: UnixTime) -> bool;
        fn person(person: PersonId) -> Option<Person>;
        fn stands(commitment: Commitment, nonce: Hashed) -> bool;
    }
    Tickets {
        fn put_ticket(ticket: Ticket) -> bool;
        fn find_ticket(transaction: TransactionId) -> Option<Ticket>;
        fn sweep_tickets(now: UnixTime) -> u64;
    }
    Offers {
        fn put_offer(offer: Offer) -> bool;
        fn find_offer(nonce: Hashed) -> Option<Offer>;
        fn withdraw_offers(person: PersonId) -> u64;
        fn sweep_offers(now: UnixTime) -> u64;
    }
    Devices {
        fn put_code(code: Hashed, identified: Identified) -> bool;
        fn begin_session(
            code: Hashed, token: Hashed, until: UnixTime, now: UnixTime
        ) -> Option<Identified>;
        fn find_session(token: Hashed, now: UnixTime) -> Option<DeviceSession>;
        fn end_sessions(person: PersonId) -> u64;
        fn grant(grant: Grant, most: u32) -> bool;
        fn take_back(grant: Grant) -> ();
        fn sweep_devices(now: UnixTime) -> u64;
    }
    DocumentRows {
        fn holders(documents: Vec<PersonId>) -> Vec<Option<PersonId>>;
        fn add_documents(documents: Vec<PersonId>, person: PersonId) -> bool;
    }
    Audit {
        fn append(events: Vec<Event>) -> u64;
        fn read(after: u64, most: u32) -> Vec<(u64, Event)>;
    }
}
