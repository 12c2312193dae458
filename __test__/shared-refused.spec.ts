/**
 * Where shared caches cannot be, or not now: a clear error at decoration where only somebody can mend it, and otherwise a
 * function that goes on computing, counts that and says so once.
 */
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cache, isWarpCacheError } from 'warp-cache'
import { runWhere } from './support/elsewhere'
import { freshName } from './support/native'
import { thrownBy } from './support/refused'

const fn = (n: number) => n
const user = process.getuid?.() ?? 0
let base: string
/** Where the caches of this user are. */
let home: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'warp-cache-refused-'))
  home = join(base, `warp-cache-${user}`)
  process.env.WARP_CACHE_DIR = base
})
afterEach(() => {
  rmSync(base, { recursive: true, force: true })
  delete process.env.WARP_CACHE_KEEP
})

const shared = (options: object = {}) => cache(fn, { backend: 'shared', name: freshName(), ...options })
const files = () => readdirSync(home).filter((name) => name.endsWith('.warp'))

describe.skipIf(process.platform === 'win32')('a directory that is not one for caches', () => {
  it.each<[string, () => void]>([
    ['a file', () => writeFileSync(home, '')],
    [
      'a link to one that would be',
      () => {
        mkdirSync(join(base, 'elsewhere'), { mode: 0o700 })
        symlinkSync(join(base, 'elsewhere'), home)
      },
    ],
    ['one that others may write to', () => mkdirSync(home, { mode: 0o777 })],
    ['one of which the parent is missing', () => rmSync(base, { recursive: true })],
  ])('is an error at decoration: %s', (_, prepare) => {
    const umask = process.umask(0)
    try {
      prepare()
    } finally {
      process.umask(umask)
    }
    const error = thrownBy(() => shared())
    expect(error).toMatchObject({ code: 'ERR_WARP_CACHE_DIRECTORY' })
    expect(isWarpCacheError(error)).toBe(true)
    for (const part of [home, 'WARP_CACHE_DIR']) expect((error as Error).message).toContain(part)
  })

  it.skipIf(user !== 0)('is an error at decoration: one of another user', () => {
    mkdirSync(home, { mode: 0o700 })
    chownSync(home, 12_345, 12_345)
    expect(thrownBy(() => shared())).toMatchObject({ code: 'ERR_WARP_CACHE_DIRECTORY' })
  })

  it('has a time to keep files that is a time', () => {
    process.env.WARP_CACHE_KEEP = 'for ever'
    const error = thrownBy(() => shared())
    expect(error).toMatchObject({ code: 'ERR_WARP_CACHE_OPTION' })
    expect((error as Error).message).toContain('WARP_CACHE_KEEP')
  })
})

describe.skipIf(process.platform === 'win32')('a name', () => {
  it.each(['a/b', '..', '/etc/passwd', 'nul\0', 'Łódź', '🚀', '\ud800', ' ', '%2F', 'x'.repeat(512)])(
    'may be %j, and is no path',
    (name) => {
      const cached = shared({ name })
      expect([cached(1), cached(1), cached.cacheInfo().hits]).toEqual([1, 1, 1])
      expect(files().length).toBe(1)
      expect(readdirSync(base)).toEqual([`warp-cache-${user}`])
      cached.cacheClose()
    },
  )

  it.each(['', 'x'.repeat(10_240)])('is refused if it is empty or too long', (name) => {
    expect(thrownBy(() => shared({ name }))).toMatchObject({ code: 'ERR_WARP_CACHE_NAME' })
  })
})

describe.skipIf(process.platform === 'win32')('sizes', () => {
  it('of 0 make no file, and let concurrent calls share a computation', async () => {
    const compute = vi.fn(async (n: number) => n)
    const cached = cache(compute, { backend: 'shared', name: freshName(), maxSize: 0 })
    expect(await Promise.all([cached(1), cached(1)])).toEqual([1, 1])
    expect(compute).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, detached: 0, coalesced: 1 })
    expect(readdirSync(base)).toEqual([])
  })

  it('bound keys and values, and what is larger is computed', () => {
    const cached = cache((key: string, length: number) => key[0].repeat(length), {
      backend: 'shared',
      name: freshName(),
      maxKeySize: 20,
      maxValueSize: 100,
    })
    for (const [key, length] of [
      ['a', 50],
      ['b', 200],
      ['c'.repeat(30), 5],
    ] as const) {
      for (let n = 0; n < 2; n++) expect(cached(key, length)).toBe(key[0].repeat(length))
    }
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 5, oversizeSkips: 4 })
    cached.cacheClose()
  })
})

