/**
 * Keys as bytes: equal for equal keys alone, in whichever guise an argument comes and whatever the process has seen;
 * back to equal arguments; an error for bytes that are no key. The oracle compares arguments pair by pair.
 * SOAK=1 draws ten times as many; SEED=… repeats a run.
 */
import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { isWarpCacheError } from '../src/errors.js'
import {
  encodeKey,
  encodeNumber,
  encodePair,
  encodeString,
  STRUCTURED,
  TOO_LONG,
} from '../src/keys/encode.js'
import { readList, span, tokens } from '../src/keys/read.js'
import { KeyReader } from '../src/keys/reader.js'
import { Shapes } from '../src/keys/shapes.js'
import { KEY_FORMAT } from '../src/keys/wire.js'
import { Scratch } from '../src/scratch.js'
import { sameArguments } from './models/key-equality.js'
import { anyRecipe, changeList, lots, make, type Recipe } from './models/recipes.js'
import { fc, PATIENCE, SCALE, SEED } from './support/draws.js'
import { extentOf, leavesTheWorldUnharmed } from './support/unharmed.js'
import vectors from './vectors/keys.json' with { type: 'json' }

const scratch = new Scratch(1 << 16)
const { length: ROOM } = scratch.bytes

/** Where a key begins in the scratch: not at its start, so that nobody can take the two for one. */
const AT = 3

function bytesOf(args: readonly unknown[], shapes = new Shapes()): Buffer {
  readList(args, shapes)
  const end = encodeKey(tokens, span.start, span.end, scratch, AT, ROOM)
  return Buffer.from(scratch.bytes.subarray(AT, end))
}

const argumentsOf = (bytes: Buffer): unknown[] => new KeyReader().argumentsFrom(bytes, 0, bytes.length, null)!

describe(`random argument lists (seed ${SEED})`, () => {
  // Drawing a list costs more than checking it: each is changed a little, ten times.
  const STEPS = 10
  const start = fc.tuple(fc.array(anyRecipe, { maxLength: 4 }), fc.nat())

  it('100,000 have equal bytes if they are equal keys, and only then', PATIENCE, () => {
    // One knows all the names that there were, the other none: their shapes differ, their bytes must not.
    const old = new Shapes()
    const seen = new Map<string, unknown[]>()
    let equal = 0
    let lists = 0
    const met = (args: unknown[], bytes: Buffer) => {
      const text = bytes.toString('latin1')
      const earlier = seen.get(text)
      if (earlier === undefined) seen.set(text, args)
      else if (!sameArguments(earlier, args)) throw new Error('equal bytes of different keys')
      lists++
    }
    const check = ([first, seed]: [Recipe[], number]) => {
      const draw = lots(seed)
      let list = first
      for (let i = 0; i < STEPS; i++) {
        const next = draw(5) < 2 ? list : changeList(list, draw)
        const [a, b] = [list, next].map((each) => each.map((part) => make(part, draw)))
        const [left, right] = [bytesOf(a, old), bytesOf(b)]
        const same = sameArguments(a, b)
        if (left.equals(right) !== same)
          throw new Error(`the keys are ${same ? '' : 'not '}equal, their bytes not so`)
        if (same) equal++
        met(a, left)
        met(b, right)
        list = next
      }
    }
    fc.assert(fc.property(start, check), { numRuns: 5_000 * SCALE })
    expect(lists).toBe(100_000 * SCALE)
    expect(equal / lists).toBeGreaterThan(0.2)
    expect(equal / lists).toBeLessThan(0.45)
  })

  it('100,000 come back from their bytes', PATIENCE, () => {
    const check = ([first, seed]: [Recipe[], number]) => {
      const draw = lots(seed)
      let list = first
      for (let i = 0; i < STEPS; i++) {
        const args = list.map((part) => make(part, draw))
        const bytes = bytesOf(args)
        const back = argumentsOf(bytes)
        if (!sameArguments(back, args)) throw new Error('other arguments came back')
        if (!bytesOf(back).equals(bytes)) throw new Error('other bytes came of them')
        list = changeList(list, draw)
      }
    }
    fc.assert(fc.property(start, check), { numRuns: 10_000 * SCALE })
  })

  it('no value is the beginning of another', PATIENCE, () => {
    // Within a list, where a string is not the whole key.
    const encoded = (recipe: Recipe) => bytesOf([make(recipe, lots(1)), null]).subarray(2, -1)
    const check = (a: Recipe, b: Recipe) => {
      const [left, right] = [encoded(a), encoded(b)]
      const shorter = Math.min(left.length, right.length)
      if (!left.equals(right))
        expect(left.subarray(0, shorter).equals(right.subarray(0, shorter))).toBe(false)
    }
    fc.assert(fc.property(anyRecipe, anyRecipe, check), { numRuns: 10_000 * SCALE })
  })

  it('need exactly the room that they take', () => {
    const check = (list: Recipe[], short: number) => {
      const args = list.map((part) => make(part, lots(1)))
      const { length } = bytesOf(args)
      const limit = AT + Math.max(0, length - 1 - (short % length))
      readList(args, new Shapes())
      scratch.bytes.fill(0xaa, limit, AT + length + 16)
      expect(encodeKey(tokens, span.start, span.end, scratch, AT, limit)).toBe(TOO_LONG)
      // Nothing is written at or beyond the limit.
      expect(scratch.bytes.subarray(limit, AT + length + 16).every((byte) => byte === 0xaa)).toBe(true)
      expect(encodeKey(tokens, span.start, span.end, scratch, AT, AT + length)).toBe(AT + length)
    }
    fc.assert(fc.property(fc.array(anyRecipe, { maxLength: 4 }), fc.nat(), check), {
      numRuns: 5_000 * SCALE,
    })
  })
})

