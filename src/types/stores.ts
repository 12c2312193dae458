/**
 * What an object must have to hold entries, and how its type tells a synchronous store from an asynchronous one.
 */

/** The memory backend, by name or as `Backend.MEMORY`. */
export type MemoryBackend = 'memory' | 0

/** The backend of all threads of the process, by name or as `Backend.THREADS`. */
export type ThreadsBackend = 'threads' | 2

/** The backend of all processes of this user on the machine, by name or as `Backend.SHARED`. */
export type SharedBackend = 'shared' | 1

/**
 * An object that keeps entries: a Map, lru-cache, quick-lru, Keyv 5 or 6, or your own. Keys are strings; values are
 * objects that wrap the result, so a store typed for other values (a `Map<string, number>`) does not fit. It may forget
 * what it likes, when it likes; one that confuses its keys costs hits, and never gives a wrong value.
 * If `get` returns a promise the store is asynchronous, and so is every function cached in it. A store whose `get` is
 * typed `any` or `unknown` counts as synchronous: give it a type if it is not.
 */
export type Store = SetStore | PutStore

/** A {@link Store} in the manner of Map. The third argument of `set` carries the TTL as the store takes it. */
export interface SetStore {
  get: (key: string) => unknown
  // biome-ignore lint/suspicious/noExplicitAny: each store takes its TTL in its own way
  set: (key: string, value: object, ttl?: any) => unknown
  delete: (key: string) => unknown
  clear: () => unknown
}

/** A {@link Store} that says `put` for `set`. */
export interface PutStore {
  get: (key: string) => unknown
  // biome-ignore lint/suspicious/noExplicitAny: each store takes its TTL in its own way
  put: (key: string, value: object, ttl?: any) => unknown
  delete?: ((key: string) => unknown) | undefined
  clear?: (() => unknown) | undefined
}

/** A {@link Store} that answers at once. */
export type SyncStore = Answering<Settled>

/** A {@link Store} that answers with promises. */
export type AsyncStore = Answering<PromiseLike<unknown>>

/** A {@link Store} that answers sometimes with a promise. */
export type EitherStore = Answering<Settled | PromiseLike<unknown>>

// With a string as its parameter here, the compiler, which looks for an overload by subtype before it looks by
// assignability, would pass over the first three of `createCache` for the last. `Store` has the string.
// biome-ignore lint/suspicious/noExplicitAny: above
export type Answering<R> = Store & { get: (key: any) => R }

/** How a store answers; one that sometimes returns a promise is both. */
export type StoreMode<S extends Store> = S extends { get: (key: string) => AnyOnly }
  ? 'sync'
  : S extends { get: (key: string) => PromiseLike<unknown> }
    ? 'async'
    : S extends { get: (key: string) => Settled }
      ? 'sync'
      : S extends { get: (key: string) => Settled | PromiseLike<unknown> }
        ? 'sync' | 'async'
        : 'sync'

// Everything but a promise. `object &` keeps the second half from being a weak type, which would refuse most objects.
type Settled =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | (object & { then?: undefined })

declare const anyOnly: unique symbol

// Nothing is assignable to this except `any` (and `never`).
interface AnyOnly {
  [anyOnly]: never
}

/** `T` as it comes through a store that answers in the given mode. */
export type Through<Mode extends 'sync' | 'async', T> = Mode extends 'async' ? Promise<Awaited<T>> : T
