/** What is one key and what is not: every argument counts, by its type and value, structurally. */
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { cache } from '../src/index.js'
import { counting, expectAllDifferent, isHit, isSame, permutations, range } from './support/keys.js'

describe('primitives', () => {
  it('count by type and value', () => {
    const values = [
      1,
      '1',
      1n,
      true,
      'true',
      false,
      'false',
      null,
      'null',
      undefined,
      'undefined',
      '',
      '0',
      0n,
    ]
    expectAllDifferent([...values, 2, 1.5, '1.5', -1, -1n, 2n ** 64n, 2 ** 53, 2 ** 53 + 2, Number.MIN_VALUE])
  })

  it('0 is not -0, and NaN is NaN', () => {
    expectAllDifferent([0, -0, Number.NaN, 'NaN', '-0', null])
    expect(isSame(Number.NaN, 0 / 0)).toBe(true)
    const bits = new Float64Array(new BigUint64Array([0x7ff8000000000001n]).buffer)
    expect(isSame(Number.NaN, bits[0])).toBe(true)
  })

  it('big integers by value', () => {
    expect(isSame(2n ** 100n, BigInt('1267650600228229401496703205376'))).toBe(true)
    expectAllDifferent([2n ** 100n, 2n ** 100n + 1n, -(2n ** 100n)])
  })

  it('strings by UTF-16 code unit: lone surrogates, unnormalised letters and NUL are what they are', () => {
    expectAllDifferent([
      '\ud800',
      '\udc00',
      '\ud800\udc00',
      '\ufffd',
      'é',
      'e\u0301',
      'a\0',
      'a',
      '\0',
      '',
      'Ł',
      'A',
    ])
  })

  it('symbols of Symbol.for() by their registry key', () => {
    expectAllDifferent([Symbol.for('a'), Symbol.for('b'), Symbol.for(''), 'a', 'Symbol(a)'])
    expect(isSame(Symbol.for('a'), vm.runInNewContext("Symbol.for('a')"))).toBe(true)
  })

  it('strings that look like how a structure might be written are just strings', () => {
    const texts = [
      '[1]',
      '{"a":1}',
      '1,2',
      '[object Object]',
      'array',
      'Map',
      'zero',
      'hole',
      'NaN',
      'a\u0000b',
      's:a',
    ]
    expectAllDifferent([...texts, [1], { a: 1 }, [1, 2], [], {}, new Map(), ['zero']])
  })
})

/** Arguments of some kinds. */
const MADE: ((i: number) => unknown)[] = [(i) => i, (i) => `${i}`, (i) => ({ i }), (i) => [i]]

describe('argument lists', () => {
  it('a missing argument is not undefined', () => {
    expect(isHit([1], [1, undefined])).toBe(false)
    expect(isHit([], [undefined])).toBe(false)
    expect(isHit([undefined], [undefined, undefined])).toBe(false)
    expect(isHit([1, undefined], [1, undefined])).toBe(true)
    expect(isHit([], [])).toBe(true)
  })

  it('of 0, 1, 2, 3, 64, 65 and 70 arguments, every one counts', () => {
    for (const count of [0, 1, 2, 3, 64, 65, 70]) {
      for (const make of MADE) {
        const cached = counting()
        const list = () => range(count).map((i) => make(i))
        const results = new Set([cached(...list())])
        expect(cached(...list()), `${count} arguments`).toBe([...results][0])
        for (const changed of range(count)) results.add(cached(...list().with(changed, 'changed')))
        results.add(cached(...list(), undefined))
        if (count > 0) results.add(cached(...list().slice(1)))
        expect(results.size, `${count} arguments`).toBe(count + (count > 0 ? 3 : 2))
      }
    }
  })

  it('where one argument ends and the next begins is part of the key', () => {
    const lists = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      [['ab', 'c']],
      [['ab'], 'c'],
      ['a,b', 'c'],
      ['a', 'b,c'],
    ]
    for (const a of lists) for (const b of lists) expect(isHit(a, b)).toBe(a === b)
  })

  it('a list and the same list as one array are two keys', () => {
    for (const list of [[], [1], [1, 2], ['a', {}], range(70)]) expect(isHit(list, [list])).toBe(false)
  })

  it('their order counts', () => {
    const cached = counting()
    expect(new Set(permutations([1, 2, '1', {}]).map((list) => cached(...list))).size).toBe(24)
  })
})

