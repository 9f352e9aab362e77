//! x86-64 Linux, by hand: the entry, two system calls, and the memory functions that the compiler
//! assumes.

use core::arch::{asm, global_asm};

global_asm!(".globl _start", "_start:", "xor ebp, ebp", "and rsp, -16", "call enter", "ud2",);

/// Ends the program.
pub fn exit(code: u8) -> ! {
    // SAFETY: exit_group does not return and touches no memory.
    unsafe {
        asm!("syscall", in("rax") 231, in("rdi") u64::from(code), options(noreturn));
    }
}

/// Does a step of the program. Here nobody counts instructions.
pub fn counted<T>(_: &str, step: impl FnOnce() -> T) -> T {
    step()
}

/// Fills `out` by getrandom, which gives up to 256 bytes whole.
pub fn random(out: &mut [u8]) {
    for chunk in out.chunks_mut(256) {
        let mut result: isize = 318;
        // SAFETY: the kernel writes at most `chunk.len()` bytes to `chunk`.
        unsafe {
            asm!("syscall", inout("rax") result, in("rdi") chunk.as_mut_ptr(),
                in("rsi") chunk.len(), in("rdx") 0, out("rcx") _, out("r11") _);
        }
        if result.unsigned_abs() != chunk.len() {
            exit(6);
        }
    }
}

/// # Safety
/// As C's memcpy.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller's.
    unsafe {
        asm!("rep movsb", inout("rcx") count => _, inout("rdi") to => _, inout("rsi") from => _,
            options(nostack, preserves_flags));
    }
    to
}

/// # Safety
/// As C's memmove.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    if (to as usize).wrapping_sub(from as usize) >= count {
        // SAFETY: the caller's; copying upwards overwrites nothing that is still to be read.
        return unsafe { memcpy(to, from, count) };
    }
    // SAFETY: the caller's; copying downwards, with the direction flag set and cleared again.
    unsafe {
        asm!("std", "rep movsb", "cld", inout("rcx") count => _,
            inout("rdi") to.wrapping_add(count).wrapping_sub(1) => _,
            inout("rsi") from.wrapping_add(count).wrapping_sub(1) => _, options(nostack));
    }
    to
}

/// # Safety
/// As C's memset.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
    // SAFETY: the caller's.
    unsafe {
        asm!("rep stosb", inout("rcx") count => _, inout("rdi") to => _, in("al") byte as u8,
            options(nostack, preserves_flags));
    }
    to
}

/// # Safety
/// As C's memcmp.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    for index in 0..count {
        // SAFETY: the caller's. Volatile, so that the loop is not turned into a call of memcmp.
        let (a, b) = unsafe { (a.add(index).read_volatile(), b.add(index).read_volatile()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
    }
    0
}

/// # Safety
/// As C's bcmp.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    // SAFETY: the caller's.
    unsafe { memcmp(a, b, count) }
}

/// The precompiled core library names it; nothing unwinds, so nothing calls it.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
