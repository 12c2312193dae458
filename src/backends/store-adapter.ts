/**
 * One way to speak to every store: `get`/`set`/`delete`/`clear` or `get`/`put`, answering at once or with promises,
 * with a time to live in its own manner. Nothing here throws or rejects; failures are reported.
 *
 * The writes of one key reach the store one after the other, in the order in which they were asked for. While one is
 * under way, `get` gives what it writes: a store that is slow to write never shows a value from before a set or delete.
 */
import { after, derive, thenOf } from '../thenable'
import type { PutStore, SetStore, Store } from '../types'
import { type Envelope, NO_ENVELOPE } from './envelope'

/** What `get` gives where the store failed. */
export const FAILED = Symbol('the store failed')

export type Operation = 'get' | 'set' | 'delete' | 'clear'

/** The writes of one key that the store has not finished. */
interface Line {
  /** What the store will hold after the last of them. */
  value: Envelope | undefined
  /** The last one that was asked for, if it has not begun. Those between it and the one under way are pointless. */
  next: (() => boolean | Promise<boolean>) | undefined
  /** When none is left: whether the last one succeeded. */
  done: Promise<boolean>
}

export class StoreAdapter {
  /** Whether the store answers `get` with promises, as far as it has been asked. */
  answersLater = false
  private readonly lines = new Map<string, Line>()
  private readonly ttlArgument: (ttl: number) => unknown
  private readonly canDelete: boolean
  /** Whether the store is one of `set`, not of `put`. */
  private readonly canSet: boolean

  /** @param failed - is told of everything that the store throws or rejects with. */
  constructor(
    private readonly store: Store,
    private readonly failed: (operation: Operation, error: unknown) => void,
  ) {
    this.ttlArgument = ttlArgumentOf(store)
    this.canDelete = typeof store.delete === 'function'
    this.canSet =
      'set' in store && typeof store.set === 'function' && this.canDelete && typeof store.clear === 'function'
  }

  /** What the store holds under a key, or `FAILED`; or a promise of it. */
  get(key: string): unknown {
    const line = this.lines.get(key)
    const written = line?.value
    const answer = (found: unknown): unknown => (line === undefined ? found : written)
    const failed = (error: unknown): unknown => answer(this.report('get', error))
    try {
      const found = this.store.get(key)
      const then = thenOf(found)
      this.answersLater = then !== undefined
      return then === undefined ? answer(found) : derive(found as object, then, answer, failed)
    } catch (error) {
      return this.answersLater ? Promise.resolve(failed(error)) : failed(error)
    }
  }

  /**
   * Writes an envelope; whether the store took it.
   * @param ttl - ms for which the store needs to keep it, or `undefined`: as long as it likes.
   */
  set(key: string, value: Envelope, ttl: number | undefined): boolean | Promise<boolean> {
    return this.write(key, value, () => this.attempt('set', () => this.put(key, value, ttl)))
  }

  /**
   * Deletes what is under a key; whether the store did it.
   * @param looked - a look at the key, which comes first.
   */
  delete(key: string, looked: unknown): boolean | Promise<boolean> {
    const run = (): unknown =>
      this.canDelete ? (this.store as SetStore).delete(key) : this.put(key, NO_ENVELOPE, 1)
    return this.write(key, undefined, () => this.attempt('delete', () => after(looked, run)))
  }

  /** Empties the whole store, if it can be emptied. */
  clear(): boolean | Promise<boolean> {
    return this.attempt('clear', () => this.store.clear?.())
  }

  /** When the writes of a key are done, if there are any. */
  pending(key: string): Promise<boolean> | undefined {
    return this.lines.get(key)?.done
  }

  private put(key: string, value: object, ttl: number | undefined): unknown {
    const args: [string, object, unknown?] = [key, value]
    if (ttl !== undefined) args.push(this.ttlArgument(ttl))
    return this.canSet ? (this.store as SetStore).set(...args) : (this.store as PutStore).put(...args)
  }

  private write(
    key: string,
    value: Envelope | undefined,
    run: () => boolean | Promise<boolean>,
  ): boolean | Promise<boolean> {
    const line = this.lines.get(key)
    if (line !== undefined) {
      line.value = value
      line.next = run
      return line.done
    }
    const first = run()
    if (typeof first === 'boolean') return first
    const started: Line = { value, next: undefined, done: first }
    started.done = this.drain(key, started, first)
    this.lines.set(key, started)
    return started.done
  }

  private async drain(key: string, line: Line, first: Promise<boolean>): Promise<boolean> {
    let succeeded = await first
    while (line.next !== undefined) {
      const run = line.next
      line.next = undefined
      succeeded = await run()
    }
    this.lines.delete(key)
    return succeeded
  }

  private attempt(operation: Operation, run: () => unknown): boolean | Promise<boolean> {
    const succeeded = (answer: unknown): boolean => {
      // Keyv and its like swallow what their own store throws, and say false instead.
      if (operation === 'set' && answer === false) return failed(new Error('it answered false'))
      return true
    }
    const failed = (error: unknown): boolean => this.report(operation, error) !== FAILED
    try {
      const answer = run()
      const then = thenOf(answer)
      if (then === undefined) return succeeded(answer)
      return Promise.resolve(derive(answer as object, then, succeeded, failed)) as Promise<boolean>
    } catch (error) {
      return failed(error)
    }
  }

  private report(operation: Operation, error: unknown): typeof FAILED {
    this.failed(operation, error)
    return FAILED
  }
}

/**
 * How a store takes a time to live as third argument of `set`, known by what else it has: lru-cache and its like an
 * option, quick-lru another one, tiny-lru a flag of some other meaning; Keyv, cacheable and most others milliseconds.
 */
function ttlArgumentOf(store: Store): (ttl: number) => unknown {
  if ('getRemainingTTL' in store) return (ttl) => ({ ttl: Math.ceil(ttl) })
  if ('maxAge' in store) return (maxAge) => ({ maxAge: Math.ceil(maxAge) })
  if ('resetTtl' in store || 'resetTTL' in store) return () => undefined
  return Math.ceil
}