describe('the short ways', () => {
  const primitives = [
    ...['', 'a', '\xff', '\u0100', '\ud800', '\udc00\ud800', '\0', 'x'.repeat(200), 'ł'.repeat(200)],
    ...[0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -1074, 0n, -5n, 2n ** 80n],
    ...[true, false, null, undefined],
  ]
  const taken = (end: number): string => scratch.bytes.subarray(AT, end).toString('hex')

  it('write one string or number as the long way does', () => {
    for (const value of primitives) {
      const expected = bytesOf([value]).toString('hex')
      if (typeof value === 'string') expect(taken(encodeString(value, scratch, AT, ROOM))).toBe(expected)
      if (typeof value === 'number') expect(taken(encodeNumber(value, scratch, AT, ROOM))).toBe(expected)
    }
  })

  it('know one NaN, whatever bits it has', () => {
    const [odd] = new Float64Array(Uint8Array.of(1, 2, 3, 4, 5, 6, 0xf8, 0xff).buffer)
    expect(odd).toBe(Number.NaN)
    expect(taken(encodeNumber(odd, scratch, AT, ROOM))).toBe('02000000000000f87f')
    expect(bytesOf([[odd]]).toString('hex')).toBe('0c0102000000000000f87f')
  })

  it('write two primitives as the long way does', () => {
    for (const a of primitives) {
      for (const b of primitives) {
        const expected = bytesOf([a, b])
        expect(taken(encodePair(a, b, scratch, AT, ROOM))).toBe(expected.toString('hex'))
        expect(encodePair(a, b, scratch, AT, AT + expected.length - 1)).toBe(TOO_LONG)
      }
    }
  })

  it('leave everything else to it', () => {
    for (const value of [{}, [], () => 1, Symbol.for('a'), Symbol('a'), new Date(0)]) {
      expect(encodePair(value, 1, scratch, AT, ROOM)).toBe(STRUCTURED)
      expect(encodePair(1, value, scratch, AT, ROOM)).toBe(STRUCTURED)
    }
  })

  it('refuse what is too long without a look at all of it', () => {
    const long = 'a'.repeat(2 ** 28)
    expect(encodeString(long, scratch, AT, ROOM)).toBe(TOO_LONG)
    expect(encodePair(1, long, scratch, AT, ROOM)).toBe(TOO_LONG)
  })

  it('keep lone surrogates apart', () => {
    const lone = ['\ud800', '\udbff', '\udc00', '\ufffd', '\udc00\ud800', '\ud800\udc00']
    expect(new Set(lone.map((text) => bytesOf([text]).toString('hex'))).size).toBe(lone.length)
    for (const text of lone) expect(argumentsOf(bytesOf([text]))).toEqual([text])
  })
})

describe('properties beside elements', () => {
  it('come back with their owners', () => {
    const owners = [
      [1, undefined, 3],
      new Map([[1, 2]]),
      new Set([1]),
      new Date(5),
      /a/g,
      new Uint8Array(3),
      new ArrayBuffer(2),
    ]
    for (const owner of owners) {
      const named = Object.assign(owner, { a: 1, '-1': 2, '1.5x': 3, [Symbol.for('s')]: { b: [4] } })
      const [back] = argumentsOf(bytesOf([named]))
      expect(sameArguments([back], [named])).toBe(true)
    }
    const array = Object.assign([1], { '1.5': 1, '-1': 2, '01': 3, '4294967295': 4 })
    expect(argumentsOf(bytesOf([array]))).toEqual([array])
    expect(bytesOf([array])).not.toEqual(bytesOf([Object.assign([1], { '-1': 2, '01': 3, '4294967295': 4 })]))
  })
})

describe('the vectors, which files depend on', () => {
  it('belong to this version: a change of any is a new one', () => {
    expect(KEY_FORMAT).toBe(1)
  })

  it.each(vectors)('$args', ({ args, hex }) => {
    const list = runInThisContext(args) as unknown[]
    expect(bytesOf(list).toString('hex')).toBe(hex.replaceAll(' ', ''))
    expect(sameArguments(argumentsOf(bytesOf(list)), list)).toBe(true)
  })
})

