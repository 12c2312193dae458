/**
 * The functions that users call where a hit has to tell the policy, to ask a clock of the user's, or may find a failure
 * that is remembered, and methods whose entries expire. Otherwise as in `hit.ts`.
 */
import type { TimeSource } from '../clock'
import { HITS } from '../stats'
import type { AnyFunction } from '../types'
import { isLive, isStructured, slotOf, type TableOf, type Tables, waysOut } from './hit'
import { Failure, type MemoryFunction } from './memory'
import type { Table } from './table'

/** Hits neither expire nor hold failures; the policy is told of each. */
export function touchingFunction(memory: MemoryFunction, table: Table): AnyFunction {
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
    table.touch(slot)
    return table.values[slot]
  }
}

/** Hits may have expired, or hold failures. */
export function guardedFunction(memory: MemoryFunction, table: Table, clock: TimeSource): AnyFunction {
  const { missed } = waysOut(memory, () => table)
  const { touching } = memory
  const { counters } = table
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const slot = slotOf(table, arguments.length, first, second)
    if (slot !== 0 && isLive(table, slot, clock.now())) {
      const value = table.values[slot]
      if (!(value instanceof Failure)) {
        counters[HITS]++
        if (touching) table.touch(slot)
        else table.visited[slot] = 1
        return value
      }
    }
    if (arguments.length === 1) return memory.callOne(table, this, first)
    return missed.apply(this, arguments as never)
  }
}

/** A method whose hits may have expired, or hold failures. */
export function guardedMethod(
  memory: MemoryFunction,
  tables: Tables,
  tableOf: TableOf,
  clock: TimeSource,
): AnyFunction {
  const { missed } = waysOut(memory, tableOf)
  const { touching } = memory
  return function (this: unknown, first?: unknown, second?: unknown): unknown {
    const table = tables.get(this as object) ?? tableOf(this)
    const slot = slotOf(table, arguments.length, first, second)
    if (slot !== 0 && isLive(table, slot, clock.now())) {
      const value = table.values[slot]
      if (!(value instanceof Failure)) {
        table.counters[HITS]++
        if (touching) table.touch(slot)
        else table.visited[slot] = 1
        return value
      }
    }
    if (arguments.length === 1) return memory.callOne(table, this, first)
    return missed.apply(this, arguments as never)
  }
}
