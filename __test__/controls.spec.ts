/** What a cached function lets its owner see and do. */
import { describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { POLICY_NAMES } from '../src/policies/policy'
import { FakeClock } from './support/fake-clock'

const CONTROLS = [
  'cacheInfo',
  'cacheClear',
  'cacheDelete',
  'cacheHas',
  'cachePeek',
  'cacheSet',
  'cacheRefresh',
  'cacheEntries',
  'cacheClose',
] as const

const double = (options = {}) => cache((n: number) => 2 * n, options)
const argsOf = (cached: ReturnType<typeof double>) => [...cached.cacheEntries()].map(({ args }) => args)

describe('the controls', () => {
  it('are there, and do not show when the function is listed or spread', () => {
    const cached = double()
    for (const control of CONTROLS) expect(cached[control]).toBeTypeOf('function')
    expect(Object.keys(cached)).toEqual([])
    expect({ ...cached }).toEqual({})
  })

  it('work apart from the function, too', () => {
    const cached = double()
    const { cacheInfo, cacheSet, cacheHas, cachePeek, cacheDelete, cacheRefresh, cacheEntries, cacheClear } =
      cached
    cacheSet([1], 10)
    expect(cached(1)).toBe(10)
    expect(cacheRefresh(1)).toBe(2)
    expect([cacheHas(1), cachePeek(1)]).toEqual([true, 2])
    expect([...cacheEntries()]).toHaveLength(1)
    expect(cacheDelete(1)).toBe(true)
    expect(cacheInfo()).toMatchObject({ hits: 1, currentSize: 0 })
    cacheClear()
    expect(cacheInfo()).toMatchObject({ hits: 0 })
  })

  it('may be replaced, as in a test that spies on them', () => {
    const cached = double()
    const spy = vi.spyOn(cached, 'cacheClear').mockImplementation(() => {})
    cached(1)
    cached.cacheClear()
    expect(spy).toHaveBeenCalled()
    expect(cached.cacheHas(1)).toBe(true)
  })

  it.each(['cacheDelete', 'cacheHas', 'cachePeek', 'cacheRefresh'] as const)(
    '%s refuses arguments that cannot be a key, as the call does',
    (control) => {
      const cached = cache((value: unknown) => value)
      const error = expect.objectContaining({ code: 'ERR_WARP_CACHE_KEY' })
      expect(() => cached(() => {})).toThrow(error)
      expect(() => cached[control](() => {})).toThrow(error)
    },
  )
})

describe('cacheInfo', () => {
  it('has every counter from the start', () => {
    expect(double({ maxSize: 7 }).cacheInfo()).toEqual({
      hits: 0,
      misses: 0,
      maxSize: 7,
      currentSize: 0,
      evictions: 0,
      expirations: 0,
      coalesced: 0,
      oversizeSkips: 0,
      unstorable: 0,
      errors: 0,
    })
  })

  it('is a frozen snapshot', () => {
    const cached = double()
    const info = cached.cacheInfo()
    expect(Object.isFrozen(info)).toBe(true)
    cached(1)
    expect(info.misses).toBe(0)
    expect(cached.cacheInfo()).not.toBe(info)
  })
})

describe('cacheHas and cachePeek', () => {
  it('tell whether there is an entry, and its value', () => {
    const cached = cache((n: number): object | undefined => (n === 0 ? undefined : { n }))
    const value = cached(1)
    cached(0)
    expect([0, 1, 2].map((n) => cached.cacheHas(n))).toEqual([true, true, false])
    expect([0, 1, 2].map((n) => cached.cachePeek(n))).toEqual([undefined, value, undefined])
    expect(cached.cachePeek(1)).toBe(value)
  })

  it('never run the function, and count as nothing', () => {
    const compute = vi.fn((n: number) => n)
    const cached = cache(compute)
    cached(1)
    const before = cached.cacheInfo()
    for (const n of [1, 2]) {
      cached.cacheHas(n)
      cached.cachePeek(n)
    }
    expect(cached.cacheInfo()).toEqual(before)
    expect(compute).toHaveBeenCalledTimes(1)
  })

  it.each(POLICY_NAMES)('do not touch what %s goes by', (policy) => {
    const [looked, left] = [double({ maxSize: 4, policy }), double({ maxSize: 4, policy })]
    const decisions = [1, 2, 3, 4, 5, 1, 6, 2, 7, 8, 3, 3, 9, 1, 4, 10, 11].map((n) => {
      for (const other of [1, 2, 3, 4, 5]) {
        looked.cacheHas(other)
        looked.cachePeek(other)
      }
      looked(n)
      left(n)
      return [argsOf(looked), argsOf(left)]
    })
    for (const [a, b] of decisions) expect(a).toEqual(b)
  })
})

describe('cacheDelete', () => {
  it('drops one entry, and tells whether there was one', () => {
    const cached = double()
    cached(1)
    cached(2)
    expect(cached.cacheDelete(1)).toBe(true)
    expect(cached.cacheDelete(1)).toBe(false)
    expect([cached.cacheHas(1), cached.cacheHas(2)]).toEqual([false, true])
    expect(cached.cacheInfo()).toMatchObject({
      hits: 0,
      misses: 2,
      evictions: 0,
      expirations: 0,
      currentSize: 1,
    })
  })

  it.each([
    [[]],
    [[1, 2]],
    [[{ a: 1 }]],
    [['x', { a: [1] }]],
    [[0]],
    [[Number.NaN, -0]],
    [[new Map([[1, 2]])]],
  ])('finds the entry by the arguments %j', (args) => {
    const cached = cache((...given: unknown[]) => given.length)
    cached(...args)
    cached('another')
    expect(cached.cacheDelete(...structuredClone(args))).toBe(true)
    expect(cached.cacheHas(...args)).toBe(false)
    expect(cached.cacheInfo().currentSize).toBe(1)
  })

  it('makes room, in any order and as often as one likes', () => {
    const cached = double({ maxSize: 10 })
    for (let round = 0; round < 50; round++) {
      for (let n = 0; n < 10; n++) cached(n)
      for (let n = 0; n < 10; n++) expect(cached.cacheDelete((n * 7 + round) % 10)).toBe(true)
    }
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, evictions: 0 })
  })
})

