/** What the file layer rests on (docs/decisions/0030-file-layer.md). */

const cargo = (test) => ({ kind: 'cargo', test: `shared::${test}` })

const file = (file, mutation) => ({ file: `src-rust/shared/${file}.rs`, ...mutation })

export const fileMutations = [
  file('liveness', {
    name: 'generations of participants are not compared',
    from: 'if generation.load(Ordering::Acquire) != named.generation {',
    to: 'if generation.load(Ordering::Acquire) == u64::MAX {',
    red: cargo('test::attaching::words_tell_the_living_from_the_dead'),
  }),
  file('liveness', {
    name: 'the kernel is asked about the own byte',
    from: 'own.number == named.number',
    to: 'own.number == u32::MAX',
    red: cargo('test::attaching::words_tell_the_living_from_the_dead'),
  }),
  file('liveness', {
    name: 'a free byte is believed whosever file it is of',
    from: 'Some(Ok(false)) if is_ours(asker.file, asker.id) => Owner::Dead,',
    to: 'Some(Ok(false)) => Owner::Dead,',
    red: cargo('test::stolen::a_descriptor_that_a_stranger_closed_tells_nothing_and_is_never_closed'),
  }),
  file('participants', {
    name: 'a claim leaves the generation as it is',
    from: 'load(Ordering::Relaxed).wrapping_add(1) & GENERATION_MASK;',
    to: 'load(Ordering::Relaxed) & GENERATION_MASK;',
    red: cargo('test::attaching::a_file_outlives_those_who_use_it_and_generations_go_up'),
  }),
  file('attachment', {
    name: 'a file that is closed stays locked',
    from: 'let _ = self.file.with(sys::unlock_all);',
    to: '',
    red: cargo('test::attaching::what_is_closed_is_dead_though_it_is_mapped'),
  }),
  file('attachment', {
    name: 'a missing name is not noticed',
    from: 'Some(Ok(status)) if status.id == self.id => status.links > 0,',
    to: 'Some(Ok(status)) if status.id == self.id => true,',
    red: cargo('test::attaching::a_look_finds_a_missing_name'),
  }),
  file('attachment', {
    name: 'a retired file is not left',
    from: 'if !linked || self.state() != at::LIVE {',
    to: 'if !linked || self.state() == u32::MAX {',
    red: cargo('test::attaching::a_damaged_file_is_left_by_all_and_made_anew'),
  }),
  file('attachment', {
    name: 'bounds check of what is allocated off',
    from: 'if offset.checked_add(len).is_none_or(|end| end > self.mapping.len()) {',
    to: 'if offset.checked_add(len).is_none() {',
    red: cargo('test::attaching::bytes_are_there_once_they_were_allocated'),
  }),
  file('header', {
    name: 'checksum of the header off',
    from: '&& self.u64(at::CHECKSUM) == self.checksum();',
    to: '&& self.u64(at::CHECKSUM) != 0;',
    red: cargo('header::tests::no_bit_of_it_can_change_unseen'),
  }),
  file('file', {
    name: 'a file with holes is mapped',
    from: '(whole && status.allocated >= shape.fixed).then_some(header)',
    to: 'whole.then_some(header)',
    red: cargo('test::hostile::a_file_with_holes_where_there_must_be_none_is_replaced'),
  }),
  file('file', {
    name: 'a file of another size is mapped',
    from: 'header.bytes == shape.bytes && status.size == shape.bytes;',
    to: 'header.bytes == shape.bytes;',
    red: cargo('test::hostile::empty_short_and_long_files_are_replaced'),
  }),
  file('file', {
    name: 'permissions of a file are not looked at',
    from: '} else if status.mode != PRIVATE {',
    to: '} else if status.mode == u32::MAX {',
    red: cargo('test::hostile::a_file_that_others_may_write_is_refused'),
  }),
  file('file', {
    name: 'a file of another cache is taken',
    from: 'if !header.identity.agrees(request.identity) {',
    to: 'if header.bytes == 0 {',
    red: cargo('test::hostile::another_caches_file_under_this_name_is_replaced'),
  }),
  file('file', {
    name: 'an opener does not look again once it has the gate',
    from: 'if !sys::status_at(&directory.fd, name.as_c_str()).is_ok_and(|named| named.id == status.id) {',
    to: 'if status.links == u64::MAX {',
    red: cargo(
      'test::meddling::a_stranger_who_puts_another_file_in_its_place_is_noticed_until_the_last_check',
    ),
  }),
  file('remove', {
    name: 'a remover does not look whose name it is',
    from: 'named.is_ok_and(|named| named.id == status.id));',
    to: 'named.is_ok_and(|named| named.id.0 == status.id.0));',
    red: cargo('test::meddling::a_slow_remover_takes_no_file_that_was_made_meanwhile'),
  }),
  file('remove', {
    name: 'a remover does not take the gate',
    from: 'Err(errno::AGAIN) => return Ok(false),\n        Err(number) => return Err(unable("lock bytes of files", number)),',
    to: 'Err(errno::AGAIN) => {}\n        Err(number) => return Err(unable("lock bytes of files", number)),',
    red: cargo('test::sweeping::a_removal_is_of_what_nobody_uses'),
  }),
  file('file', {
    name: 'a new file is not locked before it has its name',
    from: '|| !locked(fd, 0, Lock::Write)? {',
    to: '{',
    red: cargo('test::attaching::words_tell_the_living_from_the_dead'),
  }),
]
