use super::*;
use crate::shared::attachment::Look;
use crate::shared::list;
use crate::shared::participants::Participant;
use crate::sys;
use crate::table::{Host, Owner};
use std::sync::atomic::Ordering;

const SECOND: u64 = 1_000;

fn participant(attachment: &Attachment) -> Participant {
    Participant::of(attachment.own_word()).unwrap()
}

#[test]
fn the_first_makes_the_file_and_the_second_opens_it() {
    let scratch = Scratch::new();
    let first = attach(&scratch.caches(), "it");
    let second = attach(&scratch.caches(), "it");
    assert_eq!(first.id(), second.id());
    assert_eq!(participant(&first), Participant { number: 0, generation: 1 });
    assert_ne!(participant(&first).number, participant(&second).number);
    assert_eq!(first.header().seed, second.header().seed);
    assert_eq!(first.header().checksum_seed, second.header().checksum_seed);
    let at =
        |attachment: &Attachment| attachment.mapping().u64(at::TABLE_AT).unwrap().load(Ordering::Relaxed);
    first.mapping().u64(at::TABLE_AT).unwrap().store(42, Ordering::Relaxed);
    assert_eq!(at(&second), 42);
    assert_ne!(attach(&scratch.caches(), "other").id(), first.id());
}

#[test]
fn a_file_outlives_those_who_use_it_and_generations_go_up() {
    let scratch = Scratch::new();
    let first = attach(&scratch.caches(), "it");
    let (id, one) = (first.id(), first.own_word());
    first.mapping().u64(at::TABLE_AT).unwrap().store(42, Ordering::Relaxed);
    drop(first);
    let second = attach(&scratch.caches(), "it");
    assert_eq!(second.id(), id);
    assert_eq!(second.mapping().u64(at::TABLE_AT).unwrap().load(Ordering::Relaxed), 42);
    assert_ne!(second.own_word(), one);
    assert_eq!(second.state_of(one), Owner::Dead);
    let (number, generation) = (participant(&second).number, participant(&second).generation);
    drop(second);
    assert_eq!(
        participant(&attach(&scratch.caches(), "it")),
        Participant { number, generation: generation + 1 }
    );
}

