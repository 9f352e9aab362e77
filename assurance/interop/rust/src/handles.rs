//! Things kept between steps, each under a name.

use crate::fault::Fault;

/// A growing list; a handle is a kind of thing and a number.
pub struct Handles<T>(Vec<T>);

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Handles<T> {
    /// Keeps a thing under a new handle.
    pub fn keep(&mut self, kind: &str, thing: T) -> String {
        self.0.push(thing);
        format!("{kind}-{}", self.0.len())
    }

    /// The thing of a handle.
    pub fn get(&self, handle: &str) -> Result<&T, Fault> {
        let index = Self::index(handle)?;
        self.0.get(index).ok_or_else(|| missing(handle))
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, handle: &str) -> Result<&mut T, Fault> {
        let index = Self::index(handle)?;
        self.0.get_mut(index).ok_or_else(|| missing(handle))
    }

    fn index(handle: &str) -> Result<usize, Fault> {
        let number = handle.rsplit_once('-').and_then(|(_, number)| number.parse::<usize>().ok());
        number.and_then(|number| number.checked_sub(1)).ok_or_else(|| missing(handle))
    }
}

fn missing(handle: &str) -> Fault {
    Fault::usage(format_args!("{handle}: no such handle"))
}
