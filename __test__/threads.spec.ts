/** `backend: 'threads'`: what a cached function, its controls and `createCache` promise over a native table. */
import { describe, expect, it, vi } from 'vitest'
import { Backend, cache, createCache } from 'warp-cache'
import { NativeTable } from '../src/backends/native-table'
import { parseFunctionOptions } from '../src/options'
import { CacheModel, KEYS } from './support/cache-model'
import { fc, SOAK } from './support/draws'
import { FakeClock } from './support/fake-clock'
import { freshName } from './support/native'
import { thrownBy } from './support/refused'
import { threads } from './support/threads'

describe('a function cached for all threads', () => {
  it('runs once for equal arguments', () => {
    const compute = vi.fn((...args: unknown[]) => args.length)
    const cached = threads(compute)
    for (const [first, ...others] of KEYS) {
      const expected = cached(...first())
      for (const write of [first, ...others]) expect(cached(...write())).toBe(expected)
    }
    expect(compute).toHaveBeenCalledTimes(KEYS.length)
  })

  it.each([undefined, null, 0, -0, Number.NaN, '', 'é', 'Ł', '\ud800', true, false, 2n ** 100n])(
    'gives %o as the function returned it',
    (value) => {
      const compute = vi.fn((_n: number) => value)
      for (const near of [true, false, 'primitives'] as const) {
        const cached = threads(compute, { near })
        for (let i = 0; i < 3; i++) expect(Object.is(cached(1), value)).toBe(true)
        expect(cached.cacheInfo()).toMatchObject({ hits: 2, misses: 1 })
      }
    },
  )

  it('gives its caller the original, and later ones a copy', () => {
    const value = { list: [1, { deep: new Map([[1, 2]]) }] }
    const cached = threads(() => value)
    expect(cached()).toBe(value)
    const copy = cached()
    expect(copy).not.toBe(value)
    expect(copy).toEqual(value)
    value.list.push(3)
    expect(cached()).toEqual({ list: [1, { deep: new Map([[1, 2]]) }] })
  })

  it('keeps its name, length, `this` and all arguments', () => {
    const self = { factor: 2 }
    const cached = threads(function scale(this: typeof self, a: number, b: number, c: number) {
      return this.factor * (a + b + c)
    })
    expect([cached.name, cached.length]).toEqual(['scale', 3])
    expect(cached.call(self, 1, 2, 3)).toBe(12)
    expect(cached.call({ factor: 5 }, 1, 2, 3)).toBe(12)
  })

  it('takes its key from the option `key`', () => {
    const cached = threads((user: { id: number }) => user.id, { key: (user: { id: number }) => user.id })
    expect([cached({ id: 1 }), cached({ id: 1 }), cached({ id: 2 })]).toEqual([1, 1, 2])
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 2 })
    expect([...cached.cacheEntries()].map(({ key }) => key)).toEqual([1, 2])
  })

  it('refuses arguments that have no value to compare, as in memory', () => {
    const cached = threads((_: unknown) => 1)
    expect(thrownBy(() => cached(() => {}))).toHaveProperty('code', 'ERR_WARP_CACHE_KEY')
    expect(thrownBy(() => cached(new WeakMap()))).toHaveProperty('code', 'ERR_WARP_CACHE_KEY')
    expect(cached.cacheInfo()).toMatchObject({ misses: 0, currentSize: 0 })
  })

  it('throws what the function throws, and stores nothing', () => {
    const error = new Error('down')
    let calls = 0
    const cached = threads(() => {
      if (++calls === 1) throw error
      return calls
    })
    expect(thrownBy(cached)).toBe(error)
    expect([cached(), cached()]).toEqual([2, 2])
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, misses: 2, hits: 1 })
  })

  it('may call itself', () => {
    const fibonacci: (n: number) => number = threads((n: number) =>
      n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2),
    )
    expect(fibonacci(60)).toBe(1548008755920)
  })

  it('may be given with the number of its backend', () => {
    expect(Backend.THREADS).toBe(2)
    const cached = cache((n: number) => n, { backend: Backend.THREADS, name: freshName() })
    expect([cached(1), cached(1), cached.cacheInfo().hits]).toEqual([1, 1, 1])
  })

  it('with maxSize 0 stores nothing, and only shares what is in flight', async () => {
    const compute = vi.fn(async (n: number) => n)
    const cached = threads(compute, { maxSize: 0 })
    const [first, second] = [cached(1), cached(1)]
    expect(second).toBe(first)
    await first
    expect(await cached(1)).toBe(1)
    expect(compute).toHaveBeenCalledTimes(2)
    expect(cached.cacheInfo()).toMatchObject({
      misses: 2,
      coalesced: 1,
      currentSize: 0,
      bytes: 0,
      detached: 0,
    })
  })
})

