//! memcheck's client requests: the only unsafe code.
//!
//! A request is a sequence of instructions that does nothing on a processor and that valgrind
//! recognises (valgrind.h, memcheck.h). To memcheck a *secret* is memory whose content is
//! undefined: it follows each bit through registers and memory, and reports every jump and every
//! address that depends on one.

use std::arch::asm;
use std::hint::black_box;

const RUNNING_ON_VALGRIND: usize = 0x1001;
const MEMCHECK: usize = (b'M' as usize) << 24 | (b'C' as usize) << 16;
const MAKE_UNDEFINED: usize = MEMCHECK + 1;
const MAKE_DEFINED: usize = MEMCHECK + 2;
const GET_VBITS: usize = MEMCHECK + 8;

/// What valgrind answers, or 0 where there is none.
#[cfg(target_arch = "x86_64")]
fn ask(request: usize, arguments: [usize; 3]) -> usize {
    let block = [request, arguments[0], arguments[1], arguments[2], 0, 0];
    let mut answer = 0;
    // SAFETY: rdi is rotated by 128 bits in all and rbx exchanged with itself, so nothing but the
    // flags changes. Valgrind reads the block, writes at most what GET_VBITS's caller gives it,
    // and puts its answer into rdx.
    unsafe {
        asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            inout("rdx") answer, in("rax") block.as_ptr(), options(nostack),
        );
    }
    answer
}

#[cfg(not(target_arch = "x86_64"))]
compile_error!("the client requests are written for x86-64 only");

/// Whether anybody watches.
pub fn running() -> bool {
    ask(RUNNING_ON_VALGRIND, [0; 3]) != 0
}

/// These bytes, secret from here on.
#[inline(never)]
pub fn secret<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    make_secret(&mut bytes);
    black_box(bytes)
}

/// Makes a buffer secret.
#[inline(never)]
pub fn make_secret(bytes: &mut [u8]) {
    let bytes = black_box(bytes);
    ask(MAKE_UNDEFINED, [bytes.as_ptr() as usize, bytes.len(), 0]);
}

/// Makes a value secret where it lies.
#[inline(never)]
pub fn make_secret_in_place<T: ?Sized>(value: &T) {
    let value = black_box(value);
    ask(MAKE_UNDEFINED, [(&raw const *value).cast::<u8>() as usize, size_of_val(value), 0]);
}

/// Makes a value public where it lies, without what it points to.
#[inline(never)]
pub fn publish<T: ?Sized>(value: &T) {
    let value = black_box(value);
    ask(MAKE_DEFINED, [(&raw const *value).cast::<u8>() as usize, size_of_val(value), 0]);
}

/// Where in a value these public bytes lie.
fn place<T>(value: &T, bytes: &[u8]) -> usize {
    let start = (&raw const *value).cast::<u8>();
    let mut copy = vec![0; size_of::<T>()];
    // SAFETY: both are so long, and the copy is no part of the value. Bytes that the value leaves
    // uninitialised are compared with, no more; what comes of them is not used.
    unsafe { start.copy_to_nonoverlapping(copy.as_mut_ptr(), copy.len()) };
    publish(copy.as_slice());
    let mut places = copy.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes);
    match (places.next(), places.next()) {
        (Some((place, _)), None) => place,
        _ => panic!("the bytes do not lie in exactly one place"),
    }
}

/// Makes public the one place in a value where these public bytes lie.
pub fn publish_within<T>(value: &T, bytes: &[u8]) {
    let start = (&raw const *value).cast::<u8>() as usize;
    ask(MAKE_DEFINED, [start + place(value, bytes), bytes.len(), 0]);
}

/// Makes secret the one place in a value where these bytes lie.
pub fn make_secret_within<T>(value: &T, bytes: &[u8]) {
    let start = (&raw const *value).cast::<u8>() as usize;
    ask(MAKE_UNDEFINED, [start + place(value, bytes), bytes.len(), 0]);
}

/// A group element is a point of so many bytes, and the 32 bytes of its encoding.
const POINT: usize = 160;

/// Makes secret the one element in a value that has this encoding. `example` is an element alone,
/// with its encoding.
pub fn make_element_secret_within<T, E>(value: &T, bytes: &[u8], example: (&E, &[u8])) {
    assert_eq!(size_of::<E>(), POINT + bytes.len(), "an element has another size");
    assert_eq!(place(example.0, example.1), POINT, "the encoding does not come last");
    let start = (&raw const *value).cast::<u8>() as usize;
    let element = place(value, bytes).checked_sub(POINT).expect("the point lies before");
    ask(MAKE_UNDEFINED, [start + element, size_of::<E>(), 0]);
}

/// Of each byte, the bits that are secret.
#[inline(never)]
pub fn secret_bits(bytes: &[u8]) -> Vec<u8> {
    let bytes = black_box(bytes);
    let mut bits = vec![0; bytes.len()];
    let answer = ask(GET_VBITS, [bytes.as_ptr() as usize, bits.as_mut_ptr() as usize, bits.len()]);
    assert!(answer == 1, "memcheck does not know these bytes");
    black_box(bits)
}
