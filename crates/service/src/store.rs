//! A store whose engine is chosen when the program starts.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pairnym::{ParametersId, Pseudonym, UnixTime};
use pairnym_store::{
    Account, AccountId, Accounts, Change, Erased, Failure, Hashed, Held, Key, RequestRows, Row,
    SignedAct,
};

type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Any engine that keeps what a platform keeps. Clones share it.
#[derive(Clone)]
pub struct AnyStore(Arc<dyn Engine>);

impl AnyStore {
    /// This engine.
    #[must_use]
    pub fn new(engine: impl RequestRows + Accounts + Send + 'static) -> Self {
        Self(Arc::new(engine))
    }
}

impl std::fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyStore")
    }
}

/// The operations with futures of one type, so that engines of different types can stand in one
/// place.
macro_rules! operations {
    ($($trait:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {
        trait Engine: Send + Sync {
            $($(fn $name(&self, $($argument: $type),*) -> Reply<'_, $result>;)*)*
        }

        impl<E: RequestRows + Accounts + Send> Engine for E {
            $($(fn $name(&self, $($argument: $type),*) -> Reply<'_, $result> {
                Box::pin($trait::$name(self, $($argument),*))
            })*)*
        }

        $(impl $trait for AnyStore {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$result, Failure> {
                self.0.$name($($argument),*).await
            })*
        })*
    };
}

operations! {
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
