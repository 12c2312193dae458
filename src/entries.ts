/** What is in a table in memory, entry by entry; never a copy of everything at once. */
import { Failure, type MemoryFunction } from './backends/memory'
import type { Table } from './backends/table'
import { NEVER } from './expiry'
import type { CacheEntry } from './types'

/** The entries of a cached function, as `cacheEntries` gives them. @param self - the instance that they belong to. */
export function* functionEntries(
  table: Table,
  { keys, options }: MemoryFunction,
  self: unknown,
): Generator<CacheEntry, void, undefined> {
  for (const slot of table.slots()) {
    const value = table.values[slot]
    if (value instanceof Failure) continue
    const key = table.index.keyOf(slot)
    const expiresAt = expiryOf(table, slot)
    const args = keys.argumentsOf(key, self)
    if (args === undefined) continue
    yield options.key === undefined ? { args, value, expiresAt } : { key: args[0], value, expiresAt }
  }
}

/** When the entry of a slot expires, on the cache's clock; undefined: never. */
export function expiryOf(table: Table, slot: number): number | undefined {
  const at = table.expiresAt[slot]
  return at === NEVER ? undefined : at
}
