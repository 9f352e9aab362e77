//! generators.json and scopes.json: names hashed to points (SPEC §§2.4, 3).

use curve25519_dalek::RistrettoPoint;
use pairnym::hazmat::{generators, scope_base_and_point};
use pairnym::{AuthorityId, Name, PlatformId, Scope};
use pairnym_testkit::{host, name};

use crate::formulas::{G, generator, scope};
use crate::json::{Json, check, list};
use crate::setting::AUTHORITY;

#[test]
fn generators_json() {
    let names = (0..7)
        .map(|k| ("U", k))
        .chain([("V", 0)])
        .chain((0..64).map(|i| ("H", i)))
        .collect::<Vec<_>>();
    let points: Vec<_> = names.iter().map(|(name, index)| generator(name, *index)).collect();

    // The library's order: G, V, U_0 … U_6, H_0 … H_63.
    let [U, V, H] = [&points[..7], &points[7..8], &points[8..]];
    let expected: Vec<RistrettoPoint> = [&[G], V, U, H].concat();
    assert_eq!(generators::generators(64), expected);

    let entry = |((name, index), point): (&(&'static str, u32), &RistrettoPoint)| {
        object! { "name": *name, "index": u64::from(*index), "point": point }
    };
    check(
        "generators.json",
        "2.4",
        "The fixed generators, each H2G(\"generator\", name, u32(index)), and the basepoint G.",
        object! {
            "G": G,
            "generators": list(names.iter().zip(&points).map(entry)),
        },
    );
}

/// Three labels of 63 bytes and one of 61: 253 bytes with the dots.
fn longest_host() -> String {
    let label = "a".repeat(63);
    [&label, &label, &label, &"z".repeat(61)].map(String::as_str).join(".")
}

const INVALID_TOKENS: &[&str] = &[
    "",
    "-",
    ".",
    "_",
    "-a",
    "a-",
    ".a",
    "a.",
    "_a",
    "a_",
    "A",
    "aB",
    "a b",
    "a/b",
    "a:b",
    "a\n",
    "\u{e9}",
    "a\u{ff0d}b",
    "a+b",
];

const INVALID_PLATFORMS: &[&str] = &[
    "",
    ".",
    "localhost",
    "shop.example.",
    ".shop.example",
    "shop..example",
    "Shop.example",
    "shop.eXample",
    "-shop.example",
    "shop-.example",
    "shop.-example",
    "shop.example-",
    "shop_1.example",
    "shop example.com",
    "shop.example:443",
    "[::1]",
    "::1",
    "192.0.2.1",
    "0x7f.1",
    "shop.1example",
    "shop.127",
    "\u{5546}\u{5e97}.example",
    "ab--cd.example",
    "xn--.example",
    "shop.xn--",
    "https://shop.example",
    "shop.example/",
    "shop.example\u{0}",
];

#[test]
fn scopes_json() {
    let (longest_host, longest_token) = (longest_host(), "t".repeat(63));
    let scopes = [
        (AUTHORITY, "shop.example", None),
        (AUTHORITY, "shop.example", Some("app-1")),
        (AUTHORITY, "shop.example", Some("app-2")),
        (AUTHORITY, "www.shop.example", None),
        (AUTHORITY, "xn--fiqs8s.example", Some("a")),
        (AUTHORITY, "12306.cn", None),
        ("a", "b.c", Some("0")),
        (&longest_token, &longest_host, Some(&longest_token)),
    ];
    let entry = |(authority, platform, label): &(&str, &str, Option<&str>)| {
        let (P, z) = scope(authority, platform, *label);
        let known =
            Scope::new(AuthorityId::new(authority).unwrap(), host(platform), label.map(name));
        assert_eq!(scope_base_and_point(&known), (&P, &z));
        object! {
            "authority_id": *authority,
            "platform": *platform,
            "label": *label,
            "P": P,
            "z": z,
        }
    };

    let long_token = "t".repeat(64);
    let long_label = format!("{}.example", "a".repeat(64));
    let long_host = format!("{longest_host}z");
    let tokens = INVALID_TOKENS.iter().copied().chain([&long_token[..]]);
    let platforms = INVALID_PLATFORMS.iter().copied().chain([&long_label[..], &long_host[..]]);
    let refused_token = |text: &str| -> Json {
        assert_eq!(Name::new(text).unwrap_err().reason().code(), "identifier", "{text}");
        assert_eq!(AuthorityId::new(text).unwrap_err().reason().code(), "identifier", "{text}");
        text.into()
    };
    let refused_platform = |text: &str| -> Json {
        // On the wire all reasons are `identifier`; here some are told apart.
        assert!(PlatformId::new(text).is_err(), "{text}");
        text.into()
    };
    check(
        "scopes.json",
        "3",
        "P_s and z_s of scopes, and texts that are no token (an authority id or a label) or no \
         platform id.",
        object! {
            "scopes": list(scopes.iter().map(entry)),
            "invalid_tokens": list(tokens.map(refused_token)),
            "invalid_platforms": list(platforms.map(refused_platform)),
        },
    );
}
