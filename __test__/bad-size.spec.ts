/**
 * Arguments without an end, or too large for a key, are refused in bounded time and memory: a host is neither blocked
 * nor brought down by what it is given. (That these tests end is the larger part of what they show.)
 */
import { describe, expect, it } from 'vitest'
import { counting, range } from './support/keys.js'
import { expectKeyError, expectRefused, expectUnharmed } from './support/refused.js'

const MEBIBYTE = 1024 * 1024
const TOO_MANY = 'it has more than 1000000 parts'

/** `inner`, with so many things around it. */
function nest(
  levels: number,
  around: (inner: unknown, level: number) => unknown,
  inner: unknown = 0,
): unknown {
  return range(levels).reduce(around, inner)
}

describe('depth', () => {
  const kinds: [string, (inner: unknown) => unknown, string][] = [
    ['arrays', (inner) => [inner], '[0][0][0]'],
    ['objects', (inner) => ({ a: inner }), '.a.a.a'],
    ['objects without a prototype', (inner) => Object.assign(Object.create(null), { a: inner }), '.a.a.a'],
    ['maps', (inner) => new Map([['x', inner]]), '<value 0><value 0><value 0>'],
    ['keys of maps', (inner) => new Map([[inner, 'x']]), '<key 0><key 0><key 0>'],
    ['sets', (inner) => new Set([inner]), '<element 0><element 0><element 0>'],
    ['named properties', (inner) => Object.assign([], { a: inner }), '.a.a.a'],
  ]

  it.each(kinds)('100,000 levels of %s are refused', (_, around, place) => {
    expectRefused(nest(100_000, around), 'it is nested deeper than 1000 levels', place)
  })

  it.each(kinds)('1,000 levels of %s are a key, 1,001 are not', (_, around, place) => {
    const cached = counting()
    expect(cached(nest(1000, around))).toBe(cached(nest(1000, around)))
    expect(cached(nest(999, around))).toBe(2)
    expectRefused(nest(1001, around), 'it is nested deeper than 1000 levels', place)
  })

  it('objects that are made while they are read, without end, are refused', () => {
    const endless = (): unknown => ({
      get next() {
        return endless()
      },
    })
    expectRefused(endless(), 'it is nested deeper than 1000 levels', '.next.next.next')
    const mirror: object = new Proxy({ a: 1 }, { get: () => mirror })
    expectRefused(mirror, 'it contains itself', '.a.a.a')
  })

  it('a call near the end of the call stack fails, and leaves nothing behind', () => {
    expectUnharmed((cached) => {
      const argument = { a: { b: [{ c: [1, 2, { d: 'x' }] }] }, e: new Map([[1, { f: 1 }]]) }
      let overflows = 0
      const dive = (): void => {
        try {
          cached.cacheHas(argument, 'x')
        } catch (error) {
          if (error instanceof RangeError) overflows++
        }
        dive()
      }
      for (const _ of range(20)) expect(dive).toThrow(RangeError)
      expect(overflows).toBeGreaterThan(0)
    })
  })
})

describe('cycles', () => {
  /** Cycles of one object and of two, each with `width` other things in it. */
  function cycles(width: number): unknown[] {
    const wide = range(width)
    const list: unknown[] = [0, ...wide]
    list[0] = list
    const map = new Map<unknown, unknown>()
    map.set('self', map)
    const keys = new Map<unknown, unknown>()
    keys.set([keys], 1)
    const set = new Set<unknown>()
    set.add(set)
    const object: Record<string, unknown> = { self: undefined }
    object.self = object
    for (const i of wide) {
      map.set(i, i)
      keys.set(i, i)
      set.add(i)
      object[`name ${i}`] = i
    }
    const named = Object.assign([...wide], { self: {} })
    named.self = { named }
    return [list, map, keys, set, object, named]
  }

  it.each([0, 1, 100_000])('are refused, with %i other things beside', (width) => {
    for (const cycle of cycles(width)) {
      expectUnharmed((cached) => {
        expectKeyError(() => cached(cycle), 'Argument 1 at ', 'it contains itself')
        expectKeyError(() => cached(1, { a: [cycle] }), 'Argument 2 at .a[0]', 'it contains itself')
      })
    }
  })

  it.each(range(20))('of 2 · %i + 1 objects are refused', (length) => {
    const start: { next?: unknown } = {}
    start.next = nest(length, (inner) => ({ next: [inner] }), start)
    expectUnharmed((cached) => {
      expectKeyError(() => cached(start), 'Argument 1 at .next', 'it contains itself')
    })
  })

  it('are no more than that: the same object in many places is no cycle', () => {
    const shared = { a: { b: { c: { d: { e: { f: { g: [1] } } } } } } }
    const twice = () => nest(20, (inner) => [inner, shared], shared)
    const cached = counting()
    expect(cached(twice())).toBe(cached(twice()))
  })

  it('are not seen where a getter has called the function with an object that is around it', () => {
    const cached = counting()
    const shared = nest(9, (inner) => ({ inner }), 1)
    const nosy = {
      get before() {
        cached(nest(3, (inner) => [inner], shared))
        return shared
      },
    }
    expect(cached(nest(3, (inner) => [inner], nosy))).toBe(
      cached(nest(3, (inner) => [inner], { before: shared })),
    )
  })
})

