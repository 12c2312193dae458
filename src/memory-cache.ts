/** A cache without a function over a table in memory: Map-like, and filled by hand. */
import { makeTable, type Table } from './backends/table'
import { memoryInfo } from './controls'
import { expiryOf } from './entries'
import { deepFreeze } from './freeze'
import { decodeOne } from './keys/decode'
import { KeyReader } from './keys/reader'
import { type ParsedOptions, parseEntryTtl } from './options'
import { HITS, MISSES } from './stats'
import type { Cache, CacheInfo, EntryOptions, KeyEntry } from './types'

export function memoryCache(options: ParsedOptions): Cache {
  return new MemoryCache(options)
}

class MemoryCache implements Cache {
  declare readonly [Symbol.dispose]: () => void
  private readonly table: Table
  private readonly keys = new KeyReader()

  constructor(private readonly options: ParsedOptions) {
    this.table = makeTable(options)
    if (Symbol.dispose) Object.defineProperty(this, Symbol.dispose, { value: () => this.close() })
  }

  get(key: unknown): unknown {
    const { table } = this
    const slot = this.find(key)
    if (slot === 0) {
      table.counters[MISSES]++
      return undefined
    }
    table.counters[HITS]++
    table.touch(slot)
    return table.values[slot]
  }

  set(key: unknown, value: unknown, options?: EntryOptions): this {
    const ttl = parseEntryTtl(options, this.options.ttl)
    const taken = this.keys.ofKey(key)
    if (this.options.freeze) deepFreeze(value)
    this.table.put(taken, value, ttl)
    return this
  }

  has(key: unknown): boolean {
    return this.find(key) !== 0
  }

  peek(key: unknown): unknown {
    const slot = this.find(key)
    return slot === 0 ? undefined : this.table.values[slot]
  }

  delete(key: unknown): boolean {
    const slot = this.find(key)
    if (slot !== 0) this.table.remove(slot)
    return slot !== 0
  }

  clear(): void {
    this.table.clear()
  }

  get size(): number {
    this.table.purge(Number.POSITIVE_INFINITY)
    return this.table.size
  }

  *entries(): Generator<KeyEntry<unknown, unknown>, void, undefined> {
    const { table } = this
    for (const slot of table.slots()) {
      const key = decodeOne(table.index.keyOf(slot))
      yield { key, value: table.values[slot], expiresAt: expiryOf(table, slot) }
    }
  }

  info(): CacheInfo {
    return memoryInfo(this.options.maxSize, [this.table], () => this.table.counters)
  }

  close(): void {
    this.table.close()
  }

  /** The slot of a live entry, or 0. */
  private find(key: unknown): number {
    const { index } = this.table
    // A primitive is its own token, but for 0, -0 and NaN, which are never in the index as they are.
    const slot = index.one.get(key as never) as number | undefined
    return this.table.live(slot ?? this.keys.findKey(index, key))
  }
}
