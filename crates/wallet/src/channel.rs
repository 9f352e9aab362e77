//! The channel between two paired devices (PAIRING.md): Noise, over frames that the caller carries.

use std::fmt;
use std::time::Duration;

use pairnym::AuthorityId;
use pairnym::message::Commitment;
use pairnym::shared::PairingId;
use snow::params::DHChoice;
use snow::resolvers::{CryptoResolver as _, DefaultResolver};
use snow::{Builder, HandshakeState, TransportState};
use zeroize::Zeroizing;

use crate::parts::Secret;
use crate::{Failure, Offline};

/// The most bytes of a frame.
pub const MAX_FRAME: usize = 65_535;

const PATTERN: &str = "Noise_KK_25519_ChaChaPoly_BLAKE2b";

/// Of a frame's cipher.
const TAG: usize = 16;

/// What is sent has a multiple of this length, so that an eavesdropper does not see its kind.
const BLOCK: usize = 1_024;

/// Kind and length.
const HEAD: usize = 3;

/// The most bytes of a message, so that the padded frame is not longer than [`MAX_FRAME`].
const MAX_MESSAGE: usize = (MAX_FRAME - TAG) / BLOCK * BLOCK - HEAD;

/// How long a device waits for another one that has nobody to ask.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// How long a device waits for a person at the other one.
pub(crate) const PERSON: Duration = Duration::from_secs(180);

/// One connection between two devices, whole frames in their order. It need not be secret or
/// authentic: what is sent is encrypted, but for the messages of the pairing itself, which are
/// authenticated by the digits that two persons compare.
pub trait Channel {
    /// Sends a frame of at most [`MAX_FRAME`] bytes.
    ///
    /// # Errors
    /// [`Offline`], if the connection is gone.
    fn send(&mut self, frame: &[u8]) -> Result<(), Offline>;

    /// The next frame, of at most [`MAX_FRAME`] bytes.
    ///
    /// # Errors
    /// [`Offline`], if the connection is gone, or no whole frame came within this time.
    fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, Offline>;
}

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A message of SPEC §7 or §20, whose own head says which.
    Message = 1,
    /// The other device takes no part; one byte says why.
    Refused = 2,
    /// The lead asks for the ticket that its second has.
    AskTicket = 3,
    /// The second's person has consented: is the lead still there?
    Consented = 4,
    /// It is.
    Here = 5,
    /// The authority has enrolled the two.
    Enrolled = 6,
    /// The sender has it in its storage: a pairing, whose person has seen the same digits; or the
    /// share that was handed over.
    Confirmed = 7,
    /// The lead asks for the share itself (SPEC §20.6).
    AskShare = 8,
}

impl Kind {
    fn read(code: u8) -> Option<Self> {
        let all = [
            Self::Message,
            Self::Refused,
            Self::AskTicket,
            Self::Consented,
            Self::Here,
            Self::Enrolled,
            Self::Confirmed,
            Self::AskShare,
        ];
        all.into_iter().find(|kind| *kind as u8 == code)
    }
}

/// Why the other device takes no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its person says no.
    Declined = 1,
    /// It cannot: what it was asked is wrong by its own clock or list, say.
    Cannot = 2,
    /// It has no ticket.
    NoTicket = 3,
    /// The digits are not the same.
    CodesDiffer = 4,
}

impl Refusal {
    fn failure(code: &[u8]) -> Failure {
        match code {
            [1] => Failure::PeerDeclined,
            [2] => Failure::PeerRefused,
            [3] => Failure::NoTicket,
            [4] => Failure::CodesDiffer,
            _ => Failure::FalsePeer,
        }
    }
}

/// What both devices must agree about before either says anything: in an act, the pairing.
pub(crate) fn prologue(
    authority: &AuthorityId,
    pairing: &PairingId,
    commitment: &Commitment,
) -> Vec<u8> {
    let authority = authority.as_str().as_bytes();
    [b"pairnym-act/1", authority, &[0], &pairing.0, &commitment.to_bytes()].concat()
}

/// A device's own key of one pairing, and the other's.
pub(crate) struct Keys<'a> {
    pub(crate) own: &'a [u8; 32],
    pub(crate) peer: &'a [u8; 32],
    pub(crate) prologue: Vec<u8>,
}

/// A new key pair: the secret, and the public one.
pub(crate) fn new_keys() -> (Zeroizing<[u8; 32]>, [u8; 32]) {
    let pair = builder().generate_keypair();
    // Only a system without random numbers has none, and then nothing here works.
    let pair = pair.expect("random numbers");
    let (mut secret, mut public) = (Zeroizing::new([0; 32]), [0; 32]);
    secret.copy_from_slice(&Zeroizing::new(pair.private));
    public.copy_from_slice(&pair.public);
    (secret, public)
}

