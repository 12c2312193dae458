/** A store of the user's as backend: what holds over every one, and what differs between them. */
import KeyvSix from 'keyv-6'
import { LRUCache } from 'lru-cache'
import QuickLRU from 'quick-lru'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { cache, cacheFor, createCache, type Store, type StoreCacheControls } from 'warp-cache'
import { turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'
import { JsonStore, PutAndDelete, PutOnly, SlowStore, STORES } from './support/stores'

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

describe('what a store is given', () => {
  const entriesOf = (store: Map<string, object>) =>
    [...store].filter(([key]) => !key.endsWith('#generation')) as [string, Record<string, unknown>][]

  it('is a key of name, version, generation and arguments, and an envelope of the result', () => {
    const store = new Map<string, object>()
    const cached = cache((id: number, options: object) => ({ id, ...options }), {
      backend: store,
      name: 'pages',
      version: '2',
    })
    cached(1, { lang: 'de', deep: true })
    const [[key, envelope]] = entriesOf(store)
    expect(key).toMatch(/^pages\+2#[\w-]{16}#\(1,{"deep":true,"lang":"de"}\)$/)
    expect(envelope).toEqual({ k: key, v: { id: 1, lang: 'de', deep: true } })
    expect(store.size).toBe(2)
    cached.cacheClose()
  })

  it('says whether the result was a promise, and when it expires on a clock that all processes share', async () => {
    const store = new Map<string, object>()
    await cache(async () => 1, { backend: store, name: fresh(), ttl: 5_000 })()
    const [[, envelope]] = entriesOf(store)
    expect(envelope).toMatchObject({ v: 1, p: 1 })
    expect(Math.abs(Number(envelope.e) - 5_000 - Date.now())).toBeLessThan(5_000)
  })

  it.each<[string, () => Store, unknown]>([
    ['lru-cache', () => new LRUCache({ max: 9 }), { ttl: 1501 }],
    ['quick-lru', () => new QuickLRU({ maxSize: 9 }), { maxAge: 1501 }],
    ['Keyv', () => new KeyvSix(), 1501],
    ['any other', () => new JsonStore(), 1501],
    ['tiny-lru', () => Object.assign(new JsonStore(), { resetTtl: false }), undefined],
  ])('is the ttl as %s takes it, in whole milliseconds', async (_, make, expected) => {
    const store = asPromises(make())
    const set = vi.spyOn(store, 'set')
    const cached = cache((id: number) => id, { backend: store, name: fresh(), ttl: 1500.5 })
    await cached(1)
    await cached.cacheSet([2], 2, { ttl: 0.25 })
    const ttls = (set.mock.calls as unknown[][])
      .filter(([key]) => !/generation$/.test(`${key}`))
      .map(([, , ttl]) => ttl)
    expect(ttls[0]).toEqual(expected)
    expect(JSON.stringify(ttls[1])).toBe(JSON.stringify(expected)?.replace('1501', '1'))
  })

  it('by put too; and no ttl at all if there is none', () => {
    const store = new PutOnly()
    const put = vi.spyOn(store, 'put')
    const cached = cache((id: number) => id, { backend: store, name: fresh() })
    cached(1)
    cached.cacheSet([2], 2, { ttl: 77 })
    expect(put.mock.calls.map((args) => args.length)).toEqual([3, 2, 3])
    expect(put.mock.calls[2][2 as never]).toBe(77)
  })

  it('lets a store drop what has expired by itself', async () => {
    const lru = new LRUCache<string, object>({ max: 9, ttl: 1e9 })
    const quick = new QuickLRU<string, object>({ maxSize: 9, maxAge: 1e9 })
    for (const backend of [lru, quick]) cache((id: number) => id, { backend, name: fresh(), ttl: 5_000 })(1)
    const isEntry = (key: string) => key.endsWith('#1')
    const left = [
      lru.getRemainingTTL([...lru.keys()].find(isEntry)!),
      quick.expiresIn([...quick.keys()].find(isEntry)!),
    ]
    for (const ms of left) expect(ms).toBeGreaterThan(0)
    for (const ms of left) expect(ms).toBeLessThanOrEqual(5_000)
  })

  it('is called as a method of it', async () => {
    class Guarded extends JsonStore {
      readonly #secret = true
      override get(key: string) {
        expect(this.#secret).toBe(true)
        return super.get(key)
      }
    }
    const cached = cache((id: number) => id, { backend: new Guarded(), name: fresh() })
    expect([cached(1), cached(1)]).toEqual([1, 1])
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, storeErrors: 0 })
  })

  it('is the deletion as an envelope of nothing, where it cannot delete', () => {
    const store = new PutOnly()
    const cached = cache((id: number) => id, { backend: store, name: fresh() })
    cached(1)
    const put = vi.spyOn(store, 'put')
    cached.cacheDelete(1)
    expect(put).toHaveBeenCalledWith(expect.stringMatching(/#1$/), {}, 1)
  })

  it('frozen, if that is asked for', async () => {
    const store = new Map<string, object>()
    const cached = cache(() => ({ deep: [{}] }), { backend: store, name: fresh(), freeze: true })
    expect(Object.isFrozen(cached().deep[0])).toBe(true)
    const later = cache(async () => ({ deep: [{}] }), { backend: store, name: fresh(), freeze: true })
    expect(Object.isFrozen((await later()).deep[0])).toBe(true)
    cached.cacheSet([], { deep: [{}] })
    expect(Object.isFrozen(cached().deep[0])).toBe(true)
  })
})

describe('clear() of the store', () => {
  it('is called if the store is exclusive, and only then', async () => {
    for (const exclusive of [false, true]) {
      const store = new SlowStore()
      store.fast = true
      const clear = vi.spyOn(store, 'clear')
      const cached = cache((id: number) => id, { backend: store, name: fresh(), exclusive })
      await cached(1)
      await cached.cacheClear()
      expect(clear).toHaveBeenCalledTimes(exclusive ? 1 : 0)
      expect(store.values.size).toBe(exclusive ? 1 : 3 - 1)
      expect(await cached.cacheHas(1)).toBe(false)
    }
  })

  it('is not needed for it', () => {
    const cached = cache((id: number) => id, { backend: new PutAndDelete(), name: fresh(), exclusive: true })
    cached(1)
    cached.cacheClear()
    expect(cached.cacheHas(1)).toBe(false)
  })
})

describe('names', () => {
  it('are one to one with functions in one store, and free in another', () => {
    const store = new Map<string, object>()
    const options = { backend: store, name: 'taken' }
    const first = cache((id: number) => id, options)
    for (const second of [() => cache((id: number) => -id, options), () => createCache(options)]) {
      expect(second).toThrow(TypeError)
      expect(second).toThrow(/'taken' is taken/)
      expect(second).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_NAME' }))
    }
    expect(cache((id: number) => -id, { ...options, backend: new Map<string, object>() })(1)).toBe(-1)
    expect(cache((id: number) => -id, { ...options, version: '2' })(1)).toBe(-1)
    expect(first(1)).toBe(1)
    first.cacheClose()
    cache((id: number) => -id, options)
  })

  it('are asked for where none can be made', () => {
    const error = expect.objectContaining({ code: 'ERR_WARP_CACHE_NAME' })
    expect(() => cache((id: number) => id, { backend: new Map<string, object>() })).toThrow(error)
    expect(() => createCache({ backend: new Map<string, object>() })).toThrow(error)
  })
})

describe('methods over a store', () => {
  it('share their entries with perInstance: false', async () => {
    const seen: unknown[] = []
    class Users {
      constructor(readonly prefix: string) {}
      @cache({ backend: new KeyvSix(), name: fresh(), perInstance: false })
      async byId(id: number): Promise<string> {
        seen.push(this)
        return this.prefix + id
      }
    }
    const [a, b] = [new Users('a'), new Users('b')]
    expect([await a.byId(1), await b.byId(1)]).toEqual(['a1', 'a1'])
    const controls: StoreCacheControls<Users['byId'], 'async'> = cacheFor(b, 'byId')
    expect(await controls.cacheRefresh(1)).toBe('b1')
    expect(seen).toEqual([a, b])
    expect(await a.byId(1)).toBe('b1')
    expect(controls.cacheInfo()).toMatchObject({ hits: 2, misses: 1, storeErrors: 0 })
  })

  it('and getters keep the instances apart by the key that perInstance makes', () => {
    const store = new Map<string, object>()
    class Page {
      constructor(
        readonly id: number,
        readonly copy: string,
      ) {}
      @cache({ backend: store, name: fresh(), perInstance: (self: Page) => self.id })
      render(lang: string): string {
        return `${this.id} ${lang} ${this.copy}`
      }
      @cache({ backend: store, name: fresh(), perInstance: (self: Page) => self.id })
      get title(): string {
        return `title ${this.id} ${this.copy}`
      }
    }
    const [one, twin, two] = [new Page(1, 'a'), new Page(1, 'b'), new Page(2, 'c')]
    expect([one, twin, two].map((page) => page.render('de'))).toEqual(['1 de a', '1 de a', '2 de c'])
    expect([one, twin, two].map((page) => page.title)).toEqual(['title 1 a', 'title 1 a', 'title 2 c'])
    const controls: StoreCacheControls<Page['render'], 'sync'> = cacheFor(twin, 'render')
    expect(controls.cachePeek('de')).toBe('1 de a')
    expect(controls.cacheDelete('de')).toBe(true)
    expect(one.render('de')).toBe('1 de a')
    expect(controls.cacheRefresh('de')).toBe('1 de b')
    expect(two.render('de')).toBe('2 de c')
    const all = Page.prototype.render as unknown as StoreCacheControls<Page['render'], 'sync'>
    expect(all.cacheInfo()).toMatchObject({ hits: 2, misses: 3 })
    expect(() => all.cacheDelete('de')).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_UNSUPPORTED' }),
    )
    all.cacheClear()
    expect(controls.cacheHas('de')).toBe(false)
  })

  it('must say which of the two', () => {
    expect(() => {
      class Users {
        @cache({ backend: new Map<string, object>(), name: fresh() })
        byId(id: number): number {
          return id
        }
      }
      return Users
    }).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_OPTION' }))
  })
})

describe('keys over a store', () => {
  it('come from the option key', () => {
    const cached = cache((user: { id: number; at: Date }) => user.id, {
      backend: new Map<string, object>(),
      name: fresh(),
      key: (user) => user.id,
    })
    cached({ id: 1, at: new Date(0) })
    cached({ id: 1, at: new Date(1) })
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
  })

  it('that cannot be written are refused as in memory, and nothing happens', () => {
    const store = new Map<string, object>()
    const cached = cache((x: unknown) => x, { backend: store, name: fresh() })
    const made = createCache({ backend: store, name: fresh() })
    for (const bad of [() => 1, Symbol('unique'), new (class Odd {})(), Promise.resolve()]) {
      const error = expect.objectContaining({ code: 'ERR_WARP_CACHE_KEY' })
      expect(() => cached({ in: [bad] })).toThrow(/Argument 1 at \.in\[0\]/)
      for (const use of [
        cached,
        cached.cacheHas,
        cached.cacheRefresh,
        cached.cacheDelete,
        cached.cachePeek,
      ]) {
        expect(() => use(bad)).toThrow(error)
      }
      expect(() => cached.cacheSet([bad], 1)).toThrow(error)
      expect(() => made.set(bad, 1)).toThrow(error)
    }
    expect(() => cached.cacheSet(1 as never, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_KEY' }),
    )
    expect(store.size).toBe(0)
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 0, errors: 0 })
    expect(cached(1)).toBe(1)
  })
})

describe('what makes no sense over a store is refused', () => {
  const backend = new Map<string, object>()
  it('walking it', () => {
    const cached = cache((id: number) => id, { backend, name: fresh() })
    const made = createCache({ backend, name: fresh() })
    const error = expect.objectContaining({ code: 'ERR_WARP_CACHE_UNSUPPORTED' })
    expect(() => (cached as unknown as { cacheEntries(): void }).cacheEntries()).toThrow(error)
    expect(() => (made as unknown as { entries(): void }).entries()).toThrow(error)
  })

  it.each([{ maxSize: 1 }, { policy: 'lru' }, { graceWindow: 0 }])('%o', (options) => {
    const error = expect.objectContaining({ code: 'ERR_WARP_CACHE_OPTION' })
    expect(() => cache((id: number) => id, { backend, name: fresh(), ...options } as never)).toThrow(error)
    expect(() => createCache({ backend, name: fresh(), ...options } as never)).toThrow(error)
  })

  it.each([{}, { get: () => 1 }, { get: 1, set: 1, delete: 1, clear: 1 }, new Set(), new WeakMap()])(
    'a backend like %o',
    (store) => {
      const error = expect.objectContaining({ code: 'ERR_WARP_CACHE_STORE' })
      expect(() => cache((id: number) => id, { backend: store as never, name: fresh() })).toThrow(error)
    },
  )

  it('a ttl that is none', () => {
    const cached = cache((id: number) => id, { backend, name: fresh() })
    for (const ttl of [0, -1, Number.NaN]) expect(() => cached.cacheSet([1], 1, { ttl })).toThrow(RangeError)
    expect(cached.cacheHas(1)).toBe(false)
  })
})
