/** A store of the user's as backend: what holds over every one, and what differs between them. */
import KeyvSix from 'keyv-6'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { cache, createCache, type Store } from 'warp-cache'
import { turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'
import { SlowStore, STORES } from './support/stores'

let names = 0
/** A name that no other test has. */
const fresh = () => `cache ${++names}`

const asPromises = (store: Store) => store as SlowStore

describe.each(STORES)('over %s', (_, make) => {
  it('a result is computed once for each key', async () => {
    const fn = vi.fn((a: number, b?: unknown) => `${a} ${JSON.stringify(b)}`)
    const cached = cache(fn, { backend: asPromises(make()), name: fresh() })
    expect(await cached(1)).toBe('1 undefined')
    expect(await cached(1)).toBe('1 undefined')
    expect(await cached(1, { x: 1, y: [2] })).toBe('1 {"x":1,"y":[2]}')
    expect(await cached(1, { y: [2], x: 1 })).toBe('1 {"x":1,"y":[2]}')
    expect(await cached(1, '1')).toBe('1 "1"')
    expect(fn).toHaveBeenCalledTimes(3)
    expect(cached.cacheInfo()).toEqual({
      hits: 2,
      misses: 3,
      evictions: 0,
      expirations: 0,
      coalesced: 0,
      oversizeSkips: 0,
      unstorable: 0,
      errors: 0,
      storeErrors: 0,
      maxSize: undefined,
      currentSize: undefined,
    })
    expect(cached.cacheInfo()).toSatisfy(Object.isFrozen)
  })

  it.each([undefined, null, false, 0, '', {}, []])('%o is a result like any other', async (result) => {
    const fn = vi.fn(() => result)
    const cached = cache(fn, { backend: asPromises(make()), name: fresh() })
    expect(await cached()).toEqual(result)
    expect(await cached()).toEqual(result)
    expect(await cached.cachePeek()).toEqual(result)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  it('an asynchronous function gives promises, hit or miss', async () => {
    const fn = vi.fn(async (id: number) => id * 2)
    const cached = cache(fn, { backend: make(), name: fresh() })
    const [first, second] = [cached(1), cached(1)]
    expect(second).toBe(first)
    expect(await first).toBe(2)
    await turn()
    const hit = cached(1)
    expect(hit).toBeInstanceOf(Promise)
    expect(await hit).toBe(2)
    expect(fn).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1, coalesced: 1 })
  })

  it('an error is not stored, and counted', async () => {
    let calls = 0
    const failing = (id: number): number => {
      if (++calls < 3) throw new Error(`no ${id}`)
      return id
    }
    const plain = cache(failing, { backend: asPromises(make()), name: fresh() })
    await expect((async () => plain(7))()).rejects.toThrow('no 7')
    await expect((async () => plain(7))()).rejects.toThrow('no 7')
    expect(await plain(7)).toBe(7)
    expect(plain.cacheInfo()).toMatchObject({ misses: 3, errors: 2, storeErrors: 0 })

    calls = 0
    const later = cache(async (id: number) => failing(id), { backend: make(), name: fresh() })
    await expect(later(7)).rejects.toThrow('no 7')
    await expect(later(7)).rejects.toThrow('no 7')
    expect(await later(7)).toBe(7)
    expect(later.cacheInfo()).toMatchObject({ misses: 3, errors: 2 })
  })

  it('entries can be seen, set and deleted by hand', async () => {
    const fn = vi.fn((id: number) => `computed ${id}`)
    const cached = cache(fn, { backend: asPromises(make()), name: fresh() })
    expect(await cached.cacheHas(1)).toBe(false)
    expect(await cached.cachePeek(1)).toBe(undefined)
    expect(await cached.cacheDelete(1)).toBe(false)
    await cached.cacheSet([1], 'set')
    expect(await cached.cacheHas(1)).toBe(true)
    expect(await cached.cachePeek(1)).toBe('set')
    expect(await cached(1)).toBe('set')
    expect(await cached.cacheDelete(1)).toBe(true)
    expect(await cached.cacheDelete(1)).toBe(false)
    expect(await cached.cacheHas(1)).toBe(false)
    expect(await cached(1)).toBe('computed 1')
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
  })

  it('cacheRefresh computes anew, and the old value stays if that fails', async () => {
    let version = 1
    const cached = cache(
      (id: number) => {
        if (version === 3) throw new Error('no third version')
        return `${id} in version ${version}`
      },
      { backend: asPromises(make()), name: fresh() },
    )
    expect(await cached(1)).toBe('1 in version 1')
    version = 2
    expect(await cached(1)).toBe('1 in version 1')
    expect(await cached.cacheRefresh(1)).toBe('1 in version 2')
    expect(await cached(1)).toBe('1 in version 2')
    version = 3
    await expect((async () => cached.cacheRefresh(1))()).rejects.toThrow('no third version')
    expect(await cached(1)).toBe('1 in version 2')
  })

  it('cacheClear forgets the entries of this cache, and touches nothing else', async () => {
    const store = asPromises(make())
    const fn = vi.fn((id: number) => id)
    const cached = cache(fn, { backend: store, name: fresh() })
    const other = cache((id: number) => id, { backend: store, name: fresh() })
    if ('set' in store) await store.set('mine', { mine: true })
    await cached(1)
    await other(1)
    await cached.cacheClear()
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 0 })
    expect(await cached.cacheHas(1)).toBe(false)
    expect(await cached(1)).toBe(1)
    expect(fn).toHaveBeenCalledTimes(2)
    expect(await other.cacheHas(1)).toBe(true)
    if ('set' in store) expect(await store.get('mine')).toEqual({ mine: true })
  })

  it('an expired entry is not seen, to the millisecond, whatever the store does about it', async () => {
    const clock = new FakeClock()
    const fn = vi.fn((id: number) => id)
    const cached = cache(fn, { backend: asPromises(make()), name: fresh(), ttl: 100_000, now: clock.now })
    await cached(1)
    await cached.cacheSet([2], 22, { ttl: 200_000 })
    clock.advance(99_999)
    expect(await cached(1)).toBe(1)
    expect(fn).toHaveBeenCalledTimes(1)
    clock.advance(1)
    expect(await cached.cacheHas(1)).toBe(false)
    expect(await cached.cachePeek(1)).toBe(undefined)
    expect(await cached.cacheDelete(1)).toBe(false)
    expect(cached.cacheInfo().expirations).toBe(0)
    expect(await cached(1)).toBe(1)
    expect(fn).toHaveBeenCalledTimes(2)
    expect(await cached(2)).toBe(22)
    clock.advance(100_000)
    expect(await cached(1)).toBe(1)
    expect(cached.cacheInfo().expirations).toBeGreaterThanOrEqual(1)
  })

  it('createCache is a Map of its own', async () => {
    const made = createCache<unknown, unknown>({ backend: asPromises(make()), name: fresh() })
    expect(await made.get({ a: 1 })).toBe(undefined)
    await made.set({ a: 1 }, 'one')
    await made.set('1', undefined)
    expect(await made.get({ a: 1 })).toBe('one')
    expect(await made.has('1')).toBe(true)
    expect(await made.get('1')).toBe(undefined)
    expect(await made.has(1)).toBe(false)
    expect(await made.peek({ a: 1 })).toBe('one')
    expect(made.info()).toMatchObject({ hits: 2, misses: 1 })
    expect(await made.delete({ a: 1 })).toBe(true)
    expect(await made.has({ a: 1 })).toBe(false)
    await made.clear()
    expect(await made.has('1')).toBe(false)
    expect(made.info()).toMatchObject({ hits: 0, misses: 0 })
  })

  it('a closed function runs uncached, and its name is free', async () => {
    const store = asPromises(make())
    const name = fresh()
    const fn = vi.fn((id: number) => id)
    const cached = cache(fn, { backend: store, name })
    await cached(1)
    cached.cacheClose()
    cached.cacheClose()
    const next = cache(fn, { backend: store, name })
    expect(await cached(1)).toBe(1)
    expect(await cached.cacheRefresh(1)).toBe(1)
    expect(fn).toHaveBeenCalledTimes(3)
    await cached.cacheSet([2], 3)
    await cached.cacheClear()
    expect([await cached.cacheHas(1), await cached.cachePeek(1), await cached.cacheDelete(1)]).toEqual([
      false,
      undefined,
      false,
    ])
    expect(await next(1)).toBe(1)
    expect(await next.cacheHas(2)).toBe(false)
    expect(fn).toHaveBeenCalledTimes(3)
    cached.cacheClose()
    expect(() => cache(fn, { backend: store, name })).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_NAME' }),
    )
  })
})

