/** The addon that `make build` leaves here, without the TypeScript above it: names, options, keys, codes, misuse. */
import { describe, expect, it } from 'vitest'
import { makeCodec } from '../src/codec/codecs'
import { Scratch } from '../src/scratch'
import { addon, BareTable, freshName } from './support/native'
import { thrownBy } from './support/refused'

const MISS = -1
const LARGER = -2
const OVERSIZE = -3
const CLOSED = -4

const named = (name: string) => new BareTable({ name }).handle as unknown as { readonly name: string }

describe('the native CachedFunction', () => {
  it.each(['price', ':app:src/index.js:3:14:price:0123456789abcdef+2', 'Łódź', '🚀'])(
    'keeps its name: %s',
    (name) => {
      expect(named(name).name).toBe(name)
    },
  )

  it.each([
    ['an empty name', ''],
    ['a separator', 'a#b'],
    ['whitespace', 'a b'],
    ['half of a surrogate pair', 'a\ud800'],
    ['8,193 bytes', 'a'.repeat(8193)],
  ])('refuses %s with the code of names', (_, name) => {
    expect(() => named(name)).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_NAME' }))
  })

  it.each([
    ['no entries', { maxSize: 0 }],
    ['too many entries', { maxSize: 2 ** 26 + 1 }],
    ['too few bytes for one entry', { maxBytes: 100 }],
    ['a window of everything', { graceWindow: 1 }],
    ['a window that is no number', { graceWindow: Number.NaN }],
  ])('refuses %s with the code of options', (_, options) => {
    expect(() => new BareTable(options)).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_OPTION' }))
  })

  it.each([
    ['maxSize', { maxSize: 101 }],
    ['maxBytes', { maxBytes: 2 ** 21 }],
    ['maxKeySize', { maxKeySize: 513 }],
    ['maxValueSize', { maxValueSize: 4097 }],
    ['graceWindow', { graceWindow: 0 }],
    ['codec', { codec: 'other' }],
  ])('refuses another %s than that of a living handle of the name, until that is closed', (_, other) => {
    const name = freshName()
    const first = new BareTable({ name })
    expect(() => new BareTable({ name, ...other })).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_OPTION' }),
    )
    // Its memory outlives it, as long as JavaScript holds it: the table must not.
    const words = first.handle.controlWords()
    const counters = first.handle.counters()
    first.handle.close()
    const second = new BareTable({ name, ...other })
    expect(second.handle.info()).toMatchObject({ currentSize: 0 })
    expect([words?.buffer.byteLength, counters?.byteLength]).not.toContain(0)
  })

  it('refuses what is not of the right type', () => {
    const { CachedFunction } = addon as unknown as { CachedFunction: new (...args: unknown[]) => unknown }
    for (const args of [[], [1], [new addon.Scratch()], [new addon.Scratch(), 1], [{}, { name: 'a' }]]) {
      expect(() => new CachedFunction(...args)).toThrow()
    }
  })

  it('keeps a name that cannot be replaced', () => {
    const made = named('price')
    expect(() => Object.assign(made, { name: 'other' })).toThrow(TypeError)
    expect(made.name).toBe('price')
  })
})

const utf16 = (text: string) => Uint8Array.from([1, ...Buffer.from(text, 'utf16le')])
const double = (number: number) => Uint8Array.from([2, ...new Uint8Array(new Float64Array([number]).buffer)])

