/** Which results a native table holds, what becomes of the others, and what codecs may do. */
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { cache, createCache, type UserCodec } from 'warp-cache'
import { fc, SOAK } from './support/draws'
import { freshName } from './support/native'
import { thrownBy } from './support/refused'
import { threads } from './support/threads'

let warn: MockInstance<typeof process.emitWarning>
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

/** The codes and messages of the warnings. */
const warnings = () =>
  warn.mock.calls.map(([message, options]) => `${(options as unknown as { code: string }).code} ${message}`)

class Point {
  constructor(readonly x: number) {}
}

describe('a result that cannot be copied', () => {
  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'function'],
    ['a unique symbol', Symbol('s'), 'symbol'],
    ['a class instance', new Point(1), 'Point'],
    ['a method deep inside', { list: [{ call() {} }] }, '.list[0].call'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'a', { enumerable: true, get: () => JSON.parse('{') }),
      'JSON',
    ],
    ['a WeakMap', new WeakMap(), 'WeakMap'],
  ])('is returned, counted, and warned of once: %s', (_, value, told) => {
    const name = freshName()
    const cached = threads(() => value, { name })
    expect([cached(), cached()]).toEqual([value, value])
    expect(cached()).toBe(value)
    expect(cached.cacheInfo()).toMatchObject({ misses: 3, hits: 0, unstorable: 3, currentSize: 0, errors: 0 })
    expect(warnings()).toEqual([expect.stringContaining('WARP_CACHE_UNSTORABLE')])
    expect(warnings()[0]).toContain(name)
    expect(warnings()[0]).toContain(told)
  })

  it('is returned by an async function, too', async () => {
    const cached = threads(async () => new Point(1))
    const [a, b] = await Promise.all([cached(), cached()])
    expect(a).toBe(b)
    expect(await cached()).toBeInstanceOf(Point)
    expect(cached.cacheInfo()).toMatchObject({ misses: 2, coalesced: 1, unstorable: 2 })
  })

  it('does not leave the value that it was to replace', () => {
    let value: unknown = 1
    const cached = threads(() => value)
    cached()
    cached.cacheSet([], () => {})
    expect(cached.cacheHas()).toBe(false)
    cached()
    value = new Point(2)
    expect(cached.cacheRefresh()).toBe(value)
    expect(cached.cacheHas()).toBe(false)
  })

  it('keeps other results from being stored no more than it must', () => {
    const cached = threads((n: number): unknown => (n === 0 ? cached(1) && (() => n) : n + 1))
    cached(0)
    expect(cached.cacheHas(1)).toBe(true)
  })
})

describe('limits', () => {
  it('a value beyond maxValueSize is computed each time, and counted', () => {
    const cached = threads((n: number) => 'x'.repeat(n), { maxValueSize: 100 })
    for (const n of [99, 99, 100, 100, 101]) expect(cached(n).length).toBe(n)
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 4, oversizeSkips: 3, currentSize: 1 })
    expect(warnings()).toEqual([])
  })

  it('a key beyond maxKeySize is computed each time, and counted', async () => {
    const cached = threads(async (key: string) => key.length, { maxKeySize: 100 })
    for (const n of [49, 49, 50, 50, 1000]) expect(await cached('x'.repeat(n))).toBe(n)
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 4, oversizeSkips: 3, currentSize: 1 })
    const long = 'y'.repeat(50)
    expect([cached.cacheHas(long), cached.cachePeek(long), cached.cacheDelete(long)]).toEqual([
      false,
      undefined,
      false,
    ])
    cached.cacheSet([long], 1 as never)
    expect(cached.cacheHas(long)).toBe(false)
    const [a, b] = [cached(long), cached(long)]
    expect(a).toBe(b)
    expect(await cached.cacheRefresh(long)).toBe(50)
  })

  it('a structured key beyond maxKeySize is no entry of its beginning', () => {
    const cached = threads((list: number[]) => list.length, { maxKeySize: 100 })
    for (let n = 0; n < 30; n++) expect(cached(Array.from({ length: n }, () => 1))).toBe(n)
    expect(cached.cacheInfo().oversizeSkips).toBeGreaterThan(0)
  })

  it('a set beyond a limit does not leave the value that it was to replace', () => {
    const cached = threads((_n: number) => 'small', { maxValueSize: 50 })
    cached(1)
    cached.cacheSet([1], 'x'.repeat(100))
    expect(cached.cacheHas(1)).toBe(false)
  })

  it('an entry beyond maxBytes is not stored', () => {
    const cached = threads((n: number) => 'x'.repeat(n), { maxBytes: 1_000 })
    cached(5_000)
    cached(10)
    expect(cached.cacheInfo()).toMatchObject({ oversizeSkips: 1, currentSize: 1 })
  })

  it('values far beyond the first scratch come and go whole', () => {
    const cached = threads((n: number) => Buffer.alloc(n, n & 0xff), { maxValueSize: 2 ** 24, near: false })
    for (const n of [10, 5_000, 100_000, 3_000_000, 20]) {
      cached(n)
      expect(cached(n).equals(Buffer.alloc(n, n & 0xff))).toBe(true)
    }
    expect([...cached.cacheEntries()].map(({ value }) => value.length)).toEqual([
      10, 5_000, 100_000, 3_000_000, 20,
    ])
  })
})

