/** A promise that the test settles when it wants to. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

export function deferred<T = unknown>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}

/** Resolves in the next turn of the event loop, when every promise that could settle has. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
