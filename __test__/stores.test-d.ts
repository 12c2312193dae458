/**
 * What a caller's compiler sees of stores: which objects fit, and whether the function becomes asynchronous.
 */

import KeyvFive from 'keyv-5'
import KeyvSix from 'keyv-6'
import { LRUCache } from 'lru-cache'
import QuickLRU from 'quick-lru'
import { describe, expectTypeOf, test } from 'vitest'
import type {
  AsyncCache,
  CachedAsync,
  Store,
  StoreCache,
  StoreCacheControls,
  StoreCached,
  StoreCacheInfo,
} from 'warp-cache'
import { cache, cacheFor, createCache } from 'warp-cache'

declare function plain(id: number, lang?: string): boolean
declare function later(id: number): Promise<string>
declare function generic<T>(value: T): Promise<T[]>
declare function onDate(this: Date, format: string): string
declare function overloaded(id: number): Buffer
declare function overloaded(name: string, encoding: 'utf8'): string

const map = new Map<string, unknown>()
const keyv = new KeyvSix()

interface Redis {
  get(key: string): Promise<object | null>
  set(key: string, value: object, mode: 'PX', ms: number): Promise<'OK'>
  delete(key: string): Promise<number>
  clear(): Promise<void>
}
interface Either {
  get(key: string): object | undefined | Promise<object | undefined>
  set(key: string, value: object): void | Promise<void>
  delete(key: string): boolean | Promise<boolean>
  clear(): void
}
interface Putting {
  get(key: string): object | undefined
  put(key: string, value: object, ttl?: number): void
}
interface PuttingLater {
  get(key: string): Promise<object | undefined>
  put(key: string, value: object): Promise<void>
  delete(key: string): Promise<void>
  clear(): Promise<void>
}
declare const redis: Redis
declare const either: Either
declare const putting: Putting
declare const puttingLater: PuttingLater

describe('a store is', () => {
  test('any object with the methods', () => {
    // biome-ignore lint/suspicious/noExplicitAny: the common way to type such a map
    expectTypeOf<Map<string, any>>().toExtend<Store>()
    expectTypeOf<Map<string, unknown>>().toExtend<Store>()
    expectTypeOf<Map<string, object>>().toExtend<Store>()
    // biome-ignore lint/suspicious/noExplicitAny: the common way to type such a cache
    expectTypeOf<LRUCache<string, any>>().toExtend<Store>()
    expectTypeOf<LRUCache<string, object>>().toExtend<Store>()
    expectTypeOf<LRUCache<string, NonNullable<unknown>>>().toExtend<Store>()
    expectTypeOf<QuickLRU<string, unknown>>().toExtend<Store>()
    expectTypeOf<KeyvFive>().toExtend<Store>()
    expectTypeOf<KeyvSix>().toExtend<Store>()
    expectTypeOf<Either>().toExtend<Store>()
    expectTypeOf<Putting>().toExtend<Store>()
    expectTypeOf<PuttingLater>().toExtend<Store>()
  })

  test('nothing that takes other keys or values, or lacks a method', () => {
    // @ts-expect-error: its `set` cannot be called without a mode and a TTL
    cache(plain, { backend: redis })
    // @ts-expect-error: it holds numbers
    cache(plain, { backend: new Map<string, number>() })
    // @ts-expect-error: its keys are numbers
    cache(plain, { backend: new Map<number, unknown>() })
    // @ts-expect-error: keys are strings
    cache(plain, { backend: new WeakMap<object, unknown>() })
    // @ts-expect-error: not a store
    cache(plain, { backend: new Set<string>() })
    // @ts-expect-error: not a store
    cache(plain, { backend: {} })
    // @ts-expect-error: no `set`
    cache({ backend: { get: (key: string) => key } })
  })
})