describe('bytes from anywhere', () => {
  const DECENT = 8

  /** Whether they are a key; fails unless they give arguments of a decent size or one of our errors. */
  function isKey(bytes: Buffer, reader = new KeyReader()): boolean {
    let args: unknown[] | undefined
    try {
      args = reader.argumentsFrom(bytes, 0, bytes.length, null)
    } catch (error) {
      if (!isWarpCacheError(error) || error.code !== 'ERR_WARP_CACHE_CODEC') throw error
      return false
    }
    const extent = extentOf(args)
    if (extent > DECENT * bytes.length + 64) throw new Error(`${extent} parts of ${bytes.length} bytes`)
    return true
  }

  const byKey = new KeyReader((key: unknown) => key)

  it('give arguments or an error, 100,000 times', PATIENCE, () => {
    let keys = 0
    const runs = 100_000 * SCALE
    const lists = fc.sample(fc.array(anyRecipe, { maxLength: 3 }), { numRuns: 500 })
    const harm = leavesTheWorldUnharmed(() => {
      for (let i = 0; i < runs; i++) {
        const draw = lots(SEED + i)
        let bytes: Buffer = Buffer.from(
          Uint8Array.from({ length: 1 + draw(40) }, () => draw(draw(2) === 0 ? 48 : 256)),
        )
        if (draw(4) !== 0) {
          bytes = bytesOf(lists[draw(lists.length)].map((part) => make(part, draw)))
          for (let n = draw(3); n >= 0; n--) bytes[draw(bytes.length)] = draw(draw(2) === 0 ? 48 : 256)
          if (draw(3) === 0) bytes = bytes.subarray(0, draw(bytes.length + 1))
        }
        if (isKey(bytes)) keys++
        isKey(bytes, byKey)
      }
    })
    expect(harm).toEqual({ made: 0, changed: false })
    expect(keys / runs).toBeGreaterThan(0.02)
    expect(keys / runs).toBeLessThan(0.9)
  })

  it('every beginning of a key of several arguments is an error', PATIENCE, () => {
    const check = (list: Recipe[]) => {
      const bytes = bytesOf([...list.map((part) => make(part, lots(1))), 1])
      if (list.length === 0) return
      for (let end = 0; end < bytes.length; end++) expect(isKey(bytes.subarray(0, end))).toBe(false)
      expect(isKey(Buffer.concat([bytes, Buffer.from([3])]))).toBe(false)
    }
    fc.assert(fc.property(fc.array(anyRecipe, { maxLength: 3 }), check), {
      numRuns: 1_000 * SCALE,
    })
  })

  const HUGE = 'ffffffff0f'
  it.each([
    ['nothing', ''],
    ['half a code unit', '0161'],
    ['a whole string within a list', '0b0201610061'],
    ['a list of one', '0b0103'],
    ['a list within a list', '0b020b0003'],
    ['a long list', `0b${HUGE}`],
    ['a long array', `0c${HUGE}`],
    ['a long string', `0b0209${HUGE}`],
    ['a large Map', `12${HUGE}`],
    ['many bytes', `20${HUGE}`],
    ['a count without an end', '0cffffffffffffff'],
    ['arrays in arrays', '0c01'.repeat(30_000)],
    ['Maps in Maps', '1201'.repeat(30_000)],
    ['properties of properties', '150f01090161'.repeat(10_000)],
    ['symbols of symbols', '14010809016103'.repeat(10_000)],
    ['a hole outside an array', '0d'],
    ['a hole in a Set', '13010d'],
    ['a number for a name', '0e010203'],
    ['a RegExp that is none', '110901280900020000000000000000'],
    ['a BigInt that is none', '0709022d2d'],
    ['half an element', '2c0100'],
    ['a property that is an element', '150f010901300302'],
    ['a length', '150f0109066c656e677468030c00'],
    ['a lastIndex', '150f0109096c617374496e64657803110901610900020000000000000000'],
    ['properties of a number', '150f0109016103020000000000000000'],
  ])('%s', (_, hex) => {
    expect(isKey(Buffer.from(hex, 'hex'))).toBe(false)
  })

  it('a key that is nested deeper than any that is read', () => {
    expect(isKey(Buffer.from(`${'0c01'.repeat(1000)}03`, 'hex'))).toBe(true)
    expect(isKey(Buffer.from(`${'0c01'.repeat(1200)}03`, 'hex'))).toBe(false)
  })

  it('several arguments are no key of a cache whose keys are made by `key`', () => {
    expect(isKey(bytesOf([1, 2]))).toBe(true)
    expect(isKey(bytesOf([1, 2]), byKey)).toBe(false)
  })
})
