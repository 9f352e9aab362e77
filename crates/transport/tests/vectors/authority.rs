//! authority.json: the directory, the bodies, and lists that pinned keys have signed or not.

use pairnym::{Message, UnixTime};
use pairnym_testkit::{NOW, Service, authority_id, seeded};
use pairnym_transport::authority::*;
use pairnym_transport::ed25519_dalek::{Signer, SigningKey};
use pairnym_transport::envelope::{Envelope, EnvelopeError};
use pairnym_transport::{PublicKey, Token};
use serde_json::{Value, json};

use crate::check;

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn pins() -> [PublicKey; 3] {
    [1, 2, 3].map(|number| PublicKey::from(&key(number)))
}

fn body<T: Envelope + PartialEq + std::fmt::Debug>(value: T) -> Value {
    let body = value.to_json().unwrap();
    assert_eq!(T::from_json(&body).as_ref(), Ok(&value));
    json!({ "media_type": T::MEDIA_TYPE, "body": String::from_utf8(body).unwrap() })
}

#[test]
fn authority_json() {
    let service = Service::new(NOW);
    let list = service.list();
    let signed = SignedList::new(list, &[key(1), key(3), key(9)]);
    let code: CounterCode = "7K3M-9110-W2E4".parse().unwrap();
    let registrars = vec![PublicKey::from(&key(4))];
    let directory =
        Directory { authority: authority_id(), list: signed.clone(), registrars, sessions: 3 };
    let token = Token([5; 32]);
    let session = |ticket| Session { token, expires: UnixTime(NOW.0 + 600), ticket };
    let batches = vec![vec![1], vec![2, 3]];
    let bodies = [
        body(directory),
        body(signed.clone()),
        body(Identification { code }),
        body(session(None)),
        body(session(Some(vec![1, 2]))),
        body(Enrollment { request: vec![1, 3] }),
        body(Offer { offer: vec![1, 4] }),
        body(Issuance { request: vec![1, 5] }),
        body(IssuedCredential { response: vec![1, 6] }),
        body(EvidenceBatches { requests: batches.clone() }),
        body(Commitments { commitments: batches.clone() }),
        body(Challenges { challenges: batches.clone() }),
        body(Responses { responses: batches }),
    ];
    let location = EvidencePath::new("node-1".parse().unwrap());
    assert_eq!(location.to_string().parse(), Ok(location));

    let lists = [
        (&[1, 3, 9][..], 2, None),
        (&[1, 1, 3], 2, None),
        (&[1, 1], 2, Some(ListError::TooFewSignatures)),
        (&[1, 9], 2, Some(ListError::TooFewSignatures)),
        (&[], 0, Some(ListError::TooFewSignatures)),
        (&[9], 0, Some(ListError::TooFewSignatures)),
        (&[1, 2, 3], 4, Some(ListError::TooFewSignatures)),
        (&[1; 17], 1, Some(ListError::TooManySignatures)),
    ];
    let lists = lists.map(|(signers, threshold, expected)| {
        let signers: Vec<_> = signers.iter().map(|number| key(*number)).collect();
        let signed = SignedList::new(list, &signers);
        let found = signed.verify(&pins(), threshold);
        assert_eq!(found.as_ref().err(), expected.as_ref());
        assert!(found.is_err() || found.as_ref() == Ok(list));
        json!({ "signed": signed, "threshold": threshold, "adopted": expected.is_none() })
    });
    check(
        "authority.json",
        "10",
        "A body of each kind; lists, by three pinned keys.",
        json!({
            "bodies": bodies,
            "location": location.to_string(),
            "pins": pins(),
            "lists": lists,
        }),
    );
}

#[test]
fn a_list_with_a_wrong_signature_of_a_pinned_key_is_refused() {
    let service = Service::new(NOW);
    let good = SignedList::new(service.list(), &[key(1), key(2)]);
    let refused = |change: &dyn Fn(&mut SignedList)| {
        let mut signed = good.clone();
        change(&mut signed);
        signed.verify(&pins(), 1).unwrap_err()
    };
    assert_eq!(refused(&|signed| signed.signatures[1].signature[0] ^= 1), ListError::Signature);
    assert_eq!(refused(&|signed| signed.list[9] ^= 1), ListError::Signature);
    // A signature of another kind of statement.
    assert_eq!(
        refused(&|signed| {
            let bytes = [b"pairnym-v1/permission\0", &signed.list[..]].concat();
            signed.signatures[0].signature = key(1).sign(&bytes).to_bytes();
        }),
        ListError::Signature
    );
    // Well signed, and no list.
    let mut none = good.clone();
    none.list = vec![1, 15];
    let signature = key(1).sign(&[b"pairnym-v1/list\0", &none.list[..]].concat()).to_bytes();
    none.signatures = vec![ListSignature { key: pins()[0].to_bytes(), signature }];
    assert!(matches!(none.verify(&pins(), 1), Err(ListError::Decode(_))));
    assert_eq!(good.verify(&pins(), 2).unwrap().to_bytes(), good.list);
}

#[test]
fn batches_are_1_to_32_and_the_longest_fit() {
    let of = |count: usize, length| Commitments { commitments: vec![vec![7; length]; count] };
    let read = |commitments: Commitments| {
        commitments.to_json().and_then(|body| Commitments::from_json(&body))
    };
    assert!(read(of(32, 2_082)).is_ok());
    assert_eq!(read(of(33, 1)), Err(EnvelopeError::Malformed));
    assert_eq!(read(of(0, 1)), Err(EnvelopeError::Malformed));
}

#[test]
fn generated_values_differ_and_read_back() {
    let rng = &mut seeded(1);
    let [one, two] = [CounterCode::generate(rng), CounterCode::generate(rng)];
    assert!(one != two);
    assert_eq!(one.to_string().parse(), Ok(one));
    assert_eq!(format!("{one:?} {:?}", Token([1; 32])), "CounterCode(..) Token(..)");
}