describe('the controls over a native table', () => {
  it('tell, delete, set and refresh one entry', () => {
    let version = 1
    const cached = threads((id: number) => ({ id, version }))
    cached(1)
    expect([cached.cacheHas(1), cached.cacheHas(2)]).toEqual([true, false])
    expect([cached.cachePeek(1), cached.cachePeek(2)]).toEqual([{ id: 1, version: 1 }, undefined])
    version = 2
    expect(cached(1)).toEqual({ id: 1, version: 1 })
    expect(cached.cacheRefresh(1)).toEqual({ id: 1, version: 2 })
    expect(cached(1)).toEqual({ id: 1, version: 2 })
    cached.cacheSet([1], { id: 1, version: 3 })
    expect(cached(1)).toEqual({ id: 1, version: 3 })
    expect([cached.cacheDelete(1), cached.cacheDelete(1), cached.cacheHas(1)]).toEqual([true, false, false])
    expect(cached(1)).toEqual({ id: 1, version: 2 })
  })

  it('keep the old value where a refresh fails', () => {
    let fail = false
    const cached = threads(() => {
      if (fail) throw new Error('down')
      return 1
    })
    cached()
    fail = true
    expect(() => cached.cacheRefresh()).toThrow('down')
    expect(cached()).toBe(1)
  })

  it('count nothing, and are no use of the entry', () => {
    const cached = threads((n: number) => n)
    cached(1)
    cached.cacheHas(1)
    cached.cachePeek(1)
    cached.cachePeek(2)
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 1, nearHits: 0 })
  })

  it('walk the entries one by one, with their arguments and times', () => {
    const clock = new FakeClock()
    const cached = threads((..._args: unknown[]) => _args.length, { maxSize: 100, now: clock.now })
    for (const [write] of KEYS) cached(...write())
    cached.cacheSet(['timed'], 1, { ttl: 500 })
    const entries = [...cached.cacheEntries()]
    expect(entries.map(({ args }) => args)).toEqual([...KEYS.map(([write]) => write()), ['timed']])
    expect(entries.filter(({ expiresAt }) => expiresAt !== undefined)).toEqual([
      { args: ['timed'], value: 1, expiresAt: 1_500 },
    ])
    clock.advance(500)
    expect([...cached.cacheEntries()].length).toBe(KEYS.length)
  })

  it('clear everything, and zero the counters', () => {
    const cached = threads((n: number) => n)
    for (const n of [1, 2, 1]) cached(n)
    cached.cacheClear()
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 0, nearHits: 0, currentSize: 0, bytes: 0 })
    cached(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 1, currentSize: 1 })
  })

  it('give a frozen snapshot with every counter', () => {
    const cached = threads((n: number) => n, { maxSize: 10, maxBytes: 100_000 })
    cached(1)
    const info = cached.cacheInfo()
    expect(Object.isFrozen(info)).toBe(true)
    const zero = { evictions: 0, expirations: 0, coalesced: 0, oversizeSkips: 0, unstorable: 0, errors: 0 }
    expect(info).toEqual({
      ...zero,
      hits: 0,
      misses: 1,
      maxSize: 10,
      currentSize: 1,
      nearHits: 0,
      bytes: info.bytes,
      maxBytes: 100_000,
      skippedWrites: 0,
      detached: 0,
    })
    expect(info.bytes).toBeGreaterThan(0)
  })
})