/// The public key of a secret one.
pub(crate) fn public(secret: &[u8; 32]) -> [u8; 32] {
    let key = DefaultResolver.resolve_dh(&DHChoice::Curve25519);
    let mut key = key.expect("the curve of the pattern");
    key.set(secret);
    let mut public = [0; 32];
    public.copy_from_slice(key.pubkey());
    public
}

fn builder<'a>() -> Builder<'a> {
    Builder::new(PATTERN.parse().expect("a pattern that snow knows"))
}

impl Keys<'_> {
    fn begin(&self, initiates: bool) -> Result<HandshakeState, Failure> {
        let builder = builder().local_private_key(self.own);
        let builder = builder.and_then(|builder| builder.remote_public_key(self.peer));
        let builder = builder.and_then(|builder| builder.prologue(&self.prologue));
        let begun = builder.and_then(|builder| {
            if initiates { builder.build_initiator() } else { builder.build_responder() }
        });
        begun.map_err(|_| Failure::FalsePeer)
    }
}

/// A channel to a device that has shown that it has the key of the pairing.
pub(crate) struct Secure<'c> {
    channel: &'c mut dyn Channel,
    noise: TransportState,
}

impl<'c> Secure<'c> {
    /// The lead's side.
    pub(crate) fn initiate(channel: &'c mut dyn Channel, keys: &Keys<'_>) -> Result<Self, Failure> {
        let mut state = keys.begin(true)?;
        let mut frame = [0; 128];
        let length = state.write_message(&[], &mut frame).map_err(|_| Failure::FalsePeer)?;
        channel.send(&frame[..length])?;
        let answer = channel.receive(SOON)?;
        read_handshake(&mut state, &answer)?;
        Self::begun(channel, state)
    }

    /// The second's side, with the place of the pairing that the lead belongs to.
    pub(crate) fn respond<'k>(
        channel: &'c mut dyn Channel,
        pairings: impl Iterator<Item = Keys<'k>>,
    ) -> Result<(usize, Self), Failure> {
        let first = channel.receive(SOON)?;
        for (place, keys) in pairings.enumerate() {
            let mut state = keys.begin(false)?;
            if read_handshake(&mut state, &first).is_ok() {
                let mut frame = [0; 128];
                let length =
                    state.write_message(&[], &mut frame).map_err(|_| Failure::FalsePeer)?;
                channel.send(&frame[..length])?;
                return Ok((place, Self::begun(channel, state)?));
            }
        }
        Err(Failure::FalsePeer)
    }

    fn begun(channel: &'c mut dyn Channel, state: HandshakeState) -> Result<Self, Failure> {
        let noise = state.into_transport_mode().map_err(|_| Failure::FalsePeer)?;
        Ok(Self { channel, noise })
    }

    pub(crate) fn send(&mut self, kind: Kind, message: &[u8]) -> Result<(), Failure> {
        if message.len() > MAX_MESSAGE {
            return Err(Failure::FalsePeer);
        }
        let length = (HEAD + message.len()).next_multiple_of(BLOCK);
        let mut plain = Secret::new(Vec::with_capacity(length));
        plain.push(kind as u8);
        plain.extend_from_slice(&(message.len() as u16).to_be_bytes());
        plain.extend_from_slice(message);
        plain.resize(length, 0);
        let mut frame = vec![0; length + TAG];
        self.noise.write_message(&plain, &mut frame).map_err(|_| Failure::FalsePeer)?;
        Ok(self.channel.send(&frame)?)
    }

    pub(crate) fn refuse(&mut self, why: Refusal) -> Result<(), Failure> {
        self.send(Kind::Refused, &[why as u8])
    }

    /// What comes next, a refusal or not.
    pub(crate) fn next(&mut self, patience: Duration) -> Result<(Kind, Secret), Failure> {
        let frame = self.channel.receive(patience)?;
        self.open(&frame).ok_or(Failure::FalsePeer)
    }

    /// What comes next. A refusal is a failure.
    pub(crate) fn receive(&mut self, patience: Duration) -> Result<(Kind, Secret), Failure> {
        let (kind, message) = self.next(patience)?;
        if kind == Kind::Refused {
            return Err(Refusal::failure(&message));
        }
        Ok((kind, message))
    }

    fn open(&mut self, frame: &[u8]) -> Option<(Kind, Secret)> {
        let mut plain = Secret::new(vec![0; frame.len().checked_sub(TAG)?]);
        let length = self.noise.read_message(frame, &mut plain).ok()?;
        let (head, rest) = plain.get(..length)?.split_first_chunk::<HEAD>()?;
        let message = rest.get(..usize::from(u16::from_be_bytes([head[1], head[2]])))?;
        let padding = &rest[message.len()..];
        let exact = length == (HEAD + message.len()).next_multiple_of(BLOCK);
        (exact && padding.iter().all(|byte| *byte == 0)).then_some(())?;
        Some((Kind::read(head[0])?, Secret::new(message.to_vec())))
    }

    /// The message of this kind, and no other.
    pub(crate) fn expect(&mut self, kind: Kind, patience: Duration) -> Result<Secret, Failure> {
        let (came, message) = self.receive(patience)?;
        if came == kind { Ok(message) } else { Err(Failure::FalsePeer) }
    }
}

