/**
 * The options, each with its unit, its default, and the error that a wrong one gives. Options that do not go together
 * (those of memory and those of a store) are in different types, so that the compiler refuses them as we do.
 */

import type { PolicyName } from '../policies/policy'
import type { CodecOption } from './codecs'
import type { AnyFunction, ArgsOf } from './functions'
import type { MemoryBackend, SharedBackend, Store, ThreadsBackend } from './stores'

/** Options that every backend and both `cache` and `createCache` take. */
export interface CommonOptions {
  /**
   * How long an entry lives after its insertion (for a promise: after it settled), in milliseconds. `undefined` and
   * `Infinity` mean for ever, which is the default. An expired value is served at most 32 calls late, never across
   * turns of the event loop. Zero, a negative number or NaN throws a RangeError.
   */
  ttl?: number | undefined
  /**
   * With a store: what the keys of this cache begin with; with `'shared'` or `'threads'`: which table it is. 1 to 512
   * characters. By default a name is made from the place where a function is cached, which is safe only at the top level
   * of a module: anywhere else, and for `createCache`, a TypeError asks for one. In memory it has no effect.
   */
  name?: string | undefined
  /** Part of the name, where there is one; change it to start cold. Default: `WARP_CACHE_VERSION` of the environment, or ''. */
  version?: string | undefined
  /**
   * Freeze plain objects and arrays deeply before they are stored, so that a caller who mutates a cached value gets a
   * TypeError instead of changing it for everybody. Default `false`.
   */
  freeze?: boolean | undefined
  /**
   * The clock, in milliseconds, for tests. It must never run backwards, nor use the cache that it serves. Default:
   * `performance.now`.
   */
  now?: (() => number) | undefined
}

/** Options that concern the cached function. `Key` is the type of the `key` function. */
export interface FunctionOptions<Key> {
  /**
   * Makes the key from the arguments; without it every argument counts, by type and value. It may return whatever can
   * be encoded (primitives, plain objects, arrays, Map, Set, Date, …); anything else throws a TypeError at the call.
   * For a function with overloads of different lengths mark what may be missing: `(id, encoding?) => …`.
   */
  key?: Key | undefined
  /**
   * How long a failure (a thrown error, a rejected promise) is remembered: milliseconds, or a function that decides for
   * each error. `false`, the default: not at all. A number that is not above zero throws a RangeError. But in memory,
   * failures are remembered in this isolate alone, the last 1,000 of them.
   */
  cacheErrors?: false | number | ((error: unknown) => number | false) | undefined
  /**
   * Methods only. `true`, the default: each instance has its own entries, held weakly. `false`: all instances share
   * one table. A function `(self: MyClass) => key`: instances with an equal key share. Annotate its parameter.
   * With a store, `'shared'` or `'threads'` a method needs `false` or a function; `true` throws a TypeError.
   */
  perInstance?: boolean | ((self: never) => unknown) | undefined
}

/** Options of native tables, that the other backends refuse. */
interface NoNativeOptions {
  /** Only with `backend: 'shared'` or `'threads'`. */
  maxBytes?: undefined
  /** Only with `backend: 'shared'` or `'threads'`. */
  maxKeySize?: undefined
  /** Only with `backend: 'shared'` or `'threads'`. */
  maxValueSize?: undefined
  /** Only with `backend: 'shared'` or `'threads'`. */
  codec?: undefined
  /** Only with `backend: 'shared'` or `'threads'`. */
  near?: undefined
  /** Only with `backend: 'shared'` or `'threads'`. */
  nearSize?: undefined
}

/** Options of the memory backend alone. */
export interface MemoryOptions extends NoNativeOptions {
  /**
   * Where entries live: in this isolate's heap, in memory that all threads of the process share or in a file that all
   * processes of the user share (see {@link NativeCacheOptions}), or in a store (see {@link StoreOptions}). Default
   * `'memory'`.
   */
  backend?: MemoryBackend | undefined
  /**
   * How many entries are held at most; default 128. `0` stores nothing and only lets concurrent calls share one
   * computation. `Infinity` is allowed. A negative, fractional or NaN number throws a RangeError.
   */
  maxSize?: number | undefined
  /** Which entry goes when the cache is full. Default `'sieve'`; an unknown one throws a RangeError. */
  policy?: PolicyName | undefined
  /**
   * `sieve` only: the share of the capacity, from 0 to below 1, that is too new to be evicted. `0` is the textbook
   * algorithm. Default 0.05; outside the range it throws a RangeError.
   */
  graceWindow?: number | undefined
  /** Only with a store. */
  exclusive?: undefined
}

