//! What an operation gives out: checked to be secret, field by field, and only then public.

use crate::CHECKED;
use crate::memcheck::{publish, secret_bits};
use crate::taint::Taint;

/// The fields of an output that are still to be looked at.
pub struct Output<'a> {
    name: &'static str,
    taint: Taint,
    rest: &'a [u8],
    secret: Vec<&'static str>,
}

impl<'a> Output<'a> {
    /// The bytes of an output, at the place where SPEC makes them public.
    pub fn new(name: &'static str, taint: Taint, bytes: &'a [u8]) -> Self {
        Self { name, taint, rest: bytes, secret: Vec::new() }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// Bytes on which no secret has an influence.
    pub fn plain(mut self, field: &str, length: usize) -> Self {
        let bits = secret_bits(self.take(length));
        assert!(bits.iter().all(|bits| *bits == 0), "{}: {field} depends on a secret", self.name);
        self
    }

    /// A field of so many bytes. Each of them depends on the kinds of secrets in `from` that the
    /// run marks, and if it marks none of these, on no secret. Public from here on.
    pub fn depends(mut self, field: &'static str, length: usize, from: Taint) -> Self {
        if !self.taint.meets(from) {
            return self.plain(field, length);
        }
        let bytes = self.take(length);
        let bits = secret_bits(bytes);
        assert!(bits.iter().all(|bits| *bits != 0), "{}: {field} is not secret", self.name);
        publish(bytes);
        self.secret.push(field);
        self
    }

    /// There are no further fields.
    pub fn end(self) {
        assert!(self.rest.is_empty(), "{}: bytes left over", self.name);
        if !self.secret.is_empty() {
            println!("{CHECKED}{} ({})", self.name, self.secret.join(", "));
        }
    }
}