describe('size', () => {
  const doublings: [string, (inner: unknown, level: number) => unknown][] = [
    ['arrays', (inner) => [inner, inner]],
    ['objects', (inner) => ({ a: inner, b: inner })],
    [
      'objects in turning order',
      (inner, i) => (i % 2 === 0 ? { a: inner, b: inner } : { b: inner, a: inner }),
    ],
    ['maps', (inner) => new Map([[inner, inner]])],
    ['sets', (inner) => new Set([[inner], { inner }])],
    ['named properties', (inner) => Object.assign([inner], { inner })],
  ]

  it.each(doublings)('60 %s that spell out to 2⁶⁰ parts, since they share them, are refused', (_, double) => {
    expectUnharmed((cached) => {
      expectKeyError(() => cached(nest(60, double, [])), 'Argument 1 at ', TOO_MANY)
    })
  })

  it('a large part deep inside objects that must all be brought into order is refused', () => {
    const cached = counting()
    cached({ a: 1, b: 1 })
    const around = (inner: unknown) => ({ b: inner, a: 1 })
    const large = nest(900, around, range(200_000))
    expectKeyError(() => cached(large), 'Argument 1 at .b.b', 'too much of it must be moved')
    const smaller = nest(30, around, range(10_000))
    expect(cached(smaller)).toBe(cached(nest(30, (inner) => ({ a: 1, b: inner }), range(10_000))))
  })

  it('sparse arrays of length 2³¹ are refused', () => {
    const sparse = () => Object.assign([], { length: 2 ** 31, 5: 1 })
    expectRefused(sparse(), TOO_MANY)
    expectRefused({ a: [sparse()] }, TOO_MANY, '.a[0]')
    expectUnharmed((cached) => {
      expectKeyError(() => cached.cacheSet(sparse(), 1), 'The argument list ', TOO_MANY)
      expectKeyError(() => cached.cacheSet(new Array(2 ** 32 - 1), 1), 'The argument list ', TOO_MANY)
    })
  })

  it('collections of more than a million parts are refused, of 200,000 they are keys', () => {
    const numbers = range(1_000_001)
    for (const collection of [numbers, new Map(numbers.entries()), new Set(numbers)]) {
      expectUnharmed((cached) => {
        expectKeyError(() => cached(collection), 'Argument 1 cannot', TOO_MANY)
      })
    }
    const cached = counting()
    const fewer = numbers.slice(0, 200_000)
    for (const collection of [fewer, new Map(fewer.entries()), new Set(fewer)]) {
      expect(cached(collection)).toBe(cached(structuredClone(collection)))
    }
    expect(cached.cacheInfo()).toMatchObject({ hits: 3, misses: 3 })
  })

  it('more than 64 MiB of bytes are refused, at once or in parts', () => {
    const why = 'more than 67108864 bytes'
    const part = new Uint8Array(MEBIBYTE)
    expectUnharmed((cached) => {
      expectKeyError(() => cached(new ArrayBuffer(64 * MEBIBYTE + 1)), 'Argument 1 cannot', why)
      expectKeyError(() => cached({ a: new Array(100_000).fill(part) }), 'Argument 1 at .a[64] ', why)
    })
    const cached = counting()
    const list = () => new Array(20).fill(part)
    expect(cached(list())).toBe(cached(list()))
    expect(cached(list(), list(), list())).toBe(cached(list(), list(), list()))
  })

  it('names of any length make messages of bounded length', () => {
    const name = 'x'.repeat(MEBIBYTE)
    expectUnharmed((cached) => {
      expectKeyError(() => cached({ [name]: { end: () => 1 } }), 'Argument 1 at .xxx', 'xxx.end cannot')
    })
  })
})