#[test]
fn a_name_is_looked_at_only_in_its_own_directory_whatever_is_in_it() {
    let scratch = Scratch::new();
    for name in ["../../it", "/etc/passwd", "🚀", ".", &"x".repeat(crate::name::MAX_BYTES)] {
        let attachment = attach(&scratch.caches(), name);
        assert_eq!(attachment.header().identity.name.as_str(), name);
        assert!(path_of(&scratch.caches(), name).is_file());
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn what_is_closed_is_dead_though_it_is_mapped() {
    let scratch = Scratch::new();
    let here = attach(&scratch.caches(), "it");
    let there = attach(&scratch.caches(), "it");
    let (mapping, word) = (there.mapping().clone(), there.own_word());
    assert_eq!(here.state_of(word), Owner::Alive);
    there.close();
    assert_eq!(here.state_of(word), Owner::Dead);
    assert!(there.is_detached());
    assert_eq!(there.look(), Look::Gone);
    assert!(!there.allocate(0, 4096));
    mapping.u64(at::TABLE_AT).unwrap().store(1, Ordering::Relaxed);
    there.close();
}

#[test]
fn words_tell_the_living_from_the_dead() {
    let scratch = Scratch::new();
    let here = attach(&scratch.caches(), "it");
    let there = attach(&scratch.caches(), "it");
    assert_eq!(here.state_of(here.own_word()), Owner::Alive);
    // Who made the file, and who came.
    assert_eq!(there.state_of(here.own_word()), Owner::Alive);
    assert_eq!(here.state_of(there.own_word()), Owner::Alive);
    let Participant { number, generation } = participant(&there);
    assert_eq!(here.state_of(Participant { number, generation: generation + 1 }.word()), Owner::Dead);
    let own = participant(&here);
    assert_eq!(here.state_of(Participant { generation: own.generation + 1, ..own }.word()), Owner::Dead);
    // Even where somebody has spoilt its record: of one's own lock the kernel would say that nobody has it.
    let record =
        here.mapping().u64(at::PARTICIPANTS_AT + own.number as usize * at::PARTICIPANT_BYTES).unwrap();
    let generation = record.swap(77, Ordering::Relaxed);
    assert_eq!(here.state_of(Participant { generation: 77, ..own }.word()), Owner::Alive);
    record.store(generation, Ordering::Relaxed);
    // Never claimed, or nobody's.
    let unclaimed = (0..at::PARTICIPANTS).find(|&one| one != number && one != own.number).unwrap();
    assert_eq!(here.state_of(Participant { number: unclaimed, generation: 0 }.word()), Owner::Dead);
    for word in [0, u64::MAX, 257] {
        assert_eq!(here.state_of(word), Owner::Unknown);
    }
}

#[test]
fn a_look_finds_a_missing_name() {
    let scratch = Scratch::new();
    let path = path_of(&scratch.caches(), "it");
    let here = attach(&scratch.caches(), "it");
    assert_eq!(here.look_now(SECOND), Look::Same);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(here.look(), Look::Same, "not before a second has passed");
    assert_eq!(here.look_now(SECOND), Look::Gone);
    let anew = attach(&scratch.caches(), "it");
    assert_ne!(anew.id(), here.id());
}

#[test]
fn a_damaged_file_is_left_by_all_and_made_anew() {
    let scratch = Scratch::new();
    let (finder, other) = (attach(&scratch.caches(), "it"), attach(&scratch.caches(), "it"));
    finder.detach("something is wrong");
    assert_eq!(other.look_now(SECOND), Look::Same);
    finder.close();
    assert_eq!(finder.damage(), Some("something is wrong"));
    assert_eq!(other.look_now(SECOND), Look::Gone);
    // Who has not looked may still use it.
    assert_eq!(hastily(|| attach_as(&scratch.caches(), &identity("it"))).unwrap_err(), Error::Busy);
    let id = other.id();
    other.close();
    assert_ne!(attach(&scratch.caches(), "it").id(), id);
}

#[test]
fn a_retired_file_gives_way_though_somebody_idle_holds_it() {
    let scratch = Scratch::new();
    let (finder, idle) = (attach(&scratch.caches(), "it"), attach(&scratch.caches(), "it"));
    finder.detach("something is wrong");
    finder.close();
    let since = idle.mapping().u64(at::RETIRED_AT.at).unwrap();
    since.store(since.load(Ordering::Relaxed) - 2 * SECOND, Ordering::Relaxed);
    let anew = attach(&scratch.caches(), "it");
    assert_ne!(anew.id(), idle.id());
    assert_eq!(idle.look_now(SECOND), Look::Gone);
    assert_eq!(anew.look_now(SECOND), Look::Same);
}

#[test]
fn where_no_participant_is_free_a_process_only_reads_until_one_is() {
    let scratch = Scratch::new();
    let mut all: Vec<_> = (0..at::PARTICIPANTS).map(|_| attach(&scratch.caches(), "it")).collect();
    assert!(all.iter().all(Attachment::is_participant));
    let late = attach(&scratch.caches(), "it");
    assert!(!late.is_participant());
    assert_eq!(late.own_word(), 0);
    let now = sys::uptime();
    assert_eq!(late.look_now(now + 10 * SECOND), Look::Same);
    let gone = all.pop().unwrap().own_word();
    assert_eq!(late.look_now(now + 11 * SECOND), Look::Same, "not before ten seconds have passed");
    assert_eq!(late.look_now(now + 20 * SECOND), Look::Claimed);
    assert_eq!(participant(&late).number, Participant::of(gone).unwrap().number);
    assert_eq!(late.state_of(gone), Owner::Dead);
    assert_eq!(late.look_now(now + 40 * SECOND), Look::Same);
    assert!(all.iter().all(|one| late.state_of(one.own_word()) == Owner::Alive));
}

#[test]
fn bytes_are_there_once_they_were_allocated() {
    let scratch = Scratch::new();
    let attachment = attach(&scratch.caches(), "it");
    let listed = || list(&scratch.caches()).unwrap().remove(0);
    let before = listed().allocated;
    assert_eq!(before, at::TABLE_AT as u64 + FIXED_BYTES);
    assert!(attachment.allocate(at::TABLE_AT + FIXED_BYTES as usize, 1 << 16));
    assert!(attachment.allocate(at::TABLE_AT + FIXED_BYTES as usize, 1 << 16));
    assert_eq!(listed().allocated, before + (1 << 16));
    assert!(!attachment.allocate(attachment.mapping().len(), 4096));
    assert_eq!(listed().bytes, attachment.mapping().len() as u64);
}

#[test]
fn a_list_tells_what_there_is_and_disturbs_nobody() {
    let scratch = Scratch::new();
    assert_eq!(list(&scratch.caches()).unwrap().len(), 0);
    let used = attach(&scratch.caches(), "used");
    drop(attach(&scratch.caches(), "idle"));
    std::fs::write(scratch.caches().join("notes.txt"), "not ours").unwrap();
    let mut all = list(&scratch.caches()).unwrap();
    all.sort_by_key(|file| file.is_used);
    let name = |index: usize| all[index].cache.as_ref().unwrap().name.as_str();
    assert_eq!((all.len(), name(0), name(1)), (2, "idle", "used"));
    assert!(!all[0].is_used && all[1].is_used);
    assert_eq!((all[0].processes.len(), &all[1].processes), (0, &vec![std::process::id()]));
    assert!(all.iter().all(|file| file.is_current && !file.is_retired && file.idle < 60 * SECOND));
    assert_eq!(all[1].cache.as_ref().unwrap().options.max_size, 100);
    assert_eq!(used.look_now(SECOND), Look::Same);
}

#[test]
fn core_dumps_leave_the_mapping_out() {
    let scratch = Scratch::new();
    let attachment = attach(&scratch.caches(), "it");
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let start = format!("{:x}-", attachment.mapping().base().addr());
    let flags =
        maps.lines().skip_while(|line| !line.starts_with(&start)).find(|line| line.starts_with("VmFlags:"));
    assert!(flags.unwrap().split(' ').any(|flag| flag == "dd"), "{flags:?}");
}
