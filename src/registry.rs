//! The authority's registry: one natural person, one commitment (SPEC §7).

use alloc::collections::{BTreeMap, BTreeSet};

use hkdf::Hkdf;
use sha2::Sha512;

use crate::credential::enroll::Commitment;
use crate::error::Error;

/// A legal document by which a natural person can enroll.
///
/// The identity check is the authority's own business; the kind matters here only in that the
/// same number under two kinds is two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DocumentKind {
    /// 居民身份证.
    ResidentIdentityCard,
    /// 中国公民普通护照, of a Chinese citizen settled abroad.
    OverseasChinesePassport,
    /// 港澳居民来往内地通行证.
    HongKongMacaoTravelPermit,
    /// 港澳居民来往内地通行证（非中国籍）.
    HongKongMacaoTravelPermitNonChinese,
    /// 台湾居民来往大陆通行证.
    TaiwanTravelPermit,
    /// 港澳居民居住证.
    HongKongMacaoResidencePermit,
    /// 台湾居民居住证.
    TaiwanResidencePermit,
    /// 外国人永久居留身份证.
    ForeignPermanentResidentIdentityCard,
}

impl DocumentKind {
    /// All eight.
    pub const ALL: [Self; 8] = [
        Self::ResidentIdentityCard,
        Self::OverseasChinesePassport,
        Self::HongKongMacaoTravelPermit,
        Self::HongKongMacaoTravelPermitNonChinese,
        Self::TaiwanTravelPermit,
        Self::HongKongMacaoResidencePermit,
        Self::TaiwanResidencePermit,
        Self::ForeignPermanentResidentIdentityCard,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResidentIdentityCard => "resident_identity_card",
            Self::OverseasChinesePassport => "overseas_chinese_passport",
            Self::HongKongMacaoTravelPermit => "hk_macao_travel_permit",
            Self::HongKongMacaoTravelPermitNonChinese => "hk_macao_travel_permit_non_chinese",
            Self::TaiwanTravelPermit => "taiwan_travel_permit",
            Self::HongKongMacaoResidencePermit => "hk_macao_residence_permit",
            Self::TaiwanResidencePermit => "taiwan_residence_permit",
            Self::ForeignPermanentResidentIdentityCard => {
                "foreign_permanent_resident_identity_card"
            }
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A natural person, as the registry knows them: 32 bytes that tell nothing without the
/// authority's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub [u8; 32]);

impl PersonId {
    /// A keyed hash of a document.
    ///
    /// The caller brings the number into its one form first (no spaces, capital letters, without
    /// the digits that count re-issues), and maps the several documents of one person to one of
    /// them: what is a different document here is a different person.
    #[must_use]
    pub fn of_document(key: &[u8; 32], kind: DocumentKind, number: &str) -> Self {
        let mut id = [0; 32];
        let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/person"), key);
        // Names of kinds have no zero byte. 32 bytes are within HKDF's limit, its only error.
        let _ = hkdf.expand_multi_info(&[kind.name().as_bytes(), &[0], number.as_bytes()], &mut id);
        Self(id)
    }
}

/// Who is registered by which commitment.
pub trait Registry {
    /// Registers person and commitment, in one atomic step.
    ///
    /// # Errors
    /// [`Error::PersonRegistered`], [`Error::CommitmentRegistered`], [`Error::PersonDeleted`], or
    /// [`Error::Unavailable`]. Nothing is registered then.
    fn register(&mut self, person: PersonId, commitment: Commitment) -> Result<(), Error>;
}

/// Whether a deleted person may enroll again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reenrollment {
    /// Never: a second enrollment would give a second 网号 everywhere.
    Refused,
    /// Only with the commitment that they had, which gives the same 网号s again.
    SameCommitment,
    /// With any commitment: new 网号s everywhere.
    Allowed,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Registered(Commitment),
    Tombstone(Commitment),
}

/// A registry in memory.
#[derive(Clone, Debug)]
pub struct MemoryRegistry {
    policy: Reenrollment,
    persons: BTreeMap<PersonId, Entry>,
    /// All commitments ever registered.
    commitments: BTreeSet<[u8; 32]>,
}

impl MemoryRegistry {
    /// An empty one.
    #[must_use]
    pub const fn new(policy: Reenrollment) -> Self {
        let persons = BTreeMap::new();
        let commitments = BTreeSet::new();
        Self { policy, persons, commitments }
    }

    /// The commitment of a registered person.
    #[must_use]
    pub fn commitment(&self, person: &PersonId) -> Option<Commitment> {
        match self.persons.get(person) {
            Some(Entry::Registered(commitment)) => Some(*commitment),
            _ => None,
        }
    }

    /// Deletes a person and leaves a tombstone. Whether there was something to delete.
    pub fn delete(&mut self, person: &PersonId) -> bool {
        match self.persons.get_mut(person) {
            Some(entry @ Entry::Registered(_)) => {
                if let Entry::Registered(commitment) = *entry {
                    *entry = Entry::Tombstone(commitment);
                }
                true
            }
            _ => false,
        }
    }
}

impl Registry for MemoryRegistry {
    fn register(&mut self, person: PersonId, commitment: Commitment) -> Result<(), Error> {
        let used = self.commitments.contains(&commitment.to_bytes());
        let admitted = match (self.persons.get(&person), self.policy) {
            (None, _) | (Some(Entry::Tombstone(_)), Reenrollment::Allowed) if !used => Ok(()),
            (Some(Entry::Registered(_)), _) => Err(Error::PersonRegistered),
            (Some(Entry::Tombstone(old)), policy)
                if *old == commitment && policy != Reenrollment::Refused =>
            {
                Ok(())
            }
            (Some(Entry::Tombstone(_)), Reenrollment::Refused | Reenrollment::SameCommitment) => {
                Err(Error::PersonDeleted)
            }
            _ => Err(Error::CommitmentRegistered),
        };
        admitted?;
        self.commitments.insert(commitment.to_bytes());
        self.persons.insert(person, Entry::Registered(commitment));
        Ok(())
    }
}
