/**
 * The failures that `cacheErrors` wants remembered, where entries live outside of this isolate's heap: many errors could
 * not be stored whole, so they stay here, by key, the last 1,000 of them.
 */
import type { Key } from '../keys/tokens'
import type { ParsedOptions } from '../options'
import { makePolicy } from '../policies/make'
import { type Failure, failureLifetime } from './memory'
import { Table } from './table'

const MAX_FAILURES = 1000

export class Failures {
  private readonly table: Table

  constructor(private readonly options: ParsedOptions) {
    this.table = new Table({
      maxSize: MAX_FAILURES,
      timed: true,
      clock: options.clock,
      makePolicy: () => makePolicy('fifo', MAX_FAILURES, 0),
    })
  }

  find(key: Key): Failure | undefined {
    const slot = this.table.find(key)
    return slot === 0 ? undefined : (this.table.values[slot] as Failure)
  }

  /** For as long as `cacheErrors` says of this error, which may be not at all. */
  remember(key: Key, failure: Failure, error: unknown): void {
    this.options.clock.forget()
    const ms = failureLifetime(this.options.cacheErrors, error)
    if (ms > 0) this.table.put(key, failure, ms)
  }

  forget(key: Key): void {
    const slot = this.table.find(key)
    if (slot !== 0) this.table.remove(slot)
  }

  clear(): void {
    this.table.clear()
  }
}
