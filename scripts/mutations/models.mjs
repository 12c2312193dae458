/** What the table's protocol rests on and only model checkers see. `quick`: CI runs it on every change. */

const loom = (test) => ({ kind: 'loom', test: `table::models::${test}` })
const shuttle = (test) => ({ kind: 'shuttle', test: `table::models::shuttle::${test}` })

const table = (file, mutation) => ({ file: `src-rust/table/${file}.rs`, ...mutation })

export const modelMutations = [
  table('writer', {
    name: 'fence after the sequence removed',
    quick: true,
    from: 'fence(Ordering::Release);\n        let coming',
    to: 'let coming',
    red: loom('loom::a_reader_sees_the_old_or_the_new_value_while_it_is_replaced'),
  }),
  table('seqlock', {
    name: 'fence before the second load removed',
    from: '    fence(Ordering::Acquire);\n',
    to: '    if false { fence(Ordering::Acquire); }\n',
    red: loom('loom::a_reader_sees_the_old_or_the_new_value_while_it_is_replaced'),
  }),
  table('seqlock', {
    name: 'sequence loaded without Acquire',
    from: 'let seen = sequence.load(Ordering::Acquire);',
    to: 'let seen = sequence.load(Ordering::Relaxed);',
    red: loom('loom::a_reader_sees_the_old_or_the_new_value_while_it_is_replaced'),
  }),
  table('seqlock', {
    name: 'sequence closed without Release',
    from: 'wrapping_add(1), Ordering::Release);',
    to: 'wrapping_add(1), Ordering::Relaxed);',
    red: loom('loom::a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('writer', {
    name: 'epoch bracket off',
    from: '// Cells will move. The fence in `open` goes before that.\n        epoch.store(even | 1, Ordering::Relaxed);',
    to: '',
    red: loom('loom::a_key_is_found_while_its_cell_moves'),
  }),
  table('reader', {
    name: 'epoch compare off',
    from: '(self.gate.epoch().load(Ordering::Relaxed) == epoch).then_some(Get::Miss(token))',
    to: 'Some(Get::Miss(token))',
    red: loom('loom::a_key_is_found_while_its_cell_moves'),
  }),
  table('writer', {
    name: 'an entry that goes stays live in its bracket',
    from: 'would take the old value with the new version.\n        words.kill();',
    to: 'would take the old value with the new version.',
    red: loom('loom::a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('store', {
    name: 'a clear raises the generation first',
    from: 'for shard in &self.shards {\n            shard.outdate();\n        }\n        // After all shards: a near entry of this generation was read from a shard that was outdated before.\n        self.generation().fetch_add(1, Ordering::Release);',
    to: 'self.generation().fetch_add(1, Ordering::Release);\n        for shard in &self.shards {\n            shard.outdate();\n        }',
    red: loom('loom::a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('reader', {
    name: 'the generation is read last',
    from: 'let generation = generation.load(Ordering::Acquire);\n        let current = self.gate.current().load(Ordering::Acquire);\n        let wanted = self.gate.wanted().load(Ordering::Acquire);',
    to: 'let current = self.gate.current().load(Ordering::Acquire);\n        let wanted = self.gate.wanted().load(Ordering::Acquire);\n        let generation = generation.load(Ordering::Acquire);',
    red: loom('loom::a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared'),
  }),
  table('store', {
    name: 'a change that finds no time does not reach near entries',
    from: 'shard.outdate();\n        self.generation().fetch_add(1, Ordering::Release);\n    }\n\n    #[inline]\n    fn writer',
    to: 'shard.outdate();\n    }\n\n    #[inline]\n    fn writer',
    red: loom('loom::a_near_entry_is_not_served_after_a_delete_that_found_no_time'),
  }),
  table('writer', {
    name: 'what is wanted is read again after emptying',
    from: 'self.shard.gate.current().store(self.wanted, Ordering::Release);',
    to: 'self.shard.gate.current().store(self.shard.gate.wanted().load(Ordering::Acquire), Ordering::Release);',
    red: loom('loom::a_fill_that_empties_its_shard_is_not_served_after_a_delete_that_found_no_time'),
  }),
  table('owner', {
    name: 'the owner word is taken without Acquire',
    from: 'self.word[0].compare_exchange(from, to, Ordering::Acquire, Ordering::Relaxed)',
    to: 'self.word[0].compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)',
    red: loom('processes::an_owner_who_lets_go_is_followed_and_never_robbed'),
  }),
  table('owner', {
    name: 'the owner word is released without Release',
    from: 'compare_exchange(host.own_word(), 0, Ordering::Release, Ordering::Relaxed)',
    to: 'compare_exchange(host.own_word(), 0, Ordering::Relaxed, Ordering::Relaxed)',
    red: loom('processes::an_owner_who_lets_go_is_followed_and_never_robbed'),
  }),
  table('writer', {
    name: 'fence after the lock removed',
    from: '        fence(Ordering::Release);\n        Self { table, shard, wanted: 0',
    to: '        Self { table, shard, wanted: 0',
    red: loom('loom::a_reader_never_takes_what_another_writer_put_in_blocks_that_one_freed'),
  }),
  table('reader', {
    name: 'the generation of the entries is compared after the copy',
    from: 'if current != token.wanted {\n                return Ok(Get::Miss(token));\n            }\n            if let Some(found) = self.probe(sight, ask, token, out) {\n                return Ok(found);\n            }',
    to: '_ = current;\n            if let Some(found) = self.probe(sight, ask, token, out) {\n                let late = self.gate.current().load(Ordering::Acquire);\n                return Ok(if late == token.wanted { found } else { Get::Miss(token) });\n            }',
    red: shuttle('one_shard_of_writers_who_give_up'),
  }),
]
