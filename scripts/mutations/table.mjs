/** What the table's protocol rests on (docs/table-protocol.md). `quick`: CI runs it on every change. */

const cargo = (test) => ({ kind: 'cargo', test: `table::tests::${test}` })
const loom = (test) => ({ kind: 'loom', test: `table::models::loom::${test}` })

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
    quick: true,
    from: 'token.wanted == self.wanted && token.count == self.shard.gate.count(hash).load(Ordering::Relaxed)',
    to: '{\n_ = (token, hash);\ntrue\n}',
    red: cargo('behaviour::a_fill_is_dropped_after_a_set_a_delete_or_a_clear'),
  }),
  table('writer', {
    name: 'count of changes off',
    quick: true,
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
    from: 'record.sum != sum(seed, hash, record, value)',
    to: 'sum(seed, hash, record, value) != sum(seed, hash, record, value)',
    red: cargo('hostile::a_spoilt_table_of_one_shard_forgets_or_detaches'),
  }),
  table('region', {
    name: 'bounds check of records and links off',
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
  table('owner', {
    name: 'the living are robbed',
    quick: true,
    from: 'Owner::Alive => {\n',
    to: 'Owner::Alive if wait.is_some() => {}\n                    Owner::Alive => {\n',
    red: cargo('sharing::a_living_owner_is_waited_for_once'),
  }),
  table('writer', {
    name: 'fence after the sequence removed',
    from: 'fence(Ordering::Release);\n        let coming',
    to: 'let coming',
    red: loom('a_reader_sees_the_old_or_the_new_value_while_it_is_replaced'),
  }),
  table('seqlock', {
    name: 'fence before the second load removed',
    from: '    fence(Ordering::Acquire);\n',
    to: '    if false { fence(Ordering::Acquire); }\n',
    red: loom('a_reader_sees_the_old_or_the_new_value_while_it_is_replaced'),
  }),
  table('writer', {
    name: 'epoch bracket off',
    from: '// Cells will move. The fence in `open` goes before that.\n        epoch.store(even | 1, Ordering::Relaxed);',
    to: '',
    red: loom('a_key_is_found_while_its_cell_moves'),
  }),
  table('reader', {
    name: 'epoch compare off',
    from: '(self.gate.epoch().load(Ordering::Relaxed) == epoch).then_some(Get::Miss(token))',
    to: 'Some(Get::Miss(token))',
    red: loom('a_key_is_found_while_its_cell_moves'),
  }),
]
