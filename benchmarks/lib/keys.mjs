// The arguments that the cases call with: several thousand live keys in shuffled order, so that neither an
// inline cache nor the processor's first-level cache holds them all. Strings are made at run time: as one that
// arrived in a request, none is a literal and none is interned.

import { seeded, shuffle } from './random.mjs'

export const LIVE = 5_000
/** Room for all live keys in every subject's idea of a bound: no hit case evicts. */
export const CAPACITY = 10_000

const FIRST_ID = 100_000
const LANGUAGES = 8
const WIDTH = 16

/** Distinct ids as a database would give them, in shuffled order. */
export function numbers(count = LIVE, seed = 1) {
  return shuffle(
    Array.from({ length: count }, (_, i) => FIRST_ID + i),
    seeded(seed),
  )
}

/** Makes strings of ids: each call of `fill` gives new objects with the same characters. */
export function stringSource(ids) {
  const text = Buffer.from(
    ids.map((id) => `session-${String(id).padStart(WIDTH - 8, '0')}`).join(''),
    'latin1',
  )
  return {
    at: (index) => text.latin1Slice(index * WIDTH, index * WIDTH + WIDTH),
    fill(target) {
      for (let i = 0; i < ids.length; i++) target[i] = text.latin1Slice(i * WIDTH, i * WIDTH + WIDTH)
      return target
    },
  }
}

export function strings(count = LIVE, seed = 1) {
  return stringSource(numbers(count, seed)).fill([])
}

/** Language tags, made at run time, as a header would bring them. */
export function languages() {
  const text = Buffer.from('deenfresitjanlpt', 'latin1')
  return Array.from({ length: LANGUAGES }, (_, i) => text.latin1Slice(i * 2, i * 2 + 2))
}

/** All pairs of the two lists, in shuffled order, as two arrays. */
export function pairs(firsts, seconds, seed = 2) {
  const order = shuffle(
    Array.from({ length: firsts.length * seconds.length }, (_, i) => i),
    seeded(seed),
  )
  return {
    first: order.map((i) => firsts[Math.floor(i / seconds.length)]),
    second: order.map((i) => seconds[i % seconds.length]),
  }
}

export const sumOf = (count, valueAt) => {
  let sum = 0
  for (let i = 0; i < count; i++) sum += valueAt(i)
  return sum
}
