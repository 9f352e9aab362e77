//! Messages as their receivers get them: encoded, sent over an authenticated connection, decoded.

use pairnym::{ParameterList, authority::*, holder::*, message::*};

/// What a device sent, decoded.
///
/// # Panics
/// Never: a device has already read back what it sends.
#[must_use]
pub fn sent<M: Message>(outgoing: &Outgoing<M>) -> M {
    M::from_bytes(outgoing.as_bytes()).expect("a device has read again what it sends")
}

/// What the other of two devices sent, decoded.
///
/// # Panics
/// Never: what was encoded can be decoded.
#[must_use]
pub fn arrived<M: Message>(message: &M) -> M {
    M::from_bytes(&message.to_bytes()).expect("a message that was encoded")
}

/// A request from its own platform.
///
/// # Panics
/// Never: what was encoded can be decoded. The same holds for the other two.
#[must_use]
pub fn received(request: &Request) -> Received<Request> {
    Received::<Request>::from_host(request.platform(), &request.to_bytes()).expect("a request")
}

/// A ticket from the authority of a list.
///
/// # Panics
/// If it is another authority's.
#[must_use]
pub fn received_ticket(list: &ParameterList, open: &OpenTicket) -> Received<EnrollmentTicket> {
    let bytes = open.ticket().to_bytes();
    Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes).expect("a ticket")
}

/// An offer from the authority of a list.
#[must_use]
pub fn received_offer(list: &ParameterList, open: &OpenOffer) -> Received<IssuanceOffer> {
    let bytes = open.offer().to_bytes();
    Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes).expect("an offer")
}
