/** The cached function and its controls: counters, entries, and what can be done by hand. */
import type { AnyFunction, ArgsOf, ResultOf } from './functions'
import type { EntryOptions } from './options'
import type { Through } from './stores'

/** The counters that every cache has. `hits + misses + coalesced` is the number of calls. */
export interface CacheCounters {
  /** Calls answered by an entry. */
  readonly hits: number
  /** Calls that ran the function. */
  readonly misses: number
  /** Entries that were dropped to make room. */
  readonly evictions: number
  /** Entries that were dropped because their time was over. */
  readonly expirations: number
  /** Calls that joined a computation in flight. */
  readonly coalesced: number
  /** Results that were too large to be stored, or had too large a key; always 0 in memory. */
  readonly oversizeSkips: number
  /** Results that could not be stored because of their kind; always 0 in memory. */
  readonly unstorable: number
  /** Computations that failed: thrown errors and rejected promises. */
  readonly errors: number
}

/** What `cacheInfo()` returns: a frozen snapshot. */
export interface CacheInfo extends CacheCounters {
  /** The bound on entries. */
  readonly maxSize: number
  /** How many entries there are now. */
  readonly currentSize: number
}

/** What `cacheInfo()` returns over a store: a frozen snapshot. */
export interface StoreCacheInfo extends CacheCounters {
  /** The store knows, we do not. */
  readonly maxSize: undefined
  /** The store knows, we do not. */
  readonly currentSize: undefined
  /** How often the store threw or rejected; the function was computed instead. */
  readonly storeErrors: number
}

/** What `cacheInfo()` returns where entries live outside of V8's heap: a frozen snapshot, the sum over all isolates. */
export interface NativeCacheInfo extends CacheInfo {
  /** How many of the hits were answered by values that the isolate had decoded before. */
  readonly nearHits: number
  /** What the entries take: keys, values, and what is kept for each entry. */
  readonly bytes: number
  /** The bound on bytes. */
  readonly maxBytes: number
  /** Results that were not stored because other writers took too long. */
  readonly skippedWrites: number
  /** Calls that found no table to look in, since none could be made. */
  readonly detached: number
}

// `Symbol.dispose` where the consumer's `lib` has it, nothing where it does not: no `lib` is forced on anybody.
type DisposeSymbol = SymbolConstructor extends { readonly dispose: infer D extends symbol } ? D : never

/** `using` calls it: the same as `cacheClose()` and `close()`. */
export type Closing = { [K in DisposeSymbol]: () => void }

/** An entry of a cached function whose key is made of its arguments. */
export interface ArgsEntry<out F extends AnyFunction> {
  /** The argument list, made anew from the key. */
  readonly args: ArgsOf<F>
  readonly key?: undefined
  /** What a hit returns; of an async function: the promise. */
  readonly value: ResultOf<F>
  /** When the entry expires, on the cache's clock; `undefined`: never. */
  readonly expiresAt?: number | undefined
}

/** An entry under a single key: of `createCache`, or of a cached function with the `key` option. */
export interface KeyEntry<K, V> {
  /** The key, made anew from how it is held. */
  readonly key: K
  readonly args?: undefined
  /** What a hit returns; of an async function: the promise. */
  readonly value: V
  /** When the entry expires, on the cache's clock; `undefined`: never. */
  readonly expiresAt?: number | undefined
}

/** An entry of a cached function: with `args`, or with `key` if the function has the `key` option. */
export type CacheEntry<F extends AnyFunction = AnyFunction> = ArgsEntry<F> | KeyEntry<unknown, ResultOf<F>>

