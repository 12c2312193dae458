//! docs/file-format.md, compared with the constants.

use super::*;
use crate::table::{arena, gate, record, stats, totals, types};

const DOCUMENT: &str = include_str!("../../../docs/file-format.md");

fn documented(line: &str) {
    assert!(DOCUMENT.lines().any(|each| each == line), "docs/file-format.md lacks:\n{line}");
}

#[test]
fn the_documented_words_are_where_they_are() {
    let [skipped, base, evictions, expirations, counters] = stats::OFFSETS.last_chunk().unwrap();
    let [owner, counter] = stats::OFFSETS.first_chunk().unwrap();
    let [wanted, current, epoch, count] = gate::OFFSETS;
    let [own, sieve, due, issued, free_slot, len] = gate::STATE_OFFSETS;
    let [bytes, evicted, expired] = gate::SUM_OFFSETS;
    let [sequence, hash, expiry, lengths, place, sum] = record::OFFSETS;
    let [next, previous, head, free, extent_owner] = arena::EXTENT_OFFSETS;
    let ([total, recount], [top, taken]) = (totals::OFFSETS, arena::POOL_OFFSETS);
    let words = |structure: &str, words: usize, bytes: usize, what: String| {
        documented(&format!("| {structure} | {words} × {bytes} bytes | {what} |"));
    };
    words("totals", 16, 8, format!("entries and bytes {total}, recount {recount}"));
    words("timed", 32, 4, "1 since an entry was stored that expires 0".to_owned());
    words("pool of extents", 16, 8, format!("top {top}, taken {taken}"));
    words(
        "counts",
        stats::COUNT_WORDS,
        8,
        format!(
            "skipped {skipped}; baselines: skipped {base}, evictions {evictions}, expirations {expirations}, counters from {counters}"
        ),
    );
    words("owner, for each shard", gate::OWNER_WORDS, 8, "owner word 0".to_owned());
    words(
        "gate, for each shard",
        gate::WORDS,
        4,
        format!("wanted {wanted}, current {current}, epoch {epoch}, 64 counts of changes from {count}"),
    );
    words(
        "state, for each shard",
        gate::STATE_WORDS,
        4,
        format!(
            "arena from {own}, policy from {sieve}, due {due}, issued {issued}, free slot {free_slot}, length {len}"
        ),
    );
    words(
        "sums, for each shard",
        gate::SUM_WORDS,
        8,
        format!("bytes {bytes}, evictions {evicted}, expirations {expired}"),
    );
    assert_eq!(stats::STRIPES, 1_024);
    words(
        "stripe of counters, 1,024 of them",
        stats::STRIPE_WORDS,
        8,
        format!("owner word {owner}, counters from {counter}"),
    );
    words(
        "record, for each slot",
        record::WORDS,
        8,
        format!(
            "sequence {sequence}, hash {hash}, expiry {expiry}, lengths {lengths}, place {place}, checksum {sum}"
        ),
    );
    words(
        "extent",
        arena::EXTENT_WORDS,
        4,
        format!(
            "next {next}, previous {previous}, first free block {head}, free blocks {free}, owner {extent_owner}"
        ),
    );
    let payload = types::BLOCK_PAYLOAD as usize / 8;
    words("block", payload, 8, "key, then from the next multiple of 8 bytes the value".to_owned());
}

#[test]
fn the_documented_arrays_are_where_they_are() {
    let options = Options {
        max_size: 100,
        max_bytes: 1 << 20,
        max_key_size: 512,
        max_value_size: 1_000,
        grace_window: 0.05,
        shards: None,
        seed: 0,
    };
    let plan = Geometry::new(&options, 28_672, stats::STRIPES);
    let arrays = [
        ("totals", plan.totals.offset()),
        ("timed", plan.timed.offset()),
        ("pool of extents", plan.pool.offset()),
        ("counts", plan.counts.offset()),
        ("owners", plan.owners.offset()),
        ("gates", plan.gates.offset()),
        ("states", plan.states.offset()),
        ("sums", plan.sums.offset()),
        ("stripes of counters", plan.stripes.offset()),
        ("index, for each cell 8 bytes: tag and slot", plan.index.offset()),
        ("generation, the first of the control words that JavaScript sees", plan.generation.offset()),
        ("versions, for each slot 4 bytes", plan.versions.offset()),
        ("visited, for each slot 1 byte", plan.visited.offset()),
        ("the end of what is allocated from the beginning", plan.fixed_end),
        ("records", plan.records.offset()),
        ("the policy's newer, for each slot 4 bytes", plan.newer.offset()),
        ("the policy's older, for each slot 4 bytes", plan.older.offset()),
        ("the policy's young, for each slot 1 byte", plan.young.offset()),
        ("the heap of what is due, for each slot 4 bytes", plan.due.offset()),
        ("places in that heap, for each slot 4 bytes", plan.due_places.offset()),
        ("extents", plan.extent_words.offset()),
        ("links, for each block 4 bytes", plan.links.offset()),
        ("blocks", plan.blocks.offset()),
        ("the end of the file", plan.bytes),
    ];
    let lines: Vec<_> = arrays.iter().map(|(what, at)| format!("| {what} | {at} |")).collect();
    let listed = DOCUMENT.split("| array | at |\n|---|---|\n").nth(1).unwrap();
    assert_eq!(listed.lines().take(lines.len()).collect::<Vec<_>>(), lines, "\n{}", lines.join("\n"));
}
