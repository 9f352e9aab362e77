//! What devices and authorities keep (SPEC §14.16): any bytes are refused that they did not write.
//! The fuzzer is given the MAC, so that what stands behind it is reached too: then it is the
//! reader of the encoding that is tested, and what a holder makes of a credential or of evidence
//! that does not fit.

use std::sync::LazyLock;

use curve25519_dalek::RistrettoPoint;
use hkdf::Hkdf;
use pairnym::{authority::*, holder::*, message::*, shared::*, store::*, *};
use pairnym_testkit::{NOW, Pair, TEN_MINUTES, authority_id, by_name, received, seeded};
use sha2::Sha512;

use crate::grammar;
use crate::parts::{self, point, scalar};
use crate::pool::{POOL, World};

/// How stored bytes are read; what was read is stored again.
pub trait Storage {
    fn load(kind: u8, stored: &[u8]) -> Result<Vec<u8>, Error>;
}

pub const KINDS: [(u8, &str); 7] = [
    (15, "ParameterList"),
    (16, "Credential"),
    (17, "Evidence"),
    (48, "OpenTicket"),
    (49, "OpenOffer"),
    (32, "Pairing"),
    (33, "Share"),
];

const MASTER: [u8; 32] = [2; 32];

fn world() -> &'static World {
    &POOL.worlds[1]
}

/// A holder, what it has, and the keys of device and authority.
struct Keeper {
    holder: Holder,
    credential: Credential,
    evidence: Vec<u8>,
    request: Request,
    key: [u8; 32],
    authority_key: StorageKey,
    /// The lead whose master secret is the holder's, and its second.
    pair: Pair,
}

const AUTHORITY_KEY: [u8; 32] = [17; 32];

static KEEPER: LazyLock<Keeper> = LazyLock::new(|| {
    let world = world();
    let holder = world.holder(MASTER[0]);
    let (credential, evidence) = world.credential(&holder, NOW, 77);
    let ask = world.platform.request(Purpose::Registration).disclose("assurance");
    Keeper {
        evidence: holder.store_evidence(&evidence[0]).to_vec(),
        holder,
        credential,
        request: ask.build(NOW, &mut seeded(78)).unwrap(),
        key: holder_key(&MASTER),
        authority_key: StorageKey::new(AUTHORITY_KEY, authority_id()),
        pair: Pair::new(MASTER[0], world.authority.list()),
    }
});

/// SPEC §5.1.
fn holder_key(master: &[u8; 32]) -> [u8; 32] {
    let mut key = [0; 32];
    let info = format!("pairnym-v1/storage-key{}", authority_id());
    let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/master-secret"), master);
    hkdf.expand(info.as_bytes(), &mut key).unwrap();
    key
}

fn key(kind: u8) -> &'static [u8; 32] {
    if kind < 48 { &KEEPER.key } else { &AUTHORITY_KEY }
}

/// The input that is this encoding with its MAC, or these bytes as they are.
pub fn input(kind: u8, bytes: &[u8], authentic: bool) -> Vec<u8> {
    let choice = KINDS.iter().position(|(other, _)| *other == kind).unwrap() as u8;
    [&[2 * choice + u8::from(!authentic)], bytes].concat()
}

/// The stored form of an encoding.
pub fn authentic(kind: u8, encoding: &[u8]) -> Vec<u8> {
    let mac = grammar::stored_mac(key(kind), authority_id().as_str(), encoding);
    [encoding, &mac].concat()
}

/// The encodings of what the keeper has, by their kinds.
pub fn encodings() -> Vec<(u8, Vec<u8>)> {
    let Keeper { holder, credential, evidence, authority_key, pair, .. } = &*KEEPER;
    let world = world();
    let (life, rng) = (TEN_MINUTES, &mut seeded(79));
    let transaction = TransactionId([3; 32]);
    let ticket = world.authority.open_ticket(transaction, life, NOW, rng).unwrap();
    let values = by_name(&world.authority, world.values.clone());
    let offer = world.authority.offer(*holder.commitment(), values, life, NOW, rng).unwrap();
    let other = world.holder(3);
    let (foreign, _) = world.credential(&other, NOW, 80);
    let mut all = vec![
        (15, holder.store_list()),
        (16, holder.store_credential(credential).to_vec()),
        (16, holder.store_credential(&foreign).to_vec()),
        (17, evidence.clone()),
        (48, ticket.store(authority_key)),
        (49, offer.store(authority_key).to_vec()),
        (32, pair.lead.store_pairing()),
        (33, pair.second.store().to_vec()),
    ];
    all.iter_mut().for_each(|(_, stored)| stored.truncate(stored.len() - 32));
    all
}

/// A stored list is of the authority that it is asked for.
fn examine_list(encoding: &[u8], authority: &AuthorityId) -> Result<(), Error> {
    let list = ParameterList::from_bytes(encoding).expect("the grammar has read it");
    if list.authority() == authority { Ok(()) } else { Err(Error::ForeignAuthority) }
}