/** The controls that a cached function carries, and that `cacheFor` returns for one instance. */
export interface CacheControls<out F extends AnyFunction = AnyFunction> extends Closing {
  /** The counters and sizes of this moment. On a prototype's method: the sum over all instances. */
  cacheInfo(): CacheInfo
  /** Drops every entry and zeroes the counters. On a prototype's method: for all instances. */
  cacheClear(): void
  /** Drops one entry; whether there was one. Touches neither recency nor counters. */
  cacheDelete(...args: ArgsOf<F>): boolean
  /** Whether a call would hit. Touches neither recency nor counters. */
  cacheHas(...args: ArgsOf<F>): boolean
  /** The stored value, if there is one. Touches neither recency nor counters. */
  cachePeek(...args: ArgsOf<F>): ResultOf<F> | undefined
  /** Stores a value (of an async function: a promise) under an argument list. */
  cacheSet(args: ArgsOf<F>, value: ResultOf<F>, options?: EntryOptions): void
  /** Computes anew and replaces the entry; if the computation fails, the old value stays. */
  cacheRefresh(...args: ArgsOf<F>): ResultOf<F>
  /** Walks the live entries one by one, without a copy of them all. */
  cacheEntries(): IterableIterator<CacheEntry<F>>
  /** Drops the entries for good: later calls run uncached. Never throws. */
  cacheClose(): void
}

/** The controls where entries live outside of V8's heap. They act on the entries of all isolates, also in other processes. */
export interface NativeCacheControls<out F extends AnyFunction = AnyFunction> extends CacheControls<F> {
  /** The counters and sizes of this moment, of all isolates together. */
  cacheInfo(): NativeCacheInfo
  /** Lets go of the entries, which others keep: later calls run uncached. Never throws. */
  cacheClose(): void
}

/** The controls over a store: what touches the store returns promises if the store does. It cannot be walked. */
export interface StoreCacheControls<
  out F extends AnyFunction = AnyFunction,
  Mode extends 'sync' | 'async' = 'sync',
> extends Closing {
  /** The counters of this moment. */
  cacheInfo(): StoreCacheInfo
  /** Forgets every entry of this cache and zeroes the counters; other data in the store stays. */
  cacheClear(): Through<Mode, void>
  /** Drops one entry; whether there was one. */
  cacheDelete(...args: ArgsOf<F>): Through<Mode, boolean>
  /** Whether a call would hit. Counts nothing. */
  cacheHas(...args: ArgsOf<F>): Through<Mode, boolean>
  /** The stored value, if there is one. Counts nothing. */
  cachePeek(...args: ArgsOf<F>): Through<Mode, ResultOf<F> | undefined>
  /** Stores a value under an argument list. */
  cacheSet(
    args: ArgsOf<F>,
    value: ResultOf<F> | Through<Mode, ResultOf<F>>,
    options?: EntryOptions,
  ): Through<Mode, void>
  /** Computes anew and replaces the entry; if the computation fails, the old value stays. */
  cacheRefresh(...args: ArgsOf<F>): Through<Mode, ResultOf<F>>
  /** Lets go of the store: later calls run uncached. Never throws, and leaves the store open. */
  cacheClose(): void
}

/**
 * A cached function: `F` itself, with its overloads, type parameters and `this`, and the controls.
 * If `F` returns a thenable that is no Promise (a query builder, say), the cached function returns a Promise in truth.
 */
export type Cached<F extends AnyFunction> = F & CacheControls<F>

/** A function cached in what threads or processes share: `F` itself, and the controls. */
export type NativeCached<F extends AnyFunction> = F & NativeCacheControls<F>

/**
 * A function cached in a store. Over a synchronous one it is still `F`, and so is a function that returns promises
 * already. Any other returns a promise from now on; TypeScript cannot rewrite the return type of overloads or of a
 * generic function one by one, so of these remains what {@link ArgsOf} and {@link ResultOf} say.
 */
export type StoreCached<F extends AnyFunction, Mode extends 'sync' | 'async'> = ([Mode] extends ['sync']
  ? F
  : [ResultOf<F>] extends [Promise<unknown>]
    ? F
    : (this: ThisParameterType<F>, ...args: ArgsOf<F>) => Through<Mode, ResultOf<F>>) &
  StoreCacheControls<F, Mode>

/** A function cached in an asynchronous store: it returns a promise, and so do its controls. */
export type CachedAsync<F extends AnyFunction> = StoreCached<F, 'async'>
