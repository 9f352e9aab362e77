//! The randomness from which operations draw.

use rand_core::CryptoRng;

/// A cryptographic random generator of `rand_core` 0.10, which pairnym re-exports as
/// [`rand_core`]. Nothing else implements it.
///
/// From `getrandom` 0.4 with its feature `sys_rng`:
///
/// ```
/// let rng = &mut pairnym::rand_core::UnwrapErr(getrandom::SysRng);
/// let secret = pairnym::holder::MasterSecret::generate(rng);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no cryptographic random generator of rand_core 0.10",
    label = "not a `pairnym::rand_core::CryptoRng`",
    note = "generators of rand 0.8 and 0.9 implement older versions of rand_core",
    note = "use `&mut pairnym::rand_core::UnwrapErr(getrandom::SysRng)` with getrandom 0.4 and its feature `sys_rng`"
)]
pub trait SecureRng: CryptoRng {}

#[diagnostic::do_not_recommend]
impl<R: CryptoRng + ?Sized> SecureRng for R {}