describe('values', () => {
  it.each(['structured', 'v8'] as const)(
    'of every kind come back as structuredClone copies them (%s)',
    (codec) => {
      const cyclic: { self?: unknown; list: unknown[] } = { list: new Array(3) }
      cyclic.list[1] = 2
      cyclic.self = cyclic
      const part = { a: 1 }
      const values: unknown[] = [
        cyclic,
        [part, part],
        new Map<unknown, unknown>([[{ a: 1 }, new Set([1, '2'])]]),
        new Date(Number.NaN),
        /a+/giu,
        new RangeError('far', { cause: { code: 1 } }),
        new Float64Array([1, -0, Number.NaN]),
        new Uint8Array([1, 2]).buffer,
        [-0, Number.NaN, 2n ** 70n, '\ud800', undefined, null],
        JSON.parse('{"__proto__": {"polluted": 1}}'),
      ]
      const cached = threads((n: number) => values[n], { codec, near: false })
      for (const [n, value] of values.entries()) {
        cached(n)
        expect(cached(n)).toStrictEqual(structuredClone(value))
      }
      expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
      expect(warnings()).toEqual([])
    },
  )

  it('come back equal, whatever they are', () => {
    const cached = createCache<number, unknown>({ backend: 'threads', name: freshName(), near: false })
    const property = fc.property(
      fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true }),
      (value) => {
        cached.set(1, value)
        expect(cached.get(1)).toStrictEqual(structuredClone(value))
      },
    )
    fc.assert(property, { numRuns: SOAK ? 100_000 : 1_000 })
  })

  it('may look other values up while they are read', () => {
    const inner = threads((n: number) => ({ text: 'y'.repeat(n) }), { near: false })
    inner(3_000)
    const cached = threads(
      (n: number) => ({
        before: 'x'.repeat(n),
        get inside() {
          return inner(3_000).text.length + inner(n).text.length
        },
        after: 'z'.repeat(n),
      }),
      { near: false },
    )
    cached(1_000)
    expect(cached(1_000)).toEqual({ before: 'x'.repeat(1_000), inside: 4_000, after: 'z'.repeat(1_000) })
  })
})