describe('a synchronous store', () => {
  test('leaves the function as it is', () => {
    const cached = cache(plain, { backend: map })
    expectTypeOf(cached).toEqualTypeOf<StoreCached<typeof plain, 'sync'>>()
    expectTypeOf(cached(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cached.cacheHas(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cached.cachePeek(1)).toEqualTypeOf<boolean | undefined>()
    expectTypeOf(cached.cacheInfo()).toEqualTypeOf<StoreCacheInfo>()
    expectTypeOf(cached.cacheInfo().storeErrors).toEqualTypeOf<number>()
    expectTypeOf(cached.cacheInfo().maxSize).toEqualTypeOf<undefined>()
    expectTypeOf(cache(overloaded, { backend: map })('a', 'utf8')).toEqualTypeOf<string>()
    expectTypeOf(cache(generic, { backend: map })('a')).resolves.toEqualTypeOf<string[]>()
    // biome-ignore lint/suspicious/noExplicitAny: must not pass for a promise
    expectTypeOf(cache(plain, { backend: new Map<string, any>() })(1)).toEqualTypeOf<boolean>()
    // biome-ignore lint/suspicious/noExplicitAny: must not pass for a promise
    expectTypeOf(cache(plain, { backend: new LRUCache<string, any>({ max: 9 }) })(1)).toEqualTypeOf<boolean>()
    expectTypeOf(
      cache(plain, { backend: new LRUCache<string, NonNullable<unknown>>({ max: 9 }) })(1),
    ).toEqualTypeOf<boolean>()
    expectTypeOf(cache(plain, { backend: new QuickLRU<string, object>({ maxSize: 9 }) })(1)).toBeBoolean()
    expectTypeOf(cache(plain, { backend: putting })(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cache({ backend: map })(plain)).toEqualTypeOf(cached)
  })

  test('cannot be walked', () => {
    // @ts-expect-error: stores have no common way to list keys
    cache(plain, { backend: map }).cacheEntries()
  })
})

describe('an asynchronous store', () => {
  test('makes the function asynchronous', () => {
    const cached = cache(plain, { backend: keyv })
    expectTypeOf(cached).toEqualTypeOf<CachedAsync<typeof plain>>()
    expectTypeOf(cached).parameters.toEqualTypeOf<Parameters<typeof plain>>()
    expectTypeOf(cached(1)).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(cache(plain, { backend: new KeyvFive() })).toEqualTypeOf(cached)
    expectTypeOf(cache(plain, { backend: puttingLater })).toEqualTypeOf(cached)
    expectTypeOf(cache({ backend: keyv })(plain)).toEqualTypeOf(cached)
    expectTypeOf(cache(onDate, { backend: keyv }).call(new Date(), 'iso')).resolves.toEqualTypeOf<string>()
    // @ts-expect-error: `this` is a Date
    cache(onDate, { backend: keyv }).call(/x/, 'iso')
  })

  test('keeps overloads as far as a rewritten type can', () => {
    const cached = cache(overloaded, { backend: keyv })
    expectTypeOf(cached(1)).toEqualTypeOf<Promise<Buffer | string>>()
    expectTypeOf(cached('a', 'utf8')).toEqualTypeOf<Promise<Buffer | string>>()
    // @ts-expect-error: no overload takes a name alone
    cached('a')
  })

  test('leaves a function as it is that returns promises already', () => {
    expectTypeOf(cache(later, { backend: keyv })(1)).toEqualTypeOf<Promise<string>>()
    expectTypeOf(cache(generic, { backend: keyv })('a')).resolves.toEqualTypeOf<string[]>()
  })

  test('makes the controls asynchronous that need it', () => {
    const cached = cache(plain, { backend: keyv })
    expectTypeOf(cached.cacheHas(1)).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(cached.cacheDelete(1)).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(cached.cachePeek(1, 'en')).toEqualTypeOf<Promise<boolean | undefined>>()
    expectTypeOf(cached.cacheRefresh(1)).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(cache(later, { backend: keyv }).cacheRefresh(1)).toEqualTypeOf<Promise<string>>()
    expectTypeOf(cache(later, { backend: keyv }).cachePeek(1)).toEqualTypeOf<Promise<string | undefined>>()
    expectTypeOf(cached.cacheSet([1], true, { ttl: 10 })).toEqualTypeOf<Promise<void>>()
    expectTypeOf(cached.cacheSet([1], Promise.resolve(true))).toEqualTypeOf<Promise<void>>()
    expectTypeOf(cached.cacheClear()).toEqualTypeOf<Promise<void>>()
    expectTypeOf(cached.cacheInfo()).toEqualTypeOf<StoreCacheInfo>()
    expectTypeOf(cached.cacheClose()).toEqualTypeOf<void>()
    using closing = cached
    expectTypeOf(closing[Symbol.dispose]()).toEqualTypeOf<void>()
  })
})

describe('a store that is sometimes asynchronous', () => {
  test('gives either', () => {
    const cached = cache(plain, { backend: either })
    expectTypeOf(cached(1)).toEqualTypeOf<boolean | Promise<boolean>>()
    expectTypeOf(cached.cacheHas(1)).toEqualTypeOf<boolean | Promise<boolean>>()
    expectTypeOf(cache(later, { backend: either })(1)).toEqualTypeOf<Promise<string>>()
    const chosen = Math.random() > 0.5 ? map : keyv
    expectTypeOf(cache(plain, { backend: chosen })(1)).toEqualTypeOf<boolean | Promise<boolean>>()
  })
})

describe('options of a store', () => {
  test('say whose it is, and how long entries live', () => {
    cache(plain, { backend: map, exclusive: true, ttl: 1_000, name: 'plain', key: (id) => id, freeze: true })
    cache({ backend: keyv, exclusive: true, ttl: 1_000, cacheErrors: 100, perInstance: false })
    cache(plain, {
      backend: keyv,
      key: (id, lang) => {
        expectTypeOf(id).toEqualTypeOf<number>()
        expectTypeOf(lang).toEqualTypeOf<string | undefined>()
        return id
      },
    })
  })

  test('leave to the store what the store decides', () => {
    // @ts-expect-error: the store decides
    cache(plain, { backend: map, maxSize: 10 })
    // @ts-expect-error: the store decides
    cache(plain, { backend: keyv, policy: 'lru' })
    // @ts-expect-error: the store decides
    cache(plain, { backend: map, graceWindow: 0 })
    // @ts-expect-error: the store decides, decorator form
    cache({ backend: map, maxSize: 10 })
    // @ts-expect-error: the store decides, decorator form
    cache({ backend: keyv, policy: 'lru' })
    // @ts-expect-error: there is no store
    cache({ exclusive: true })
    // @ts-expect-error: there is no store
    cache(plain, { backend: 'memory', exclusive: true })
    // @ts-expect-error: unknown option
    cache(plain, { backend: map, maxAge: 10 })
    // @ts-expect-error: the store decides
    createCache({ backend: map, maxSize: 10 })
    // @ts-expect-error: there is no store
    createCache({ exclusive: true })
  })
})

describe('createCache over a store', () => {
  test('is synchronous over a synchronous one', () => {
    const numbers = createCache<string, number>({ backend: map })
    expectTypeOf(numbers).toEqualTypeOf<StoreCache<string, number, 'sync'>>()
    expectTypeOf(numbers.get('a')).toEqualTypeOf<number | undefined>()
    expectTypeOf(numbers.set('a', 1)).toEqualTypeOf<void>()
    expectTypeOf(numbers.info()).toEqualTypeOf<StoreCacheInfo>()
    // biome-ignore lint/suspicious/noExplicitAny: must not pass for a promise
    const some = createCache<string, number>({ backend: new Map<string, any>(), exclusive: true })
    expectTypeOf(some).toEqualTypeOf(numbers)
    expectTypeOf(createCache<string, number>({ backend: putting })).toEqualTypeOf(numbers)
    expectTypeOf(createCache<string, number>({ backend: new Map<string, object>() })).toEqualTypeOf(numbers)
    const lru = new LRUCache<string, NonNullable<unknown>>({ max: 9 })
    expectTypeOf(createCache<string, number>({ backend: lru })).toEqualTypeOf(numbers)
  })

  test('is asynchronous over an asynchronous one', () => {
    const numbers = createCache<string, number>({ backend: keyv, ttl: 10 })
    expectTypeOf(numbers).toEqualTypeOf<AsyncCache<string, number>>()
    expectTypeOf(numbers.get('a')).toEqualTypeOf<Promise<number | undefined>>()
    expectTypeOf(numbers.set('a', 1)).toEqualTypeOf<Promise<void>>()
    expectTypeOf(createCache<string, number>({ backend: new KeyvFive() })).toEqualTypeOf(numbers)
    expectTypeOf(createCache<string, number>({ backend: puttingLater })).toEqualTypeOf(numbers)
  })

  test('is either over one that is sometimes asynchronous', () => {
    const numbers = createCache<string, number>({ backend: either })
    expectTypeOf(numbers.get('a')).toEqualTypeOf<number | undefined | Promise<number | undefined>>()
  })
})

describe('cacheFor a method over a store', () => {
  const users = {
    byId(id: number): Promise<string> {
      return Promise.resolve(`${id}`)
    },
  }
  type ById = (typeof users)['byId']

  test('has the controls that it is declared to have', () => {
    const byName: StoreCacheControls<ById, 'async'> = cacheFor(users, 'byId')
    const byFunction: StoreCacheControls<ById, 'async'> = cacheFor(users, users.byId)
    expectTypeOf(byName.cacheDelete(1)).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(byFunction.cacheInfo()).toEqualTypeOf<StoreCacheInfo>()
    // @ts-expect-error: those are the controls of another function
    const other: StoreCacheControls<(name: string) => Promise<string>, 'async'> = cacheFor(users, 'byId')
    // @ts-expect-error: no controls at all
    const nothing: { size: number } = cacheFor(users, users.byId)
    expectTypeOf([other, nothing]).toBeArray()
  })
})
