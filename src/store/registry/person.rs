//! Natural persons, and the documents by which the registry tells them apart (SPEC §7,
//! PROFILE.md §4.1).

use hkdf::Hkdf;
use sha2::Sha512;

use crate::error::{DecodeError, DecodeReason};

/// A legal document by which a natural person can enroll.
///
/// The identity check is the authority's own business; the kind matters here only because the
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

/// A natural person, as the registry knows them: 32 bytes that reveal nothing without the
/// authority's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub [u8; 32]);

impl PersonId {
    /// A keyed hash of a document.
    ///
    /// The caller drops the digits that count re-issues, and maps all the documents of one person
    /// to one of them: a different document is a different person here.
    ///
    /// ```
    /// # use pairnym::{store::*, *};
    /// # let key = [7; 32];
    /// let kind = DocumentKind::ResidentIdentityCard;
    /// let person = PersonId::of_document(&key, kind, "11010119900307000X")?;
    /// assert!(PersonId::of_document(&key, kind, "11010119900307000x").is_err()); // one form only
    /// # Ok::<_, DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecodeReason::Identifier`] unless the number consists of capital letters and digits only,
    /// so that each number has one form.
    pub fn of_document(
        key: &[u8; 32],
        kind: DocumentKind,
        number: &str,
    ) -> Result<Self, DecodeError> {
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if number.is_empty() || !number.bytes().all(plain) {
            return Err(DecodeError::new("PersonId", DecodeReason::Identifier));
        }
        let mut id = [0; 32];
        let hkdf = Hkdf::<Sha512>::new(Some(b"pairnym-v1/person"), key);
        // Names of kinds have no zero byte.
        hkdf.expand_multi_info(&[kind.name().as_bytes(), &[0], number.as_bytes()], &mut id)
            .expect("32 bytes are within 255 blocks");
        Ok(Self(id))
    }
}
