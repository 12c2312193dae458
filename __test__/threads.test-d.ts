/** What a caller's compiler sees of `backend: 'threads'`: the function stays what it is, and options belong together. */
import { describe, expectTypeOf, test } from 'vitest'
import type {
  Cache,
  Cached,
  NativeCache,
  NativeCacheControls,
  NativeCached,
  NativeCacheInfo,
  UserCodec,
} from 'warp-cache'
import { Backend, cache, cacheFor, createCache } from 'warp-cache'

declare function plain(id: number, lang?: string): boolean
declare function later(id: number): Promise<string>
declare function generic<T>(value: T): T[]
declare function onDate(this: Date, format: string): string

const buffers: UserCodec = {
  name: 'buffers',
  encode: (value) => Buffer.from(String(value)),
  decode: (bytes: Buffer) => bytes.toString(),
}

describe('a function cached for all threads', () => {
  test('keeps its type, and has the controls', () => {
    const cached = cache(plain, { backend: 'threads' })
    expectTypeOf(cached).toEqualTypeOf<NativeCached<typeof plain>>()
    expectTypeOf(cached).toMatchTypeOf<Cached<typeof plain>>()
    expectTypeOf(cached(1, 'en')).toEqualTypeOf<boolean>()
    expectTypeOf(cached.cacheInfo()).toEqualTypeOf<NativeCacheInfo>()
    expectTypeOf(cached.cacheInfo().nearHits).toEqualTypeOf<number>()
    expectTypeOf(cached.cachePeek(1)).toEqualTypeOf<boolean | undefined>()
    expectTypeOf(cached.cacheDelete(1, 'en')).toEqualTypeOf<boolean>()
    expectTypeOf(cache(generic, { backend: Backend.THREADS })('a')).toEqualTypeOf<string[]>()
    expectTypeOf(cache(onDate, { backend: 2 })).thisParameter.toEqualTypeOf<Date>()
    expectTypeOf(cache(later, { backend: 'threads' }).cacheRefresh(1)).toEqualTypeOf<Promise<string>>()
  })

  test('takes its options, and none of other backends', () => {
    cache(plain, {
      backend: 'threads',
      maxSize: 1,
      maxBytes: 1,
      maxKeySize: 1,
      maxValueSize: 1,
      near: 'primitives',
      nearSize: 1,
      codec: buffers,
      policy: 'sieve',
      graceWindow: 0,
      ttl: 1,
      name: 'n',
      version: '1',
      freeze: true,
      cacheErrors: 1,
      key: (id, lang) => [id, lang?.length],
      now: () => 1,
    })
    cache(plain, { backend: 'threads', codec: 'json', near: false })
    // @ts-expect-error there is one policy
    cache(plain, { backend: 'threads', policy: 'lru' })
    // @ts-expect-error it is for stores
    cache(plain, { backend: 'threads', exclusive: true })
    // @ts-expect-error there is no such codec
    cache(plain, { backend: 'threads', codec: 'msgpack' })
    // @ts-expect-error a codec decodes, too
    cache(plain, { backend: 'threads', codec: { name: 'mine', encode: () => '' } })
    // @ts-expect-error nothing is near in memory
    cache(plain, { near: true })
    // @ts-expect-error memory counts entries
    cache(plain, { backend: 'memory', maxBytes: 1 })
    // @ts-expect-error the store counts its bytes
    cache(plain, { backend: new Map<string, object>(), maxBytes: 1 })
    // @ts-expect-error the key does not fit the function
    cache(plain, { backend: 'threads', key: (id: string) => id })
  })
})

describe('a backend that only the running program knows', () => {
  const backend = 'memory' as 'memory' | 'shared'

  test('has what memory has', () => {
    const cached = cache(plain, { backend, ttl: 1, key: (id, lang) => [id, lang?.length] })
    expectTypeOf(cached).toEqualTypeOf<Cached<typeof plain>>()
    expectTypeOf(cache({ backend, maxSize: 1 })(plain)).toEqualTypeOf<Cached<typeof plain>>()
    expectTypeOf(cache({ backend, key: (id: number) => id })(plain)).toEqualTypeOf<Cached<typeof plain>>()
    expectTypeOf(createCache<string, number>({ backend, name: 'n' })).toEqualTypeOf<Cache<string, number>>()
  })

  test('takes what both take', () => {
    // @ts-expect-error memory counts entries
    cache(plain, { backend, maxBytes: 1 })
    // @ts-expect-error others have one policy
    cache(plain, { backend, policy: 'lru' })
    // @ts-expect-error it is for stores
    createCache({ backend, exclusive: true })
  })
})

describe('a decorator for all threads', () => {
  const ofThreads = cache({ backend: 'threads', perInstance: false })
  const keyed = cache({ backend: 'threads', key: (id: number) => id, perInstance: false })
  class Service {
    @ofThreads
    method(id: number): string {
      return `${id}`
    }
    @cache({ backend: 'threads', perInstance: (self: Service) => self.method(1) })
    async later(id: number): Promise<number> {
      return id
    }
    @keyed
    withKey(id: number, other: string): string {
      return `${id}${other}`
    }
    @ofThreads
    get settings(): { theme: string } {
      return { theme: 'dark' }
    }
    // @ts-expect-error a field is no method
    @ofThreads
    field = 1
  }

  test('goes on methods and getters, and wraps functions', () => {
    expectTypeOf(ofThreads(plain)).toEqualTypeOf<NativeCached<typeof plain>>()
    expectTypeOf(keyed(plain)).toEqualTypeOf<NativeCached<typeof plain>>()
    // @ts-expect-error its first parameter is no number
    keyed(onDate)
    const controls: NativeCacheControls<Service['method']> = cacheFor(new Service(), 'method')
    expectTypeOf(controls.cacheInfo().maxBytes).toEqualTypeOf<number>()
  })
})

describe('createCache for all threads', () => {
  test('is a cache with more to tell', () => {
    const entries = createCache<string, number[]>({ backend: 'threads', name: 'n' })
    expectTypeOf(entries).toEqualTypeOf<NativeCache<string, number[]>>()
    expectTypeOf(entries.get('a')).toEqualTypeOf<number[] | undefined>()
    expectTypeOf(entries.set('a', [1])).toEqualTypeOf<NativeCache<string, number[]>>()
    expectTypeOf(entries.info()).toEqualTypeOf<NativeCacheInfo>()
    // @ts-expect-error it has no function that could fail
    createCache({ backend: 'threads', name: 'n', cacheErrors: 5 })
  })
})
