/**
 * Machines that start anew, whose clocks jump, whose users are told apart in other ways, and whose file systems are small
 * or lack something: who shares what with whom, and that no value is ever wrong.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { type Elsewhere, runUnder, runWhere } from './support/elsewhere'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'warp-cache-machines-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const homes = () => readdirSync(base).filter((name) => name.startsWith('warp-cache-'))
const files = () => homes().flatMap((home) => readdirSync(join(base, home)))

interface Told {
  readonly computed: number
  readonly warnings: readonly string[]
}

/** A program that knows `call`, which asks a cached function for three results, and tells how many it had to compute. */
const program = (source = 'call()') => `
  const assert = require('node:assert')
  const { cache } = require('warp-cache')
  const warnings = []
  process.removeAllListeners('warning').on('warning', ({ code, message }) => warnings.push(code + ' ' + message))
  let computed = 0
  const make = (options) => cache((n) => { computed++; return 2 * n }, { backend: 'shared', name: 'elsewhere', ...options })
  function call(cached = make()) {
    for (let i = 0; i < 3; i++) assert.strictEqual(cached(i), 2 * i)
  }
  process.on('exit', () => console.log(JSON.stringify({ computed, warnings })))
  ${source}`

function told(context: TestContext, ending: Elsewhere): Told {
  if (typeof ending === 'string') return context.skip(ending)
  const { status, signal, stdout, stderr } = ending
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  return JSON.parse(stdout)
}

const env = () => ({ WARP_CACHE_DIR: base })
const where = (commands: string, source?: string) => runWhere(commands, env(), program(source))
const under = (behind: readonly string[], source?: string) => runUnder(behind, env(), program(source))

const NEW = { computed: 3, warnings: [] }
const SHARED = { computed: 0, warnings: [] }

describe.skipIf(process.platform !== 'linux')('a machine that has started anew', () => {
  /** As if it had: the kernel says which boot this is by a file. */
  const boot = (digit: string) => {
    writeFileSync(join(base, 'boot'), `${digit.repeat(8)}-1111-4111-8111-111111111111\n`)
    return `mount --bind ${base}/boot /proc/sys/kernel/random/boot_id`
  }

  it('begins with no entries, and removes files of before', (context) => {
    expect(told(context, where(boot('1')))).toEqual(NEW)
    expect(told(context, where(boot('1')))).toEqual(SHARED)
    const [before] = files()
    expect(told(context, where(boot('2')))).toEqual(NEW)
    expect(files()).toHaveLength(1)
    expect(files()).not.toContain(before)
  })

  it.each(['', 'unknown', 'f'.repeat(33)])('and does not say so computes: %j', (text) => {
    writeFileSync(join(base, 'boot'), text)
    const ending = where(`mount --bind ${base}/boot /proc/sys/kernel/random/boot_id`)
    if (typeof ending === 'string') return
    expect(JSON.parse(ending.stdout)).toEqual({
      computed: 3,
      warnings: [expect.stringMatching(/^WARP_CACHE_DETACHED .*cannot tell which boot this is/)],
    })
  })
})

