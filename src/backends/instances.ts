/**
 * The tables of a method, one for each instance: held weakly, so that an instance can be collected and its entries with
 * it, and known nowhere on the instance. Calls whose `this` is no object share one table.
 */
import { addCounters, type Counters, newCounters } from '../stats'
import type { MemoryFunction } from './memory'
import type { Table } from './table'

export class Instances {
  /** Read by the hit path. */
  readonly tables = new WeakMap<object, Table>()
  private common: Table | undefined
  private closed = false
  /** The counters of each instance's table, also while it is collected and not yet reported so. */
  private readonly live = new Map<WeakRef<Table>, Counters>()
  /** The sum of the counters of instances that are gone. */
  private readonly retired = newCounters()
  private readonly funerals = new FinalizationRegistry<WeakRef<Table>>((ref) => {
    addCounters(this.retired, this.live.get(ref)!)
    this.live.delete(ref)
  })

  constructor(private readonly memory: MemoryFunction) {}

  /** The table of an instance, made when first asked for. */
  of(self: unknown): Table {
    if ((typeof self !== 'object' || self === null) && typeof self !== 'function') {
      this.common ??= this.newTable()
      return this.common
    }
    let table = this.tables.get(self)
    if (table === undefined) {
      table = this.newTable()
      this.tables.set(self, table)
      const ref = new WeakRef(table)
      this.live.set(ref, table.counters)
      this.funerals.register(table, ref)
    }
    return table
  }

  /** Every table there is. */
  *all(): Generator<Table, void, undefined> {
    if (this.common !== undefined) yield this.common
    for (const ref of this.live.keys()) {
      const table = ref.deref()
      if (table !== undefined) yield table
    }
  }

  /** The counters of every table there is or was. */
  sum(): Counters {
    const sum = newCounters()
    for (const counters of [this.retired, this.common?.counters, ...this.live.values()]) {
      if (counters !== undefined) addCounters(sum, counters)
    }
    return sum
  }

  /** Closes every table, those to come too, and zeroes the counters. */
  close(): void {
    this.closed = true
    this.clear()
    for (const table of this.all()) table.close()
  }

  /** Empties every table and zeroes the counters, also those of instances that are gone. */
  clear(): void {
    for (const table of this.all()) table.clear()
    for (const counters of this.live.values()) counters.fill(0)
    this.retired.fill(0)
  }

  private newTable(): Table {
    const table = this.memory.newTable()
    if (this.closed) table.close()
    return table
  }
}
