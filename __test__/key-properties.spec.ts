/**
 * Random argument lists against an oracle that compares them pair by pair: a call hits exactly when the oracle knows
 * an equal one among those that are stored. Most lists are made of an earlier one, changed a little or not at all.
 * SOAK=1 draws ten times as many; SEED=… repeats a run.
 */
import { describe, expect, it } from 'vitest'
import { cache } from '../src/index.js'
import { type Child, KeyIndex } from '../src/keys/index.js'
import { readList, takeKey } from '../src/keys/read.js'
import { Shapes } from '../src/keys/shapes.js'
import type { Key } from '../src/keys/tokens.js'
import { sameArguments } from './models/key-equality.js'
import { anyRecipe, changeList, lots, make, type Recipe } from './models/recipes.js'
import { fc, PATIENCE, SCALE, SEED } from './support/draws.js'

const LONGEST_RUN = 200

/** A list of its own, or what becomes of an earlier one by lot. */
type Step = { list: Recipe[] } | { earlier: number; seed: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ list: fc.array(anyRecipe, { maxLength: 4 }) }), weight: 1 },
  { arbitrary: fc.record({ earlier: fc.nat(), seed: fc.nat() }), weight: 4 },
)

/** What the steps of a run become, one after the other. */
class Lists {
  private readonly recipes: Recipe[][] = []

  /** A new argument list on each call, in a guise drawn by `seed`. */
  next(one: Step, seed: number): unknown[] {
    const recipe = this.recipeOf(one)
    this.recipes.push(recipe)
    const draw = lots(seed)
    return recipe.map((part) => make(part, draw))
  }

  private recipeOf(one: Step): Recipe[] {
    if ('list' in one) return one.list
    const earlier = this.recipes[one.earlier % Math.max(1, this.recipes.length)] ?? []
    const draw = lots(one.seed)
    return draw(5) < 2 ? earlier : changeList(earlier, draw)
  }
}

interface Entry {
  args: unknown[]
  value: unknown
}

/** Stored argument lists in the order of their coming, searched one by one. */
class Reference {
  readonly entries: Entry[] = []

  find(args: readonly unknown[]): Entry | undefined {
    return this.entries.find((entry) => sameArguments(entry.args, args))
  }

  drop(entry: Entry | undefined): void {
    if (entry !== undefined) this.entries.splice(this.entries.indexOf(entry), 1)
  }
}

const steps = fc.noBias(fc.array(step, { minLength: 1, maxLength: LONGEST_RUN, size: 'max' }))
/** Runs enough for that many steps (one has half as many as the longest, on average), and some time to find out why. */
const runsOf = (count: number) => ({
  numRuns: Math.ceil((2.2 * count * SCALE) / LONGEST_RUN),
  interruptAfterTimeLimit: 0.8 * PATIENCE.timeout,
})

const unbounded = () => cache((..._args: unknown[]): unknown => ({}), { maxSize: Number.POSITIVE_INFINITY })