/**
 * Options of the backends outside of V8's heap: `'threads'`, which all threads of the process share, and `'shared'`, which
 * all processes of this user on the machine do. Some make the table (`maxSize`, `graceWindow`, `maxBytes`, `maxKeySize`,
 * `maxValueSize`, `codec`): threads that give one name others get an error, and processes a table of their own. In one
 * isolate a name belongs to one function. Hits give a copy of the result, which the callers of one isolate may share.
 */
export interface NativeBackendOptions {
  backend: SharedBackend | ThreadsBackend
  /** How many entries are held at most; default 128, at most 67,108,864. `0` stores nothing: there is no table. */
  maxSize?: number | undefined
  /** Which entry goes when the cache is full: here there is one policy. Another one throws a TypeError. */
  policy?: 'sieve' | undefined
  /** The share of the capacity, from 0 to below 1, that is too new to be evicted. Default 0.05. */
  graceWindow?: number | undefined
  /** How many bytes keys, values and what is kept for each entry may take; default 64 MiB. */
  maxBytes?: number | undefined
  /** The longest key in bytes; default 512. Results of longer ones are not stored (`oversizeSkips`). */
  maxKeySize?: number | undefined
  /** The longest encoded value in bytes; default 65,536. Larger ones are not stored (`oversizeSkips`). */
  maxValueSize?: number | undefined
  /** How values become bytes: `'structured'` (the default; what `structuredClone` copies), `'json'`, `'v8'`, or your own. */
  codec?: CodecOption | undefined
  /**
   * Whether an isolate keeps values that it has decoded, as long as they are what the table holds. `true`, the default:
   * its callers share them, so do not change them. `'primitives'`: only what cannot be changed. `false`: every hit gives
   * a copy of its own.
   */
  near?: boolean | 'primitives' | undefined
  /**
   * How many of them at most; default 1,024, or `maxSize` if that is less. Together they have at most a 32nd of
   * `maxBytes` as they are encoded, and each a sixteenth of that.
   */
  nearSize?: number | undefined
  /** Only with a store. */
  exclusive?: undefined
}

/** Options of a store as backend. What is kept, and for how long at most, is the store's own affair. */
export interface StoreBackendOptions<S extends Store = Store> extends NoNativeOptions {
  /** The store: see {@link Store}. An object without its methods throws a TypeError. */
  backend: S
  /** The store holds nothing but this cache's entries, so `cacheClear()` may call its `clear()`. Default `false`. */
  exclusive?: boolean | undefined
  /** The store decides: a TypeError. */
  maxSize?: undefined
  /** The store decides: a TypeError. */
  policy?: undefined
  /** The store decides: a TypeError. */
  graceWindow?: undefined
}

/** What `key` looks like for a function `F`: the same arguments, anything that can be encoded as a result. */
export type KeyOf<F extends AnyFunction> = (...args: ArgsOf<F>) => unknown

/** The options of `cache(fn, options)` in memory. An unknown one throws a TypeError that names the nearest known. */
export interface CacheOptions<out F extends AnyFunction = AnyFunction>
  extends MemoryOptions,
    CommonOptions,
    FunctionOptions<KeyOf<F>> {}

/** The options of `cache(fn, options)` in what threads or processes share. */
export interface NativeCacheOptions<out F extends AnyFunction = AnyFunction>
  extends NativeBackendOptions,
    CommonOptions,
    FunctionOptions<KeyOf<F>> {}

/** The options of `cache(fn, options)` over a store. */
export interface StoreOptions<out F extends AnyFunction = AnyFunction, S extends Store = Store>
  extends StoreBackendOptions<S>,
    CommonOptions,
    FunctionOptions<KeyOf<F>> {}

/** The options of `createCache` in memory. */
export interface CreateCacheOptions extends MemoryOptions, CommonOptions {}

/** The options of `createCache` in what threads or processes share. */
export interface CreateNativeCacheOptions extends NativeBackendOptions, CommonOptions {}

/** The options of `createCache` over a store. */
export interface CreateStoreCacheOptions<S extends Store = Store>
  extends StoreBackendOptions<S>,
    CommonOptions {}

/** Options of one entry that is stored by hand. */
export interface EntryOptions {
  /** This entry's lifetime in milliseconds, instead of the cache's `ttl`. Not above zero: a RangeError. */
  ttl?: number | undefined
}
