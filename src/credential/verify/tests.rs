//! What a verifier's weights depend on.

use core::num::NonZeroU32;

use super::*;
use crate::scope::AuthorityId;
use crate::{AuthorityKey, Schema};

#[test]
fn prepared_verifiers_keep_the_secret() {
    let key = AuthorityKey::from_seed(&[1; 32]).unwrap();
    let id = AuthorityId::new("authority.example").unwrap();
    let schema = Schema::new([]).unwrap();
    let parameters = AuthorityParameters::new(id, *key.public(), NonZeroU32::MIN, schema);
    let host = PlatformId::new("shop.example").unwrap();
    let none = RangeInclusive::new(Epoch(1), Epoch(0));
    let mut verifier = Verifier::new(parameters, host, &[], none);
    let weights = |verifier: &Verifier| verifier.begun.weights.clone().h64();
    let without = weights(&verifier);
    verifier.set_secret(&[7; 32]);
    let with = weights(&verifier);
    assert_ne!(with, without);
    assert_eq!(weights(&verifier.prepare(&[], Epoch(3)..=Epoch(4))), with);
}