describe(`keys of random argument lists (seed ${SEED})`, PATIENCE, () => {
  it('100,000 lists hit exactly what the oracle says they equal', () => {
    let lists = 0
    let hits = 0
    // What it has learnt of objects' names it never forgets, so that it soon knows as much as it can.
    const old = unbounded()
    const check = (some: Step[], fresh: boolean, seed: number): void => {
      const cached = fresh ? unbounded() : old
      cached.cacheClear()
      const made = new Lists()
      const reference = new Reference()
      for (const [i, one] of some.entries()) {
        const args = made.next(one, seed + i)
        const found = reference.find(args)
        const value = cached(...args)
        if (found === undefined) {
          expect(reference.entries.some((entry) => entry.value === value)).toBe(false)
          reference.entries.push({ args, value })
        } else {
          expect(value).toBe(found.value)
          hits++
        }
        lists++
      }
      expect(cached.cacheInfo().currentSize).toBe(reference.entries.length)
    }
    fc.assert(fc.property(steps, fc.boolean(), fc.nat(), check), runsOf(100_000))
    expect(lists).toBeGreaterThanOrEqual(100_000 * SCALE)
    // Otherwise the lists are too different from each other, or too similar, to say anything.
    expect(hits / lists).toBeGreaterThan(0.2)
    expect(hits / lists).toBeLessThan(0.9)
  })

  it('entries that come, go and are evicted leave what the oracle says is left', () => {
    const check = (some: Step[], maxSize: number, seed: number): void => {
      const cached = cache((..._args: unknown[]): unknown => ({}), { policy: 'fifo', maxSize })
      const made = new Lists()
      const reference = new Reference()
      const draw = lots(seed)
      const store = (args: unknown[], value: unknown): void => {
        const found = reference.find(args)
        if (found !== undefined) found.value = value
        else reference.entries.push({ args, value })
        if (reference.entries.length > maxSize) reference.entries.shift()
      }
      for (const [i, one] of some.entries()) {
        const args = made.next(one, seed + i)
        const found = reference.find(args)
        expect(cached.cacheHas(...args)).toBe(found !== undefined)
        expect(cached.cachePeek(...args)).toBe(found?.value)
        const lot = draw(16)
        if (lot < 3) {
          expect(cached.cacheDelete(...args)).toBe(found !== undefined)
          reference.drop(found)
        } else if (lot < 5) {
          cached.cacheSet(args, i)
          store(args, i)
        } else if (lot === 5 && draw(8) === 0) {
          cached.cacheClear()
          reference.entries.length = 0
        } else {
          const value = cached(...args)
          if (found !== undefined) expect(value).toBe(found.value)
          else store(args, value)
        }
        expect(cached.cacheInfo().currentSize).toBe(reference.entries.length)
      }
      for (const { args, value } of cached.cacheEntries()) {
        const found = reference.find(args!)
        expect(found?.value).toBe(value)
        expect(cached.cacheDelete(...args!)).toBe(true)
        reference.drop(found)
      }
      expect(reference.entries).toEqual([])
      expect(cached.cacheInfo().currentSize).toBe(0)
    }
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: 12 }), fc.nat(), check), runsOf(20_000))
  })

  it('the index finds what is in it, keeps no branch that leads to less than two keys, and can be emptied', () => {
    const check = (some: Step[], seed: number): void => {
      const index = new KeyIndex()
      const shapes = new Shapes()
      const made = new Lists()
      const reference = new Reference()
      const free: number[] = []
      const draw = lots(seed)
      const leave = (entry: Entry): void => {
        index.remove(entry.value as number)
        free.push(entry.value as number)
        reference.drop(entry)
      }
      const enter = (args: unknown[], key: Key): void => {
        const slot = free.pop() ?? reference.entries.length + 1
        index.grow(Math.max(slot, index.keys.length - 1))
        index.insert(key, slot)
        reference.entries.push({ args, value: slot })
      }
      for (const [i, one] of some.entries()) {
        const args = made.next(one, seed + i)
        readList(args, shapes)
        const key = takeKey()
        const found = reference.find(args)
        expect(index.find(key)).toBe(found?.value ?? 0)
        if (found === undefined) enter(args, key)
        else if (draw(3) === 0) leave(found)
        if (draw(4) === 0 && reference.entries.length > 0)
          leave(reference.entries[draw(reference.entries.length)])
      }
      expect(slotsIn(index)).toEqual(reference.entries.map((entry) => entry.value).sort(ascending))
      while (reference.entries.length > 0) leave(reference.entries[draw(reference.entries.length)])
      expect([index.one.size, index.pairs.size]).toEqual([0, 0])
      expect(free.some((slot) => index.has(slot))).toBe(false)
    }
    fc.assert(fc.property(steps, fc.nat(), check), runsOf(20_000))
  })
})

const ascending = (a: unknown, b: unknown) => Number(a) - Number(b)

/** The slots that an index leads to, in order; fails at a branch that it need not have. */
function slotsIn(index: KeyIndex): number[] {
  const found: number[] = []
  const walk = (child: Child): number => {
    if (typeof child === 'number') return found.push(child)
    const before = found.length
    for (const next of childrenOf(child)) walk(next)
    expect(found.length - before).toBeGreaterThan(1)
    return found.length
  }
  for (const root of [index.one, index.pairs]) for (const child of root.values()) walk(child)
  return found.sort(ascending)
}

function childrenOf(branch: Exclude<Child, number>): Child[] {
  if (branch instanceof Map) return [...branch.values()]
  return branch.filter((_, i) => i > 0 && i % 2 === 0) as Child[]
}
