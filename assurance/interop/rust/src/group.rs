//! ristretto255 as curve25519-dalek has it, and pairnym's hashing, for `../curves.py`.
//!
//! A point or a scalar that does not decode gives null.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat;
use serde::Deserialize;
use serde_json::json;

use crate::Answer;
use crate::coins::Coins;
use crate::fault::Fault;
use crate::json::{Bytes, Bytes32, Hex};
use crate::world::{Run, World};

fn point(bytes: &Bytes32) -> Option<RistrettoPoint> {
    CompressedRistretto(bytes.0).decompress()
}

fn scalar(bytes: &Bytes32) -> Option<Scalar> {
    Scalar::from_canonical_bytes(bytes.0).into()
}

fn shown(bytes: Option<impl AsRef<[u8]>>) -> Answer {
    Ok(json!({ "bytes": bytes.map(hex::encode) }))
}

fn shown_point(point: Option<RistrettoPoint>) -> Answer {
    shown(point.map(|point| point.compress().to_bytes()))
}

fn shown_scalar(scalar: Option<Scalar>) -> Answer {
    shown(scalar.map(|scalar| scalar.to_bytes()))
}

macro_rules! computations {
    ($($name:ident { $($field:ident: $type:ty),* } $body:expr;)*) => {$(
        #[derive(Deserialize)]
        pub struct $name { $($field: $type),* }

        impl Run for $name {
            fn run(self, _: &mut World, _: &mut Coins) -> Answer {
                let Self { $($field),* } = self;
                $body
            }
        }
    )*};
}

computations! {
    Decode { a: Bytes32 } shown_point(point(&a));
    Add { a: Bytes32, b: Bytes32 }
        shown_point(point(&a).zip(point(&b)).map(|(a, b)| a + b));
    Subtract { a: Bytes32, b: Bytes32 }
        shown_point(point(&a).zip(point(&b)).map(|(a, b)| a - b));
    Multiply { s: Bytes32, a: Bytes32 }
        shown_point(scalar(&s).zip(point(&a)).map(|(s, a)| s * a));
    MultiplyBase { s: Bytes32 }
        shown_point(scalar(&s).map(|s| RistrettoPoint::mul_base(&s)));
    Map { wide: Hex<[u8; 64]> } shown_point(Some(RistrettoPoint::from_uniform_bytes(&wide.0)));
    DecodeScalar { s: Bytes32 } shown_scalar(scalar(&s));
    Reduce { wide: Hex<[u8; 64]> } shown_scalar(Some(Scalar::from_bytes_mod_order_wide(&wide.0)));
    AddScalars { s: Bytes32, t: Bytes32 }
        shown_scalar(scalar(&s).zip(scalar(&t)).map(|(s, t)| s + t));
    SubtractScalars { s: Bytes32, t: Bytes32 }
        shown_scalar(scalar(&s).zip(scalar(&t)).map(|(s, t)| s - t));
    MultiplyScalars { s: Bytes32, t: Bytes32 }
        shown_scalar(scalar(&s).zip(scalar(&t)).map(|(s, t)| s * t));
    Negate { s: Bytes32 } shown_scalar(scalar(&s).map(|s| -s));
    Invert { s: Bytes32 }
        shown_scalar(scalar(&s).filter(|s| *s != Scalar::ZERO).map(|s| s.invert()));
    Expand { dst: Bytes, msg: Bytes, length: usize } expand(&dst.0, &msg.0, length);
    HashToGroup { dst: Bytes, msg: Bytes }
        shown_point(Some(hazmat::hash_to_group(&dst.0, &msg.0)));
}

/// The library has the length as a constant.
fn expand(dst: &[u8], msg: &[u8], length: usize) -> Answer {
    match length {
        1 => shown(Some(hazmat::expand_message_xmd::<1>(dst, msg))),
        32 => shown(Some(hazmat::expand_message_xmd::<32>(dst, msg))),
        64 => shown(Some(hazmat::expand_message_xmd::<64>(dst, msg))),
        65 => shown(Some(hazmat::expand_message_xmd::<65>(dst, msg))),
        200 => shown(Some(hazmat::expand_message_xmd::<200>(dst, msg))),
        _ => Err(Fault::usage("length: 1, 32, 64, 65 or 200")),
    }
}
