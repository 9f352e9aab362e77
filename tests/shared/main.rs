//! Two devices that act as one holder (SPEC §20).

mod acts;