describe('bounds of a native table', () => {
  it.each([1, 2, 19, 20, 100])(
    'maxSize %d: never one entry more, and no eviction before there are that many',
    (maxSize) => {
      const cached = threads((n: number) => n, { maxSize })
      for (let n = 0; n < 3 * maxSize; n++) {
        cached(n)
        const { currentSize, evictions } = cached.cacheInfo()
        expect([currentSize, evictions]).toEqual([Math.min(n + 1, maxSize), Math.max(0, n + 1 - maxSize)])
      }
    },
  )

  it('maxBytes: never one byte more', () => {
    const cached = threads((n: number) => 'x'.repeat(n), { maxSize: 1000, maxBytes: 20_000 })
    for (let n = 0; n < 500; n++) {
      cached((n * 37) % 500)
      expect(cached.cacheInfo().bytes).toBeLessThanOrEqual(20_000)
    }
    expect(cached.cacheInfo().evictions).toBeGreaterThan(0)
  })

  it('makes the decisions that SIEVE makes in memory', () => {
    const act = fc.tuple(
      fc.constantFrom('call', 'call', 'call', 'call', 'set', 'delete', 'peek', 'refresh'),
      fc.nat(29),
    )
    const property = fc.property(
      fc.constantFrom(0, 1, 2, 7, 20, 25),
      fc.constantFrom(true, false, 'primitives' as const),
      fc.array(act, { maxLength: 150 }),
      (maxSize, near, acts) => {
        let computed = 0
        const cached = threads((n: number) => `${n}:${++computed}`, { maxSize, near, nearSize: 5 })
        let expected = 0
        const model = new CacheModel('sieve', maxSize)
        for (const [what, n] of acts) {
          if (what === 'call') expect(cached(n)).toBe(model.call(n, () => `${n}:${++expected}`))
          else if (what === 'refresh')
            expect(cached.cacheRefresh(n)).toBe(model.refresh(n, () => `${n}:${++expected}`))
          else if (what === 'delete') expect(cached.cacheDelete(n)).toBe(model.delete(n))
          else if (what === 'peek') expect(cached.cachePeek(n)).toBe(model.peek(n))
          else {
            cached.cacheSet([n], 'by hand')
            model.set(n, 'by hand')
          }
        }
        expect(cached.cacheInfo()).toMatchObject(model.info())
        expect(new Set([...cached.cacheEntries()].map(({ value }) => value))).toEqual(model.contents())
        cached.cacheClose()
      },
    )
    fc.assert(property, { numRuns: SOAK ? 20_000 : 300 })
  })
})

