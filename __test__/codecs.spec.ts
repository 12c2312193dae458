/** The codecs beside `structured`, what is the same in all of them, and codecs of users that misbehave. */
import { describe, expect, it } from 'vitest'
import { TOO_LARGE, UNSTORABLE, type ValueCodec } from '../src/codec/codec.js'
import { makeCodec } from '../src/codec/codecs.js'
import { Scratch } from '../src/scratch.js'
import { difference } from './models/clone-equality.js'

const AT = 7
const LIMIT = 1 << 20
const scratch = new Scratch(16)

function through(codec: ValueCodec, value: unknown): unknown {
  const end = codec.encode(value, scratch, AT, LIMIT)
  if (end < 0) throw new Error(`${end}: ${codec.problem}`)
  return codec.decode(scratch, AT, end)
}

function problemOf(codec: ValueCodec, value: unknown): string {
  expect(codec.encode(value, scratch, AT, LIMIT)).toBe(UNSTORABLE)
  return codec.problem
}

const never = {
  name: 'never',
  encode: (): string => {
    throw new Error('asked to encode')
  },
  decode: () => {
    throw new Error('asked to decode')
  },
}
const codecs = [makeCodec('structured'), makeCodec('json'), makeCodec('v8'), makeCodec(never)]

describe.each(codecs)('in the codec $name', (codec) => {
  it.each<[string, unknown]>([
    ...[undefined, null, true, false].map((value): [string, unknown] => [String(value), value]),
    ...[
      0,
      -0,
      1,
      127,
      128,
      -1,
      -128,
      -129,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      0.1,
      2 ** 53,
      Number.NaN,
      -1 / 0,
    ].map((value): [string, unknown] => [Object.is(value, -0) ? '-0' : String(value), value]),
    ...[0n, 1n, -1n, 2n ** 64n, -(2n ** 1000n)].map((value): [string, unknown] => [
      `${value}n`.slice(0, 20),
      value,
    ]),
    ...['', 'a', 'é', 'ł', '\ud800', '\udc00\ud800', '\0'].map((value): [string, unknown] => [
      JSON.stringify(value),
      value,
    ]),
    ['a long string', 'x'.repeat(10_000)],
    ['a long string of another width', 'é'.repeat(10_000)],
    ['a long string of the widest', `${'x'.repeat(10_000)}ł`],
    ['a Date', new Date(1e12)],
    ['an invalid Date', new Date(Number.NaN)],
    ['a Uint8Array', new Uint8Array([1, 2, 3])],
    ['an empty one', new Uint8Array(0)],
  ])('%s is itself', (_, value) => {
    expect(difference(structuredClone(value), through(codec, value))).toBe(undefined)
  })

  it('a Buffer is a Buffer', () => {
    const copy = through(codec, Buffer.from('abc')) as Buffer
    expect(Buffer.isBuffer(copy)).toBe(true)
    expect(copy).toEqual(Buffer.from('abc'))
  })

  it('the largest that fits, fits, and nothing larger does', () => {
    for (const value of [
      'abc',
      'łłł',
      5,
      -5,
      1e9,
      0.5,
      10n,
      new Date(5),
      Buffer.from('abc'),
      new Uint8Array(3),
      null,
    ]) {
      const end = codec.encode(value, scratch, AT, LIMIT)
      scratch.bytes[end - 1] = 0xaa
      expect(codec.encode(value, scratch, AT, end - 1)).toBe(TOO_LARGE)
      expect(scratch.bytes[end - 1]).toBe(0xaa)
      expect(codec.encode(value, scratch, AT, end)).toBe(end)
    }
  })

  it('functions and symbols are refused', () => {
    for (const value of [() => 1, class {}, Symbol('a'), Symbol.for('a')])
      expect(codec.encode(value, scratch, AT, LIMIT)).toBe(UNSTORABLE)
  })
})

describe('what is part of a larger buffer', () => {
  const part = new Uint8Array(Uint8Array.from([1, 2, 3, 4]).buffer, 1, 2)

  it('takes it along as structuredClone does, or is what it shows', () => {
    expect((through(codecs[0], part) as Uint8Array).buffer.byteLength).toBe(4)
    for (const codec of codecs.slice(1)) {
      const copy = through(codec, part) as Uint8Array
      expect(copy).toEqual(new Uint8Array([2, 3]))
      expect(copy.buffer.byteLength).toBe(2)
    }
  })
})

describe('a class derived from Date, Buffer or Uint8Array is not one of them', () => {
  it.each([new (class extends Date {})(), new (class extends Uint8Array {})(4)])('%o', (value) => {
    expect(codecs[0].encode(value, scratch, AT, LIMIT)).toBe(UNSTORABLE)
    expect(problemOf(codecs[3], value)).toBe('reading it failed: Error: asked to encode')
  })
})

