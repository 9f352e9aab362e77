//! Stores of which some operations fail.

/// `Failing`, a store with these traits that counts its calls, and `OPERATIONS`, the names of what it does.
#[allow(unused_macros)]
macro_rules! failing {
    ($($trait:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {
        const OPERATIONS: &[&str] = &[$($(stringify!($name)),*),*];

        /// A store whose operations with some names fail.
        #[derive(Clone)]
        struct Failing {
            store: pairnym_store::Memory,
            down: std::sync::Arc<std::sync::Mutex<std::collections::BTreeSet<&'static str>>>,
            calls: std::sync::Arc<std::sync::Mutex<std::collections::BTreeMap<&'static str, usize>>>,
        }

        impl Default for Failing {
            fn default() -> Self {
                Self { store: pairnym_store::Memory::new(1_000), down: Default::default(), calls: Default::default() }
            }
        }

        impl Failing {
            /// From now on those fail, and no others.
            fn fail(&self, names: &[&'static str]) {
                *self.down.lock().unwrap() = names.iter().copied().collect();
            }

            /// How often an operation was called.
            #[allow(dead_code)]
            fn calls(&self, name: &str) -> usize {
                self.calls.lock().unwrap().get(name).copied().unwrap_or(0)
            }
        }

        $(impl $trait for Failing {
            $(async fn $name(
                &self,
                $($argument: $type),*
            ) -> Result<$result, pairnym_store::Failure> {
                *self.calls.lock().unwrap().entry(stringify!($name)).or_default() += 1;
                if self.down.lock().unwrap().contains(stringify!($name)) {
                    let kind = pairnym_store::FailureKind::Unavailable;
                    return Err(pairnym_store::Failure::new(kind, "down"));
                }
                self.store.$name($($argument),*).await
            })*
        })*
    };
}

#[allow(unused_imports)]
pub(crate) use failing;
