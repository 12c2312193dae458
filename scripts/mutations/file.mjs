/** What the file layer rests on (docs/decisions/0030-file-layer.md). `quick`: CI runs it on every change. */

const cargo = (test) => ({ kind: 'cargo', test: `shared::${test}` })

const file = (file, mutation) => ({ file: `src-rust/shared/${file}.rs`, ...mutation })

export const fileMutations = [
  file('liveness', {
    name: 'generations of participants are not compared',
    quick: true,
    from: 'if generation.load(Ordering::Acquire) != named.generation {',
    to: 'if generation.load(Ordering::Acquire) == u64::MAX {',
    red: cargo('test::attaching::words_tell_the_living_from_the_dead'),
  }),
  file('attachment', {
    name: 'a file that is closed stays locked',
    quick: true,
    from: 'let _ = self.file.with(sys::unlock_all);',
    to: '',
    red: cargo('test::attaching::what_is_closed_is_dead_though_it_is_mapped'),
  }),
  file('attachment', {
    name: 'bounds check of what is allocated off',
    from: 'if offset.checked_add(len).is_none_or(|end| end > self.mapping.len()) {',
    to: 'if offset.checked_add(len).is_none() {',
    red: cargo('test::attaching::bytes_are_there_once_they_were_allocated'),
  }),
]
