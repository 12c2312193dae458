/** What an isolate remembers of a native table: never anything that the table does not hold any more, and no copy twice. */
import { describe, expect, it } from 'vitest'
import { createCache, type NativeCache } from 'warp-cache'
import { NativeTable } from '../src/backends/native-table'
import { type Key, LISTS, PAIR } from '../src/keys/tokens'
import { Near } from '../src/near'
import { parseFunctionOptions } from '../src/options'
import { newNativeCounters } from '../src/stats'
import { FakeClock } from './support/fake-clock'
import { collectUntil } from './support/garbage'
import { freshName } from './support/native'
import { type Threads, threads } from './support/threads'

/** A cached function, and a second handle on its table that stands for another isolate: it has a near table of its own. */
function shared<F extends (...args: never[]) => unknown>(fn: F, options: Threads = {}) {
  const name = freshName()
  const cached = threads(fn, { ...options, name })
  const table = new NativeTable(name, parseFunctionOptions({ ...options, backend: 'threads', name }))
  const elsewhere = {
    set(key: string | number, small: number): void {
      table.exchange.outgoing.bytes[0] = 0x80 + small
      const how = { ttl: Number.POSITIVE_INFINITY, token: undefined, replacing: true }
      table.put(key, undefined, 1, 0, table.now(), how)
    },
    delete: (key: string | number) => table.delete(key),
    clear: () => table.clear(),
  }
  return { cached, elsewhere }
}

describe('near: true', () => {
  it('gives every caller of one isolate the same copy', () => {
    const cached = threads((n: number) => ({ n }))
    cached(1)
    const copy = cached(1)
    expect([cached(1), cached(1), cached.cachePeek(1)].every((each) => each === copy)).toBe(true)
    expect(cached.cacheInfo()).toMatchObject({ hits: 3, nearHits: 2, misses: 1 })
  })

  it('remembers a value when it is hit, and from then on when a primitive takes its place', () => {
    const cached = threads((n: number) => `${n}`)
    for (let i = 0; i < 5; i++) cached(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 4, nearHits: 3 })
    cached.cacheSet([1], 'set')
    expect(cached(1)).toBe('set')
    expect(cached.cacheInfo()).toMatchObject({ hits: 5, nearHits: 4 })
    cached.cacheSet([2], 'new')
    expect(cached(2)).toBe('new')
    expect(cached.cacheInfo()).toMatchObject({ hits: 6, nearHits: 4 })
  })

  it.each<[string, (...args: unknown[]) => unknown[]]>([
    ['no argument', () => []],
    ['a string', () => ['a']],
    ['0', () => [0]],
    ['-0', () => [-0]],
    ['NaN', () => [Number.NaN]],
    ['two primitives', () => [1, 'a']],
    ['three primitives', () => [1, 2, 3]],
    ['an object', () => [{ a: { b: 1 } }]],
    ['a list and a date', () => [[1], new Date(1)]],
  ])('serves calls with %s', (_, write) => {
    const cached = threads((...args: unknown[]) => [args.length])
    cached(...write())
    const copy = cached(...write())
    expect(cached(...write())).toBe(copy)
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, nearHits: 1 })
  })

  it('never gives what was set, deleted or cleared elsewhere', () => {
    const { cached, elsewhere } = shared((n: number) => -n)
    for (let i = 0; i < 3; i++) expect(cached(1)).toBe(-1)
    elsewhere.set(1, 5)
    for (let i = 0; i < 3; i++) expect(cached(1)).toBe(5)
    elsewhere.delete(1)
    for (let i = 0; i < 3; i++) expect(cached(1)).toBe(-1)
    elsewhere.set(1, 6)
    elsewhere.clear()
    for (let i = 0; i < 3; i++) expect(cached(1)).toBe(-1)
    elsewhere.set(1, 7)
    expect([cached(1), cached(1)]).toEqual([7, 7])
  })

  it.each([
    ['a number', () => 1],
    ['an object', () => ({ a: [1] })],
  ] as [string, () => unknown][])('never gives what was cleared elsewhere: %s', (_, write) => {
    let calls = 0
    const { cached, elsewhere } = shared((_key: unknown) => ++calls)
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < 3; i++) expect(cached(write())).toBe(round)
      elsewhere.clear()
    }
  })

  it('never gives what was evicted, also when its slot holds another key', () => {
    const { cached, elsewhere } = shared((n: number) => -n, { maxSize: 2, nearSize: 100 })
    for (let n = 1; n <= 50; n++) {
      cached(n)
      cached(n)
      elsewhere.set(1_000 + n, 1)
      elsewhere.set(2_000 + n, 2)
      expect(cached(n)).toBe(-n)
    }
  })

  it('does not outlive the entry', () => {
    const clock = new FakeClock()
    let calls = 0
    const cached = threads((_: { a: number }) => [++calls], { ttl: 10, now: clock.now })
    cached({ a: 1 })
    clock.advance(5)
    expect([cached({ a: 1 }), cached({ a: 1 })]).toEqual([[1], [1]])
    clock.advance(5)
    expect(cached({ a: 1 })).toEqual([2])
  })

  it('keeps its hits from being evicted in the table', () => {
    const cached = threads((n: number) => n, { maxSize: 10, graceWindow: 0 })
    cached(0)
    for (let n = 1; n < 100; n++) {
      cached(0)
      cached(n)
    }
    expect(cached.cacheHas(0)).toBe(true)
    expect(cached.cacheInfo()).toMatchObject({ hits: 99, nearHits: 98, misses: 100 })
  })

  it('keeps at most `nearSize` values', async () => {
    const cached = threads((n: number) => ({ n }), { nearSize: 3, maxSize: 100 })
    const copies: WeakRef<object>[] = []
    for (let n = 0; n < 100; n++) {
      cached(n)
      copies.push(new WeakRef(cached(n)))
    }
    const alive = () => copies.filter((copy) => copy.deref() !== undefined).length
    expect(await collectUntil(() => alive() <= 3)).toBe(true)
    expect(cached(5)).toEqual({ n: 5 })
  })

  it('serves a cache without a function', () => {
    const entries = createCache<string, object>({ backend: 'threads', name: freshName() }) as NativeCache<
      string,
      object
    >
    entries.set('a', { n: 1 })
    const copy = entries.get('a')
    expect(entries.get('a')).toBe(copy)
    entries.set('a', { n: 2 })
    expect(entries.get('a')).toEqual({ n: 2 })
    expect(entries.info()).toMatchObject({ hits: 3, nearHits: 1 })
  })
})

