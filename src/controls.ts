/** The controls of a cached function over tables in memory, and how they are put on it. */
import type { MemoryFunction } from './backends/memory'
import type { Table } from './backends/table'
import { functionEntries } from './entries'
import { notArguments } from './mistakes'
import { COALESCED, type Counters, ERRORS, EVICTIONS, EXPIRATIONS, HITS, MISSES } from './stats'
import type { AnyFunction, CacheControls, CacheInfo } from './types'

/** A function behind a cache, and its controls for what its `this` may be. */
export interface Behind {
  readonly cached: AnyFunction
  readonly controlsOf: (self: unknown) => CacheControls
}

/** The counters that every backend reports under the same names. */
export function commonCounters(counters: Counters) {
  return {
    hits: counters[HITS],
    misses: counters[MISSES],
    evictions: counters[EVICTIONS],
    expirations: counters[EXPIRATIONS],
    coalesced: counters[COALESCED],
    oversizeSkips: 0,
    unstorable: 0,
    errors: counters[ERRORS],
  }
}

/** `cacheInfo()` over some tables: `sum` adds their counters up, once the expired entries are counted as such. */
export function memoryInfo(maxSize: number, tables: readonly Table[], sum: () => Counters): CacheInfo {
  for (const table of tables) table.purge(Number.POSITIVE_INFINITY)
  const currentSize = tables.reduce((size, table) => size + table.size, 0)
  return Object.freeze({ ...commonCounters(sum()), maxSize, currentSize })
}

/**
 * The controls of one table.
 * @param self - the instance that the table belongs to, for keys that depend on it and for `cacheRefresh`.
 */
export function memoryControls(memory: MemoryFunction, tableOf: () => Table, self?: unknown): CacheControls {
  const { keys, options } = memory
  const close = (): void => tableOf().close()
  return {
    cacheInfo: () => memoryInfo(options.maxSize, [tableOf()], () => tableOf().counters),
    cacheClear: () => tableOf().clear(),
    cacheDelete: (...args) => memory.delete(tableOf(), keys.ofCall(args, self)),
    cacheHas: (...args) => memory.has(tableOf(), keys.ofCall(args, self)),
    cachePeek: (...args) => memory.peek(tableOf(), keys.ofCall(args, self)),
    cacheSet: (args, value, entryOptions) =>
      memory.set(tableOf(), keys.ofCall(argumentList(args), self), value, entryOptions),
    cacheRefresh: (...args) => memory.refresh(tableOf(), self, args),
    cacheEntries: () => functionEntries(tableOf(), memory, self),
    cacheClose: close,
    ...(Symbol.dispose ? { [Symbol.dispose]: close } : undefined),
  } as CacheControls
}

/** The first argument of `cacheSet`, checked: a value in its place would silently be another key. */
export function argumentList(args: unknown): readonly unknown[] {
  if (Array.isArray(args)) return args
  throw notArguments(args)
}

/** Makes `cached` look like `fn` (name, number of parameters), with the controls beside. */
export function dress(cached: AnyFunction, fn: AnyFunction, controls: Partial<CacheControls>): AnyFunction {
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(cached, property, { value: fn[property], configurable: true })
  }
  for (const name of Reflect.ownKeys(controls)) {
    const value = (controls as Record<PropertyKey, unknown>)[name]
    Object.defineProperty(cached, name, { value, writable: true, configurable: true })
  }
  return cached
}
