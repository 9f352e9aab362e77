//! What the tests and the load program have in common: a client that speaks HTTP/1.1 and sends
//! whatever it is told, a platform and a wallet, an authority and a device.
#![allow(dead_code)]
// No other crate implements them.
#![allow(async_fn_in_trait)]

pub mod authority;
pub mod counter;
pub mod device;
pub mod failing;
pub mod fleet;
pub mod http;
pub mod human;
pub mod nodes;
pub mod platform;
pub mod process;
pub mod tls;
pub mod wallet;
pub mod world;
