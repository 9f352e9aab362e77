//! Secrets in one buffer that is wiped: a list of byte strings, each behind its length.

use zeroize::Zeroizing;

/// Bytes that are wiped.
pub(crate) type Secret = Zeroizing<Vec<u8>>;

/// In a buffer that does not grow, so that no copies are left behind.
pub(crate) fn join<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> Secret {
    let length = parts.clone().map(|part| 4 + part.len()).sum();
    let mut joined = Secret::new(Vec::with_capacity(length));
    for part in parts {
        joined.extend_from_slice(&(part.len() as u32).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

/// Nothing for bytes that are no such list.
pub(crate) fn split(mut joined: &[u8]) -> Option<Vec<Secret>> {
    let mut parts = Vec::new();
    while !joined.is_empty() {
        let (length, rest) = joined.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (part, rest) = rest.split_at_checked(length)?;
        parts.push(Secret::new(part.to_vec()));
        joined = rest;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn come_back(parts: Vec<Vec<u8>>) {
            let joined = join(parts.iter().map(|part| &part[..]));
            let split = split(&joined).unwrap();
            prop_assert!(split.iter().map(|part| &part[..]).eq(parts.iter().map(|part| &part[..])));
        }

        #[test]
        fn whatever_comes(joined: Vec<u8>) {
            if let Some(parts) = split(&joined) {
                prop_assert_eq!(&*join(parts.iter().map(|part| &part[..])), &joined);
            }
        }
    }
}
