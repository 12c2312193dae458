/** What docs/deployment.md says of files: what makes another one, and how long they stay. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cache, type NativeCacheOptions } from 'warp-cache'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'warp-cache-deployment-'))
  process.env.WARP_CACHE_DIR = base
})
afterEach(() => {
  delete process.env.WARP_CACHE_DIR
  delete process.env.WARP_CACHE_KEEP
  delete process.env.WARP_CACHE_VERSION
  rmSync(base, { recursive: true })
})

type Shared = Omit<NativeCacheOptions<typeof twice>, 'backend'>
const twice = (n: number) => 2 * n
const shared = (options: Shared = {}) =>
  cache(twice, { name: 'twice', ...options, backend: 'shared' } as NativeCacheOptions<typeof twice>)
const files = () => readdirSync(join(base, readdirSync(base)[0]))

const run = describe.skipIf(process.platform === 'win32')

run('another table', () => {
  it.each<[string, Shared]>([
    ['name', { name: 'other' }],
    ['version', { version: '2' }],
    ['maxSize', { maxSize: 100 }],
    ['maxBytes', { maxBytes: 1_000_000 }],
    ['maxKeySize', { maxKeySize: 100 }],
    ['maxValueSize', { maxValueSize: 100 }],
    ['graceWindow', { graceWindow: 0 }],
    ['codec', { codec: 'json' }],
  ])('is made by another %s, beside the first', (_, options) => {
    const [first, other] = [shared(), shared(options)]
    first(1)
    other(1)
    expect(other.cacheInfo()).toMatchObject({ hits: 0, misses: 1 })
    expect(first.cacheInfo()).toMatchObject({ hits: 0, misses: 1 })
    expect(files()).toHaveLength(2)
    for (const each of [first, other]) each.cacheClose()
  })

  it('is made by another WARP_CACHE_VERSION', () => {
    const first = shared()
    process.env.WARP_CACHE_VERSION = '42'
    const other = shared()
    expect(files()).toHaveLength(2)
    for (const each of [first, other]) each.cacheClose()
  })

  it.each<[string, Shared]>([
    ['ttl', { ttl: 5_000 }],
    ['near', { near: false }],
    ['nearSize', { nearSize: 2 }],
    ['freeze', { freeze: true }],
    ['cacheErrors', { cacheErrors: 1_000 }],
    ['perInstance', { perInstance: false }],
  ])('is not made by another %s', (_, options) => {
    const [first, other] = [shared(), shared(options)]
    first(1)
    expect(other.cacheInfo()).toMatchObject({ misses: 1, currentSize: 1 })
    expect(files()).toHaveLength(1)
    for (const each of [first, other]) each.cacheClose()
  })
})

run('entries', () => {
  it('outlive those who close the cache, and not those who clear it', () => {
    const first = shared()
    first(1)
    first.cacheClose()
    const second = shared()
    expect(second.cacheHas(1)).toBe(true)
    second.cacheClear()
    second.cacheClose()
    const third = shared()
    expect(third.cacheHas(1)).toBe(false)
    third.cacheClose()
  })
})

run('a file that nobody uses', () => {
  it('is kept for as long as WARP_CACHE_KEEP says, and then removed by whoever opens another', () => {
    shared({ name: 'old' }).cacheClose()
    const used = shared({ name: 'used' })
    used(1)
    expect(files()).toHaveLength(2)
    process.env.WARP_CACHE_KEEP = '1h'
    const kept = shared({ name: 'kept' })
    expect(files()).toHaveLength(3)
    process.env.WARP_CACHE_KEEP = '0'
    const last = shared({ name: 'last' })
    // All but 'old' are in use.
    expect(files()).toHaveLength(3)
    expect(used.cacheHas(1)).toBe(true)
    for (const each of [used, kept, last]) each.cacheClose()
  })
})

run('an empty file', () => {
  it('takes what the page says, and its size is that of what it may hold', () => {
    const [small, large] = [shared({ maxSize: 1 }), shared({ name: 'large', maxSize: 100_000 })]
    const taken = files()
      .map((file) => statSync(join(base, readdirSync(base)[0], file)))
      .map(({ blocks, size }) => ({ allocated: 512 * blocks, size }))
      .sort((a, b) => a.allocated - b.allocated)
    expect(taken[0].allocated).toBeLessThan(200 * 1024)
    expect(taken[1].allocated).toBeLessThan(200 * 1024 + 20 * 100_000)
    for (const { size } of taken) expect(size).toBeGreaterThan(64 * 1024 * 1024)
    for (const each of [small, large]) each.cacheClose()
  })
})
