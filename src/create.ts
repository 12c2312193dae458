/** The cache without a function: Map-like, with the keys, policies and expiry of cached functions. */
import { nativeCache } from './backends/native'
import { storeCache } from './backends/store'
import { memoryCache } from './memory-cache'
import { parseCacheOptions } from './options'
import type { AnyFunction, CreateCacheFunction } from './types'

/**
 * Makes a cache that is filled by hand.
 *
 * @throws TypeError if an option is unknown or of a wrong type.
 * @throws RangeError if an option is out of range.
 */
export const createCache = function createCache(options?: unknown): unknown {
  const parsed = parseCacheOptions(options)
  if (parsed.native !== undefined) return nativeCache(parsed, createCache as AnyFunction)
  if (parsed.store === undefined) return memoryCache(parsed)
  return storeCache(parsed, parsed.store, createCache as AnyFunction)
} as CreateCacheFunction