/// Nothing but the handshake itself stands in its two messages.
fn read_handshake(state: &mut HandshakeState, frame: &[u8]) -> Result<(), Failure> {
    let mut payload = [0; 128];
    match state.read_message(frame, &mut payload) {
        Ok(0) => Ok(()),
        _ => Err(Failure::FalsePeer),
    }
}

impl fmt::Debug for Secure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secure(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    struct End(mpsc::Sender<Vec<u8>>, mpsc::Receiver<Vec<u8>>);

    impl Channel for End {
        fn send(&mut self, frame: &[u8]) -> Result<(), Offline> {
            self.0.send(frame.to_vec()).map_err(|_| Offline)
        }

        fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, Offline> {
            self.1.recv_timeout(patience).map_err(|_| Offline)
        }
    }

    /// Whatever the other device says, in plain text.
    fn heard(plain: &[u8]) -> Result<(Kind, Vec<u8>), Failure> {
        let ((to, from), (back_to, back_from)) = (mpsc::channel(), mpsc::channel());
        let (mut lead, mut second) = (End(to, back_from), End(back_to, from));
        let ((own, public_own), (peer, public_peer)) = (new_keys(), new_keys());
        assert_eq!(public(&own), public_own);
        thread::scope(|scope| {
            scope.spawn(move || {
                let keys = Keys { own: &own, peer: &public_peer, prologue: b"1".to_vec() };
                let secure = Secure::initiate(&mut lead, &keys).unwrap();
                let (mut noise, mut frame) = (secure.noise, vec![0; plain.len() + TAG]);
                noise.write_message(plain, &mut frame).unwrap();
                lead.send(&frame).unwrap();
            });
            let wrong = |prologue: &[u8]| Keys {
                own: &peer,
                peer: &public_own,
                prologue: prologue.to_vec(),
            };
            // The pairing is the second one.
            let pairings = [wrong(b"0"), wrong(b"1")].into_iter();
            let (place, mut secure) = Secure::respond(&mut second, pairings).unwrap();
            assert_eq!(place, 1);
            secure.receive(SOON).map(|(kind, message)| (kind, message.to_vec()))
        })
    }

    fn padded(head: &[u8], length: usize) -> Vec<u8> {
        let mut plain = head.to_vec();
        plain.resize(length, 0);
        plain
    }

    #[test]
    fn what_is_said_is_exact() {
        let hello = [1, 0, 5, b'h', b'e', b'l', b'l', b'o'];
        assert_eq!(heard(&padded(&hello, BLOCK)).unwrap(), (Kind::Message, b"hello".to_vec()));
        let whole = padded(&[7, 3, 253], BLOCK);
        assert_eq!(heard(&whole).unwrap(), (Kind::Confirmed, vec![0; BLOCK - HEAD]));
        let mut marked = padded(&hello, BLOCK);
        marked[BLOCK - 1] = 1;
        for bad in [
            Vec::new(),
            vec![1],
            hello.to_vec(),
            marked,
            padded(&hello, BLOCK - 1),
            padded(&hello, BLOCK + 1),
            padded(&hello, 2 * BLOCK),
            padded(&[0, 0, 0], BLOCK),
            padded(&[9, 0, 0], BLOCK),
            padded(&[1, 3, 254], BLOCK),
            padded(&[1, 255, 255], BLOCK),
        ] {
            let refused = heard(&bad);
            assert!(matches!(refused, Err(Failure::FalsePeer)), "{:?}: {refused:?}", &bad);
        }
        for (code, name) in [
            (1, "peer_declined"),
            (2, "peer_refused"),
            (3, "no_ticket"),
            (4, "codes_differ"),
            (0, "false_peer"),
            (5, "false_peer"),
        ] {
            assert_eq!(heard(&padded(&[2, 0, 1, code], BLOCK)).unwrap_err().code(), name);
        }
    }
}