describe('a store that answers at once', () => {
  it('leaves a function synchronous', () => {
    const cached = cache((id: number) => id * 2, { backend: new Map<string, object>(), name: fresh() })
    expectTypeOf(cached(2)).toEqualTypeOf<number>()
    expect(cached(2)).toBe(4)
    expect(cached(2)).toBe(4)
    expect(cached.cacheHas(2)).toBe(true)
    expect(cached.cachePeek(2)).toBe(4)
    expect(cached.cacheSet([3], 9)).toBe(undefined)
    expect(cached.cacheRefresh(3)).toBe(6)
    expect(cached.cacheDelete(3)).toBe(true)
    expect(cached.cacheClear()).toBe(undefined)
  })

  it('gives the same object again if it keeps references', () => {
    const cached = cache((id: number) => ({ id }), { backend: new Map<string, object>(), name: fresh() })
    expect(cached(1)).toBe(cached(1))
  })

  it('lets a synchronous function throw', () => {
    const error = new Error('no')
    const cached = cache(
      () => {
        throw error
      },
      { backend: new Map<string, object>(), name: fresh() },
    )
    expect(() => cached()).toThrow(error)
  })

  it('and one that takes its time to write shows at once what it will hold', async () => {
    const slow = new SlowStore()
    const store = {
      get: (key: string) => slow.values.get(key),
      set: (key: string, value: object) => slow.set(key, value),
      delete: (key: string) => slow.delete(key),
      clear: () => slow.clear(),
    }
    const fn = vi.fn((id: number) => id)
    const cached = cache(fn, { backend: store, name: fresh() })
    expect(cached(1)).toBe(1)
    expect(cached(1)).toBe(1)
    expect(fn).toHaveBeenCalledTimes(1)
    expect(cached.cacheDelete(1)).toBe(true)
    expect(cached.cacheHas(1)).toBe(false)
    slow.hurry()
    await turn()
    expect(cached.cacheHas(1)).toBe(false)
    expect(cached(1)).toBe(1)
    expect(fn).toHaveBeenCalledTimes(2)
  })
})

