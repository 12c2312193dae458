/** What is wrong with options and targets is said at decoration, by name and value, and no function is called for it. */
import { describe, expect, it } from 'vitest'
import { Backend, cache, createCache, isWarpCacheError } from '../src/index.js'
import { thrownBy } from './support/refused.js'

type Fault = typeof TypeError | typeof RangeError

const never = (..._args: unknown[]): unknown => {
  throw new Error('called')
}

const METHOD = { kind: 'method', name: 'm', addInitializer() {} }

/** Every way to give options to a function or method. */
const waysFor = (options: unknown): (() => unknown)[] => [
  () => cache(never, options as object),
  () => cache(options as object),
  () => cache(options as object)(never),
  () => cache(options as object)(never, METHOD as never),
]

function expectFault(action: () => unknown, kind: Fault, code: string, ...parts: string[]): void {
  const error = thrownBy(action)
  expect(isWarpCacheError(error), String(error)).toBe(true)
  expect(error).toBeInstanceOf(kind)
  expect(error).toHaveProperty('code', `ERR_WARP_CACHE_${code}`)
  for (const part of parts) expect((error as Error).message).toContain(part)
}

/** Refused by `cache` in every form, and by `createCache` where it has that option. */
function expectBadOption(options: object, kind: Fault, ...parts: string[]): void {
  for (const way of waysFor(options)) expectFault(way, kind, 'OPTION', ...parts)
  const [name] = Object.keys(options)
  if (['key', 'cacheErrors', 'perInstance'].includes(name)) return
  expectFault(() => createCache(options), kind, 'OPTION', ...parts)
}

describe('unknown options', () => {
  it.each([
    ['maxsize', 'maxSize'],
    ['max_size', 'maxSize'],
    ['TTL', 'ttl'],
    ['tll', 'ttl'],
    ['polcy', 'policy'],
    ['graceWindows', 'graceWindow'],
    ['cacheError', 'cacheErrors'],
    ['perinstance', 'perInstance'],
    ['keys', 'key'],
  ])('%s: did you mean %s?', (name, nearest) => {
    for (const way of waysFor({ [name]: 1 })) {
      expectFault(way, TypeError, 'OPTION', `'${name}'`, `did you mean \`${nearest}\`?`)
    }
  })

  it('that resemble none are refused with the list of those that exist', () => {
    const error = thrownBy(() => cache(never, { stampedeProtection: true } as object))
    expect(String(error)).toContain("Unknown option 'stampedeProtection' of cache()")
    for (const known of ['maxSize', 'ttl', 'backend', 'policy', 'key', 'now']) {
      expect(String(error)).toContain(known)
    }
  })

  it('constructor, toString and __proto__ are no options', () => {
    expectBadOption(JSON.parse('{"constructor":1}'), TypeError, "'constructor'")
    expectBadOption(JSON.parse('{"toString":1}'), TypeError, "'toString'")
    expectBadOption(JSON.parse('{"__proto__":{"ttl":1}}'), TypeError, "'__proto__'")
  })

  it('createCache() has none that need a function', () => {
    for (const name of ['key', 'cacheErrors', 'perInstance']) {
      expectFault(() => createCache({ [name]: false }), TypeError, 'OPTION', `'${name}' of createCache()`)
    }
  })

  it('of an entry are refused, and nothing is stored', () => {
    const cached = cache((x: number) => x)
    const keyed = createCache()
    for (const options of [{ maxSize: 1 }, { TTL: 1 }, 5, null, [], 'x']) {
      expectFault(() => cached.cacheSet([1], 1, options as object), TypeError, 'OPTION')
      expectFault(() => keyed.set(1, 1, options as object), TypeError, 'OPTION')
    }
    for (const ttl of [0, -1, Number.NaN]) {
      expectFault(() => cached.cacheSet([1], 1, { ttl }), RangeError, 'OPTION', '`ttl`')
      expectFault(() => keyed.set(1, 1, { ttl }), RangeError, 'OPTION', '`ttl`')
    }
    expectFault(() => keyed.set(1, 1, { ttl: '5' as never }), TypeError, 'OPTION', '`ttl` must be a number')
    expect([cached.cacheInfo().currentSize, keyed.size]).toEqual([0, 0])
    expect([cached(1), cached(1), cached.cacheInfo().hits]).toEqual([1, 1, 1])
  })

  it('options must be an object', () => {
    for (const options of [5, true, null, [], 1n]) {
      expectFault(() => cache(never, options as object), TypeError, 'OPTION', 'must be an object')
      expectFault(() => createCache(options as object), TypeError, 'OPTION', 'must be an object')
    }
    expectFault(() => cache([] as object), TypeError, 'OPTION', 'must be an object, not an array')
    expectFault(() => cache(null as never), TypeError, 'OPTION', 'must be an object, not null')
  })

  it('a getter among them that throws is heard', () => {
    const error = new Error('from the getter')
    const options = {
      get ttl(): number {
        throw error
      },
    }
    for (const way of waysFor(options)) expect(thrownBy(way)).toBe(error)
  })
})

