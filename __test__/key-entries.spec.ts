/** What `cacheEntries()` says that the keys were. */
import { describe, expect, it } from 'vitest'
import { cache, cacheFor, createCache } from '../src/index.js'
import { sameArguments } from './models/key-equality.js'
import { counting, range } from './support/keys.js'

/** A cached function that holds one entry, of these arguments. */
function cachedWith(args: unknown[]) {
  const cached = counting()
  cached(...args)
  return cached
}

describe('cacheEntries() gives back equal arguments', () => {
  const lists: unknown[][] = [
    ...[
      [],
      [1],
      ['a', 'b'],
      [0],
      [-0],
      [Number.NaN],
      [undefined],
      [null],
      [1n, true],
      [Symbol.for('a')],
      ['', '\ud800'],
    ],
    ...[
      [undefined, undefined],
      [0, -0, Number.NaN],
      range(64),
      range(65),
      range(70),
      [range(64), range(65)],
      [[], {}],
    ],
    [{ b: 1, a: { c: [1, { d: 2 }] }, 1: 'x' }],
    [Object.assign(Object.create(null), { a: 1 }), Object.create(null)],
    [JSON.parse('{"__proto__":{"a":1},"constructor":1}'), JSON.parse('{"__proto__":1}')],
    [{ [Symbol.for('gt')]: 5, a: { [Symbol.for('lt')]: [6], [Symbol.for('eq')]: 0 } }],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what it is about
    [[,], [1, , 3], Object.assign([, 1], { a: [1] }), /b/.exec('abc')],
    [
      new Map<unknown, unknown>([[{ a: 1 }, new Set([1, [2]])]]),
      new Map(),
      new Set(),
      Object.assign(new Map(), { a: 1 }),
    ],
    [new Date(5), new Date(Number.NaN), Object.assign(new Date(0), { a: 1 })],
    [/a/, Object.assign(/a\/b/giu, { lastIndex: 3 }), Object.assign(/a/, { lastIndex: -0 })],
    [new Uint8Array([1, 255]), Buffer.from([1, 255]), new ArrayBuffer(3), new DataView(new ArrayBuffer(2))],
    [
      new Float64Array([0.5, -0, Number.NaN]),
      new BigInt64Array([-1n]),
      new Uint8ClampedArray(2),
      new Int16Array(100),
    ],
    [Object.assign(new Uint8Array(100), { name: 'a', [Symbol.for('a')]: 1 })],
    [Object.fromEntries(range(100).map((i) => [`name ${i}`, { i }])), Object.fromEntries([['only', 1]])],
    [{}, [], [[]], [{}], { a: {} }, new Map([[[], {}]])],
  ]

  it.each(lists.map((list, i) => [i, list] as const))('list %i', (_, list) => {
    const cached = cachedWith(list)
    const [{ args }] = [...cached.cacheEntries()]
    expect(sameArguments(args!, list)).toBe(true)
    expect(args).toEqual(list)
    expect(cached.cacheHas(...args!)).toBe(true)
    for (const [i, argument] of args!.entries()) {
      if (typeof argument === 'object' && argument !== null) expect(argument).not.toBe(list[i])
    }
  })

  it('also where a function has seen too many sets of names', () => {
    const cached = counting()
    for (const i of range(1100)) cached({ [`name ${i}`]: i })
    cached.cacheClear()
    const late = [{ late: 1, a: { later: [2] } }, {}, { none: {} }, Object.create(null)]
    cached(...late)
    const [{ args }] = [...cached.cacheEntries()]
    expect(sameArguments(args!, late)).toBe(true)
  })

  it('a property called __proto__ comes back as one, and not as a prototype', () => {
    const cached = cachedWith([JSON.parse('{"__proto__":{"polluted":1}}')])
    const [{ args }] = [...cached.cacheEntries()] as unknown as [{ args: [{ polluted?: number }] }]
    expect(Object.keys(args[0])).toEqual(['__proto__'])
    expect(args[0].polluted).toBeUndefined()
  })

  it('what is done to them does not reach the key', () => {
    const cached = cachedWith([{ a: [1] }, Buffer.from([1])])
    const [{ args }] = [...cached.cacheEntries()] as unknown as [{ args: [{ a: number[] }, Buffer] }]
    args[0].a.push(2)
    args[1][0] = 2
    expect(cached.cacheHas({ a: [1] }, Buffer.from([1]))).toBe(true)
  })

  it('under `key`, and in a cache without a function, the key', () => {
    const cached = cache((user: { id: number; seen: Date }) => user, {
      key: ({ id }) => ({ id, list: [id] }),
    })
    cached({ id: 1, seen: new Date() })
    cached({ id: 1, seen: new Date(0) })
    expect([...cached.cacheEntries()].map(({ key }) => key)).toEqual([{ id: 1, list: [1] }])
    const keyed = createCache()
    for (const key of [[1, 2], 'a', { a: -0 }, undefined]) keyed.set(key, 1)
    expect([...keyed.entries()].map(({ key }) => key)).toEqual([[1, 2], 'a', { a: -0 }, undefined])
  })

  it('of a method whose instances share entries by a key: what that instance would hit', () => {
    class Shop {
      constructor(
        readonly id: unknown,
        readonly price: (...args: unknown[]) => unknown,
      ) {}
    }
    const context = { kind: 'method', name: 'price', addInitializer() {} }
    const options = { perInstance: (self: Shop) => self.id }
    const price = cache(options)((...args: unknown[]) => args.length, context as never)
    const byKey = cache({ ...options, key: (...args: unknown[]) => args.length })(
      (..._: unknown[]) => 1,
      context as never,
    )
    const [one, two, equal] = [
      new Shop({ n: 1 }, price),
      new Shop({ n: 2 }, price),
      new Shop({ n: 1 }, price),
    ]
    one.price(1, 'a')
    one.price()
    two.price(2)
    expect([...cacheFor(equal, price).cacheEntries()].map(({ args }) => args)).toEqual([[1, 'a'], []])
    expect([...cacheFor(two, price).cacheEntries()].map(({ args }) => args)).toEqual([[2]])
    byKey.call(one, 1, 2, 3)
    expect([...cacheFor(equal, byKey).cacheEntries()].map(({ key }) => key)).toEqual([3])
    expect([...cacheFor(two, byKey).cacheEntries()]).toEqual([])
  })
})
