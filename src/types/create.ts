/** `createCache`: a cache without a function. */
import type { CacheInfo, Closing, KeyEntry, NativeCacheInfo, StoreCacheInfo } from './controls'
import type {
  CreateCacheOptions,
  CreateNativeCacheOptions,
  CreateStoreCacheOptions,
  EntryOptions,
} from './options'
import type { Answering, AsyncStore, EitherStore, SyncStore, Through } from './stores'

/** What `createCache` returns: the cache without a function. Keys follow the same rules as arguments. */
export interface Cache<K = unknown, V = unknown> extends Closing {
  /** The value under `key`, or `undefined`. */
  get(key: K): V | undefined
  /** Stores a value, and returns the cache. */
  set(key: K, value: V, options?: EntryOptions): this
  /** Whether `get` would find something. Touches neither recency nor counters. */
  has(key: K): boolean
  /** The value under `key`. Touches neither recency nor counters. */
  peek(key: K): V | undefined
  /** Drops one entry; whether there was one. */
  delete(key: K): boolean
  /** Drops every entry and zeroes the counters. */
  clear(): void
  /** How many entries there are now. */
  readonly size: number
  /** Walks the live entries one by one, without a copy of them all. */
  entries(): IterableIterator<KeyEntry<K, V>>
  /** The counters and sizes of this moment. */
  info(): CacheInfo
  /** Drops the entries for good: from now on nothing is stored or found. Never throws. */
  close(): void
}

/** What `createCache` returns where entries live in what threads or processes share. */
export interface NativeCache<K = unknown, V = unknown> extends Cache<K, V> {
  /** The counters and sizes of this moment, of all isolates together. */
  info(): NativeCacheInfo
}

/** What `createCache` returns over a store: what touches the store returns promises if the store does. */
export interface StoreCache<K = unknown, V = unknown, Mode extends 'sync' | 'async' = 'sync'>
  extends Closing {
  /** The value under `key`, or `undefined`. */
  get(key: K): Through<Mode, V | undefined>
  /** Stores a value. */
  set(key: K, value: V, options?: EntryOptions): Through<Mode, void>
  /** Whether `get` would find something. Counts nothing. */
  has(key: K): Through<Mode, boolean>
  /** The value under `key`. Counts nothing. */
  peek(key: K): Through<Mode, V | undefined>
  /** Drops one entry; whether there was one. */
  delete(key: K): Through<Mode, boolean>
  /** Forgets every entry of this cache and zeroes the counters; other data in the store stays. */
  clear(): Through<Mode, void>
  /** The counters of this moment. */
  info(): StoreCacheInfo
  /** Lets go of the store, which stays open. Never throws. */
  close(): void
}

/** What `createCache` returns over an asynchronous store. */
export type AsyncCache<K = unknown, V = unknown> = StoreCache<K, V, 'async'>

/** The type of `createCache`. */
export interface CreateCacheFunction {
  /** In memory. */
  <K = unknown, V = unknown>(options?: CreateCacheOptions): Cache<K, V>
  /** In what threads or processes share. */
  <K = unknown, V = unknown>(options: CreateNativeCacheOptions): NativeCache<K, V>
  /** In memory or not, as only the running program knows. */
  <K = unknown, V = unknown>(options: CreateCacheOptions | CreateNativeCacheOptions): Cache<K, V>
  /** Over a synchronous store. */
  <K = unknown, V = unknown>(options: CreateStoreCacheOptions<SyncStore>): StoreCache<K, V, 'sync'>
  /** Over an asynchronous store. */
  <K = unknown, V = unknown>(options: CreateStoreCacheOptions<AsyncStore>): AsyncCache<K, V>
  /** Over a store that sometimes returns a promise. */
  <K = unknown, V = unknown>(
    options: CreateStoreCacheOptions<EitherStore>,
  ): StoreCache<K, V, 'sync' | 'async'>
  /** Over a store whose `get` is typed `unknown`, as that of a `Map<string, unknown>`: taken for synchronous. */
  <K = unknown, V = unknown>(options: CreateStoreCacheOptions<Answering<unknown>>): StoreCache<K, V, 'sync'>
}
