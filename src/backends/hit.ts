/**
 * The functions that users call: each is a first try for a hit, and a way out for everything else. They differ in what
 * a hit must do, so that none has a branch for what its cache does not use. Up to two primitive arguments are looked up
 * here, and a single object where that alone decides; the ways out do the rest. Functions whose hits must do more than
 * look at the package's clock, and methods whose hits must look at it, are in `hit-watched.ts`.
 */
import { now } from '../clock'
import { NO_ARGUMENTS } from '../keys/tokens'
import { HITS } from '../stats'
import type { AnyFunction } from '../types'
import type { MemoryFunction } from './memory'
import type { Table } from './table'

/** The tables of a method's instances. */
export type Tables = WeakMap<object, Table>

/**
 * Where a call goes that was no hit here, unless it has one primitive argument. `arguments` is forwarded as it is: an
 * array would double the cost of a hit.
 */
interface WaysOut {
  /** Its key is not read. */
  readonly missed: AnyFunction
  /** Its key is read, and nothing was found by it. */
  readonly taken: AnyFunction
}

/** Hits neither expire, nor hold failures, nor need the policy. */
export function plainFunction(memory: MemoryFunction, table: Table): AnyFunction {
  const { missed, taken } = waysOut(memory, () => table)
  const { keys } = memory
  const { counters } = table
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    let slot: number
    if (isStructured(table, arguments.length, first)) {
      slot = keys.findObject(table.quick, first)
      if (slot === 0) return taken.apply(this, arguments as never)
    } else slot = slotOf(table, arguments.length, first, second)
    if (slot === 0) {
      if (arguments.length === 1) return memory.callOne(table, this, first)
      return missed.apply(this, arguments as never)
    }
    counters[HITS]++
    table.visited[slot] = 1
    return table.values[slot]
  }
}

/** Hits may have expired, by the clock of this package; they hold no failures, nor need the policy. */
export function timedFunction(memory: MemoryFunction, table: Table): AnyFunction {
  const { missed } = waysOut(memory, () => table)
  const { counters } = table
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const slot = slotOf(table, arguments.length, first, second)
    if (slot !== 0 && isLive(table, slot, now())) {
      counters[HITS]++
      table.visited[slot] = 1
      return table.values[slot]
    }
    if (arguments.length === 1) return memory.callOne(table, this, first)
    return missed.apply(this, arguments as never)
  }
}

/** A method whose hits neither expire, nor hold failures, nor need the policy. */
export function plainMethod(memory: MemoryFunction, tables: Tables, tableOf: TableOf): AnyFunction {
  const { missed, taken } = waysOut(memory, tableOf)
  const { keys } = memory
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const table = tables.get(this as object) ?? tableOf(this)
    let slot: number
    if (isStructured(table, arguments.length, first)) {
      slot = keys.findObject(table.quick, first)
      if (slot === 0) return taken.apply(this, arguments as never)
    } else slot = slotOf(table, arguments.length, first, second)
    if (slot === 0) {
      if (arguments.length === 1) return memory.callOne(table, this, first)
      return missed.apply(this, arguments as never)
    }
    table.counters[HITS]++
    table.visited[slot] = 1
    return table.values[slot]
  }
}

/** A getter whose hits neither expire, nor hold failures, nor need the policy. */
export function plainGetter(memory: MemoryFunction, tables: Tables, tableOf: TableOf): AnyFunction {
  const { missed } = waysOut(memory, tableOf)
  return function (this: unknown): unknown {
    const table = tables.get(this as object) ?? tableOf(this)
    const slot = table.one.get(NO_ARGUMENTS) as number | undefined
    if (slot === undefined) return missed.call(this)
    table.counters[HITS]++
    table.visited[slot] = 1
    return table.values[slot]
  }
}

/** The table of `this`. */
export type TableOf = (self: unknown) => Table

/** The ways out of a function or method. */
export function waysOut(memory: MemoryFunction, tableOf: TableOf): WaysOut {
  return {
    missed: function (this: unknown) {
      return memory.call(tableOf(this), this, arguments)
    },
    taken: function (this: unknown) {
      return memory.callTaken(tableOf(this), this, arguments)
    },
  }
}

/** The slot of up to two primitive arguments, or 0. An object is never in the index, so it finds none. */
export function slotOf(table: Table, count: number, first: unknown, second: unknown): number {
  if (count === 1) return (table.one.get(first as never) as number | undefined) ?? 0
  return count === 2 ? table.quick.findPair(first, second) : 0
}

/** Whether an entry has not expired. Its own time is somewhere in memory, the table's soonest one is at hand. */
export function isLive(table: Table, slot: number, time: number): boolean {
  return table.soonest > time || table.expiresAt[slot] > time
}

/** Whether a call has one argument to be read as a structure. A closed cache reads none: it may not fit in a key. */
export function isStructured(table: Table, count: number, first: unknown): first is object {
  return count === 1 && typeof first === 'object' && first !== null && !table.closed
}