describe('a store that answers with promises', () => {
  it('makes a function asynchronous, and what touches the store', async () => {
    const cached = cache((id: number) => id * 2, { backend: new KeyvSix(), name: fresh() })
    expectTypeOf(cached(2)).toEqualTypeOf<Promise<number>>()
    for (let i = 0; i < 2; i++) {
      const result = cached(2)
      expect(result).toBeInstanceOf(Promise)
      expect(await result).toBe(4)
    }
    for (const result of [
      cached.cacheHas(2),
      cached.cachePeek(2),
      cached.cacheSet([2], 5),
      cached.cacheSet([2], Promise.resolve(5)),
      cached.cacheRefresh(2),
      cached.cacheDelete(2),
      cached.cacheClear(),
    ]) {
      expect(result).toBeInstanceOf(Promise)
      await result
    }
    cached.cacheClose()
    for (const result of [cached(2), cached.cacheHas(2), cached.cacheSet([2], 5), cached.cacheClear()]) {
      expect(result).toBeInstanceOf(Promise)
    }
  })

  it('makes what a synchronous function throws a rejection, before and after it is closed', async () => {
    const cached = cache(
      (): number => {
        throw new Error('no')
      },
      { backend: new KeyvSix(), name: fresh() },
    )
    await expect(cached()).rejects.toThrow('no')
    await expect(cached.cacheRefresh()).rejects.toThrow('no')
    cached.cacheClose()
    await expect(cached()).rejects.toThrow('no')
  })
})

describe('a store that sometimes answers at once', () => {
  it('gives a promise if, and only if, its get returned one for this call', async () => {
    const near = new Map<string, object>()
    const far = new Map<string, object>()
    const store = {
      get: (key: string) =>
        near.get(key) ?? (/generation$/.test(key) ? undefined : Promise.resolve(far.get(key))),
      set: (key: string, value: object) => void near.set(key, value),
      delete: (key: string) => near.delete(key),
      clear: () => near.clear(),
    }
    const cached = cache((id: number) => id, { backend: store, name: fresh() })
    const first = cached(1)
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toBe(1)
    expect(cached(1)).toBe(1)
    for (const [key, value] of near) if (!/generation$/.test(key)) far.set(key, value)
    for (const key of far.keys()) near.delete(key)
    const third = cached(1)
    expect(third).toBeInstanceOf(Promise)
    expect(await third).toBe(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, misses: 1 })
  })
})
