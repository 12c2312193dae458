#!/usr/bin/env bash
# The tests of files, and processes that are killed, over other file systems than the one in memory: each is mounted in
# place of /dev/shm, where those tests work, in a mount namespace that ends with them. One that this machine has not, or
# may not mount, is skipped, and that is said. KILLS: how many processes are killed over each. The last line counts.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kills=${KILLS:-30}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

image() {
  local maker=$1
  shift
  if ! command -v "$maker" >/dev/null; then
    echo "there is no $maker"
    return 1
  fi
  truncate -s 512M "$scratch/image" && "$maker" -q "$@" "$scratch/image" 2>&1
}

# What makes it ready, printing why it cannot; and how it is mounted on "$1/there".
prepare() {
  case $1 in
    ext4) image mkfs.ext4 -F ;;
    xfs) image mkfs.xfs -f ;;
    btrfs) image mkfs.btrfs -f ;;
    overlay) mkdir -p "$scratch/lower" "$scratch/upper" "$scratch/work" ;;
  esac
}
mount_on() {
  case $1 in
    overlay) echo "-t overlay -o lowerdir=$scratch/lower,upperdir=$scratch/upper,workdir=$scratch/work none" ;;
    *) echo "-t $1 -o loop $scratch/image" ;;
  esac
}

own=(unshare --mount)
[ "$(id -u)" = 0 ] || own=(unshare --user --map-root-user --mount)

within() {
  local file_system=$1
  shift
  "${own[@]}" bash -c "set -e
    mkdir -p $scratch/there
    mount $(mount_on "$file_system") $scratch/there
    chmod 1777 $scratch/there
    mount --bind $scratch/there /dev/shm
    exec \"\$@\"" bash "$@"
}

tests() {
  # Over an overlay a mapping keeps no lock: docs/crash-safety.md.
  local skip=()
  [ "$1" != overlay ] || skip=(--skip a_descriptor_that_a_stranger_closed)
  cargo test --locked --quiet --no-default-features --lib -- shared::test "${skip[@]}" 2>&1 &&
    KILLS=$kills npx vitest run --project tc39 __test__/shared-deaths.spec.ts __test__/shared-deletes.spec.ts 2>&1
}
export -f tests
export kills

run() {
  local file_system=$1 why output start=$SECONDS
  if ! why=$(prepare "$file_system") || ! why=$(within "$file_system" true 2>&1); then
    echo "$file_system: SKIPPED, ${why##*$'\n'}"
    skipped=$((skipped + 1))
  elif output=$(within "$file_system" bash -c "tests $file_system"); then
    passed=$((passed + 1))
    echo "$file_system: $(grep -o '[0-9]* passed; 0 failed' <<<"$output") of files, $kills processes killed, $((SECONDS - start)) s"
  else
    failed=$((failed + 1))
    echo "$output"
    echo "$file_system: FAILED"
  fi
  rm -rf "${scratch:?}"/*
}

cargo test --locked --quiet --no-default-features --lib --no-run || exit 1
for file_system in "${@:-ext4}"; do run "$file_system"; done
echo "test result: $([ "$failed" = 0 ] && echo ok || echo FAILED). $passed passed; $failed failed; $skipped ignored"
exit "$((failed > 0))"