describe('codecs', () => {
  const mine = (over: Partial<UserCodec>): UserCodec => ({
    name: 'mine',
    encode: (value) => JSON.stringify(value),
    decode: (text: string) => JSON.parse(text),
    ...over,
  })

  it('json gives what JSON gives', () => {
    const cached = threads(() => ({ at: new Date(0), none: undefined }), { codec: 'json' })
    cached()
    expect(cached()).toEqual({ at: '1970-01-01T00:00:00.000Z' })
  })

  it.each([
    ['strings', mine({})],
    [
      'bytes',
      mine({
        encode: (v) => Buffer.from(JSON.stringify(v)),
        decode: (b: Buffer) => JSON.parse(b.toString()),
      }),
    ],
  ])('of the user may give %s', (_, codec) => {
    const cached = threads((n: number) => ({ n, text: 'Łódź' }), { codec, near: false })
    for (let i = 0; i < 3; i++) expect(cached(1)).toEqual({ n: 1, text: 'Łódź' })
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, misses: 1 })
  })

  it.each<[string, Partial<UserCodec>]>([
    ['throws', { encode: () => JSON.parse('{') }],
    ['gives nothing', { encode: () => undefined as never }],
    ['gives a number', { encode: () => 1 as never }],
    ['gives a promise', { encode: () => Promise.resolve('') as never }],
  ])('whose encode %s make a value unstorable', (_, over) => {
    const cached = threads(() => ({ n: 1 }), { codec: mine(over) })
    for (let i = 0; i < 3; i++) expect(cached()).toEqual({ n: 1 })
    expect(cached.cacheInfo()).toMatchObject({ misses: 3, unstorable: 3 })
    expect(warnings().length).toBe(1)
  })

  it('whose decode throws make a miss, warned of once', () => {
    const codec = mine({ decode: () => JSON.parse('{') })
    const cached = threads(() => ({ n: 1 }), { codec })
    for (let i = 0; i < 3; i++) expect(cached()).toEqual({ n: 1 })
    expect(cached.cachePeek()).toBe(undefined)
    expect([...cached.cacheEntries()]).toEqual([])
    expect(cached.cacheInfo()).toMatchObject({ misses: 3, hits: 0, errors: 0, unstorable: 0 })
    expect(warnings()).toEqual([expect.stringContaining('WARP_CACHE_CODEC')])
  })

  it('that use caches themselves, or tear at what they are given, disturb nobody', () => {
    const other = threads((n: number) => ({ text: 'o'.repeat(n) }), { near: false })
    const codec = mine({
      encode: (value) => {
        other(2_000)
        return Buffer.from(JSON.stringify(value))
      },
      decode: (bytes: Buffer) => {
        const copy = JSON.parse(bytes.toString())
        other(2_000)
        bytes.fill(0)
        structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
        return copy
      },
    })
    const cached = threads((n: number) => ({ n, text: 'x'.repeat(n) }), { codec, near: false })
    for (let i = 0; i < 3; i++) {
      for (const n of [1, 1_000]) expect(cached(n)).toEqual({ n, text: 'x'.repeat(n) })
    }
    expect(cached.cacheInfo()).toMatchObject({ hits: 4, misses: 2 })
  })

  it('that differ are another table: a name has one codec', () => {
    const name = freshName()
    const fn = () => ({ n: 1 })
    cache(fn, { backend: 'threads', name })
    expect(thrownBy(() => cache(fn, { backend: 'threads', name, codec: 'json' }))).toHaveProperty(
      'code',
      'ERR_WARP_CACHE_OPTION',
    )
  })
})

describe('strings around the length that is handed over without a copy in JavaScript', () => {
  const lengths = [0, 1, 255, 256, 1022, 1023, 1024, 1025]
  it.each(['a', 'ÿ', 'Ā'])('of %j', (unit) => {
    for (const near of [true, false]) {
      const cached = threads((key: unknown) => unit.repeat(lengths[(key as number[])[0]]), { near })
      for (let n = 0; n < 3; n++)
        for (const [i, length] of lengths.entries()) expect(cached([i])).toBe(unit.repeat(length))
      expect(cached.cacheInfo()).toMatchObject({ misses: lengths.length, hits: 2 * lengths.length })
    }
  })

  it('are returned and not stored where they are too large', () => {
    const cached = threads((length: number) => 'Ā'.repeat(length), { maxValueSize: 101 })
    for (const length of [50, 51, 50, 51]) expect(cached(length)).toBe('Ā'.repeat(length))
    expect(cached.cacheInfo()).toMatchObject({ misses: 3, hits: 1, oversizeSkips: 2 })
  })
})
