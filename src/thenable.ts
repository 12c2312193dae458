/** Promises and what behaves like them, touched as little as `await` would touch them. */
import type { AnyFunction } from './types'

/** The `then` method of a thenable, read once; undefined if `value` is none, or hides it behind a getter that throws. */
export function thenOf(value: unknown): AnyFunction | undefined {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined
  try {
    const { then } = value as { then?: unknown }
    return typeof then === 'function' ? (then as AnyFunction) : undefined
  } catch {
    return undefined
  }
}

/**
 * The promise that follows a thenable through the handlers, which run later, whatever its `then` does. Calls that once,
 * which may start lazy ones.
 */
export function derive(
  thenable: object,
  then: AnyFunction,
  fulfilled: (value: unknown) => unknown,
  rejected: (error: unknown) => unknown,
): PromiseLike<unknown> {
  if (thenable instanceof Promise && then === Promise.prototype.then)
    return Reflect.apply(then, thenable, [fulfilled, rejected])
  const promise = new Promise((resolve, reject) => Reflect.apply(then, thenable, [resolve, reject]))
  return promise.then(fulfilled, rejected)
}

/** Hands `value` on, at once or, if it is a promise, when it is there. */
export function after<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | PromiseLike<R>,
): R | PromiseLike<R> {
  return thenOf(value) === undefined ? next(value as T) : (value as PromiseLike<T>).then(next)
}
