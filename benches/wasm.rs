//! The same operations in WebAssembly, each beside an ed25519 verification there.
//!
//! ```console
//! .ci/debian-rust newest bench --bench wasm --target wasm32-unknown-unknown -Z build-std=std,panic_abort \
//!   --config "target.wasm32-unknown-unknown.runner = ['node', '$PWD/assurance/wasm/measure.mjs']"
//! ```

#[cfg(target_family = "wasm")]
#[path = "common/setting.rs"]
#[allow(dead_code)] // The other benches use the rest.
mod setting;

#[cfg(target_family = "wasm")]
mod measured {
    use std::hint::black_box;

    use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
    use pairnym::{holder::*, message::*};
    use pairnym_testkit::*;
    use pairnym_wasm::{now, report_panics, tell};

    use super::setting::Setting;

    /// The lower quartile of the milliseconds that one of these operations takes.
    fn time<T>(inputs: Vec<T>, mut run: impl FnMut(T)) -> f64 {
        let mut times: Vec<_> = inputs
            .into_iter()
            .map(|input| {
                let begun = now();
                run(input);
                now() - begun
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 4]
    }

    pub fn all() {
        const TIMES: usize = 256;
        report_panics();
        let mut setting = Setting::new(8);
        let signer = SigningKey::from_bytes(&[1; 32]);
        let (key, signed) = (signer.verifying_key().to_bytes(), signer.sign(&[2; 32]).to_bytes());
        let ed25519 = time(vec![(); TIMES], |()| {
            let key = VerifyingKey::from_bytes(black_box(&key)).unwrap();
            key.verify(&[2; 32], &Signature::from_bytes(&signed)).unwrap();
        });
        let say = |name: &str, items: usize, milliseconds: f64| {
            let one = milliseconds / items as f64;
            tell(&format!("{name}: {:.0} µs, × {:.2}", 1e3 * one, one / ed25519));
        };
        say("ed25519", 1, ed25519);

        let answers = setting.presentations(3, 64);
        let one: Vec<_> = answers.iter().cycle().take(TIMES).collect();
        say("verify", 1, time(one, |answer| drop(setting.verify(black_box(answer)))));
        let batch: Vec<_> = answers.iter().collect();
        let batches = vec![&batch; 16];
        say("verify, of 64", 64, time(batches, |batch| setting.verify_batch(batch, 0)));
        let logins = setting.logins(64);
        let one: Vec<_> = logins.iter().cycle().take(TIMES).collect();
        say("verify a login", 1, time(one, |login| drop(setting.verify_login(login))));

        let request = received(&setting.request(3, 1));
        let evidence = |seed: u64| (seed..seed + 2).flat_map(|seed| setting.evidence(seed));
        let items = evidence(1).collect();
        say("present", 1, time(items, |item| drop(setting.present(&request, item))));
        let account = setting.holder.account(setting.platform.id(), None).unwrap();
        let present = |item| {
            let consent = Consent::to_disclose(&request);
            account.present(&setting.credential, item, consent, NOW, &mut seeded(5)).unwrap();
        };
        say("present, account", 1, time(evidence(3).collect(), present));
        let asked = received(&setting.request_login(1));
        say("log in", 1, time(vec![(); 64], |()| drop(setting.log_in(&asked))));
        let log_in = |()| {
            account.log_in(Consent::to_answer(&asked), NOW, &mut seeded(6)).unwrap();
        };
        say("log in, account", 1, time(vec![(); 64], log_in));

        drop(account);
        let commitments = setting.open().1;
        let challenge = |waiting: AwaitingCommitments| {
            waiting.challenge(&commitments, &mut seeded(3)).unwrap();
        };
        let waiting = |setting: &Setting| (0..16).map(|_| setting.ask().1).collect();
        say("evidence, holder's challenges", EVIDENCE_BATCH, time(waiting(&setting), challenge));
        let begun = now();
        setting.holder.prepare();
        say("prepare", 1, now() - begun);
        say("evidence, with tables", EVIDENCE_BATCH, time(waiting(&setting), challenge));
    }
}

fn main() {
    #[cfg(target_family = "wasm")]
    measured::all();
    #[cfg(not(target_family = "wasm"))]
    println!("this measures WebAssembly: its first lines say how");
}
