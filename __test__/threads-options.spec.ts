/** What `backend: 'threads'` and `'shared'` take, and refuse at decoration: options, names, methods without `perInstance`. */
import { describe, expect, it } from 'vitest'
import { Backend, cache, cacheFor, createCache, isWarpCacheError } from 'warp-cache'
import { freshName } from './support/native'
import { cacheDirectory } from './support/processes'
import { thrownBy } from './support/refused'

process.env.WARP_CACHE_DIR = cacheDirectory

const fn = (n: number) => n

function expectRefused(
  options: object,
  kind: typeof TypeError | typeof RangeError,
  ...parts: string[]
): void {
  for (const make of [() => cache(fn, options), () => cache(options), () => createCache(options)]) {
    const error = thrownBy(make)
    expect(isWarpCacheError(error), String(error)).toBe(true)
    expect(error).toBeInstanceOf(kind)
    expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_OPTION')
    for (const part of parts) expect((error as Error).message).toContain(part)
  }
}

describe.each(['threads', 'shared'] as const)('options of native tables: %s', (backend) => {
  it.each([
    ['maxSize', [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 26 + 1]],
    ['maxBytes', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]],
    ['maxKeySize', [0, 1.5, 2 ** 30 + 1]],
    ['maxValueSize', [0, 1.5, 2 ** 30 + 1]],
    ['nearSize', [0, -1, 0.5, Number.POSITIVE_INFINITY]],
  ] as const)('%s out of range is a RangeError', (name, values) => {
    for (const value of values) {
      expectRefused({ backend, name: 'never', [name]: value }, RangeError, `\`${name}\``, String(value))
    }
  })

  it.each(['maxSize', 'maxBytes', 'maxKeySize', 'maxValueSize', 'nearSize', 'near'])(
    '%s of another type is a TypeError',
    (name) => {
      for (const value of ['1', 1n, null, {}, [1]]) {
        expectRefused({ backend, name: 'never', [name]: value }, TypeError, `\`${name}\``)
      }
    },
  )

  it.each([
    ['codec', 'msgpack', RangeError, "'structured'"],
    ['codec', 5, RangeError, "'structured'"],
    ['codec', null, RangeError, 'encode'],
    ['codec', {}, TypeError, '`codec.name`'],
    ['codec', { name: '', encode: fn, decode: fn }, TypeError, '`codec.name`'],
    ['codec', { name: 'json', encode: fn, decode: fn }, TypeError, '`codec.name`'],
    ['codec', { name: 'mine', encode: fn }, TypeError, '`decode`'],
    ['codec', { name: 'mine', decode: fn }, TypeError, '`encode`'],
    ['near', 'all', TypeError, "'primitives'"],
    ['policy', 'lru', TypeError, "'sieve'"],
    ['policy', 'unknown', RangeError, "'sieve'"],
    ['graceWindow', 1, RangeError, 'graceWindow'],
    ['exclusive', true, TypeError, 'store'],
  ] as const)('%s: %o is refused', (name, value, kind, part) => {
    expectRefused({ backend, name: 'never', [name]: value }, kind, part)
  })

  it('may all be given', () => {
    const cached = cache(fn, {
      backend,
      name: freshName(),
      maxSize: 10,
      maxBytes: 10_000,
      maxKeySize: 100,
      maxValueSize: 100,
      policy: 'sieve',
      graceWindow: 0,
      codec: { name: 'mine', encode: String, decode: (text: string) => Number(text) },
      near: 'primitives',
      nearSize: 5,
      ttl: 1000,
      version: '2',
      freeze: true,
      cacheErrors: 5,
    })
    expect([cached(1), cached(1), cached.cacheInfo().hits]).toEqual([1, 1, 1])
  })

  it.each(['maxBytes', 'maxKeySize', 'maxValueSize', 'codec', 'near', 'nearSize'])(
    '%s is for no other backend',
    (name) => {
      for (const other of [undefined, 'memory', new Map()]) {
        expectRefused({ backend: other, [name]: 1 }, TypeError, `\`${name}\``, backend)
      }
    },
  )

  it('that a table cannot be made with are refused by it', () => {
    const error = thrownBy(() => cache(fn, { backend, name: freshName(), maxBytes: 10 }))
    expect(error).toMatchObject({ code: 'ERR_WARP_CACHE_OPTION' })
    expect(isWarpCacheError(error)).toBe(true)
  })
})

it.each(['thread', 'share', 3, true])(
  'backend: %s is unknown, and those that there are are named',
  (backend) => {
    expectRefused(
      { backend },
      RangeError,
      "'memory'",
      "'shared'",
      'Backend.SHARED',
      "'threads'",
      'Backend.THREADS',
    )
  },
)