describe('a native key', () => {
  it.each(['', 'a', 'Ł', 'A', '\ud800', '\udc00', '🚀', '\0', 'é'.repeat(100), 'x'.repeat(255)])(
    'that is a string is the key of its code units in bytes: %j',
    (text) => {
      const table = new BareTable()
      const { hot } = table
      table.offer(Uint8Array.of(1, 2, 3))
      expect(hot.putString(text)).toBe(0)
      expect(table.found(hot.getKey(table.write(utf16(text))))).toEqual(Uint8Array.of(1, 2, 3))
      expect(table.found(hot.getString(text))).toEqual(Uint8Array.of(1, 2, 3))
      expect(hot.getString(`${text}a`)).toBe(text.length === 255 ? OVERSIZE : MISS)
    },
  )

  it.each([0, -0, 1, -1, 0.1, 2 ** 53, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY])(
    'that is a number is the key of its bits in bytes: %d',
    (number) => {
      const table = new BareTable()
      table.offer(Uint8Array.of(4))
      expect(table.hot.putNumber(number)).toBe(0)
      expect(table.found(table.hot.getKey(table.write(double(number))))).toEqual(Uint8Array.of(4))
      expect(table.hot.getNumber(7)).toBe(MISS)
    },
  )

  it('that is a number is not that number as a string, nor 0 the key of -0', () => {
    const table = new BareTable()
    table.offer(Uint8Array.of(1))
    table.hot.putNumber(1)
    table.hot.putNumber(0)
    expect(table.hot.getString('1')).toBe(MISS)
    expect(table.hot.getNumber(-0)).toBe(MISS)
  })

  it('that is a NaN of any bits is one key', () => {
    const table = new BareTable()
    const odd = new Float64Array(new Uint8Array([1, 2, 3, 4, 5, 6, 0xff, 0xff]).buffer)[0]
    table.offer(Uint8Array.of(1))
    table.hot.putNumber(odd)
    expect(table.hot.getNumber(Number.NaN)).toBe(1)
  })

  it.each([254, 255, 256, 257, 511, 512, 600, 4000])('of %d characters is never cut', (length) => {
    const table = new BareTable({ maxKeySize: 1000 })
    const fits = 1 + 2 * length <= 1000
    table.offer(Uint8Array.of(1))
    expect(table.hot.putString('x'.repeat(length))).toBe(fits ? 0 : OVERSIZE)
    expect(table.hot.getString('x'.repeat(length))).toBe(fits ? 1 : OVERSIZE)
    for (const other of [length - 1, length + 1]) {
      expect(table.hot.getString('x'.repeat(other))).toBe(1 + 2 * other <= 1000 ? MISS : OVERSIZE)
    }
  })
})

describe('a native look-up', () => {
  it('says how much room a value needs, and counts nothing', () => {
    const table = new BareTable()
    table.offer(new Uint8Array(300).fill(9))
    table.hot.putString('a')
    table.scratch.bindIncoming(new ArrayBuffer(299))
    expect(table.hot.getString('a')).toBe(LARGER)
    expect(table.words[5]).toBe(300)
  })

  it('gives a value that is a string of single bytes as that string', () => {
    const table = new BareTable()
    table.offer(Uint8Array.from([0x30, 0x61, 0xe9, 0xff, 0]))
    table.hot.putString('a')
    expect(table.hot.getString('a')).toBe('aéÿ\0')
    expect(table.hot.getKey(table.write(utf16('a')))).toBe('aéÿ\0')
    table.hot.putNumber(1)
    expect(table.hot.getNumber(1)).toBe('aéÿ\0')
    expect(table.hot.peekKey(table.write(utf16('a')))).toBe(5)
  })
})

