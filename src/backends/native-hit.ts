/**
 * The functions that users call where entries live in native memory: each is a first try for a near hit, and a way out
 * for everything else. Up to two primitive arguments are looked up here. Words of the table are read as plain numbers,
 * which native code changes behind the compiler's back: they are loaded anew on each call, which
 * __test__/native-words.spec.ts proves of such loops. What a near hit does is `Near.take`, written out: called, V8 leaves
 * it out of some hits, which take a sixth longer.
 */
import { now } from '../clock'
import type { Near, NearEntry } from '../near'
import { NEAR_HITS } from '../stats'
import type { AnyFunction } from '../types'
import type { NativeFunction } from './native-function'

/** Hits do not expire. */
export function nearFunction(over: NativeFunction, near: Near): AnyFunction {
  const missed = missedOf(over)
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const entry = entryOf(near, arguments.length, first, second)
    if (entry !== undefined && near.isCurrent(entry)) {
      const { tableVisited } = near
      const { at } = entry
      near.counters[NEAR_HITS]++
      entry.visited = 1
      if (tableVisited[at] === 0) tableVisited[at] = 1
      return entry.value
    }
    if (arguments.length === 1)
      return entry === undefined ? over.callNew(this, first) : over.callOne(this, first)
    return missed.apply(this, arguments as never)
  }
}

/** Hits may have expired, by the clock of this package. */
export function timedNearFunction(over: NativeFunction, near: Near): AnyFunction {
  const { offset } = over.values
  const missed = missedOf(over)
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const entry = entryOf(near, arguments.length, first, second)
    if (entry !== undefined && entry.expiresAt > now() + offset && near.isCurrent(entry)) {
      const { tableVisited } = near
      const { at } = entry
      near.counters[NEAR_HITS]++
      entry.visited = 1
      if (tableVisited[at] === 0) tableVisited[at] = 1
      return entry.value
    }
    if (arguments.length === 1)
      return entry === undefined ? over.callNew(this, first) : over.callOne(this, first)
    return missed.apply(this, arguments as never)
  }
}

/** There is no near table, or the key is not made of the arguments alone. */
export function coldFunction(over: NativeFunction): AnyFunction {
  const missed = missedOf(over)
  if (over.keys.custom) return missed
  return function (this: unknown, first?: unknown): unknown {
    if (arguments.length === 1) return over.callNew(this, first)
    return missed.apply(this, arguments as never)
  }
}

/** `arguments` is forwarded as it is: an array would cost as much as a hit. */
function missedOf(over: NativeFunction): AnyFunction {
  return function (this: unknown) {
    return over.call(this, arguments)
  }
}

/** The entry of up to two primitive arguments. An object is never in the index, so it finds none. */
function entryOf(near: Near, count: number, first: unknown, second: unknown): NearEntry | undefined {
  if (count === 1) return near.quick.get(first as never)
  return count === 2 ? near.entries[near.index.findPair(first, second)] : undefined
}