describe('plain objects', () => {
  it('the order of properties does not count, on any level', () => {
    const cached = counting()
    const orders = permutations(['a', 'b', 'c', 'd', 'e'])
    const results = orders.map((order) => {
      const inner = Object.fromEntries(order.toReversed().map((name) => [name, `inner ${name}`]))
      return cached({ list: [inner], ...Object.fromEntries(order.map((name) => [name, { [name]: inner }])) })
    })
    expect(new Set(results).size).toBe(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 119, misses: 1 })
  })

  it('which value belongs to which name does count', () => {
    const cached = counting()
    const names = ['a', 'b', 'c', 'd']
    // Every order of the names with every order of the values: 24 objects, each in 24 orders.
    const seen = new Map<string, unknown>()
    for (const order of permutations(names)) {
      for (const values of permutations([1, 2, 3, 4])) {
        const object = Object.fromEntries(order.map((name, i) => [name, values[i]]))
        const written = names.map((name) => object[name]).join()
        const result = cached(object)
        expect(seen.get(written) ?? result).toBe(result)
        seen.set(written, result)
      }
    }
    expect(cached.cacheInfo()).toMatchObject({ misses: 24, hits: 24 * 23 })
  })

  it('a property that is undefined is not one that is missing', () => {
    expectAllDifferent([{}, { a: undefined }, { a: null }, { b: undefined }, { a: undefined, b: undefined }])
  })

  it('names and values cannot be taken for each other', () => {
    expectAllDifferent([
      { a: 'b' },
      { b: 'a' },
      ['a', 'b'],
      { 0: 'a', 1: 'b' },
      { 'a:b': 1 },
      { a: { b: 1 } },
      { a: 1 },
    ])
  })

  it('without a prototype is another kind', () => {
    const bare = (from: object) => Object.assign(Object.create(null), from)
    expectAllDifferent([
      {},
      bare({}),
      { a: 1 },
      bare({ a: 1 }),
      { a: bare({}) },
      bare({ a: {} }),
      bare({ a: bare({}) }),
    ])
    expect(isSame(bare({ a: 1, b: 2 }), bare({ b: 2, a: 1 }))).toBe(true)
  })

  it('properties called __proto__, constructor, … are like all others', () => {
    const texts = [
      '{"__proto__":{"a":1}}',
      '{"__proto__":{"a":2}}',
      '{"__proto__":null}',
      '{"constructor":{"a":1}}',
    ]
    const more = [
      '{}',
      '{"a":1}',
      '{"hasOwnProperty":1}',
      '{"toString":1,"valueOf":2}',
      '{"__proto__":1,"a":1}',
    ]
    expectAllDifferent([...texts, ...more].map((text) => JSON.parse(text)))
    expect(isSame(JSON.parse('{"__proto__":1,"a":2}'), JSON.parse('{"a":2,"__proto__":1}'))).toBe(true)
  })

  it('whole numbers as names count like others, though JavaScript moves them to the front', () => {
    expect(isSame({ b: 1, 2: 2, a: 3, 1: 4 }, { 1: 4, a: 3, 2: 2, b: 1 })).toBe(true)
    expectAllDifferent([{ 1: 1 }, { 2: 1 }, { '01': 1 }, { 1: '1' }, [undefined, 1], { 0: undefined, 1: 1 }])
  })

  it('enumerable properties count, hidden and inherited ones do not', () => {
    const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: false })
    expect(isSame(hidden, { a: 1 })).toBe(true)
    const symbol = Object.defineProperty({ a: 1 }, Symbol('unique'), { value: 2, enumerable: false })
    expect(isSame(symbol, { a: 1 })).toBe(true)
  })

  it('frozen, sealed and written by getters, they are the same', () => {
    const object = { a: 1, b: { c: 2 } }
    const getters = {
      get a() {
        return 1
      },
      get b() {
        return { c: 2 }
      },
    }
    for (const other of [
      Object.freeze({ ...object }),
      Object.seal({ ...object }),
      getters,
      new Proxy(object, {}),
    ]) {
      expect(isSame(object, other)).toBe(true)
    }
  })

  it('an enumerable property on Object.prototype, or an element on Array.prototype, changes nothing', () => {
    const cached = counting()
    cached({ a: 1 })
    // biome-ignore lint/suspicious/noSparseArray: a hole is what it is about
    const lists = [[{ a: 1 }], [{ a: 1, polluted: 1 }], [[1, , 3]], [[1, 'inherited', 3]]]
    let results: unknown[]
    let refusal: unknown
    Object.assign(Object.prototype, { polluted: 1 })
    Object.assign(Array.prototype, { 1: 'inherited' })
    try {
      results = [...lists, ...lists].map((list) => cached(...list))
      cache(() => 1, {})
      cache(() => 1, { polluted: 1 } as object)
    } catch (error) {
      refusal = error
    } finally {
      delete (Object.prototype as { polluted?: number }).polluted
      delete (Array.prototype as { 1?: string })[1]
    }
    expect(results!).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
    expect(String(refusal)).toContain('Unknown option')
  })

  it('empty structures are told apart, nested as deep as you like', () => {
    expectAllDifferent([
      {},
      [],
      [[]],
      [{}],
      { a: {} },
      { a: [] },
      [[], []],
      [[[]]],
      new Map(),
      new Set(),
      [new Map()],
    ])
    const nest = (levels: number, inner: unknown): unknown =>
      levels === 0 ? inner : [nest(levels - 1, inner)]
    expect(isSame(nest(900, {}), nest(900, {}))).toBe(true)
    expect(isSame(nest(900, {}), nest(900, []))).toBe(false)
    expect(isSame(nest(900, {}), nest(899, {}))).toBe(false)
  })

  it('the same object twice is the same as two equal ones', () => {
    const shared = { a: [1] }
    expect(isSame([shared, shared], [{ a: [1] }, { a: [1] }])).toBe(true)
  })

  it('what counts is the state at the call', () => {
    const cached = counting()
    const object = { list: [1] }
    const before = cached(object)
    object.list.push(2)
    expect(cached(object)).not.toBe(before)
    expect(cached({ list: [1] })).toBe(before)
  })
})

