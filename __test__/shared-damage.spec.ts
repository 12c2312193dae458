/** Rubbish is written over a table that is in use: calls compute, a warning says so once, and a new file is begun. */
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { GONE, NativeTable } from '../src/backends/native-table'
import { freshName } from './support/native'

/** Where the table begins, as docs/file-format.md says. */
const TABLE_AT = 28_672
/** With these options, the same page says more. */
const OPTIONS = { maxSize: 100, maxBytes: 2 ** 20, maxValueSize: 1_000 }
const RECORDS_AT = 163_840
const RECORD_BYTES = 48
const OF_A_RECORD = { 'length of the value': 24, 'length of the key': 28, 'first block': 36 }

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'warp-cache-damage-'))
  process.env.WARP_CACHE_DIR = base
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(base, { recursive: true, force: true })
})

/** Writes one byte over everything that the file has of the table. */
function spoil(path: string, byte: number): void {
  const { blocks } = statSync(path)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(512 * blocks - TABLE_AT, byte), 0, undefined, TABLE_AT)
  closeSync(file)
}

describe.skipIf(process.platform === 'win32')('a table of rubbish', () => {
  it.each([
    [0x55, true],
    [0x55, false],
    [0xff, true],
    [0xff, false],
  ])('of %i is left, and the function goes on (near: %s)', (byte, near) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const compute = vi.fn((n: number) => `value ${n}`)
    const cached = cache(compute, { backend: 'shared', name: freshName(), maxSize: 100, near })
    for (let n = 0; n < 50; n++) for (let times = 0; times < 3; times++) cached(n)
    expect(compute).toHaveBeenCalledTimes(50)
    const home = join(base, readdirSync(base)[0])
    const [file] = readdirSync(home)
    const { ino } = statSync(join(home, file))
    spoil(join(home, file), byte)
    for (let times = 0; times < 3; times++) for (let n = 0; n < 50; n++) expect(cached(n)).toBe(`value ${n}`)
    const codes = warn.mock.calls.map(([, options]) => (options as { code?: string }).code)
    expect(codes).toEqual(['WARP_CACHE_CORRUPT'])
    // The call that noticed it, and one for each key since then.
    expect(compute.mock.calls.length).toBeLessThanOrEqual(50 + 51)
    expect(cached.cacheInfo().hits).toBeGreaterThan(0)
    expect(readdirSync(home)).toEqual([file])
    expect(statSync(join(home, file)).ino).not.toBe(ino)
    cached.cacheClose()
  })

  it('gets no result that was asked of it, and neither does the next', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    let finish = () => {}
    const slow = new Promise<void>((resolve) => {
      finish = resolve
    })
    const cached = cache(
      async (key: string) => {
        if (key === 'slow') await slow
        return key
      },
      { backend: 'shared', name: freshName() },
    )
    await cached('first')
    const asked = cached('slow')
    const home = join(base, readdirSync(base)[0])
    spoil(join(home, readdirSync(home)[0]), 0xff)
    for (let n = 0; n < 3; n++) expect(await cached(`later ${n}`)).toBe(`later ${n}`)
    finish()
    expect(await asked).toBe('slow')
    expect(warn).toHaveBeenCalledTimes(1)
    expect([cached.cacheHas('later 2'), cached.cacheHas('slow')]).toEqual([true, false])
    cached.cacheClose()
  })

  it.each(Object.entries(OF_A_RECORD))('ends a walk that meets a %s which cannot be', (_, at) => {
    const cached = cache((n: number) => `value ${n}`, { backend: 'shared', name: freshName(), ...OPTIONS })
    for (let n = 0; n < 50; n++) cached(n)
    const home = join(base, readdirSync(base)[0])
    const file = openSync(join(home, readdirSync(home)[0]), 'r+')
    for (let slot = 10; slot < 20; slot++)
      writeSync(file, Buffer.alloc(4, 0xff), 0, undefined, RECORDS_AT + slot * RECORD_BYTES + at)
    closeSync(file)
    const found = new Set<unknown>()
    for (const { args, value } of cached.cacheEntries()) {
      const [n] = args ?? []
      expect(value).toBe(`value ${n}`)
      expect(found).not.toContain(n)
      found.add(n)
    }
    expect(found.size).toBe(40)
    cached.cacheClose()
  })
})

describe.skipIf(process.platform === 'win32')('a file that is not the one to use any more', () => {
  it.each([
    ['delete', (cached: { cacheDelete: (key: string) => unknown }) => cached.cacheDelete('key')],
    [
      'set of what is too large',
      (cached: { cacheSet: (args: [string], value: string) => unknown }) =>
        cached.cacheSet(['key'], 'x'.repeat(2_000)),
    ],
  ])('is left by a %s, which is done in the one that others use', (_, change) => {
    const cached = cache((_key: string) => 'computed', { backend: 'shared', name: freshName(), ...OPTIONS })
    cached.cacheSet(['key'], 'old')
    // Somebody else has begun a new file, and filled it, when this is noticed: here the two are one.
    vi.spyOn(NativeTable.prototype, 'delete').mockReturnValueOnce(GONE)
    change(cached)
    expect(cached.cachePeek('key')).toBe(undefined)
    expect(cached('key')).toBe('computed')
    cached.cacheClose()
  })
})