describe('the name of a native table', () => {
  it('must be given where the function is not cached at the top level of a module', () => {
    const error = thrownBy(() => cache(fn, { backend: 'threads' }))
    expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
    expect((error as Error).message).toContain('needs a `name`')
  })

  it('belongs to one function of an isolate', () => {
    const name = freshName()
    const first = cache(fn, { backend: 'threads', name })
    for (const other of [
      () => cache((n: number) => -n, { backend: 'threads', name }),
      () => createCache({ backend: 'threads', name }),
    ]) {
      expect(thrownBy(other)).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
    }
    const second = cache(fn, { backend: 'threads', name })
    first(1)
    expect([second(1), second.cacheInfo().hits]).toEqual([1, 1])
  })

  it('belongs to one way of making keys: what is one key to this could be another to that', () => {
    const name = freshName()
    const area = ({ w, h }: { w: number; h: number }) => w * h
    const by = (key?: (box: { w: number; h: number }) => unknown) =>
      cache(area, { backend: 'threads', name, ...(key && { key }) })
    const byWidth = () => by(({ w }) => w)
    const first = byWidth()
    for (const other of [() => by(({ h }) => h), () => by()]) {
      const error = thrownBy(other)
      expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
      expect((error as Error).message).toContain('another `key`')
    }
    const second = byWidth()
    expect([first({ w: 2, h: 3 }), second({ w: 2, h: 9 })]).toEqual([6, 6])
    first.cacheClose()
    expect(thrownBy(() => by())).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
    second.cacheClose()
    expect(by()({ w: 2, h: 9 })).toBe(18)
  })

  it('belongs to one way of telling instances apart', () => {
    interface User {
      readonly id: number
      readonly realm: string
    }
    const name = freshName()
    const find = function (this: User) {
      return this.id
    }
    const context = { kind: 'method', name: 'find', addInitializer: () => {} } as never
    const by = (perInstance: (self: User) => unknown) =>
      cache({ backend: 'threads', name, perInstance })(find, context) as typeof find
    const [first, second] = [by(({ id }) => id), by(({ id }) => id)]
    expect([first.call({ id: 1, realm: 'a' }), second.call({ id: 1, realm: 'b' })]).toEqual([1, 1])
    const error = thrownBy(() => by(({ realm }) => realm))
    expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
    expect((error as Error).message).toContain('`perInstance`')
  })

  it('may be given with a version: another version is another table', () => {
    const name = freshName()
    const first = cache(() => 1, { backend: 'threads', name, version: '1' })
    const second = cache(() => 2, { backend: 'threads', name, version: '2' })
    expect([first(), second(), first(), second()]).toEqual([1, 2, 1, 2])
  })

  it.each(['', 'x'.repeat(513)])('is refused as %j', (name) => {
    expect(thrownBy(() => cache(fn, { backend: 'threads', name }))).toHaveProperty(
      'code',
      'ERR_WARP_CACHE_NAME',
    )
  })

  it('may have characters that the table itself would refuse', () => {
    const name = `${freshName()} #\n\ud800 Łódź`
    expect(cache(fn, { backend: 'threads', name })(1)).toBe(1)
  })
})

describe('methods over a native table', () => {
  it('must say what `this` means', () => {
    const error = thrownBy(() => {
      class Service {
        @cache({ backend: 'threads', name: freshName() })
        method(): number {
          return 1
        }
      }
      return Service
    })
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_OPTION')
    expect((error as Error).message).toContain('`perInstance: false`')
  })

  it('of all instances share their entries with `perInstance: false`', () => {
    let calls = 0
    class Service {
      @cache({ backend: 'threads', name: freshName(), perInstance: false })
      method(n: number): number {
        return n + ++calls
      }
    }
    const [a, b] = [new Service(), new Service()]
    expect([a.method(1), b.method(1), a.method(2)]).toEqual([2, 2, 4])
    expect(cacheFor(a, 'method').cacheInfo()).toMatchObject({ hits: 1, misses: 2 })
  })

  it('of instances with an equal key share theirs', () => {
    class Tenant {
      constructor(readonly id: string) {}
      @cache({ backend: Backend.THREADS, name: freshName(), perInstance: (self: Tenant) => self.id })
      method(n: number): string {
        return `${this.id}:${n}`
      }
    }
    const [a, again, b] = [new Tenant('a'), new Tenant('a'), new Tenant('b')]
    expect([a.method(1), again.method(1), b.method(1)]).toEqual(['a:1', 'a:1', 'b:1'])
    expect([...cacheFor(again, 'method').cacheEntries()]).toMatchObject([{ args: [1], value: 'a:1' }])
    expect(cacheFor(b, 'method').cacheInfo()).toMatchObject({ hits: 1, misses: 2, currentSize: 2 })
    cacheFor(a, 'method').cacheDelete(1)
    expect([cacheFor(again, 'method').cacheHas(1), cacheFor(b, 'method').cacheHas(1)]).toEqual([false, true])
  })

  it('may be getters', () => {
    let calls = 0
    class Service {
      @cache({ backend: 'threads', name: freshName(), perInstance: false })
      get settings(): { n: number } {
        return { n: ++calls }
      }
    }
    expect([new Service().settings, new Service().settings]).toEqual([{ n: 1 }, { n: 1 }])
  })
})