describe('json', () => {
  const json = makeCodec('json')

  it('keeps what JSON keeps', () => {
    const value = { a: [1, 'é', null], b: { c: 'ł' }, __proto: 1 }
    expect(through(json, value)).toEqual(value)
    expect(through(json, { a: undefined, b: Number.NaN, c: new Date(0) })).toEqual({
      b: null,
      c: new Date(0).toJSON(),
    })
    expect(
      through(
        json,
        new (class Point {
          x = 1
        })(),
      ),
    ).toEqual({ x: 1 })
    const copy = through(json, JSON.parse('{"__proto__":{"a":1}}')) as object
    expect(Object.keys(copy)).toEqual(['__proto__'])
  })

  it('refuses what JSON refuses, and what it has no text for', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(problemOf(json, cycle)).toContain('circular')
    expect(problemOf(json, [1n])).toContain('BigInt')
    expect(problemOf(json, { toJSON: () => undefined })).toBe('JSON has nothing for a object')
    expect(problemOf(json, () => 1)).toBe('JSON has nothing for a function')
  })

  it('is too large where its text is', () => {
    expect(json.encode([1, 2, 3], scratch, AT, AT + 7)).toBe(TOO_LARGE)
    expect(json.encode([1, 2, 3], scratch, AT, AT + 8)).toBe(AT + 8)
  })
})

describe('v8', () => {
  const codec = makeCodec('v8')

  it('keeps what structuredClone keeps, in memory of its own', () => {
    const value = {
      a: new Map([[1, new Set([/a/g])]]),
      b: [1, undefined, 3],
      c: new Float64Array([1, 2]),
      d: new Date(5),
    }
    const end = codec.encode(value, scratch, AT, LIMIT)
    const copy = codec.decode(scratch, AT, end)
    scratch.bytes.fill(0)
    expect(copy).toStrictEqual(value)
  })

  it('refuses what V8 refuses', () => {
    expect(problemOf(codec, { a: () => 1 })).toContain('could not be cloned')
  })

  it('has a version that is also that of V8', () => {
    expect(codec.wireVersion).not.toBe(makeCodec('json').wireVersion)
  })
})

describe('a codec of a user', () => {
  const wrap = (
    encode: (value: unknown) => unknown,
    decode: (encoded: never) => unknown = (encoded) => encoded,
  ) => makeCodec({ name: 'mine', encode: encode as () => string, decode })

  it('is given back what it returned: bytes of its own, or the string', () => {
    for (const encoded of [Buffer.from('abc'), new Uint8Array([1, 2]), Buffer.alloc(0), 'text', 'ł', '']) {
      const copy = through(
        wrap(() => encoded),
        {},
      )
      if (typeof encoded === 'string') expect(copy).toBe(encoded)
      else {
        expect(Buffer.isBuffer(copy)).toBe(true)
        expect(copy).toEqual(Buffer.from(encoded))
        expect((copy as Buffer).buffer).not.toBe(scratch.memory)
      }
    }
  })

  it('has its name, and its methods are called on it', () => {
    class Shift {
      readonly name = 'shift'
      by = 1
      encode(value: unknown): Uint8Array {
        return Uint8Array.from(Buffer.from(JSON.stringify(value)), (byte) => byte + this.by)
      }
      decode(bytes: Buffer): unknown {
        return JSON.parse(Buffer.from(Uint8Array.from(bytes, (byte) => byte - this.by)).toString())
      }
    }
    const codec = makeCodec(new Shift())
    expect(codec.name).toBe('shift')
    expect(through(codec, { a: [1] })).toEqual({ a: [1] })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a promise', Promise.resolve('text')],
    ['an array', [1, 2]],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['another array of numbers', new Uint16Array(2)],
  ])('that returns %s stores nothing', (_, encoded) => {
    expect(
      problemOf(
        wrap(() => encoded),
        {},
      ),
    ).toBe('the codec "mine" made neither bytes nor a string of it')
  })

  it('that throws stores nothing, and says why', () => {
    const failing = (error: unknown) =>
      wrap(() => {
        throw error
      })
    expect(problemOf(failing(new TypeError('not today')), {})).toBe('reading it failed: TypeError: not today')
    expect(problemOf(failing(undefined), {})).toBe('reading it failed: undefined')
  })

  it('that cannot decode is an error of ours', () => {
    const codec = wrap(
      () => 'x',
      () => {
        throw new Error('not today')
      },
    )
    expect(() => through(codec, {})).toThrow(
      expect.objectContaining({
        code: 'ERR_WARP_CACHE_CODEC',
        message: expect.stringContaining('not today'),
      }),
    )
  })

  it('may itself encode into the same scratch', () => {
    const inner = makeCodec('structured')
    const codec = wrap(
      (value) => {
        inner.encode({ anything: [1, 2, 3] }, scratch, AT, LIMIT)
        return JSON.stringify(value)
      },
      (text) => JSON.parse(text),
    )
    expect(through(codec, { a: 1 })).toEqual({ a: 1 })
  })

  it('is too large where its bytes are', () => {
    const codec = wrap(() => new Uint8Array(100))
    expect(codec.encode({}, scratch, AT, AT + 100)).toBe(TOO_LARGE)
    expect(codec.encode({}, scratch, AT, AT + 101)).toBe(AT + 101)
  })
})