describe('near: false', () => {
  it('gives each caller a copy of its own', () => {
    const cached = threads((n: number) => ({ n }), { near: false })
    const copies = [cached(1), cached(1), cached(1), cached.cachePeek(1)]
    expect(new Set(copies).size).toBe(4)
    for (const copy of copies) expect(copy).toEqual({ n: 1 })
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, nearHits: 0, misses: 1 })
  })
})

describe("near: 'primitives'", () => {
  it('gives each caller a copy of its own of what can be changed', () => {
    const cached = threads((n: number) => (n === 0 ? 'text' : { n }), { near: 'primitives' })
    for (const n of [0, 1]) for (let i = 0; i < 3; i++) cached(n)
    expect(cached(1)).not.toBe(cached(1))
    expect(cached.cacheInfo()).toMatchObject({ hits: 6, nearHits: 1, misses: 2 })
  })
})

describe('freeze', () => {
  it.each([true, false, 'primitives'] as const)('freezes copies and originals (near: %s)', (near) => {
    const cached = threads(() => ({ list: [{ a: 1 }] }), { freeze: true, near })
    for (const value of [cached(), cached(), cached(), cached.cachePeek()!]) {
      expect([value, value.list, value.list[0]].every(Object.isFrozen)).toBe(true)
    }
  })
})

