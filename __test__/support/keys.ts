/** What the tests of keys have in common: calls whose results say which entry they hit. */
import { expect } from 'vitest'
import { cache, createCache } from '../../src/index.js'

/** A cached function that counts its computations: two calls have the same result if they are the same key. */
export function counting() {
  let computations = 0
  return cache((..._args: unknown[]): unknown => ++computations, { maxSize: Number.POSITIVE_INFINITY })
}

/** Whether two argument lists are the same key. */
export function isHit(a: readonly unknown[], b: readonly unknown[]): boolean {
  const cached = counting()
  return cached(...a) === cached(...b)
}

/** Whether two single arguments are the same key. */
export const isSame = (a: unknown, b: unknown): boolean => isHit([a], [b])

/** Where a value may stand in a key. */
const PLACES: ((value: unknown) => unknown[])[] = [
  (value) => [value],
  (value) => [value, 1],
  (value) => [1, value],
  (value) => [1, value, 'x'],
  (value) => [[value]],
  (value) => [{ a: value }],
  (value) => [{ b: { a: value } }, value],
  (value) => [new Map([['x', value]])],
  (value) => [new Set([[value]])],
]

/** Fails unless every value hits itself and none of the others, wherever it stands. */
export function expectAllDifferent(values: readonly unknown[]): void {
  const inOrder = values.map((_, i) => i + 1)
  for (const place of PLACES) {
    const cached = counting()
    expect(values.map((value) => cached(...place(value)))).toEqual(inOrder)
    expect(values.map((value) => cached(...place(value)))).toEqual(inOrder)
    expect(cached.cacheInfo()).toMatchObject({ hits: values.length, misses: values.length })
  }
  const keyed = createCache()
  for (const [i, value] of values.entries()) keyed.set(value, i + 1)
  expect(values.map((value) => keyed.get(value))).toEqual(inOrder)
}

/** All orders of a few things. */
export function permutations<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]]
  return things.flatMap((thing, i) => permutations(things.toSpliced(i, 1)).map((rest) => [thing, ...rest]))
}

/** The whole numbers from 0 to below `count`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
