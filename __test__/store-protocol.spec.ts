/** What a store is given: keys, envelopes, times to live, names; methods over one; and what is refused. */
import KeyvSix from 'keyv-6'
import { LRUCache } from 'lru-cache'
import QuickLRU from 'quick-lru'
import { describe, expect, it, vi } from 'vitest'
import { cache, cacheFor, createCache, type Store, type StoreCacheControls } from 'warp-cache'
import { JsonStore, PutAndDelete, PutOnly, SlowStore } from './support/stores'

let names = 0
/** A name that no other test has. */
const fresh = () => `protocol ${++names}`

const asPromises = (store: Store) => store as SlowStore

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
