/**
 * Keys as bytes: equal for equal keys alone, in whichever guise an argument comes and whatever the process has seen;
 * back to equal arguments; an error for bytes that are no key. The oracle compares arguments pair by pair.
 * SOAK=1 draws ten times as many; SEED=… repeats a run.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
import { Scratch } from '../src/scratch.js'
import { sameArguments } from './models/key-equality.js'
import { anyRecipe, changeList, lots, make, type Recipe } from './models/recipes.js'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const SCALE = process.env.SOAK === '1' ? 10 : 1

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
  interface Pair {
    list: Recipe[]
    change: boolean
    seed: number
  }
  const pair: fc.Arbitrary<Pair> = fc.record({
    list: fc.array(anyRecipe, { maxLength: 4 }),
    change: fc.boolean(),
    seed: fc.nat(),
  })

  it('100,000 have equal bytes if they are equal keys, and only then', () => {
    // One knows all the names that there were, the other none: their shapes differ, their bytes must not.
    const old = new Shapes()
    const seen = new Map<string, unknown[]>()
    let equal = 0
    let lists = 0
    const check = ({ list, change, seed }: Pair) => {
      const draw = lots(seed)
      const a = list.map((part) => make(part, draw))
      const b = (change ? changeList(list, draw) : list).map((part) => make(part, draw))
      const [left, right] = [bytesOf(a, old), bytesOf(b)]
      const same = sameArguments(a, b)
      expect(left.equals(right)).toBe(same)
      if (same) equal++
      for (const [args, bytes] of [
        [a, left],
        [b, right],
      ] as const) {
        const text = bytes.toString('latin1')
        const earlier = seen.get(text)
        if (earlier === undefined) seen.set(text, args)
        else expect(sameArguments(earlier, args)).toBe(true)
        lists++
      }
    }
    fc.assert(fc.property(pair, check), { seed: SEED, numRuns: 50_000 * SCALE })
    expect(lists).toBe(100_000 * SCALE)
    expect(equal / lists).toBeGreaterThan(0.2)
    expect(equal / lists).toBeLessThan(0.45)
  })
  it('100,000 come back from their bytes', () => {
    const check = (list: Recipe[], seed: number) => {
      const args = list.map((part) => make(part, lots(seed)))
      const back = argumentsOf(bytesOf(args))
      expect(sameArguments(back, args)).toBe(true)
      expect(bytesOf(back).equals(bytesOf(args))).toBe(true)
    }
    fc.assert(fc.property(fc.array(anyRecipe, { maxLength: 4 }), fc.nat(), check), {
      seed: SEED,
      numRuns: 100_000 * SCALE,
    })
  })

  it('no value is the beginning of another', () => {
    // Within a list, where a string is not the whole key.
    const encoded = (recipe: Recipe) => bytesOf([make(recipe, lots(1)), null]).subarray(2, -1)
    const check = (a: Recipe, b: Recipe) => {
      const [left, right] = [encoded(a), encoded(b)]
      const shorter = Math.min(left.length, right.length)
      if (!left.equals(right))
        expect(left.subarray(0, shorter).equals(right.subarray(0, shorter))).toBe(false)
    }
    fc.assert(fc.property(anyRecipe, anyRecipe, check), { seed: SEED, numRuns: 20_000 * SCALE })
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
      seed: SEED,
      numRuns: 20_000 * SCALE,
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
