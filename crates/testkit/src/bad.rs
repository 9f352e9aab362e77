//! Answers that no platform may accept.

use alloc::vec;
use alloc::vec::Vec;

use pairnym::{holder::*, platform::*, *};

use crate::{Person, host};

/// An answer that no platform may accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// What is wrong with it.
    pub what: &'static str,
    /// The bytes of the answer.
    pub answer: Vec<u8>,
}

/// Copies of a message with one bit changed, one for each byte.
pub fn tampered(message: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..message.len()).map(move |place| {
        let mut copy = message.to_vec();
        copy[place] ^= 1 << (place % 8);
        copy
    })
}

impl Person {
    /// Answers to a request that its platform must refuse, whatever it has accepted before: bytes
    /// that are no message, the person's own answer damaged, and their answers to other requests.
    /// They use up at most three items of evidence.
    ///
    /// What depends on the platform's state is not among them: a good answer sent twice or too
    /// late, a stranger's login, an answer under a key that was
    /// [withdrawn](crate::Service::withdraw).
    ///
    /// # Errors
    /// As [`answer`](Person::answer).
    ///
    /// # Panics
    /// As [`answer`](Person::answer); if the person's list does not admit the same request once
    /// more.
    pub fn bad_answers(
        &mut self,
        tls_peer: &PlatformId,
        request: &[u8],
        now: UnixTime,
    ) -> Result<Vec<Bad>, Error> {
        let good = self.answer(tls_peer, request, now)?;
        let request = Received::<Request>::from_host(tls_peer, request)?;
        let elsewhere = ["other.example", "another.example"].map(host);
        let elsewhere = elsewhere.iter().find(|host| *host != tls_peer).expect("two hosts");
        let (wanted, otherwise) = match request.wanted() {
            Wanted::Presentation => (Wanted::Presentation, Wanted::Login),
            Wanted::Login => (Wanted::Login, Wanted::Presentation),
        };
        let mut bad = vec![
            Bad { what: "no bytes", answer: Vec::new() },
            Bad { what: "no message", answer: vec![0x7b; good.len()] },
            Bad { what: "a byte too few", answer: good[..good.len() - 1].to_vec() },
            Bad { what: "a byte too many", answer: [&good[..], &[0]].concat() },
        ];
        let changed = tampered(&good).step_by(16);
        bad.extend(changed.map(|answer| Bad { what: "a bit changed", answer }));
        for (what, platform, wanted) in [
            ("the answer to another request", tls_peer, wanted),
            ("an answer to another platform", elsewhere, wanted),
            ("the other kind of answer", tls_peer, otherwise),
        ] {
            let asked = self.asked_again(&request, *platform, wanted, now);
            bad.push(Bad { what, answer: self.answer(platform, &asked, now)? });
        }
        Ok(bad)
    }

    /// Another request for the same thing, at any platform.
    fn asked_again(
        &mut self,
        like: &Request,
        platform: PlatformId,
        wanted: Wanted,
        now: UnixTime,
    ) -> Vec<u8> {
        let platform = Platform::new(self.holder.list().clone(), platform);
        let ask = match wanted {
            Wanted::Presentation => platform.request(*like.purpose()),
            Wanted::Login => platform.request_login(*like.purpose()),
        };
        let ask = match like.label() {
            Some(label) => ask.label(*label),
            None => ask,
        };
        let names = like.disclosures().iter().filter(|_| wanted == Wanted::Presentation);
        let ask = names.fold(ask, |ask, name| ask.disclose(name.as_str()));
        ask.build(now, &mut self.rng).expect("a request that was made before").to_bytes()
    }
}
