/**
 * The functions that users call where entries live in native memory: each is a first try for a near hit, and a way out
 * for everything else. Up to two primitive arguments are looked up here. Words of the table are read as plain numbers,
 * which native code changes behind the compiler's back: they are loaded anew on each call, which
 * __test__/native-words.spec.ts proves of such loops.
 */
import { now } from '../clock'
import type { Near } from '../near'
import { NEAR_HITS } from '../stats'
import type { AnyFunction } from '../types'
import type { NativeFunction } from './native-function'

/** Hits do not expire. */
export function nearFunction(over: NativeFunction, near: Near): AnyFunction {
  const missed = missedOf(over)
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const place = placeOf(near, arguments.length, first, second)
    const { stamps, tableVisited } = near
    const slot = stamps[2 * place]
    if (
      place !== 0 &&
      near.versions[slot] === stamps[2 * place + 1] &&
      near.generationWord[0] === near.generation
    ) {
      near.counters[NEAR_HITS]++
      near.visited[place] = 1
      if (tableVisited[slot] === 0) tableVisited[slot] = 1
      return near.values[place]
    }
    if (arguments.length === 1) return over.callOne(this, first)
    return missed.apply(this, arguments as never)
  }
}

/** Hits may have expired, by the clock of this package. */
export function timedNearFunction(over: NativeFunction, near: Near): AnyFunction {
  const { offset } = over.values
  const missed = missedOf(over)
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const place = placeOf(near, arguments.length, first, second)
    const { stamps, tableVisited } = near
    const slot = stamps[2 * place]
    if (
      place !== 0 &&
      near.expiresAt[place] > now() + offset &&
      near.versions[slot] === stamps[2 * place + 1] &&
      near.generationWord[0] === near.generation
    ) {
      near.counters[NEAR_HITS]++
      near.visited[place] = 1
      if (tableVisited[slot] === 0) tableVisited[slot] = 1
      return near.values[place]
    }
    if (arguments.length === 1) return over.callOne(this, first)
    return missed.apply(this, arguments as never)
  }
}

/** There is no near table, or the key is not made of the arguments alone. */
export function coldFunction(over: NativeFunction): AnyFunction {
  const missed = missedOf(over)
  if (over.keys.custom) return missed
  return function (this: unknown, first?: unknown): unknown {
    if (arguments.length === 1) return over.callOne(this, first)
    return missed.apply(this, arguments as never)
  }
}

/** `arguments` is forwarded as it is: an array would cost as much as a hit. */
function missedOf(over: NativeFunction): AnyFunction {
  return function (this: unknown) {
    return over.call(this, arguments)
  }
}

/** The place of up to two primitive arguments, or 0. An object is never in the index, so it finds none. */
function placeOf(near: Near, count: number, first: unknown, second: unknown): number {
  if (count === 1) return (near.one.get(first as never) as number | undefined) ?? 0
  return count === 2 ? near.index.findPair(first, second) : 0
}