describe('a native ttl', () => {
  it.each([true, false])(
    'is kept by who has none (near: %s): an isolate that says no time asks for it',
    (near) => {
      const clock = new FakeClock()
      const options = { name: freshName(), maxSize: 2, near, now: clock.now }
      let calls = 0
      const cached = threads((_key: string) => ++calls, options)
      const elsewhere = new NativeTable(
        options.name,
        parseFunctionOptions({ ...options, backend: 'threads' }),
      )
      const set = (key: string) => {
        elsewhere.exchange.outgoing.bytes[0] = 0x80
        elsewhere.put(key, undefined, 1, 0, elsewhere.now(), { ttl: 10, token: undefined, replacing: true })
      }
      expect(cached('a')).toBe(1)
      set('b')
      expect([cached('b'), cached('b')]).toEqual([0, 0])
      clock.advance(10)
      // What has expired goes first, though 'a' is older.
      expect(cached('c')).toBe(2)
      expect(cached.cacheInfo()).toMatchObject({ evictions: 0, expirations: 1 })
      expect([cached('a'), cached('c')]).toEqual([1, 2])
      cached.cacheDelete('a')
      set('b')
      clock.advance(10)
      expect(cached('b')).toBe(3)
    },
  )

  it.each([true, false])('ends the life of an entry at its time (near: %s)', (near) => {
    const clock = new FakeClock()
    let calls = 0
    const cached = threads((_n: number) => ++calls, { ttl: 100, near, now: clock.now })
    expect([cached(1), cached(1)]).toEqual([1, 1])
    clock.advance(99)
    expect([cached(1), cached.cacheHas(1)]).toEqual([1, true])
    clock.advance(1)
    expect([cached.cacheHas(1), cached.cachePeek(1), cached(1)]).toEqual([false, undefined, 2])
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, misses: 2, expirations: 1, currentSize: 1 })
  })

  it('may be one of an entry, where there is none otherwise', () => {
    const clock = new FakeClock()
    const cached = threads((n: number) => n, { now: clock.now })
    cached.cacheSet([1], -1, { ttl: 10 })
    expect([cached(1), cached(1)]).toEqual([-1, -1])
    clock.advance(10)
    expect([cached(1), cached(1)]).toEqual([1, 1])
  })

  it('follows fake timers', () => {
    vi.useFakeTimers()
    try {
      let calls = 0
      const cached = threads(() => ++calls, { ttl: 1_000 })
      cached()
      vi.advanceTimersByTime(999)
      expect(cached()).toBe(1)
      vi.advanceTimersByTime(1)
      expect(cached()).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('may belong to a clock that is below 0, or reads keys of other caches', () => {
    const other = threads((o: { n: number }) => o.n, { near: false })
    let time = -1_000_000
    const now = () => other({ n: 1 }) + time
    let calls = 0
    const cached = threads((o: { a: string; n: number }) => `${o.a}${o.n}${++calls}`, { ttl: 100, now })
    for (let i = 0; i < 3; i++) expect(cached({ a: 'x', n: 2 })).toBe('x21')
    time += 100
    expect(cached({ n: 2, a: 'x' })).toBe('x22')
  })
})

describe('createCache over a native table', () => {
  it('needs a name', () => {
    expect(thrownBy(() => createCache({ backend: 'threads' }))).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
  })

  it('is like a Map', () => {
    const clock = new FakeClock()
    const entries = createCache<unknown, unknown>({ backend: 'threads', name: freshName(), now: clock.now })
    expect(entries.set({ id: 1 }, [1]).set('b', undefined)).toBe(entries)
    expect([entries.get({ id: 1 }), entries.get('b'), entries.get('c')]).toEqual([[1], undefined, undefined])
    expect([entries.has('b'), entries.has('c'), entries.peek({ id: 1 }), entries.size]).toEqual([
      true,
      false,
      [1],
      2,
    ])
    expect([...entries.entries()]).toEqual([
      { key: { id: 1 }, value: [1], expiresAt: undefined },
      { key: 'b', value: undefined, expiresAt: undefined },
    ])
    expect(entries.info()).toMatchObject({ hits: 2, misses: 1, currentSize: 2 })
    entries.set('d', 1, { ttl: 10 })
    clock.advance(10)
    expect([entries.get('d'), entries.delete('b'), entries.delete('b')]).toEqual([undefined, true, false])
    entries.clear()
    expect([entries.size, entries.info().hits]).toEqual([0, 0])
    entries.close()
    expect([entries.set('a', 1).get('a'), entries.size]).toEqual([undefined, 0])
  })

  it('may be made twice under one name', () => {
    const name = freshName()
    const [first, second] = [
      createCache({ backend: 'threads', name }),
      createCache({ backend: 'threads', name }),
    ]
    first.set('a', 1)
    expect(second.get('a')).toBe(1)
    second.set('a', 2)
    expect(first.get('a')).toBe(2)
    first.close()
    expect(second.get('a')).toBe(2)
  })
})
