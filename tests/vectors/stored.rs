//! stored.json (SPEC §14.16).

use pairnym::{Message, TransactionId};
use pairnym_testkit::{NOW, TEN_MINUTES};

use crate::formulas::{Wire, storage_key, stored, stored_hash};
use crate::json::{Json, check, list};
use crate::pair::{GUARDIAN, Pair, WARD};
use crate::replay::recode;
use crate::setting::{AUTHORITY, STORAGE_KEY, Setting, authority_storage, four, run, tossed};

/// The seven forms: name, key, and encoding without MAC.
pub fn forms(setting: &Setting) -> Vec<(&'static str, [u8; 32], Vec<u8>)> {
    let key = storage_key(&setting.master, AUTHORITY);
    let (credential, evidence) = setting.kept(NOW);
    let expiry = NOW.0 + 600;
    let [pairing, share] = Pair::new(Vec::new()).kept();
    let ticket = Wire::new(48).short(AUTHORITY).put(run::<32>(0x41)).put(run::<32>(0x61));
    let offer = setting.open_offer(NOW).offer().to_bytes();
    vec![
        ("ParameterList", key, setting.list.encode()),
        ("Credential", key, credential),
        ("Evidence", key, evidence[0].clone()),
        ("Pairing", storage_key(&WARD, AUTHORITY), pairing),
        ("Share", storage_key(&GUARDIAN, AUTHORITY), share),
        ("OpenTicket", STORAGE_KEY, ticket.u64(expiry).bytes()),
        ("OpenOffer", STORAGE_KEY, Wire::new(49).put(&offer[2..]).u64(expiry).bytes()),
    ]
}

#[test]
fn stored_json() {
    let setting = Setting::new(four());
    let entry = |(message, key, encoding): (&'static str, [u8; 32], Vec<u8>)| -> Json {
        let hash = stored_hash(&key, AUTHORITY, &encoding);
        let form = stored(&key, AUTHORITY, &encoding);
        assert_eq!(known(&setting, message), form);
        assert_eq!(recode(message, &key, AUTHORITY, &form), Ok(form.clone()));
        object! {
            "message": message,
            "key": key,
            "authority_id": AUTHORITY,
            "encoding": &encoding,
            "hash": hash.json(),
            "mac": hash.h32(),
            "stored": form,
        }
    };
    check(
        "stored.json",
        "14.16",
        "Stored forms, each an encoding and its MAC, under the key of a holder (Pairing: of a lead, \
         Share: of its second) or of an authority. \
         The hash has its label, its message and, as everywhere, the H64 of them; the MAC is the \
         H32.",
        object! { "stored": list(forms(&setting).into_iter().map(entry)) },
    );
}

/// The library's stored form of the same.
fn known(setting: &Setting, message: &str) -> Vec<u8> {
    let (holder, key) = (&setting.holder, authority_storage(AUTHORITY));
    match message {
        "ParameterList" => holder.store_list(),
        "Credential" => holder.store_credential(&setting.credential(NOW).0).to_vec(),
        "Evidence" => holder.store_evidence(&setting.credential(NOW).1[0]).to_vec(),
        "Pairing" => Pair::new(Vec::new()).lead.store_pairing(),
        "Share" => Pair::new(Vec::new()).second.store().to_vec(),
        "OpenOffer" => setting.open_offer(NOW).store(&key).to_vec(),
        _ => {
            let transaction = TransactionId(run(0x41));
            let authority = &setting.authority;
            let open = tossed(&run::<32>(0x61), |rng| {
                authority.open_ticket(transaction, TEN_MINUTES, NOW, rng)
            });
            open.unwrap().store(&key)
        }
    }
}