describe('numbers', () => {
  const hostile = { valueOf: never, toString: never, [Symbol.toPrimitive]: never }
  const noNumbers: [unknown, string][] = [
    ...['5', '', 'Infinity', 'x'].map((text): [string, string] => [text, `'${text}'`]),
    ...[5n, null, Symbol('x')].map((value): [unknown, string] => [value, 'not ']),
    [[], 'an array'],
    [{}, 'an object'],
    [hostile, 'an object'],
    [Object(5), 'an object'],
  ]
  const outOfRange: [string, number[]][] = [
    ['maxSize', [Number.NaN, -1, -0.5, 0.5, 1.5, Number.NEGATIVE_INFINITY, 2 ** 31 + 0.5]],
    ['ttl', [Number.NaN, 0, -0, -1, Number.NEGATIVE_INFINITY]],
    ['graceWindow', [Number.NaN, -0.01, 1, 5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['cacheErrors', [Number.NaN, 0, -0, -1, Number.NEGATIVE_INFINITY]],
  ]
  const inRange: [string, number[]][] = [
    ['maxSize', [0, -0, 1, 2 ** 40, Number.POSITIVE_INFINITY]],
    ['ttl', [0.5, 1, Number.MIN_VALUE, Number.MAX_VALUE, Number.POSITIVE_INFINITY]],
    ['graceWindow', [0, -0, 0.05, 0.999]],
    ['cacheErrors', [0.5, 1, Number.POSITIVE_INFINITY]],
  ]

  it.each(outOfRange)('%s: %j is a RangeError', (name, values) => {
    for (const value of values) expectBadOption({ [name]: value }, RangeError, `\`${name}\``, `not ${value}`)
  })

  it.each(outOfRange)('%s: what is no number is a TypeError', (name) => {
    for (const [value, shown] of noNumbers)
      expectBadOption({ [name]: value }, TypeError, `\`${name}\``, shown)
  })

  it.each(inRange)('%s: %j is taken', (name, values) => {
    for (const value of values) {
      const cached = cache((x: number) => ({ x }), { [name]: value })
      expect(cached(1)).toEqual({ x: 1 })
      expect(cached.cacheInfo().misses).toBe(1)
    }
  })

  it('an option that is undefined is one that is left out', () => {
    const cached = cache((x: number) => x, {
      maxSize: undefined,
      ttl: undefined,
      policy: undefined,
    } as object)
    expect([cached(1), cached(1), cached.cacheInfo().hits]).toEqual([1, 1, 1])
  })
})

describe('the other options', () => {
  it.each(['LRU', 'random', '', 'constructor', 5, null, {}, ['lru'], true])(
    'policy: %j is unknown',
    (policy) => {
      expectBadOption(
        { policy },
        RangeError,
        '`policy` must be one of',
        "'sieve', 'lru', 'lfu', 'fifo', 'mru'",
      )
    },
  )

  it.each(['redis', 'Memory', '', 7, -1, Number.NaN, null, true, Symbol('x')])(
    'backend: %s is unknown',
    (backend) => {
      expectBadOption({ backend }, RangeError, '`backend`', "'memory'", 'store')
    },
  )

  it('backend: an object that is no store is refused, with what it lacks', () => {
    const faults: [object, string][] = [
      [{}, 'has no get, set, delete, clear'],
      [{ get: never, set: never }, 'has no delete, clear'],
      [{ get: 1, set: 2, delete: 3, clear: 4 }, 'has no get, set, delete, clear'],
      [[], 'has no get, set, delete, clear'],
      [new Set(), 'has no get, set'],
    ]
    for (const [backend, lack] of faults) {
      for (const way of waysFor({ backend })) expectFault(way, TypeError, 'STORE', lack)
      expectFault(() => createCache({ backend } as object), TypeError, 'STORE', lack)
    }
  })

  it('backend: the one in memory has two names', () => {
    for (const backend of ['memory', Backend.MEMORY] as const) {
      expect(cache((x: number) => x, { backend }).cacheInfo().maxSize).toBe(128)
    }
  })

  it.each([
    ['key', 'id', 'a function'],
    ['key', { id: 1 }, 'a function'],
    ['now', 5, 'a function'],
    ['name', 5, 'a string'],
    ['version', 1, 'a string'],
    ['freeze', 'yes', 'true or false'],
    ['freeze', 1, 'true or false'],
    ['freeze', null, 'true or false'],
    ['cacheErrors', true, 'false, a number'],
    ['perInstance', 'id', 'true, false'],
    ['perInstance', null, 'true, false'],
  ])('%s: %j is not %s', (name, value, wanted) => {
    expectBadOption({ [name]: value }, TypeError, `\`${name}\` must be ${wanted}`)
  })

  it('`exclusive` needs a store, and `perInstance: (self) => key` a method', () => {
    expectBadOption({ exclusive: true }, TypeError, '`exclusive`', 'a store')
    const perInstance = () => 1
    expectFault(
      () => cache(never, { perInstance } as object),
      TypeError,
      'OPTION',
      '`perInstance` is for methods',
    )
  })
})

describe('targets', () => {
  const context = (kind: string, name: string | symbol = 'x') => ({ kind, name, addInitializer() {} })
  /** `cache` as a decorator in all its forms. */
  const decorators = [cache, cache(), cache({ ttl: 5 })] as unknown as ((...args: unknown[]) => unknown)[]

  function expectBadTarget(args: unknown[], ...parts: string[]): void {
    for (const decorator of decorators) expectFault(() => decorator(...args), TypeError, 'TARGET', ...parts)
  }

  it('what is no function is refused', () => {
    for (const value of [5, 'x', true, 1n, Symbol('x')]) expectBadTarget([value], 'not ')
    expectBadTarget([{}, {}], 'an object')
    expectFault(() => cache({})({} as never), TypeError, 'TARGET', 'an object')
    expectFault(() => cache({})(undefined as never), TypeError, 'TARGET', 'undefined')
  })

  it('a class is refused', () => {
    class Users {}
    class Admins extends Users {
      static {
        Admins.prototype.constructor = Users
      }
    }
    for (const Class of [Users, Admins, class {}, class class_ {}]) expectBadTarget([Class], 'the class')
    expectFault(() => cache(Users as never, { ttl: 5 }), TypeError, 'TARGET', "the class 'Users'")
    // Functions that a careless look might take for classes.
    const holder = { class: (x: number) => x, classify: (x: number) => x }
    for (const fn of [holder.class, holder.classify, { class() {} }.class])
      expect(() => cache(fn)).not.toThrow()
  })

  it('TC39: classes, fields, accessors and setters are refused', () => {
    expectBadTarget([class Users {}, { ...context('class'), name: 'Users' }], 'a class')
    expectBadTarget([class {}, { kind: 'class', name: undefined }], 'a class')
    expectBadTarget([undefined, context('field', 'total')], "the field 'total'", 'name = cache(')
    expectBadTarget([{ get: never, set: never }, context('accessor')], "the accessor 'x'")
    expectBadTarget([never, context('setter', Symbol('price'))], 'the setter Symbol(price)')
    expectBadTarget([never, context('setter', '#secret')], "the setter '#secret'")
  })

  it('legacy: classes, fields, setters and parameters are refused', () => {
    const prototype = {}
    expectBadTarget([class Users {}], "the class 'Users'")
    expectBadTarget([prototype, 'total', undefined], "the field 'total'")
    expectBadTarget([prototype, 'total'], "the field 'total'")
    expectBadTarget([prototype, Symbol('total'), undefined], 'the field Symbol(total)')
    expectBadTarget([prototype, 'total', { value: 5, writable: true }], "the field 'total'")
    expectBadTarget([prototype, 'price', { set: never, get: undefined }], "the setter 'price'")
    expectBadTarget([prototype, 'find', 0], 'a parameter of find')
  })

  it('generators are refused, also bound, async, as methods and in both dialects', () => {
    const generators = [
      function* () {},
      async function* () {},
      function* () {}.bind(null),
      { *walk() {} }.walk,
      { async *walk() {} }.walk,
      new Proxy(function* () {}, {}),
    ]
    for (const generator of generators) {
      expectBadTarget([generator], 'is a generator', 'an array')
      expectBadTarget([generator, context('method')], 'is a generator')
      expectBadTarget([{}, 'walk', { value: generator }], 'is a generator')
    }
  })

  it('functions of every other kind are taken, and a name of any kind does no harm', () => {
    const named = Object.defineProperty((x: number) => x, 'name', { value: Symbol('x') })
    const fns = [
      named,
      (x: number) => x,
      async (x: number) => x,
      Math.abs,
      never.bind(null),
      new Proxy(never, {}),
    ]
    for (const fn of fns) expect(typeof cache(fn).cacheInfo).toBe('function')
  })
})