describe('a near table', () => {
  const FIRST = 4
  const words = () => ({
    versions: new Uint32Array(FIRST + 10),
    visited: new Uint8Array(FIRST + 10),
    first: FIRST,
  })

  it('takes nothing of another generation than the one that there is', () => {
    const table = words()
    const near = new Near(table, newNativeCounters(), 4, 1_000)
    near.put('a', 1, 3, 0, 0, Number.POSITIVE_INFINITY, 1)
    table.versions[0] = 1
    near.put('b', 2, 4, 0, 0, Number.POSITIVE_INFINITY, 1)
    expect([near.find('a'), near.find('b')]).toEqual([undefined, undefined])
    near.put('c', 3, 5, 0, 1, Number.POSITIVE_INFINITY, 1)
    expect(near.find('c')?.value).toBe(3)
    expect(near.find('a')).toBe(undefined)
  })

  it('stores a visited mark only where there is none', () => {
    const table = words()
    const near = new Near(table, newNativeCounters(), 4, 1_000)
    near.put('a', 1, 3, 0, 0, Number.POSITIVE_INFINITY, 1)
    near.take(near.find('a')!)
    expect(table.visited[FIRST + 3]).toBe(1)
    table.visited[FIRST + 3] = 2
    near.take(near.find('a')!)
    expect(table.visited[FIRST + 3]).toBe(2)
  })

  it('finds nothing in slots that the words do not have, nor when they are gone', () => {
    const near = new Near(words(), newNativeCounters(), 4, 1_000)
    near.put('a', 1, 10, 0, 0, Number.POSITIVE_INFINITY, 1)
    near.put('b', 1, 9, 0, 0, Number.POSITIVE_INFINITY, 1)
    expect([near.find('a'), near.find('b')?.value]).toEqual([undefined, 1])
    near.close()
    expect(near.find('b')).toBe(undefined)
  })

  it('holds no more bytes than it may, counted where they are encoded', () => {
    const near = new Near(words(), newNativeCounters(), 100, 16_000)
    const held: number[] = []
    for (let n = 1; n <= 60; n++) {
      // A sixteenth is the most for one value.
      for (const bytes of n % 7 === 0 ? [1_001] : [600, 900]) {
        near.put(n, n, 3, 0, 0, Number.POSITIVE_INFINITY, bytes)
      }
      held.push(Array.from({ length: n }, (_, i) => near.find(i + 1)).filter(Boolean).length)
    }
    expect(Math.max(...held)).toBe(17)
    // Others go for a value that comes in, and no more of them than must.
    for (let n = 0; n < 8; n++) near.put(100, 100, 3, 0, 0, Number.POSITIVE_INFINITY, 900)
    expect([near.find(7), near.find(100)?.value]).toEqual([undefined, 100])
    expect(Array.from({ length: 60 }, (_, i) => near.find(i + 1)).filter(Boolean).length).toBe(16)
    // And for one that grows.
    for (let n = 0; n < 8; n++) near.put(101, 101, 3, 0, 0, Number.POSITIVE_INFINITY, 1)
    near.put(101, 101, 3, 0, 0, Number.POSITIVE_INFINITY, 1_000)
    const numbers = Array.from({ length: 101 }, (_, i) => i + 1)
    expect(numbers.filter((n) => near.find(n)).length).toBe(17)
  })

  it('takes in one in eight where there is no room', () => {
    const near = new Near(words(), newNativeCounters(), 100, 16_000)
    for (let n = 0; n < 900; n++) near.put(n, n, 3, 0, 0, Number.POSITIVE_INFINITY, 1)
    const held = Array.from({ length: 900 }, (_, n) => n).filter((n) => near.find(n) !== undefined)
    expect(held.length).toBe(100)
    expect(held.filter((n) => n >= 100).length).toBe(100)
    for (let n = 0; n < 8; n++) near.put(1, 1, 3, 0, 0, Number.POSITIVE_INFINITY, 1)
    expect(near.find(1)?.value).toBe(1)
  })

  it('evicts as SIEVE does, whatever the keys are made of', () => {
    const near = new Near(words(), newNativeCounters(), 3, 16_000)
    // Where there is no room, one in eight is taken in.
    const put = (key: Key) => {
      for (let n = 0; n < 8; n++) near.put(key, key, 3, 0, 0, Number.POSITIVE_INFINITY, 1)
    }
    const keys: Key[] = ['a', [PAIR, 'b', 1], [LISTS[3]!, 1, 2, 3], 'd']
    for (const key of keys.slice(0, 3)) put(key)
    for (const key of [keys[0], keys[2]]) near.take(near.find(key)!)
    put(keys[3])
    expect(keys.map((key) => near.find(key)?.value)).toEqual([keys[0], undefined, keys[2], keys[3]])
    // The hand stands behind the one that went.
    put(keys[1])
    expect(keys.map((key) => near.find(key) !== undefined)).toEqual([true, true, true, false])
    expect([near.quick.has('a'), near.quick.has('d')]).toEqual([true, false])
  })

  it('is right after it has shrunk and grown again', () => {
    const table = words()
    const near = new Near(table, newNativeCounters(), 100, 1_000)
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 100; n++) near.put(n + 1, n, n % 10, 0, round, Number.POSITIVE_INFINITY, 1)
      for (let n = 0; n < 100; n++) expect(near.find(n + 1)?.value).toBe(n)
      table.versions[0]++
    }
  })
})