describe('symbols as names', () => {
  const gt = Symbol.for('gt')
  const lt = Symbol.for('lt')

  it('registered ones count like others', () => {
    expectAllDifferent([
      {},
      { [gt]: 5 },
      { [gt]: 6 },
      { [lt]: 5 },
      { gt: 5 },
      { [gt]: 5, gt: 5 },
      { [gt]: { [lt]: 5 } },
    ])
    expect(isSame({ a: 1, [gt]: 5, [lt]: 6 }, { [lt]: 6, [gt]: 5, a: 1 })).toBe(true)
    expect(isSame({ age: { [gt]: 5, [lt]: 6 } }, { age: { [gt]: 5, [lt]: 7 } })).toBe(false)
  })

  it('on arrays and other built-ins too', () => {
    const tagged = (object: object, value: unknown) => Object.assign(object, { [gt]: value })
    expectAllDifferent([
      [1],
      tagged([1], 1),
      tagged([1], 2),
      new Map(),
      tagged(new Map(), 1),
      tagged(new Date(0), 1),
    ])
  })

  it('unique ones are refused, with their place', () => {
    const cached = counting()
    const place = /^Argument 1 at \.where\[Symbol\(unique\)\] .*unique symbol/
    expect(() => cached({ where: { [Symbol('unique')]: 1 } })).toThrow(place)
    expect(() => cached({ where: Object.assign([], { [Symbol('unique')]: 1 }) })).toThrow(place)
    expect(() => cached({ [Symbol.iterator]: 1 })).toThrow('unique symbol')
    expect(cached.cacheInfo().currentSize).toBe(0)
  })
})
