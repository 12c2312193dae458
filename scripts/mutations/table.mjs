/** What the table's protocol rests on (docs/table-protocol.md). `quick`: CI runs it on every change. */

const cargo = (test) => ({ kind: 'cargo', test: `table::tests::${test}` })
const shuttle = (test) => ({ kind: 'shuttle', test: `table::models::shuttle::${test}` })
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
  table('repair', {
    name: 'repair keeps two entries of one block',
    from: 'Some(used) if !*used => *used = true,',
    to: 'Some(used) => *used = true,',
    red: cargo('hostile::of_two_entries_that_claim_the_same_blocks_a_repair_keeps_one'),
  }),
  table('../shim', {
    name: 'deadline removed',
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
    quick: true,
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
  table('seqlock', {
    name: 'sequence loaded without Acquire',
    from: 'let seen = sequence.load(Ordering::Acquire);',
    to: 'let seen = sequence.load(Ordering::Relaxed);',
    red: loom('a_reader_sees_the_old_or_the_new_value_while_it_is_replaced'),
  }),
  table('seqlock', {
    name: 'sequence closed without Release',
    from: 'wrapping_add(1), Ordering::Release);',
    to: 'wrapping_add(1), Ordering::Relaxed);',
    red: loom('a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
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
  table('writer', {
    name: 'an entry that goes stays live in its bracket',
    from: 'would take the old value with the new version.\n        words.kill();',
    to: 'would take the old value with the new version.',
    red: loom('a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('store', {
    name: 'a clear raises the generation first',
    from: 'for shard in &self.shards {\n            shard.outdate();\n        }\n        // After all shards: a near entry of this generation was read from a shard that was outdated before.\n        self.generation().fetch_add(1, Ordering::Release);',
    to: 'self.generation().fetch_add(1, Ordering::Release);\n        for shard in &self.shards {\n            shard.outdate();\n        }',
    red: loom('a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('reader', {
    name: 'the generation is read last',
    from: 'let generation = generation.load(Ordering::Acquire);\n        let current = self.gate.current().load(Ordering::Acquire);\n        let wanted = self.gate.wanted().load(Ordering::Acquire);',
    to: 'let current = self.gate.current().load(Ordering::Acquire);\n        let wanted = self.gate.wanted().load(Ordering::Acquire);\n        let generation = generation.load(Ordering::Acquire);',
    red: loom('a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('store', {
    name: 'a change that finds no time does not reach near entries',
    from: 'shard.outdate();\n        self.generation().fetch_add(1, Ordering::Release);\n    }\n\n    fn hash',
    to: 'shard.outdate();\n    }\n\n    fn hash',
    red: loom('a_near_entry_is_not_served_after_a_delete_that_found_no_time'),
  }),
  table('writer', {
    name: 'what is wanted is read again after emptying',
    from: 'self.shard.gate.current().store(self.wanted, Ordering::Release);',
    to: 'self.shard.gate.current().store(self.shard.gate.wanted().load(Ordering::Acquire), Ordering::Release);',
    red: loom('a_delete_or_set_that_finds_no_time_is_not_lost'),
  }),
  table('owner', {
    name: 'the owner word is taken without Acquire',
    from: 'self.word[0].compare_exchange(from, to, Ordering::Acquire, Ordering::Relaxed)',
    to: 'self.word[0].compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)',
    red: loom('an_owner_who_lets_go_is_followed_and_never_robbed'),
  }),
  table('owner', {
    name: 'the owner word is released without Release',
    from: 'compare_exchange(host.own_word(), 0, Ordering::Release, Ordering::Relaxed)',
    to: 'compare_exchange(host.own_word(), 0, Ordering::Relaxed, Ordering::Relaxed)',
    red: loom('an_owner_who_lets_go_is_followed_and_never_robbed'),
  }),
  table('writer', {
    name: 'fence after the lock removed',
    from: '        fence(Ordering::Release);\n        Self { table, shard, wanted: 0',
    to: '        Self { table, shard, wanted: 0',
    red: loom('a_reader_never_takes_what_another_writer_put_in_blocks_that_one_freed'),
  }),
  table('reader', {
    name: 'the generation of the entries is compared after the copy',
    from: 'if current != token.wanted {\n                return Ok(Get::Miss(token));\n            }\n            if let Some(found) = self.probe(sight, ask, token, out) {\n                return Ok(found);\n            }',
    to: '_ = current;\n            if let Some(found) = self.probe(sight, ask, token, out) {\n                let late = self.gate.current().load(Ordering::Acquire);\n                return Ok(if late == token.wanted { found } else { Get::Miss(token) });\n            }',
    red: shuttle('one_shard_of_writers_who_give_up'),
  }),
]
