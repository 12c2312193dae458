/** `createCache`: the cache without a function, filled by hand, with the keys, policies and expiry of the others. */
import { describe, expect, it } from 'vitest'
import { createCache } from 'warp-cache'
import { POLICY_NAMES } from '../src/policies/policy'
import { CacheModel, KEYS } from './support/cache-model'
import { fc, SOAK } from './support/draws'
import { FakeClock } from './support/fake-clock'

const RUNS = SOAK ? 2_000 : 60

describe('a cache without a function', () => {
  it('gives back what was set, the very same value', () => {
    const users = createCache<number, { name: string } | null>()
    const ada = { name: 'Ada' }
    users.set(1, ada).set(2, null)
    expect(users.get(1)).toBe(ada)
    expect(users.get(2)).toBe(null)
    expect(users.get(3)).toBe(undefined)
  })

  it('holds undefined, which only `has` can tell from nothing', () => {
    const kept = createCache<string, undefined>()
    kept.set('a', undefined)
    expect([kept.get('a'), kept.get('b')]).toEqual([undefined, undefined])
    expect([kept.has('a'), kept.has('b')]).toEqual([true, false])
    expect(kept.info()).toMatchObject({ hits: 1, misses: 1 })
  })

  it('takes promises as they are', async () => {
    const kept = createCache<string, Promise<number>>()
    const promise = Promise.resolve(1)
    kept.set('a', promise)
    expect(kept.get('a')).toBe(promise)
    const rejected = Promise.reject(new Error('mine to handle'))
    kept.set('b', rejected)
    await expect(kept.get('b')).rejects.toThrow('mine to handle')
  })

  it('replaces a value', () => {
    const kept = createCache<string, number>()
    kept.set('a', 1).set('a', 2)
    expect([kept.get('a'), kept.size]).toEqual([2, 1])
  })

  it('compares keys by type and value, as arguments are', () => {
    const kept = createCache<unknown, number>()
    const keys = KEYS.filter(([write]) => write().length === 1).map((ways) => ways.map((write) => write()[0]))
    for (const [i, [key]] of keys.entries()) kept.set(key, i)
    expect(kept.size).toBe(keys.length)
    for (const [i, ways] of keys.entries()) for (const key of ways) expect(kept.get(key)).toBe(i)
    expect([...kept.entries()].map(({ key }) => key)).toStrictEqual(keys.map(([key]) => key))
  })

  it('takes a list as one key, not as arguments', () => {
    const kept = createCache<unknown, string>()
    kept.set([1, 2], 'list')
    kept.set([[1, 2]], 'list in a list')
    kept.set([], 'empty')
    expect([kept.get([1, 2]), kept.get([[1, 2]]), kept.get([]), kept.get([2, 1])]).toEqual([
      'list',
      'list in a list',
      'empty',
      undefined,
    ])
  })

  it.each(['get', 'set', 'has', 'peek', 'delete'] as const)(
    'refuses a key that cannot be one in %s',
    (method) => {
      const kept = createCache()
      for (const key of [() => {}, Symbol('unique'), new (class User {})(), Promise.resolve()]) {
        expect(() => kept[method](key, 1)).toThrow(
          expect.objectContaining({
            name: 'TypeError',
            code: 'ERR_WARP_CACHE_KEY',
            message: expect.stringMatching(/^The key/),
          }),
        )
      }
      expect(kept.info()).toMatchObject({ hits: 0, misses: 0, currentSize: 0 })
    },
  )

  it('deletes one entry, and tells whether there was one', () => {
    const kept = createCache<unknown, number>()
    kept.set('a', 1).set({ b: 1 }, 2)
    expect([kept.delete('a'), kept.delete('a'), kept.delete({ b: 1 })]).toEqual([true, false, true])
    expect(kept.size).toBe(0)
  })

  it('clears its entries and counters', () => {
    const kept = createCache<string, number>({ maxSize: 1 })
    kept.set('a', 1).set('b', 2)
    kept.get('a')
    kept.get('b')
    kept.clear()
    expect(kept.info()).toEqual(createCache({ maxSize: 1 }).info())
    expect(kept.get('b')).toBe(undefined)
  })

  it('has the counters of cached functions, in a frozen snapshot', () => {
    const kept = createCache<string, number>({ maxSize: 2 })
    kept.set('a', 1).set('b', 2).set('c', 3)
    kept.get('c')
    kept.get('none')
    expect(kept.info()).toEqual({
      hits: 1,
      misses: 1,
      maxSize: 2,
      currentSize: 2,
      evictions: 1,
      expirations: 0,
      coalesced: 0,
      oversizeSkips: 0,
      unstorable: 0,
      errors: 0,
    })
    expect(Object.isFrozen(kept.info())).toBe(true)
  })

  it('has no size to set', () => {
    const kept = createCache()
    kept.set('a', 1)
    expect(() => {
      ;(kept as { size: number }).size = 0
    }).toThrow(TypeError)
    expect(kept.size).toBe(1)
  })

  it('lets values live for its ttl, or one of their own', () => {
    const clock = new FakeClock()
    const kept = createCache<string, number>({ ttl: 100, now: clock.now })
    kept.set('usual', 1)
    kept.set('brief', 2, { ttl: 10 })
    kept.set('endless', 3, { ttl: Number.POSITIVE_INFINITY })
    clock.advance(10)
    expect([...kept.entries()]).toEqual([
      { key: 'usual', value: 1, expiresAt: clock.time + 90 },
      { key: 'endless', value: 3, expiresAt: undefined },
    ])
    clock.advance(89)
    expect(kept.get('usual')).toBe(1)
    clock.advance(1)
    expect([kept.get('usual'), kept.peek('usual'), kept.has('usual')]).toEqual([undefined, undefined, false])
    expect([kept.get('endless'), kept.size]).toEqual([3, 1])
    expect(kept.info()).toMatchObject({ expirations: 2 })
  })

  it('takes a ttl of one entry also where there is none otherwise', () => {
    const clock = new FakeClock()
    const kept = createCache<string, number>({ now: clock.now })
    kept.set('a', 1)
    kept.set('b', 2, { ttl: 10 })
    clock.advance(10)
    expect([kept.get('a'), kept.get('b'), kept.size]).toEqual([1, undefined, 1])
  })

  it.each([{ ttl: 0 }, { ttl: '5' }, { tll: 5 }, 5, null])(
    'refuses the options %j of an entry',
    (options) => {
      const kept = createCache()
      expect(() => kept.set('a', 1, options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_WARP_CACHE_OPTION' }),
      )
      expect(kept.size).toBe(0)
    },
  )

  it.each(['key', 'cacheErrors', 'perInstance'])(
    'refuses the option %s, which is one of functions',
    (option) => {
      expect(() => createCache({ [option]: option === 'key' ? () => 1 : 1 } as never)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_WARP_CACHE_OPTION' }),
      )
    },
  )

  it('stores nothing with maxSize 0', () => {
    const kept = createCache<string, number>({ maxSize: 0 })
    kept.set('a', 1)
    expect([kept.get('a'), kept.has('a'), kept.size]).toEqual([undefined, false, 0])
  })

  it('walks its entries as it is asked', () => {
    const kept = createCache<number, string>()
    for (let n = 0; n < 10; n++) kept.set(n, `${n}`)
    const entries = kept.entries()
    expect(entries.next().value).toMatchObject({ key: 0, value: '0' })
    kept.delete(1)
    expect(entries.next().value).toMatchObject({ key: 2, value: '2' })
    kept.clear()
    expect(entries.next().done).toBe(true)
  })

  it.each(['close', Symbol.dispose] as const)('stores and finds nothing after %s', (close) => {
    const kept = createCache<unknown, number>({ ttl: 10 })
    kept.set('a', 1).set({ b: 1 }, 2)
    kept[close]()
    kept.set('a', 3, { ttl: 5 })
    expect([kept.get('a'), kept.peek('a'), kept.has({ b: 1 }), kept.delete('a'), kept.size]).toEqual([
      undefined,
      undefined,
      false,
      false,
      0,
    ])
    expect([...kept.entries()]).toEqual([])
    kept.clear()
    kept.close()
  })
})

describe('any program does what the book says', () => {
  const keys = KEYS.filter(([write]) => write().length === 1)
  const programs = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('get' as const), fc.nat(11), fc.nat(1)) },
      { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), fc.nat(11), fc.nat(1)) },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom('delete' as const, 'look' as const), fc.nat(11), fc.nat(1)),
      },
      fc.tuple(fc.constantFrom('clear' as const, 'count' as const), fc.nat(11), fc.nat(1)),
    ),
    { maxLength: 150, size: 'max' },
  )
  const keysInUse = fc.uniqueArray(fc.nat(keys.length - 1), { minLength: 1, maxLength: 12, size: 'max' })
  const caches = fc.record({
    maxSize: fc.constantFrom(0, 1, 3, 8, Number.POSITIVE_INFINITY),
    ttl: fc.constantFrom(undefined, 1e9),
  })

  it.each(POLICY_NAMES)('with %s', (policy) => {
    fc.assert(
      fc.property(caches, keysInUse, programs, ({ maxSize, ttl }, inUse, program) => {
        const kept = createCache<unknown, number>({ maxSize, ttl, policy })
        const model = new CacheModel(policy, maxSize)
        for (const [i, [operation, pick, way]] of program.entries()) {
          const id = inUse[pick % inUse.length]
          const ways = keys[id]
          const [key] = ways[way % ways.length]()
          if (operation === 'get') expect(kept.get(key)).toBe(model.get(id))
          else if (operation === 'set') {
            kept.set(key, i)
            model.set(id, i)
          } else if (operation === 'delete') expect(kept.delete(key)).toBe(model.delete(id))
          else if (operation === 'look') {
            expect([kept.has(key), kept.peek(key)]).toEqual([model.has(id), model.peek(id)])
          } else if (operation === 'clear') {
            kept.clear()
            model.clear()
          } else expect(kept.info()).toMatchObject(model.info())
        }
        expect(kept.info()).toMatchObject(model.info())
        expect(kept.size).toBe(model.info().currentSize)
        expect(new Set([...kept.entries()].map(({ value }) => value))).toEqual(model.contents())
      }),
      { numRuns: RUNS },
    )
  })
})
