/** What the table's protocol rests on (docs/table-protocol.md). `quick`: CI runs it on every change. */

const cargo = (test) => ({ kind: 'cargo', test: `table::tests::${test}` })

const table = (file, mutation) => ({ file: `src-rust/table/${file}.rs`, ...mutation })

export const tableMutations = [
  table('writer', {
    name: 'repair off',
    quick: true,
    from: 'if found == Found::Abandoned || shard.gate.epoch().load(Ordering::Relaxed) & 1 != 0 {',
    to: 'if found == Found::Abandoned && !writer.sound {',
    red: cargo('deaths::a_process_is_killed_at_every_step_of_every_change'),
  }),
  table('mod', {
    name: 'adoption off',
    quick: true,
    from: '.filter(|shard| shard.owner.is_inherited(&*sharing.host))',
    to: '.filter(|shard| shard.owner.is_inherited(&*sharing.host)).take(0)',
    red: cargo('sharing::whoever_claims_the_place_of_a_dead_process_adopts_what_it_left'),
  }),
  table('store', {
    name: 'an outdated refresh leaves what it was to replace',
    from: 'if replaces {\n                writer.drop_key(key, hash);\n            }',
    to: '',
    red: cargo('behaviour::a_refresh_that_is_outdated_leaves_nothing_that_is_older'),
  }),
  table('seqlock', {
    name: 'sequence bump off',
    quick: true,
    from: 'sequence.store(sequence.load(Ordering::Relaxed) | 1, Ordering::Relaxed);',
    to: 'sequence.store(sequence.load(Ordering::Relaxed), Ordering::Relaxed);',
    red: cargo('deaths::a_process_is_killed_at_every_step_of_every_change'),
  }),
  table('writer', {
    name: 'version bump off',
    quick: true,
    from: 'version.store(coming, Ordering::Relaxed);',
    to: '_ = version;',
    red: cargo('behaviour::the_version_word_changes_with_every_change_of_the_slot'),
  }),
  table('owner', {
    name: 'release as a plain store',
    quick: true,
    from: 'self.word[0].compare_exchange(host.own_word(), 0, Ordering::Release, Ordering::Relaxed).is_ok()',
    to: '{\n_ = host;\nself.word[0].store(0, Ordering::Release);\ntrue\n}',
    red: cargo('sharing::a_process_that_was_robbed_or_cannot_tell_detaches'),
  }),
  table('store', {
    name: 'token compare off',
    from: 'token.wanted == self.wanted && token.count == self.shard.gate.count(hash).load(Ordering::Relaxed)',
    to: '{\n_ = (token, hash);\ntrue\n}',
    red: cargo('behaviour::a_fill_is_dropped_after_a_set_a_delete_or_a_clear'),
  }),
  table('writer', {
    name: 'count of changes off',
    from: 'count.store(count.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);',
    to: '_ = count;',
    red: cargo('behaviour::a_fill_is_dropped_after_a_set_a_delete_or_a_clear'),
  }),
  table('writer', {
    name: 'recount after a death off',
    from: 'if patience == Patience::Deadline && self.totals.wants_recount() {',
    to: 'if patience == Patience::Deadline && self.totals.are_flawed() {',
    red: cargo('deaths::a_process_is_killed_at_every_step_of_every_change'),
  }),
  table('reader', {
    name: 'checksum off',
    quick: true,
    from: 'record.sum != sum(seed, hash, record, value)',
    to: 'sum(seed, hash, record, value) != sum(seed, hash, record, value)',
    red: cargo('hostile::a_spoilt_table_of_one_shard_forgets_or_detaches'),
  }),
  table('region', {
    name: 'bounds check of records and links off',
    quick: true,
    from: 'if (index + 1) * N > self.reach.load(Ordering::Relaxed) {',
    to: 'if N == 0 {',
    red: cargo('hostile::a_spoilt_table_of_one_shard_forgets_or_detaches'),
  }),
  table('repair', {
    name: 'repair keeps an open slot',
    from: 'if words.sequence().load(Ordering::Relaxed) & 1 != 0 {\n            return None;',
    to: 'if words.sequence().load(Ordering::Relaxed) & 1 > 1 {\n            return None;',
    red: cargo('deaths::a_process_is_killed_at_every_step_of_every_change'),
  }),
  table('repair', {
    name: 'repair drops a slot without a bracket',
    from: 'self.open(slot, words);\n            words.kill();\n            seqlock::close(words.sequence());',
    to: 'words.kill();',
    red: cargo('deaths::a_process_is_killed_at_every_step_of_every_change'),
  }),
  table('repair', {
    name: 'repair keeps two entries of one block',
    from: 'Some(used) if !*used => *used = true,',
    to: 'Some(used) => *used = true,',
    red: cargo('hostile::of_two_entries_that_claim_the_same_blocks_a_repair_keeps_one'),
  }),
  table('../shim', {
    name: 'deadline removed',
    quick: true,
    from: 'if left.is_zero() {\n                return false;',
    to: 'if left > DEADLINE {\n                return false;',
    red: cargo('sharing::a_living_owner_is_waited_for_once'),
  }),
  table('owner', {
    name: 'a deadline that expired is forgotten',
    from: 'stalled != 0\n            && self.load() == stalled',
    to: 'stalled > u64::MAX - 1\n            && self.load() == stalled',
    red: cargo('sharing::a_living_owner_is_waited_for_once'),
  }),
  table('owner', {
    name: 'the dead are skipped as well once a deadline has expired',
    from: '&& host.state_of(stalled) == Owner::Alive',
    to: '&& host.own_word() != stalled',
    red: cargo('sharing::whoever_was_waited_for_in_vain_is_robbed_once_he_is_dead'),
  }),
  table('owner', {
    name: 'the living are robbed',
    from: 'Owner::Alive => {\n',
    to: 'Owner::Alive if wait.is_some() => {}\n                    Owner::Alive => {\n',
    red: cargo('sharing::a_living_owner_is_waited_for_once'),
  }),
  table('owner', {
    name: 'the word of an unknown owner is taken',
    from: 'host.detach("nobody can tell who holds a part of the table");\n                        return None;',
    to: '',
    red: cargo('sharing::a_process_that_was_robbed_or_cannot_tell_detaches'),
  }),
  table('store', {
    name: 'a change that finds no time does not outdate the shard',
    from: 'pub(super) fn forget(&self, shard: &Shard) {\n        shard.outdate();',
    to: 'pub(super) fn forget(&self, _: &Shard) {',
    red: cargo('behaviour::a_change_that_finds_no_time_makes_its_shard_forget'),
  }),
  table('shard', {
    name: 'pages are touched that were not allocated',
    from: 'let reach = |len: usize| if sharing.is_some() { 0 } else { len };',
    to: 'let reach = |len: usize| len;',
    red: cargo('sharing::no_page_is_touched_that_was_not_allocated'),
  }),
]
