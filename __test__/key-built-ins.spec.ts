/** Arrays, collections, dates, expressions and bytes in keys: by what they hold, and by their properties. */
import { describe, expect, it } from 'vitest'
import { counting, expectAllDifferent, isSame, range } from './support/keys.js'

describe('arrays', () => {
  it('count by length and elements', () => {
    expectAllDifferent([
      [],
      [1],
      [1, 2],
      [2, 1],
      [[1], 2],
      [[1, 2]],
      ['1', 2],
      [1, 2, undefined],
      [1, 2, null],
    ])
  })

  it('a hole is not undefined', () => {
    // biome-ignore-start lint/suspicious/noSparseArray: a hole is what it is about
    expectAllDifferent([
      [,],
      [undefined],
      [],
      [, ,],
      [, 1],
      [1, ,],
      [undefined, 1],
      [1, undefined],
      [1],
      ['hole'],
    ])
    expect(isSame([1, , 3], [1, , 3])).toBe(true)
    // biome-ignore-end lint/suspicious/noSparseArray: as above
    expect(isSame(new Array(65), new Array(65).fill(undefined))).toBe(false)
    expect(isSame(new Array(65), new Array(65))).toBe(true)
    expect(isSame(Object.assign([], { 99999: 1 }), Object.assign([], { 99999: 1 }))).toBe(true)
    expect(isSame(Object.assign([], { 99999: 1 }), Object.assign([], { 99998: 1, length: 100_000 }))).toBe(
      false,
    )
  })

  it('of 0, 63, 64, 65, 66 and 10,000 elements, every one counts', () => {
    for (const length of [0, 63, 64, 65, 66, 10_000]) {
      const cached = counting()
      const result = cached(range(length))
      expect(cached(range(length)), `${length} elements`).toBe(result)
      for (const changed of [0, 1, length >> 1, length - 1]) {
        if (changed >= 0 && changed < length) expect(cached(range(length).with(changed, -1))).not.toBe(result)
      }
      expect(cached([...range(length), 0])).not.toBe(result)
      expect(cached(Object.fromEntries(range(length).entries()))).not.toBe(result)
      expect(cached(new Set(range(length)))).not.toBe(result)
    }
  })

  it('named properties count: the match of a regular expression is no plain array', () => {
    const match = (text: string) => /(?<letter>b)/.exec(text)
    expect(isSame(match('ab'), match('ab'))).toBe(true)
    expectAllDifferent([match('ab'), match('b'), match('xab'), [...match('ab')!]])
    expectAllDifferent([
      [],
      Object.assign([], { a: 1 }),
      Object.assign([], { a: 2 }),
      Object.assign([1], { a: 1 }),
    ])
    expect(isSame(Object.assign([1], { a: 1, b: 2 }), Object.assign([1], { b: 2, a: 1 }))).toBe(true)
    // No index, though it looks like one.
    expectAllDifferent([[], Object.assign([], { '4294967295': 1 }), Object.assign([], { '01': 1 })])
  })

  it('what an array inherits from another one is not its own', () => {
    const heir = Object.setPrototypeOf(new Array(1), [7])
    expect(isSame(heir, [7])).toBe(false)
  })
})