describe('cacheSet', () => {
  it('stores a value that calls then get, in place of an earlier one', () => {
    const compute = vi.fn((a: number, b: number) => ({ sum: a + b }))
    const cached = cache(compute)
    const value = { sum: 7 }
    cached.cacheSet([1, 2], value)
    expect(cached(1, 2)).toBe(value)
    cached.cacheSet([1, 2], { sum: 8 })
    expect(cached(1, 2)).toEqual({ sum: 8 })
    expect(compute).not.toHaveBeenCalled()
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, misses: 0, currentSize: 1 })
  })

  it('keeps to maxSize', () => {
    const cached = double({ maxSize: 3 })
    for (let n = 0; n < 10; n++) cached.cacheSet([n], n)
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 3, evictions: 7 })
  })

  it('stores undefined, too', () => {
    const compute = vi.fn((): string | undefined => 'computed')
    const cached = cache(compute)
    cached.cacheSet([], undefined)
    expect(cached()).toBe(undefined)
    expect(compute).not.toHaveBeenCalled()
  })

  it.each([1, 'a', undefined, null, { length: 1 }])('refuses %j in place of the argument list', (args) => {
    const cached = double()
    expect(() => cached.cacheSet(args as never, 1)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_WARP_CACHE_KEY' }),
    )
    expect(cached.cacheInfo().currentSize).toBe(0)
  })

  it.each([
    [{ ttl: 0 }, 'RangeError'],
    [{ ttl: -1 }, 'RangeError'],
    [{ ttl: Number.NaN }, 'RangeError'],
    [{ ttl: '5' }, 'TypeError'],
    [{ ttl: null }, 'TypeError'],
    [{ tll: 5 }, 'TypeError'],
    [5, 'TypeError'],
    [null, 'TypeError'],
  ])('refuses the options %j, and stores nothing', (options, name) => {
    const cached = double()
    expect(() => cached.cacheSet([1], 1, options as never)).toThrow(
      expect.objectContaining({ name, code: 'ERR_WARP_CACHE_OPTION' }),
    )
    expect(cached.cacheInfo().currentSize).toBe(0)
  })

  it('refuses arguments that cannot be a key, and stores nothing', () => {
    const cached = cache((value: unknown) => value)
    expect(() => cached.cacheSet([() => {}], 1)).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_KEY' }),
    )
    expect(cached.cacheInfo().currentSize).toBe(0)
  })
})

describe('cacheRefresh', () => {
  it('computes anew, and replaces the entry', () => {
    let version = 1
    const cached = cache((n: number) => `${n}, version ${version}`)
    cached(1)
    version = 2
    expect(cached(1)).toBe('1, version 1')
    expect(cached.cacheRefresh(1)).toBe('1, version 2')
    expect(cached(1)).toBe('1, version 2')
    expect(cached.cacheInfo().currentSize).toBe(1)
  })
})

