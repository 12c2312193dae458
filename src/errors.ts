/**
 * Every error that this package throws, as one family: an ordinary TypeError or RangeError with a stable `code`,
 * and a message that says what was wrong, where, and what to do.
 */

/** The stable `code` of an error thrown by this package. */
export type WarpCacheErrorCode =
  /** An option is unknown, of the wrong type, or out of range. */
  | 'ERR_WARP_CACHE_OPTION'
  /** The thing to be cached is not a function, method, static method or getter. */
  | 'ERR_WARP_CACHE_TARGET'
  /** An argument cannot be part of a key. */
  | 'ERR_WARP_CACHE_KEY'
  /** A name is needed and no safe default exists. */
  | 'ERR_WARP_CACHE_NAME'
  /** The object given as `backend` is not a usable store. */
  | 'ERR_WARP_CACHE_STORE'
  /** The bytes of a key or value are damaged, or were written by something else. */
  | 'ERR_WARP_CACHE_CODEC'
  /** The native addon is missing, or was not built for this platform, this Node or this version of the package. */
  | 'ERR_WARP_CACHE_ADDON'
  /** The operating system has no shared caches. */
  | 'ERR_WARP_CACHE_PLATFORM'
  /** The directory of shared caches cannot be used: it is somebody else's, a link, or open to others. */
  | 'ERR_WARP_CACHE_DIRECTORY'
  /** The operation does not exist for this backend, method or getter. */
  | 'ERR_WARP_CACHE_UNSUPPORTED'

/** What the errors of this package have in common; test with `isWarpCacheError`. */
export interface WarpCacheError extends Error {
  readonly code: WarpCacheErrorCode
}

/** Makes the TypeError of this package with the given code. */
export function typeError(code: WarpCacheErrorCode, message: string): TypeError & WarpCacheError {
  return withCode(new TypeError(message), code)
}

/** Makes the RangeError of this package with the given code. */
export function rangeError(code: WarpCacheErrorCode, message: string): RangeError & WarpCacheError {
  return withCode(new RangeError(message), code)
}

/** Makes the plain Error of this package with the given code, for what is no mistake of the caller's. */
export function plainError(
  code: WarpCacheErrorCode,
  message: string,
  options?: ErrorOptions,
): Error & WarpCacheError {
  return withCode(new Error(message, options), code)
}

/** Whether `error` was thrown by this package (and not by a function that it caches). */
export function isWarpCacheError(error: unknown): error is WarpCacheError {
  return error instanceof Error && ours.has(error)
}

const ours = new WeakSet<Error>()

function withCode<E extends Error>(error: E, code: WarpCacheErrorCode): E & WarpCacheError {
  ours.add(error)
  return Object.defineProperty(error, 'code', { value: code, enumerable: true }) as E & WarpCacheError
}