/** Wall clocks that are set by YEARS, and go one year forth or back each time that somebody looks. */
const JUMPING = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long jump(void) {
  static long looks;
  return (atoi(getenv("YEARS")) + (++looks % 2 ? 1 : -1)) * 31536000L;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
  int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
  int answer = real(clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += jump();
  return answer;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}`

describe.skipIf(process.platform !== 'linux')('clocks', () => {
  it('that are set back and forth end nothing early, and keep nothing for longer', (context) => {
    writeFileSync(join(base, 'jumping.c'), JUMPING)
    const compiled = spawnSync('cc', [
      '-shared',
      '-fPIC',
      '-o',
      join(base, 'jumping.so'),
      join(base, 'jumping.c'),
      '-ldl',
    ])
    if (compiled.status !== 0) return context.skip('no C compiler')
    const jumping = (years: number) => ['env', `LD_PRELOAD=${base}/jumping.so`, `YEARS=${years}`]
    const source = `
      const [one, other] = [Date.now(), Date.now()]
      assert(Math.abs(one - other) > 6e10, 'the clock does not jump')
      const kept = make({ name: 'kept', ttl: 3_600_000 })
      call(kept)
      const brief = make({ name: 'brief', ttl: 1 })
      call(brief)
      const before = computed
      const began = performance.now()
      while (performance.now() - began < 1_500) {
        call(kept)
        call(brief)
      }
      // Each looked at its file a second ago, and all that was kept is still there.
      assert(brief.cacheInfo().expirations + brief.cacheInfo().misses > 6)
      assert.deepStrictEqual([kept.cacheInfo().misses, kept.cacheInfo().detached], [3, 0])
      const misses = brief.cacheInfo().misses
      computed -= misses`
    expect(told(context, under(jumping(-10), source))).toEqual(NEW)
    const again = `const kept = make({ name: 'kept', ttl: 3_600_000 }); call(kept)`
    expect(told(context, under(jumping(0), again))).toEqual(SHARED)
    // What was used a second ago is not taken for twenty years old.
    const sweep = `process.env.WARP_CACHE_KEEP = '1h'; call(make({ name: 'another' }))`
    expect(told(context, under(jumping(10), `${sweep}; ${again}`))).toEqual(NEW)
    expect(files()).toHaveLength(3)
  })

  it('of another time namespace are another cache', (context) => {
    const shifted = ['unshare', '-rT', '--boottime', '1000000', '--monotonic', '1000000', '--fork']
    expect(told(context, under(['unshare', '-r']))).toEqual(NEW)
    expect(told(context, under(shifted))).toEqual(NEW)
    expect(told(context, under(['unshare', '-r']))).toEqual(SHARED)
    expect(files()).toHaveLength(2)
  })
})

describe.skipIf(process.platform !== 'linux')('users of a user namespace', () => {
  it('share a directory if they are one user outside and have one number inside', (context) => {
    expect(told(context, under(['unshare', '--user', '--map-root-user']))).toEqual(NEW)
    expect(told(context, under(['unshare', '--user', '--map-root-user']))).toEqual(SHARED)
  })

  it('have another one if their number is another', (context) => {
    expect(told(context, under(['unshare', '--user', '--map-root-user']))).toEqual(NEW)
    expect(told(context, under(['unshare', '--user', '--map-user=4321']))).toEqual(NEW)
    expect(homes().sort()).toEqual(['warp-cache-0', 'warp-cache-4321'])
  })

  it('are told of a directory whose owner is none of theirs', (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can give a directory away')
    mkdirSync(join(base, 'warp-cache-0'), { mode: 0o700 })
    chownSync(join(base, 'warp-cache-0'), 4321, 4321)
    const source = `assert.throws(() => make(), { code: 'ERR_WARP_CACHE_DIRECTORY' })`
    expect(told(context, under(['unshare', '--user', '--map-root-user'], source))).toEqual(SHARED)
  })

  it('who have no number get at nobody else’s, though all who have none look the same', (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can give a directory away')
    chmodSync(base, 0o777)
    expect(told(context, under(['unshare', '--user']))).toEqual(NEW)
    expect(told(context, under(['unshare', '--user']))).toEqual(SHARED)
    expect(homes()).toEqual(['warp-cache-65534'])
    chownSync(join(base, 'warp-cache-65534'), 4321, 4321)
    const source = `assert.throws(() => make(), { code: 'ERR_WARP_CACHE_DIRECTORY', message: /may not be opened/ })`
    expect(told(context, under(['unshare', '--user'], source))).toEqual(SHARED)
  })
})

describe.skipIf(process.platform !== 'linux')('a file system', () => {
  const small = () => join(base, 'small')
  const mounted = (type: string, options: string) =>
    `mkdir -p ${small()}; mount -t ${type} -o ${options} none ${small()}; export WARP_CACHE_DIR=${small()}`

  it('that cannot reserve room is refused, and the function computes', (context) => {
    const { computed, warnings } = told(context, where(mounted('ramfs', 'mode=0755')))
    expect(computed).toBe(3)
    expect(warnings).toEqual([expect.stringContaining('cannot reserve room for a file')])
  })

  it('that lies over another one is as good as any', (context) => {
    for (const name of ['upper', 'work', 'lower']) mkdirSync(join(base, name))
    const layers = ['lowerdir', 'upperdir', 'workdir'].map(
      (each) => `${each}=${base}/${each.replace('dir', '')}`,
    )
    const commands = mounted('overlay', layers.join(','))
    const upper = () => readdirSync(join(base, 'upper'))
    expect(told(context, where(commands))).toEqual(NEW)
    expect(told(context, where(commands))).toEqual(SHARED)
    expect(upper()).toHaveLength(1)
  })
})