describe('a value that is an argument', () => {
  const put = (table: BareTable, value: unknown, place = 2 ** 32 - 1, key = 'key'): number => {
    table.offer(new Uint8Array())
    table.words[5] = place
    return (table.hot.putString as (key: string, value: unknown) => number)(key, value)
  }

  it.each(['', 'a', 'ÿ'.repeat(1023), 'é\0ÿ', 'Ā', '\ud800', `${'a'.repeat(1022)}Ā`])(
    'is stored as it is written in JavaScript: %j',
    (value) => {
      const table = new BareTable()
      expect(put(table, value)).toBe(0)
      const scratch = new Scratch(4_096)
      const length = makeCodec('structured').encode(value, scratch, 0, 4_096)
      expect(table.words[5]).toBe(length)
      const found = table.hot.peekKey(table.write(utf16('key')))
      expect(table.found(found)).toEqual(Uint8Array.from(scratch.bytes.subarray(0, length)))
    },
  )

  const NUMBERS = [0, 127, 128, -1, -128, -129, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1]
  const ODD = [-0, 0.5, 2 ** 53, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const asNumber = 2 ** 32 - 2

  it.each([...NUMBERS, ...ODD])('is stored as it is written in JavaScript: %d', (value) => {
    const table = new BareTable()
    expect(put(table, value, asNumber)).toBe(0)
    const scratch = new Scratch(4_096)
    const length = makeCodec('structured').encode(value, scratch, 0, 4_096)
    expect(table.words[5]).toBe(length)
    const found = table.hot.peekKey(table.write(utf16('key')))
    expect(table.found(found)).toEqual(Uint8Array.from(scratch.bytes.subarray(0, length)))
  })

  it.each([
    ['a string', '1'],
    ['missing', undefined],
  ])('is to be a number, and is %s', (_, value) => {
    const table = new BareTable()
    expect(() => put(table, value, asNumber)).toThrow('the value must be a number')
    expect(table.hot.getString('key')).toBe(MISS)
  })

  it.each([
    ['too long', 'a'.repeat(1024)],
    ['a number', 1],
    ['missing', undefined],
  ])('is %s', (_, value) => {
    const table = new BareTable()
    expect(() => put(table, value)).toThrow('a string of at most 1,023 units')
    expect(table.hot.getString('key')).toBe(MISS)
  })

  it('is larger than a value may be', () => {
    const table = new BareTable({ maxValueSize: 3 })
    expect(['ab', 'abc', 'Ā', 'Āb'].map((value) => put(table, value))).toEqual([0, OVERSIZE, 0, OVERSIZE])
  })
})

describe('a call that does not say the time', () => {
  const UNTIMED = -5

  it('is answered as long as nothing was stored that expires', () => {
    const table = new BareTable()
    const at = (now: number, expiresAt = Number.POSITIVE_INFINITY) => {
      table.offer(Uint8Array.of(1))
      table.times[4] = expiresAt
      table.times[5] = now
    }
    at(Number.NaN)
    expect([table.hot.putString('a'), table.hot.getString('a'), table.hot.getString('b')]).toEqual([
      0,
      1,
      MISS,
    ])
    at(5, 10)
    expect(table.hot.putString('b')).toBe(0)
    at(Number.NaN)
    const key = table.write(utf16('a'))
    const { getKey, getString, peekKey, putString } = table.hot
    expect([putString('c'), getString('a'), getKey(key), peekKey(key)]).toEqual(Array(4).fill(UNTIMED))
    at(10)
    expect([getString('a'), getString('b'), getString('c')]).toEqual([1, MISS, MISS])
  })
})

describe('misuse of the addon is an error, or has no effect', () => {
  it.each([
    ['getString', 1],
    ['getString', undefined],
    ['putString', {}],
    ['getNumber', '1'],
    ['putNumber', undefined],
    ['getKey', 'a'],
    ['getKey', 1_000_000],
    ['peekKey', -1],
    ['deleteKey', undefined],
    ['putKey', 4_000_000_000],
  ] as const)('%s(%s)', (name, argument) => {
    const { hot } = new BareTable()
    const error = thrownBy(() => (hot[name] as (argument: unknown) => unknown)(argument))
    expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_NATIVE')
  })

  it('a value of more bytes than there are', () => {
    const table = new BareTable()
    table.offer(Uint8Array.of(1))
    table.words[5] = 4097
    expect(() => table.hot.putString('a')).toThrow('no value of that length')
  })

  it('a scratch without memory', () => {
    const scratch = new addon.Scratch()
    const options = {
      maxSize: 1,
      maxBytes: 1000,
      maxKeySize: 10,
      maxValueSize: 10,
      graceWindow: 0,
      codec: '',
      shared: false,
    }
    const handle = new addon.CachedFunction(scratch, { name: freshName(), ...options })
    const { getString } = handle.hotFunctions()
    expect(() => getString('a')).toThrow('not bound')
    scratch.bindKeys(new ArrayBuffer(100))
    expect(() => getString('a')).toThrow('not bound')
    expect(handle.entries()?.next()).toBe(false)
  })

  it('one buffer for two purposes, or one without memory', () => {
    const scratch = new addon.Scratch()
    const buffer = new ArrayBuffer(100)
    scratch.bindKeys(buffer)
    expect(() => scratch.bindIncoming(buffer)).toThrow('twice')
    expect(() => scratch.bindOutgoing(new ArrayBuffer(0))).toThrow()
    expect(() => scratch.bindOutgoing({} as never)).toThrow()
    scratch.bindKeys(buffer)
  })

  it('functions of a closed handle', () => {
    const { handle, hot } = new BareTable()
    handle.close()
    handle.close()
    handle.clear()
    handle.probe()
    expect([hot.getString('a'), hot.putNumber(1), hot.getKey(1), hot.deleteKey(1)]).toEqual([
      CLOSED,
      CLOSED,
      CLOSED,
      CLOSED,
    ])
    expect([handle.info(), handle.controlWords(), handle.counters(), handle.entries()]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})