describe.skipIf(process.platform === 'win32')('a file that is not one of ours, or is damaged', () => {
  it('is replaced, and nothing of it is believed', () => {
    const name = freshName()
    const options = { name, maxSize: 100 }
    const first = shared(options)
    first.cacheSet([1], 'stored' as never)
    first.cacheClose()
    const [file] = files()
    for (const bytes of ['', 'rubbish', 'x'.repeat(100_000)]) {
      writeFileSync(join(home, file), bytes, { mode: 0o600 })
      const cached = shared(options)
      expect([cached(1), cached(1), cached.cacheInfo().hits]).toEqual([1, 1, 1])
      cached.cacheClose()
    }
    expect(files()).toEqual([file])
  })
})

/** What the programs below begin with. */
const MAKE = `
  const { cache } = require('warp-cache')
  const make = () => cache((n) => n, { backend: 'shared', name: 'unusual' })
`

const runElsewhere = (commands: string, source: string) => runWhere(commands, { TMPDIR: base }, MAKE + source)

describe('a directory without room', () => {
  it('leaves the function computing, counts it and says so once; once there is room, it is used', (context) => {
    const source = `
      const assert = require('node:assert')
      const { spawnSync } = require('node:child_process')
      process.env.WARP_CACHE_DIR = ${JSON.stringify(join(base, 'small'))}
      const warnings = []
      process.on('warning', (warning) => warnings.push(warning))
      let computed = 0
      const cached = cache(() => ++computed, { backend: 'shared', name: 'full', maxSize: 10_000 })
      assert.deepStrictEqual([cached(1), cached(1), cached(1)], [1, 2, 3])
      const { detached, misses } = cached.cacheInfo()
      assert.deepStrictEqual({ detached, misses }, { detached: 3, misses: 3 })
      setImmediate(() => {
        assert.deepStrictEqual(warnings.map(({ code }) => code), ['WARP_CACHE_DETACHED'])
        assert.match(warnings[0].message, /no room/)
        const mounted = spawnSync('mount', ['-o', 'remount,size=16m', process.env.WARP_CACHE_DIR], { encoding: 'utf8' })
        assert.strictEqual(mounted.status, 0, mounted.stderr)
        const call = () => {
          const before = computed
          if (cached(2) === before) return console.log('done', warnings.length)
          setImmediate(call)
        }
        call()
      })`
    const ending = runElsewhere(
      `mkdir -p ${base}/small; mount -t tmpfs -o size=128k none ${base}/small`,
      source,
    )
    if (typeof ending === 'string') return context.skip(ending)
    const { status, stderr, stdout } = ending
    expect({
      status,
      stderr: stderr.replace(/^\(node.*\n|^\(Use.*\n/gm, '').trim(),
      stdout: stdout.trim(),
    }).toEqual({
      status: 0,
      stderr: '',
      stdout: 'done 1',
    })
  })
})

describe('a machine whose directories are not as usual', () => {
  it('is told about one that is read-only', (context) => {
    const ending = runElsewhere(
      'mount -t tmpfs -o ro none /dev/shm',
      'try { make() } catch ({ code, message }) { console.log(code, message) }',
    )
    if (typeof ending === 'string') return context.skip(ending)
    expect(ending).toMatchObject({ status: 0, stderr: '' })
    expect(ending.stdout).toMatch(/^ERR_WARP_CACHE_DIRECTORY .*read-only/)
  })

  it('has its caches in the temporary directory where there is no /dev/shm', (context) => {
    const ending = runElsewhere(
      `mkdir -p ${base}/dev; touch ${base}/dev/null ${base}/dev/urandom; mount --bind /dev/null ${base}/dev/null; ` +
        `mount --bind /dev/urandom ${base}/dev/urandom; mount --rbind ${base}/dev /dev`,
      'const cached = make(); console.log(cached(1), cached(1), cached.cacheInfo().hits)',
    )
    if (typeof ending === 'string') return context.skip(ending)
    expect(ending).toMatchObject({ status: 0, stderr: '', stdout: '1 1 1\n' })
    expect(files().length).toBe(1)
  })
})
