//! What makes an in-memory store usable through `&self`: a mutex under `std`, otherwise a cell.

use crate::error::Error;

#[cfg(not(feature = "std"))]
type Inner<T> = core::cell::RefCell<T>;
#[cfg(feature = "std")]
type Inner<T> = std::sync::Mutex<T>;

pub(crate) struct Lock<T>(Inner<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Inner::new(value))
    }

    /// Does something that nobody else can see half done. [`Error::Unavailable`] after a panic in
    /// here, which may have left it half done.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        #[cfg(not(feature = "std"))]
        let held = self.0.try_borrow_mut();
        #[cfg(feature = "std")]
        let held = self.0.lock();
        held.map(|mut value| act(&mut value)).map_err(|_| Error::Unavailable)
    }
}
