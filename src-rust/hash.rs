//! The hash of keys and checksums: rapidhash, as version 1.4 of the crate of that name computes it, with a seed.
//!
//! It is written out here because its outcome lives in memory that other builds of this crate may map: no update of a
//! dependency and no CPU may change it. The test vectors come from that crate.

const SECRET: [u64; 3] = [0x2d35_8dcc_aa6c_78a5, 0x8bb8_4b93_962e_acc9, 0x4b33_a62e_d433_d4a3];

/// The hash of `bytes`.
#[inline]
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let mut seed = seed ^ mix(seed ^ SECRET[0], SECRET[1]) ^ len as u64;
    let (a, b) = if len <= 16 {
        if len >= 4 {
            let delta = (len & 24) >> (len >> 3);
            let last = len - 4;
            (
                u32_at(bytes, 0) << 32 | u32_at(bytes, last),
                u32_at(bytes, delta) << 32 | u32_at(bytes, last - delta),
            )
        } else if len > 0 {
            let [first, middle, last] = [bytes[0], bytes[len >> 1], bytes[len - 1]].map(u64::from);
            (first << 56 | middle << 32 | last, 0)
        } else {
            (0, 0)
        }
    } else {
        let mut rest = bytes;
        if rest.len() >= 48 {
            let mut lanes = [seed; 3];
            while rest.len() >= 48 {
                for (lane, seed) in lanes.iter_mut().enumerate() {
                    *seed = mix(u64_at(rest, 16 * lane) ^ SECRET[lane], u64_at(rest, 16 * lane + 8) ^ *seed);
                }
                rest = &rest[48..];
            }
            seed = lanes[0] ^ lanes[1] ^ lanes[2];
        }
        if rest.len() > 16 {
            seed = mix(u64_at(rest, 0) ^ SECRET[2], u64_at(rest, 8) ^ seed ^ SECRET[1]);
            if rest.len() > 32 {
                seed = mix(u64_at(rest, 16) ^ SECRET[2], u64_at(rest, 24) ^ seed);
            }
        }
        (u64_at(bytes, len - 16), u64_at(bytes, len - 8))
    };
    finish(seed, a, b, len)
}

/// The hash of nine bytes: one, and those of a little-endian word. They need not lie in memory, where they would have to
/// arrive first if they were written just now.
#[inline]
pub(crate) fn hash_nine(seed: u64, first: u8, word: u64) -> u64 {
    let seed = seed ^ mix(seed ^ SECRET[0], SECRET[1]) ^ 9;
    let (start, end) = (u64::from(first) | (word & 0xff_ffff) << 8, word >> 32);
    finish(seed, start << 32 | end, (word >> 24) << 32 | word & 0xffff_ffff, 9)
}

fn finish(seed: u64, a: u64, b: u64, len: usize) -> u64 {
    let product = u128::from(a ^ SECRET[1]) * u128::from(b ^ seed);
    mix(product as u64 ^ SECRET[0] ^ len as u64, (product >> 64) as u64 ^ SECRET[1])
}

/// A seed that nobody outside of the process can guess.
pub fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(SECRET)
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*bytes[at..].first_chunk().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32::from_le_bytes(*bytes[at..].first_chunk().unwrap()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seed and number of bytes, the nth of which is 7n + 3; the hash by the crate `rapidhash` 1.4.
    const VECTORS: [(u64, usize, u64); 17] = [
        (0, 0, 0x9322_8a4d_e0ee_c5a2),
        (0, 1, 0x513c_2437_7ece_41d6),
        (0, 3, 0xf4d2_0b5f_4339_2a88),
        (1, 4, 0xc74e_9e8e_d92d_7771),
        (1, 7, 0x20e7_10a5_e9d0_38c9),
        (2, 8, 0xda17_6f71_809a_6e46),
        (2, 15, 0xa91c_28c0_7c80_4a96),
        (3, 16, 0xf88b_8c88_fe9f_0256),
        (3, 17, 0x83ee_7b26_3e6f_d109),
        (4, 32, 0x953a_214f_fc84_27bf),
        (4, 33, 0xd623_75e9_b204_4c41),
        (5, 48, 0xe06b_df1c_17f6_6241),
        (5, 49, 0x9f70_39d4_57fb_8a3a),
        (6, 64, 0x8129_6779_69bc_2068),
        (6, 96, 0xa2eb_b225_d16c_baab),
        (7, 97, 0x103f_c2d3_63ac_c136),
        (8, 300, 0x3896_067b_fd3b_417a),
    ];

    #[test]
    fn it_is_rapidhash_for_good() {
        let bytes: Vec<u8> = (0..300).map(|n| (n * 7 + 3) as u8).collect();
        for (seed, len, expected) in VECTORS {
            assert_eq!(hash(seed, &bytes[..len]), expected, "{len} bytes");
        }
    }

    #[test]
    fn nine_bytes_need_not_lie_in_memory() {
        let mut word = 0x0123_4567_89ab_cdef_u64;
        for first in 0..=255 {
            word = word.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7);
            let mut bytes = [first; 9];
            bytes[1..].copy_from_slice(&word.to_le_bytes());
            assert_eq!(hash_nine(word ^ 5, first, word), hash(word ^ 5, &bytes));
        }
    }

    #[test]
    fn seeds_differ_from_process_to_process_and_call_to_call() {
        assert_ne!(random_seed(), random_seed());
    }
}