/// The first byte chooses the kind, and whether the others lack their MAC.
pub fn storage<S: Storage>(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let (kind, name) = KINDS[usize::from(choice / 2) % KINDS.len()];
    let (authority, key) = (authority_id(), key(kind));
    let stored = if choice % 2 == 0 { authentic(kind, bytes) } else { bytes.to_vec() };
    let loaded = S::load(kind, &stored);
    let read = grammar::check_stored(kind, &stored, key, authority.as_str());
    if let Err(reason) = read {
        let Err(Error::Decode(error)) = loaded else { panic!("{name} {reason}: {loaded:?}") };
        return assert_eq!((error.what(), error.reason().code()), (name, reason));
    }
    let encoding = &stored[..stored.len() - 32];
    let expected = match kind {
        15 => examine_list(encoding, &authority),
        16 => examine_credential(encoding),
        _ => Ok(()),
    };
    assert_eq!(loaded.as_ref().err(), expected.err().as_ref());
    if kind == 33 {
        take_over(&stored, encoding);
    }
    if let Ok(again) = loaded {
        assert!(again == stored);
        assert_eq!(&again[..again.len() - 32], encoding);
    }
    if kind == 17 {
        present(&stored, encoding);
    }
}

/// SPEC §8.4: whose it is, and whether W + e·A = B_t + C_u + Σ m_i H_i.
fn examine_credential(encoding: &[u8]) -> Result<(), Error> {
    let field = |index: usize| encoding[10 + 32 * index..][..32].try_into().unwrap();
    let id = ParametersId(encoding[2..34].try_into().unwrap());
    let epoch = Epoch(u64::from_be_bytes(encoding[34..42].try_into().unwrap()));
    let slot = Slot { parameters: id, epoch };
    let [C_u, A, e, W] = [1, 2, 3, 4].map(field);
    if C_u != KEEPER.holder.commitment().to_bytes() {
        return Err(Error::ForeignCredential);
    }
    let values = parts::values(&encoding[170..]);
    let generators = hazmat::generators::generators(values.len());
    let attributes = hazmat::generators::attributes(&generators, values.len());
    let attributes: RistrettoPoint =
        values.iter().zip(attributes).map(|(m, H)| H * hazmat::attribute_scalar(m)).sum();
    let M = hazmat::credential_base(&slot) + point(&C_u).unwrap() + attributes;
    let whole = point(&W).unwrap() + point(&A).unwrap() * scalar(&e) == M;
    if whole { Ok(()) } else { Err(Error::Fault) }
}

/// The same bytes after the hand-over, at the ward (SPEC §20.6): whose C_u + d·U_0 is not that of
/// the share is refused.
fn take_over(stored: &[u8], encoding: &[u8]) {
    let field = |index: usize| encoding[66 + 32 * index..][..32].try_into().unwrap();
    let own = KEEPER.holder.commitment().to_bytes();
    let whole = point(&own).unwrap() + parts::u_0() * scalar(&field(1));
    let (master, list) = (MasterSecret::import(MASTER), KEEPER.holder.store_list());
    let ward = Holder::restore_share(&master, &authority_id(), &list, stored);
    match ward {
        Ok(ward) => {
            assert_eq!((ward.commitment().to_bytes(), field(0)), (field(0), whole.compress().0))
        }
        Err(error) => {
            assert_eq!(error, Error::Fault);
            assert_ne!(whole.compress().0, field(0));
        }
    }
}

/// Evidence with a right MAC, whatever it is, makes no false statement (SPEC §11, step 9 and last).
fn present(stored: &[u8], encoding: &[u8]) {
    let Keeper { holder, credential, evidence, request, .. } = &*KEEPER;
    let whole = encoding == &evidence[..evidence.len() - 32];
    let own = encoding[2..34] == evidence[2..34];
    let item = holder.load_evidence(stored).unwrap();
    assert_eq!(item.belongs_to(credential), own);
    let received = received(request);
    let consent = Consent::to_disclose(&received);
    match holder.present(credential, item, consent, NOW, &mut seeded(81)) {
        Ok(answer) => {
            let presentation = Presentation::from_bytes(answer.as_bytes()).unwrap();
            let nonces = &MemoryNonces::new(1);
            let verified = world().platform.verify(request, &presentation, NOW, nonces);
            assert!(verified.is_ok(), "nothing false leaves the device");
        }
        Err(refused) if own => {
            assert!(!whole, "whole evidence is good");
            assert_eq!(refused.error(), Error::Fault);
            assert!(refused.into_evidence().is_none());
        }
        Err(refused) => {
            assert_eq!(refused.error(), Error::ForeignEvidence);
            let item = refused.into_evidence().expect("refused evidence comes back");
            assert_eq!(holder.store_evidence(&item)[..], *stored);
        }
    }
}

/// As holder and authority read.
pub struct Own;

impl Storage for Own {
    fn load(kind: u8, stored: &[u8]) -> Result<Vec<u8>, Error> {
        let Keeper { holder, authority_key, .. } = &*KEEPER;
        let master = || MasterSecret::import(MASTER);
        Ok(match kind {
            15 => Holder::restore(&master(), &authority_id(), stored)?.store_list(),
            16 => holder.store_credential(&holder.load_credential(stored)?).to_vec(),
            17 => holder.store_evidence(&holder.load_evidence(stored)?).to_vec(),
            32 => Lead::restore_pairing(&master(), &authority_id(), &holder.store_list(), stored)?
                .store_pairing(),
            33 => Second::restore(&master(), &authority_id(), stored)?.store().to_vec(),
            48 => OpenTicket::load(stored, authority_key)?.store(authority_key),
            _ => OpenOffer::load(stored, authority_key)?.store(authority_key).to_vec(),
        })
    }
}
