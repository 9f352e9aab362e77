//! What the tests and the load program have in common: a client that speaks HTTP/1.1 and sends
//! whatever it is told, a platform and a wallet, an authority and a device.
#![allow(dead_code)]

pub mod authority;
pub mod device;
pub mod http;
pub mod platform;
pub mod process;
pub mod wallet;
