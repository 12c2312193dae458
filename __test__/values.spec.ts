/**
 * The codec `structured`: what comes back is what `structuredClone` makes, to the last detail; and what would not come
 * back is refused, with the path to it. SOAK=1 draws ten times as many; SEED=… repeats a run.
 */
import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TOO_LARGE, UNSTORABLE } from '../src/codec/codec.js'
import { makeCodec } from '../src/codec/codecs.js'
import { Scratch } from '../src/scratch.js'
import { clonable } from './models/clonable.js'
import { difference } from './models/clone-equality.js'
import { lots } from './models/recipes.js'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const SCALE = process.env.SOAK === '1' ? 10 : 1

const AT = 5
const LIMIT = 1 << 22
const codec = makeCodec('structured')
const scratch = new Scratch(64)

function copyOf<T>(value: T): T {
  const end = codec.encode(value, scratch, AT, LIMIT)
  if (end < 0) throw new Error(`${end}: ${codec.problem}`)
  return codec.decode(scratch, AT, end) as T
}

/** Fails unless the codec makes what `structuredClone` makes. */
function expectClone(value: unknown): void {
  expect(difference(structuredClone(value), copyOf(value))).toBe(undefined)
}

describe(`random values (seed ${SEED})`, () => {
  const values = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 60 }))

  it('100,000 come back as structuredClone copies them', () => {
    let structures = 0
    const check = ([seed, size]: [number, number]) => {
      const value = clonable(lots(seed), size)
      if (typeof value === 'object') structures++
      return difference(structuredClone(value), copyOf(value))
    }
    fc.assert(
      fc.property(values, (drawn) => {
        const found = check(drawn)
        if (found !== undefined) throw new Error(found)
      }),
      { seed: SEED, numRuns: 100_000 * SCALE },
    )
    expect(structures).toBe(100_000 * SCALE)
  })

  it('take exactly the room that they need', () => {
    const check = ([seed, size]: [number, number], short: number) => {
      const value = clonable(lots(seed), size)
      const end = codec.encode(value, scratch, AT, LIMIT)
      const limit = end - 1 - (short % (end - AT))
      scratch.bytes.fill(0xaa, limit, end + 8)
      expect(codec.encode(value, scratch, AT, limit)).toBe(TOO_LARGE)
      expect(scratch.bytes.subarray(limit, end + 8).every((byte) => byte === 0xaa)).toBe(true)
    }
    fc.assert(fc.property(values, fc.nat(), check), { seed: SEED, numRuns: 10_000 * SCALE })
  })
})