describe('built-in objects', () => {
  it('Map and Set count by kind, content and order of insertion', () => {
    const map = (...entries: [unknown, unknown][]) => new Map(entries)
    expectAllDifferent([
      ...[
        map(),
        map([1, 2]),
        map([2, 1]),
        map(['1', 2]),
        map([1, 2], [3, 4]),
        map([3, 4], [1, 2]),
        map([1, [2]]),
      ],
      ...[
        new Set(),
        new Set([1]),
        new Set([1, 2]),
        new Set([2, 1]),
        new Set([[1, 2]]),
        [1, 2],
        [[1, 2]],
        { 1: 2 },
      ],
    ])
    expect(isSame(map([{ a: 1, b: 2 }, new Set([[1]])]), map([{ b: 2, a: 1 }, new Set([[1]])]))).toBe(true)
    expect(isSame(map([Number.NaN, 0]), map([Number.NaN, 0]))).toBe(true)
    expect(isSame(map([Number.NaN, 0]), map([Number.NaN, -0]))).toBe(false)
  })

  it('Map and Set with properties of their own', () => {
    expect(isSame(new Map(), Object.assign(new Map(), { a: 1 }))).toBe(false)
    expect(isSame(Object.assign(new Set(), { a: [1] }), Object.assign(new Set(), { a: [1] }))).toBe(true)
  })

  it('Date by time', () => {
    expectAllDifferent([
      new Date(0),
      new Date(1),
      new Date(Number.NaN),
      0,
      '1970-01-01T00:00:00.000Z',
      { time: 0 },
    ])
    expect(isSame(new Date('never'), new Date(Number.NaN))).toBe(true)
    expect(isSame(new Date(2026, 0), new Date(2026, 0))).toBe(true)
  })

  it('RegExp by source, flags and lastIndex', () => {
    const at = (expression: RegExp, lastIndex: unknown) => Object.assign(expression, { lastIndex })
    expectAllDifferent([
      /a/,
      /b/,
      /a/g,
      /a/gi,
      at(/a/g, 1),
      at(/a/g, '1'),
      at(/a/g, -0),
      '/a/',
      /\/a/,
      /\/a\//g,
    ])
    expect(isSame(/a/gi, /a/gi)).toBe(true)
    expect(isSame(at(/a/g, { at: [1] }), at(/a/g, { at: [1] }))).toBe(true)
  })

  const KINDS = [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ] as (new (
    buffer: ArrayBuffer,
    offset?: number,
    length?: number,
  ) => ArrayBufferView)[]

  it('typed arrays, Buffer, ArrayBuffer and DataView by kind and bytes', () => {
    const { buffer } = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])
    const views = KINDS.map((Kind) => new Kind(buffer))
    expectAllDifferent([
      ...views,
      Buffer.from(buffer),
      buffer,
      new DataView(buffer),
      [1, 2, 3, 4, 5, 6, 7, 8],
    ])
    const zeros = new ArrayBuffer(8)
    expectAllDifferent([
      ...KINDS.map((Kind) => new Kind(zeros)),
      ...views,
      zeros,
      new ArrayBuffer(16),
      new ArrayBuffer(0),
    ])
  })

  it('where in its buffer a view begins does not count', () => {
    const { buffer } = Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const Kind of [...KINDS, DataView]) {
      const bytes = 'BYTES_PER_ELEMENT' in Kind ? (Kind.BYTES_PER_ELEMENT as number) : 1
      const inside = new Kind(buffer, 8, 8 / bytes)
      expect(isSame(inside, new Kind(buffer.slice(8, 16))), Kind.name).toBe(true)
    }
    expect(isSame(Buffer.from(buffer, 8, 4), Buffer.from([1, 2, 3, 4]))).toBe(true)
  })

  it('every bit of a float counts, so 0 is not -0 there either', () => {
    expect(isSame(new Float64Array([0]), new Float64Array([-0]))).toBe(false)
    expect(isSame(new Float64Array([Number.NaN]), new Float64Array([Number.NaN]))).toBe(true)
  })

  it('named properties of short and long typed arrays count', () => {
    for (const length of [0, 3, 64, 65, 1000]) {
      for (const make of [() => Buffer.alloc(length, 7), () => new Float64Array(length).fill(Number.NaN)]) {
        const named = (name: string) => Object.assign(make(), { name })
        expectAllDifferent([make(), named('a'), named('b'), Object.assign(make(), { [Symbol.for('a')]: 1 })])
        expect(isSame(named('a'), named('a'))).toBe(true)
      }
    }
  })

  it('and those of buffers and DataViews, which have no indices, whatever their name', () => {
    for (const make of [() => new ArrayBuffer(2), () => new DataView(new ArrayBuffer(2))]) {
      expectAllDifferent([make(), Object.assign(make(), { 0: 1 }), Object.assign(make(), { 0: 2 })])
    }
  })

  it('properties that hide what a view is do not', () => {
    const disguised = (byte: number) =>
      Object.defineProperties(new Uint8Array([byte]), {
        buffer: { value: new ArrayBuffer(1) },
        byteOffset: { value: 0 },
        byteLength: { value: 1 },
        length: { value: 1 },
      })
    expect(isSame(disguised(1), disguised(2))).toBe(false)
  })

  it('a large buffer is one key among others', () => {
    const bytes = () => Buffer.alloc(5_000_000, 1)
    const cached = counting()
    const result = cached(bytes())
    expect(cached(bytes())).toBe(result)
    const other = bytes()
    other[4_999_999] = 2
    expect(cached(other)).not.toBe(result)
  })
})
