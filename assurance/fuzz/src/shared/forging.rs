//! What a malicious lead asks: its own requests with something in them that is not true.

use pairnym::{attribute::*, shared::*};

use super::{SETTING, Shared, WARDS};
use crate::network::{Move, back};
use crate::parts::{self, encoded};

impl Shared {
    pub(super) fn forge(&mut self, step: &Move) {
        let received = self.channel.receive::<CoRequest>(27, step);
        let Some((asked, bytes)) = received else { return };
        let Move { who, choice, value, .. } = *step;
        let mut pid = asked.pairing().0;
        let (request, mut shown) = match asked.act() {
            CoAct::Presentation { request, slot, values } => {
                (request, Some((*slot, values.clone())))
            }
            CoAct::Login(request) => (request, None),
            _ => return,
        };
        let mut request = parts::Asked::new(request);
        match choice % 8 {
            0 => request.expires = self.now + u64::from(value) * 1_000,
            1 => request.expires = self.now - u64::from(value) * 10,
            2 => request.authority.push('x'),
            3 => request.platform.insert(0, 'x'),
            4 => request.statement = Some(b"something else".into()),
            5 => pid = SETTING.wards[usize::from(who) % WARDS].pairing().0,
            6 => {
                let place = back(request.slots.len(), value);
                place.into_iter().for_each(|place| request.slots[place].parameters.0[0] ^= 1);
            }
            _ => {
                // Other values, which fit or do not.
                let other =
                    [Value::Absent, true.into(), false.into(), 2.into(), 3.into(), "上海".into()];
                let values = shown.iter_mut().flat_map(|(_, values)| values);
                for (place, shown) in values.enumerate() {
                    *shown = other[(usize::from(value) >> (3 * place)) % other.len()].clone();
                }
            }
        }
        let mut forged = [&[1, 27][..], &pid, &bytes[34..66], &request.bytes()[..]].concat();
        if let Some((slot, values)) = shown {
            forged.extend([slot, values.len() as u8]);
            forged.extend(values.iter().flat_map(encoded));
        }
        self.channel.post(forged);
    }
}
