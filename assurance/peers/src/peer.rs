//! What is measured of every library, and the statement that its proofs show.

/// The credential's attributes; the verifier sees the first [`DISCLOSED`].
pub const ATTRIBUTES: [u64; 8] = [1, 1990, 156, 7, 110_101, 42, 20_300_101, 5];
pub const DISCLOSED: usize = 3;
/// The verifier's challenge, to which every proof is bound.
pub const NONCE: [u8; 32] = [0x5a; 32];

/// A credential, its holder and a verifier, made ready by one library.
pub trait Peer {
    /// The library's package name, as in `Cargo.lock`.
    fn package(&self) -> &'static str;

    /// What its proof shows, in a few words.
    fn proves(&self) -> &'static str;

    /// The key that verification takes.
    fn checked_with(&self) -> &'static str {
        "public key"
    }

    /// A fresh proof as the verifier receives it, pseudonym included, disclosed values left out
    /// unless they are part of the library's message.
    fn prove(&mut self) -> Vec<u8>;

    /// Whether `proof` holds for these `disclosed` attributes, decoding included.
    fn verify(&self, disclosed: &[u64], proof: &[u8]) -> bool;

    /// Whether all `proofs` hold, or `None` if the library verifies only one at a time.
    fn verify_batch(&self, _disclosed: &[u64], _proofs: &[Vec<u8>]) -> Option<bool> {
        None
    }
}
