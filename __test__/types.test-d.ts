/**
 * What a caller's compiler sees of a cached function: its own type, kept, and the controls, typed after it.
 * Whatever must not compile stands under a `@ts-expect-error`, which is itself an error if the line compiles.
 */
import { describe, expectTypeOf, test } from 'vitest'
import type {
  ArgsEntry,
  Cache,
  CacheControls,
  Cached,
  CacheEntry,
  CacheInfo,
  CacheOptions,
  KeyEntry,
} from 'warp-cache'
import { Backend, cache, cacheFor, createCache } from 'warp-cache'

declare function plain(id: number, lang?: string): boolean
declare function rest(first: string, ...others: Date[]): number
declare function generic<T extends string | number>(value: T): { value: T }
declare function onDate(this: Date, format: string): string
declare function later(id: number): Promise<{ id: number }>
declare function noArguments(): symbol
declare function overloaded(id: number): Buffer
declare function overloaded(name: string, encoding: 'utf8'): string

describe('a cached function keeps its type', () => {
  test('with parameters that are optional, or many', () => {
    expectTypeOf(cache(plain)).toExtend<typeof plain>()
    expectTypeOf(cache(plain)).parameters.toEqualTypeOf<Parameters<typeof plain>>()
    expectTypeOf(cache(plain)(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cache(rest)('a', new Date(), new Date())).toEqualTypeOf<number>()
    expectTypeOf(cache(noArguments)()).toEqualTypeOf<symbol>()
    // @ts-expect-error: the parameter is a number
    cache(plain)('1')
    // @ts-expect-error: there is no third parameter
    cache(plain)(1, 'en', 2)
    // @ts-expect-error: the others are dates
    cache(rest)('a', 'b')
  })

  test('with type parameters', () => {
    const cached = cache(generic)
    expectTypeOf(cached('a')).toEqualTypeOf<{ value: 'a' }>()
    expectTypeOf(cached(1)).toEqualTypeOf<{ value: 1 }>()
    expectTypeOf(cache(<T>(value: T) => [value])(true)).toEqualTypeOf<boolean[]>()
    expectTypeOf(cache({ maxSize: 10 })(<T>(value: T) => [value])('a')).toEqualTypeOf<string[]>()
    // @ts-expect-error: outside the constraint
    cached(true)
  })

  test('with `this`', () => {
    const cached = cache(onDate)
    expectTypeOf(cached.call(new Date(), 'iso')).toEqualTypeOf<string>()
    expectTypeOf<ThisParameterType<typeof cached>>().toEqualTypeOf<Date>()
    // @ts-expect-error: `this` is a Date
    cached.call(/x/, 'iso')
  })

  test('with overloads', () => {
    const cached = cache(overloaded)
    expectTypeOf(cached(1)).toEqualTypeOf<Buffer>()
    expectTypeOf(cached('a', 'utf8')).toEqualTypeOf<string>()
    // @ts-expect-error: no overload takes a name alone
    cached('a')
  })

  test('with its promise', () => {
    expectTypeOf(cache(later)(1)).toEqualTypeOf<Promise<{ id: number }>>()
    expectTypeOf(cache(async (id: number) => id > 0)(1)).resolves.toEqualTypeOf<boolean>()
  })

  test('with properties of its own', () => {
    const labelled = Object.assign(plain, { label: 'plain' })
    expectTypeOf(cache(labelled).label).toEqualTypeOf<string>()
  })

  test('in all forms of the call', () => {
    const cached = cache(plain)
    expectTypeOf(cached).toEqualTypeOf<Cached<typeof plain>>()
    expectTypeOf(cache(plain, {})).toEqualTypeOf(cached)
    expectTypeOf(cache(plain, { ttl: 5_000 })).toEqualTypeOf(cached)
    expectTypeOf(cache()(plain)).toEqualTypeOf(cached)
    expectTypeOf(cache({ ttl: 5_000 })(plain)).toEqualTypeOf(cached)
    expectTypeOf(cache(plain, { backend: Backend.MEMORY })).toEqualTypeOf(cached)
    expectTypeOf(cache(plain, { backend: 'memory' })).toEqualTypeOf(cached)
  })

  test('inside a generic function', () => {
    function twice<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R[] {
      const cached = cache(fn)
      cached.cacheDelete(...args)
      return [cached(...args), cached(...args), cached.cacheRefresh(...args)]
    }
    expectTypeOf(twice(plain, 1)).toEqualTypeOf<boolean[]>()
    function counted<F extends (...args: never[]) => unknown>(fn: Cached<F>): [F, number] {
      return [fn, fn.cacheInfo().hits]
    }
    expectTypeOf(counted(cache(plain))[1]).toEqualTypeOf<number>()
  })

  test('and goes where the function went', () => {
    const handlers: Record<string, (id: number) => boolean> = { plain: cache(plain) }
    expectTypeOf(handlers).toExtend<object>()
    expectTypeOf([1, 2].map(cache((id: number) => `${id}`))).toEqualTypeOf<string[]>()
    const annotated: (id: number) => string = cache((id) => id.toFixed())
    expectTypeOf(annotated).returns.toEqualTypeOf<string>()
  })

  test('but neither a class nor a value is a function', () => {
    // @ts-expect-error: a class
    cache(class {})
    // @ts-expect-error: a string
    cache('plain')
    // @ts-expect-error: an array
    cache([plain])
    // @ts-expect-error: null
    cache(null)
    // @ts-expect-error: a class, for the decorator form
    cache({ ttl: 1 })(class {})
  })
})

describe('options', () => {
  test('take every value of the guide', () => {
    cache(plain, {
      maxSize: Number.POSITIVE_INFINITY,
      ttl: 1_000,
      policy: 'lru',
      key: (id, lang) => [id, lang],
      name: 'plain',
      version: '2',
      graceWindow: 0,
      freeze: true,
      now: () => Date.now(),
      cacheErrors: (error) => (error instanceof TypeError ? 1_000 : false),
      perInstance: false,
    })
    cache(plain, { ttl: undefined, maxSize: undefined, policy: undefined, key: undefined, cacheErrors: 500 })
    for (const policy of ['sieve', 'lru', 'lfu', 'fifo', 'mru'] as const) cache(plain, { policy })
    const options: CacheOptions = { maxSize: 10 }
    cache(plain, options)
    cache(options)
  })

  test('refuse what is unknown or of the wrong type', () => {
    // @ts-expect-error: unknown option
    cache(plain, { maxsize: 10 })
    // @ts-expect-error: unknown option, decorator form
    cache({ maxsize: 10 })
    // @ts-expect-error: unknown option, beside a known one
    cache({ ttl: 10, size: 10 })
    // @ts-expect-error: no such policy
    cache(plain, { policy: 'clock' })
    // @ts-expect-error: no such backend
    cache(plain, { backend: 'memroy' })
    // @ts-expect-error: no such backend, decorator form
    cache({ backend: 'redis' })
    // @ts-expect-error: a string
    cache(plain, { ttl: '5s' })
    // @ts-expect-error: null is not "none"
    cache(plain, { ttl: null })
    // @ts-expect-error: `true` is no duration
    cache(plain, { cacheErrors: true })
    // @ts-expect-error: only a store can be exclusive
    cache(plain, { exclusive: true })
    // @ts-expect-error: options are an object
    cache(plain, 10)
    // @ts-expect-error: there is no third parameter
    cache(plain, {}, {})
  })

  test('`key` has the parameters of the function', () => {
    cache(plain, {
      key: (id, lang) => {
        expectTypeOf(id).toEqualTypeOf<number>()
        expectTypeOf(lang).toEqualTypeOf<string | undefined>()
        return id
      },
    })
    cache(rest, { key: (first, ...others) => [first, others.map((date) => date.getTime())] })
    cache(overloaded, {
      key: (idOrName, encoding?) => {
        expectTypeOf(idOrName).toEqualTypeOf<number | string>()
        expectTypeOf(encoding).toEqualTypeOf<'utf8' | undefined>()
        return idOrName
      },
    })
    cache(generic, { key: (value) => expectTypeOf(value).toEqualTypeOf<string | number>() })
    // @ts-expect-error: the function takes a number
    cache(plain, { key: (id: string) => id })
    // @ts-expect-error: the function has two parameters
    cache(plain, { key: (id, lang, third) => [id, lang, third] })
  })

  test('`key` of the decorator form must fit what is wrapped', () => {
    const byId = cache({ key: (user: { id: number }) => user.id })
    expectTypeOf(byId((user: { id: number; name: string }) => user.name)).parameters.toEqualTypeOf<
      [user: { id: number; name: string }]
    >()
    const many = (user: { id: number }, ...langs: string[]) => langs.length + user.id
    expectTypeOf(byId(many)).toEqualTypeOf<Cached<typeof many>>()
    expectTypeOf(cache({ key: (value: unknown) => value })(generic)('a')).toEqualTypeOf<{ value: 'a' }>()
    cache({ key: (id: number, lang?: string) => [id, lang] })(plain)
    cache({ key: (...args: unknown[]) => args.length })(rest)
    cache({ key: () => 'one' })(plain)
    // @ts-expect-error: a string has no id
    byId((name: string) => name)
    // @ts-expect-error: its parameter needs a type, since the function is not known yet
    cache({ key: (user) => user.id })
  })

  test('`perInstance` says what an instance is', () => {
    cache({ perInstance: (self: { id: number }) => self.id })
    // @ts-expect-error: its parameter needs a type, since the class is not known yet
    cache({ perInstance: (self) => self.id })
  })
})

describe('controls', () => {
  const cached = cache(plain)

  test('take the arguments of the function', () => {
    expectTypeOf(cached.cacheDelete(1, 'en')).toEqualTypeOf<boolean>()
    expectTypeOf(cached.cacheHas(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cached.cachePeek(1)).toEqualTypeOf<boolean | undefined>()
    expectTypeOf(cached.cacheRefresh(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cached.cacheSet([1], true)).toEqualTypeOf<void>()
    cached.cacheSet([1, 'en'], true, { ttl: 50 })
    cache(later).cacheSet([1], Promise.resolve({ id: 1 }))
    // @ts-expect-error: the parameter is a number
    cached.cacheDelete('1')
    // @ts-expect-error: an argument is missing
    cached.cacheHas()
    // @ts-expect-error: arguments are a list
    cached.cacheSet(1, true)
    // @ts-expect-error: the value is a boolean
    cached.cacheSet([1], 'yes')
    // @ts-expect-error: an async function's value is a promise
    cache(later).cacheSet([1], { id: 1 })
    // @ts-expect-error: unknown option
    cached.cacheSet([1], true, { maxAge: 50 })
  })

  test('are not those of another function', () => {
    type Other = (name: string) => boolean
    type Wider = (id: number) => unknown
    expectTypeOf<CacheControls<typeof plain>>().not.toExtend<CacheControls<Other>>()
    expectTypeOf<CacheControls<Wider>>().not.toExtend<CacheControls<typeof plain>>()
    expectTypeOf<CacheEntry<typeof plain>>().not.toExtend<CacheEntry<Other>>()
    expectTypeOf<CacheOptions<typeof plain>>().not.toExtend<CacheOptions<Other>>()
    expectTypeOf<Cached<typeof plain>>().not.toExtend<Cached<Other>>()
    expectTypeOf<CacheControls<typeof plain>>().toExtend<CacheControls<Wider>>()
    expectTypeOf<CacheControls<typeof plain>>().toExtend<CacheControls>()
    expectTypeOf<Cached<typeof plain>>().toExtend<Cached<Wider>>()
  })

  test('take the arguments of each overload', () => {
    const either = cache(overloaded)
    either.cacheDelete(1)
    either.cacheDelete('a', 'utf8')
    expectTypeOf(either.cachePeek(1)).toEqualTypeOf<Buffer | string | undefined>()
    // @ts-expect-error: no overload takes a name alone
    either.cacheDelete('a')
  })

  test('take the constraint for a type parameter', () => {
    cache(generic).cacheDelete('a')
    cache(generic).cacheDelete(1)
    // @ts-expect-error: outside the constraint
    cache(generic).cacheDelete(true)
  })

  test('of an async function speak of its promise', () => {
    expectTypeOf(cache(later).cachePeek(1)).toEqualTypeOf<Promise<{ id: number }> | undefined>()
    expectTypeOf(cache(later).cacheRefresh(1)).resolves.toEqualTypeOf<{ id: number }>()
  })

  test('count', () => {
    const info = cached.cacheInfo()
    expectTypeOf(info).toEqualTypeOf<CacheInfo>()
    expectTypeOf(info.hits + info.misses + info.coalesced).toEqualTypeOf<number>()
    expectTypeOf(info.maxSize).toEqualTypeOf<number>()
    // @ts-expect-error: a snapshot
    info.hits = 0
    // @ts-expect-error: there is no store
    info.storeErrors
  })

  test('walk entries, by arguments or by key', () => {
    for (const entry of cached.cacheEntries()) {
      expectTypeOf(entry).toEqualTypeOf<CacheEntry<typeof plain>>()
      expectTypeOf(entry.value).toEqualTypeOf<boolean>()
      expectTypeOf(entry.expiresAt).toEqualTypeOf<number | undefined>()
      if (entry.args) {
        expectTypeOf(entry).toEqualTypeOf<ArgsEntry<typeof plain>>()
        const [id, lang] = entry.args
        expectTypeOf(id).toEqualTypeOf<number>()
        expectTypeOf(lang).toEqualTypeOf<string | undefined>()
      } else {
        expectTypeOf(entry.key).toEqualTypeOf<unknown>()
      }
    }
  })

  test('close', () => {
    expectTypeOf(cached.cacheClear()).toEqualTypeOf<void>()
    expectTypeOf(cached.cacheClose()).toEqualTypeOf<void>()
    using closing = cached
    expectTypeOf(closing[Symbol.dispose]()).toEqualTypeOf<void>()
  })
})

describe('cacheFor', () => {
  class Users {
    byId(id: number): Promise<string> {
      return Promise.resolve(`${id}`)
    }
    get total(): number {
      return cacheFor(this as Users, 'total').cacheInfo().hits
    }
    static find(name: string): Users[] {
      return [new Users(), name as never]
    }
    #secret(salt: bigint): string {
      return `${salt}`
    }
    forget(id: number): void {
      cacheFor(this, this.byId).cacheDelete(id)
      cacheFor(this, this.#secret).cacheDelete(1n)
      // @ts-expect-error: the parameter is a bigint
      cacheFor(this, this.#secret).cacheDelete(1)
    }
  }
  const users = new Users()

  test('knows the method by its name', () => {
    expectTypeOf(cacheFor(users, 'byId').cachePeek(1)).toEqualTypeOf<Promise<string> | undefined>()
    expectTypeOf(cacheFor(users, 'byId').cacheInfo()).toEqualTypeOf<CacheInfo>()
    // @ts-expect-error: the parameter is a number
    cacheFor(users, 'byId').cacheDelete('1')
    // @ts-expect-error: no such method
    cacheFor(users, 'byName')
    // @ts-expect-error: not an object
    cacheFor('users', 'length')
  })

  test('knows static methods by the class', () => {
    expectTypeOf(cacheFor(Users, 'find').cachePeek('a')).toEqualTypeOf<Users[] | undefined>()
  })

  test('knows a getter as a function without arguments', () => {
    expectTypeOf(cacheFor(users, 'total').cachePeek()).toEqualTypeOf<number | undefined>()
    // @ts-expect-error: it has no arguments
    cacheFor(users, 'total').cachePeek(1)
  })

  test('knows the method by itself', () => {
    expectTypeOf(cacheFor(users, users.byId).cacheHas(1)).toEqualTypeOf<boolean>()
    expectTypeOf(cacheFor(users, Users.prototype.byId).cacheHas(1)).toEqualTypeOf<boolean>()
  })
})

describe('createCache', () => {
  test('is typed by its keys and values', () => {
    const pages = createCache<{ path: string }, string>({ maxSize: 10, ttl: 1_000, policy: 'lfu' })
    expectTypeOf(pages).toEqualTypeOf<Cache<{ path: string }, string>>()
    expectTypeOf(pages.get({ path: '/' })).toEqualTypeOf<string | undefined>()
    expectTypeOf(pages.peek({ path: '/' })).toEqualTypeOf<string | undefined>()
    expectTypeOf(pages.set({ path: '/' }, 'home', { ttl: 10 }).set({ path: '/a' }, 'a')).toEqualTypeOf(pages)
    expectTypeOf(pages.has({ path: '/' })).toEqualTypeOf<boolean>()
    expectTypeOf(pages.delete({ path: '/' })).toEqualTypeOf<boolean>()
    expectTypeOf(pages.clear()).toEqualTypeOf<void>()
    expectTypeOf(pages.size).toEqualTypeOf<number>()
    expectTypeOf(pages.info()).toEqualTypeOf<CacheInfo>()
    expectTypeOf(pages.entries()).toEqualTypeOf<IterableIterator<KeyEntry<{ path: string }, string>>>()
    using closing = pages
    expectTypeOf(closing.close()).toEqualTypeOf<void>()
    // @ts-expect-error: the key is an object
    pages.get('/')
    // @ts-expect-error: the value is a string
    pages.set({ path: '/' }, 1)
  })

  test('needs no types and no options', () => {
    const anything = createCache()
    expectTypeOf(anything.get('a')).toEqualTypeOf<unknown>()
    anything.set(1, 2).set('a', 'b')
  })

  test('refuses what concerns functions', () => {
    // @ts-expect-error: the key is given
    createCache({ key: (id: number) => id })
    // @ts-expect-error: there are no methods
    createCache({ perInstance: false })
    // @ts-expect-error: nothing is computed
    createCache({ cacheErrors: 100 })
    // @ts-expect-error: unknown option
    createCache({ max: 100 })
  })
})