describe('cacheClear', () => {
  it('drops every entry, and zeroes the counters', () => {
    const cached = double({ maxSize: 2 })
    for (const n of [1, 2, 3, 3]) cached(n)
    cached.cacheClear()
    expect(cached.cacheInfo()).toEqual(double({ maxSize: 2 }).cacheInfo())
    expect(argsOf(cached)).toEqual([])
    expect(cached(1)).toBe(2)
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, currentSize: 1 })
  })

  it.each(POLICY_NAMES)('leaves %s as new', (policy) => {
    const [cleared, fresh] = [double({ maxSize: 3, policy }), double({ maxSize: 3, policy })]
    for (const n of [1, 2, 3, 1, 1, 4, 5]) cleared(n)
    cleared.cacheClear()
    for (const n of [1, 2, 3, 1, 1, 4, 5, 2, 6, 1]) {
      cleared(n)
      fresh(n)
      expect(argsOf(cleared)).toEqual(argsOf(fresh))
    }
    expect(cleared.cacheInfo()).toEqual(fresh.cacheInfo())
  })
})

describe('cacheEntries', () => {
  it('lists each live entry with its arguments, value and expiry', () => {
    const clock = new FakeClock()
    const cached = double({ now: clock.now })
    cached(1)
    cached.cacheSet([2], 20, { ttl: 50 })
    expect([...cached.cacheEntries()]).toEqual([
      { args: [1], value: 2, expiresAt: undefined },
      { args: [2], value: 20, expiresAt: clock.time + 50 },
    ])
  })

  const sparse = [1, 2, 3]
  delete sparse[1]

  it.each<[string, unknown[]]>([
    ['none', []],
    ['undefined', [undefined]],
    ['a number', [1]],
    ['strings', ['', 'a']],
    ['zeros', [0, -0]],
    ['odd numbers', [Number.NaN, Number.POSITIVE_INFINITY, -1n]],
    ['constants', [null, true, false]],
    ['a registered symbol', [Symbol.for('id')]],
    ['an empty object', [{}]],
    ['nested objects', [{ a: { b: [1, { c: 2 }] } }, 'x']],
    ['an empty list', [[]]],
    ['a list with a hole', [sparse, [[]]]],
    ['collections', [new Map<unknown, unknown>([[{ k: 1 }, new Set([1, 2])]])]],
    ['dates and expressions', [new Date(5), new Date(Number.NaN), /a+/gi]],
    ['bytes', [new Uint8Array([1, 2]), Buffer.from('ab'), new Float64Array([0.5]), new ArrayBuffer(2)]],
    ['an object without a prototype', [Object.create(null, { a: { value: 1, enumerable: true } })]],
    ['dangerous names', [JSON.parse('{ "__proto__": 1, "constructor": 2 }')]],
    ['a long list', [Array.from({ length: 70 }, (_, i) => i)]],
    ['many arguments', Array.from({ length: 70 }, (_, i) => i)],
    ['many properties', [Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`name ${i}`, i]))]],
    ['names on a list', [Object.assign([1], { name: 'x', [Symbol.for('y')]: 2 })]],
  ])('gives the arguments back: %s', (_, args) => {
    const cached = cache((...given: unknown[]) => given.length)
    cached(...args)
    const [entry, ...others] = cached.cacheEntries()
    expect(others).toEqual([])
    expect(entry.args).toStrictEqual(args)
    expect(cached.cacheHas(...(entry.args as unknown[]))).toBe(true)
  })

  it('gives arguments that were made for it: what is done to them changes nothing', () => {
    const cached = cache((user: { id: number }) => user.id)
    const user = { id: 1 }
    cached(user)
    const [entry] = cached.cacheEntries()
    expect(entry.args?.[0]).not.toBe(user)
    entry.args![0].id = 2
    user.id = 3
    expect([1, 2, 3].map((id) => cached.cacheHas({ id }))).toEqual([true, false, false])
  })

  it('gives the key where the option `key` made it', () => {
    const cached = cache((user: { id: number; at: Date }) => user.id, { key: ({ id }) => [id, 'user'] })
    cached({ id: 7, at: new Date() })
    expect([...cached.cacheEntries()]).toEqual([{ key: [7, 'user'], value: 7, expiresAt: undefined }])
  })

  it('is an iterator that walks as it is asked', () => {
    const cached = double({ maxSize: 100 })
    for (let n = 0; n < 50; n++) cached(n)
    const entries = cached.cacheEntries()
    expect(entries[Symbol.iterator]()).toBe(entries)
    expect(entries.next()).toMatchObject({ done: false, value: { args: [0] } })
    cached.cacheDelete(1)
    expect(entries.next()).toMatchObject({ value: { args: [2] } })
    cached.cacheClear()
    expect(entries.next()).toEqual({ done: true, value: undefined })
  })

  it('lets entries be deleted during the walk', () => {
    const cached = double()
    for (let n = 0; n < 100; n++) cached(n)
    const seen: number[] = []
    for (const { args } of cached.cacheEntries()) {
      seen.push(args![0])
      cached.cacheDelete(args![0])
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(cached.cacheInfo().currentSize).toBe(0)
  })

  it('lists no entry twice that stays, whatever comes and goes meanwhile', () => {
    const cached = double({ maxSize: 60, policy: 'fifo' })
    for (let n = 0; n < 60; n++) cached(n)
    const seen: number[] = []
    for (const { args, value } of cached.cacheEntries()) {
      expect(value).toBe(2 * args![0])
      seen.push(args![0])
      cached(100 + seen.length)
      expect(seen.length).toBeLessThanOrEqual(60)
    }
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('touches neither counters nor what the policy goes by', () => {
    const [walked, left] = [double({ maxSize: 3, policy: 'lru' }), double({ maxSize: 3, policy: 'lru' })]
    for (const n of [1, 2, 3, 4, 2, 5, 6, 7]) {
      walked(n)
      left(n)
      expect(argsOf(walked)).toEqual(argsOf(left))
      argsOf(walked)
    }
    expect(walked.cacheInfo()).toEqual(left.cacheInfo())
  })
})

describe.each([
  ['cacheClose', (cached: ReturnType<typeof double>) => cached.cacheClose()],
  ['Symbol.dispose', (cached: ReturnType<typeof double>) => cached[Symbol.dispose]()],
])('after %s', (_, close) => {
  it('calls run uncached', () => {
    const compute = vi.fn((n: number) => ({ n }))
    const cached = cache(compute)
    const value = cached(1)
    close(cached as never)
    expect(cached(1)).not.toBe(value)
    expect(cached(1)).not.toBe(cached(1))
    expect(compute).toHaveBeenCalledTimes(4)
  })

  it.each(['plain', 'ttl', 'lru', 'key'] as const)(
    'calls run uncached, whatever the arguments are: %s',
    (kind) => {
      const options = {
        plain: {},
        ttl: { ttl: 1_000 },
        lru: { policy: 'lru' as const },
        key: { key: (...args: unknown[]) => args },
      }
      const cached = cache((...args: unknown[]) => args.length, options[kind])
      cached({ id: 1 })
      close(cached as never)
      const cycle: unknown[] = []
      cycle.push(cycle)
      for (const args of [
        [],
        [1],
        [{ id: 1 }],
        [cycle],
        [() => {}],
        [new (class User {})()],
        [cycle, 1],
        [1, cycle],
      ]) {
        expect(cached(...args)).toBe(args.length)
      }
    },
  )

  it('calls keep their `this`', () => {
    const cached = cache(function (this: unknown) {
      return this
    })
    close(cached as never)
    const self = { cached }
    expect(self.cached()).toBe(self)
  })

  it('nothing is stored or found, and no control throws', () => {
    const cached = double({ ttl: 1_000 })
    cached(1)
    close(cached)
    cached.cacheSet([1], 5)
    cached.cacheSet([1], Promise.resolve(5) as never, { ttl: 5 })
    expect(cached.cacheRefresh(1)).toBe(2)
    expect([cached.cacheHas(1), cached.cachePeek(1), cached.cacheDelete(1)]).toEqual([
      false,
      undefined,
      false,
    ])
    expect(argsOf(cached)).toEqual([])
    cached.cacheClear()
    close(cached)
    cached.cacheClose()
    expect(cached(1)).toBe(2)
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 0, currentSize: 0 })
  })

  it('a function that closes its own cache still gives its result', () => {
    const cached = cache((n: number): number => {
      close(cached)
      return 2 * n
    })
    expect(cached(1)).toBe(2)
    expect(cached.cacheInfo().currentSize).toBe(0)
    expect(cached(2)).toBe(4)
  })

  it('promises are given as they come', async () => {
    const cached = cache(async (n: number) => n)
    close(cached as never)
    const [a, b] = [cached(1), cached(1)]
    expect(a).not.toBe(b)
    expect(await Promise.all([a, b])).toEqual([1, 1])
  })
})
