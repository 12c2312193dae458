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

/** The promise that follows a thenable through the handlers. Calls its `then` once, which may start lazy ones. */
export function derive(
  thenable: object,
  then: AnyFunction,
  fulfilled: (value: unknown) => unknown,
  rejected: (error: unknown) => unknown,
): PromiseLike<unknown> {
  if (thenable instanceof Promise) return Reflect.apply(then, thenable, [fulfilled, rejected])
  const promise = new Promise((resolve, reject) => Reflect.apply(then, thenable, [resolve, reject]))
  return promise.then(fulfilled, rejected)
}
