/**
 * A function over a native table: everything of a call except the first try for a near hit, which `native-hit.ts`
 * makes. Concurrent calls of one isolate share one computation; those of different isolates do not.
 */
import { NEVER } from '../expiry'
import type { Flight } from '../flight'
import { deepFreeze } from '../freeze'
import { KeyReader } from '../keys/reader'
import { type Key, NONE, singleToken } from '../keys/tokens'
import { TABLE_GENERATION } from '../near'
import type { ParsedOptions } from '../options'
import { COALESCED, ERRORS, HITS, MISSES } from '../stats'
import { thenOf } from '../thenable'
import type { AnyFunction } from '../types'
import { Failures } from './failures'
import { Failure } from './memory'
import { NativeCache } from './native-cache'
import type { FillToken } from './native-table'
import { NOTHING } from './native-values'

export class NativeFunction extends NativeCache {
  readonly keys: KeyReader
  private readonly failures: Failures | undefined
  /** The table's generation when the last failure was remembered: those of another one were cleared. */
  private failuresOf = 0

  /**
   * @param selfKey - what tells apart the instances of a method.
   */
  constructor(
    private readonly fn: AnyFunction,
    options: ParsedOptions,
    name: string,
    released: () => void,
    selfKey?: AnyFunction,
  ) {
    super(options, name, released)
    this.keys = new KeyReader(options.key, selfKey)
    if (options.cacheErrors !== false) this.failures = new Failures(options)
  }

  /** The key of an argument list, for keeping. */
  keyOf(args: readonly unknown[], self: unknown): Key {
    if (args.length === 1 && !this.keys.custom) {
      const key = singleToken(args[0])
      if (key !== NONE) return key
    }
    return this.keys.ofCall(args, self)
  }

  /** A call of which nothing is known. */
  call(self: unknown, args: ArrayLike<unknown>): unknown {
    if (this.closed) return Reflect.apply(this.fn, self, args)
    const { near } = this.values
    if (near === undefined || this.keys.custom) {
      const key = this.keys.ofCall(args, self)
      if (this.keys.custom) this.options.clock.forget()
      return this.answer(key, self, args)
    }
    const entry = near.valid(this.keys.findCall(near.index, args, self))
    if (entry === undefined || this.values.timed) return this.answer(this.keys.take(), self, args)
    return near.take(entry)
  }

  /** A call with one argument, of which nothing good was found nearby by that argument as it is. */
  callOne(self: unknown, argument: unknown): unknown {
    const key = typeof argument === 'string' ? argument : singleToken(argument)
    if (key === NONE || this.closed) return this.call(self, [argument])
    const found = this.values.find(key)
    return found !== NOTHING ? found : this.miss(key, self, [argument])
  }

  /** The same where nothing at all was found nearby. */
  callNew(self: unknown, argument: unknown): unknown {
    const key = typeof argument === 'string' ? argument : singleToken(argument)
    if (key !== argument || this.closed) return this.callOne(self, argument)
    const found = this.values.findFar(key)
    // No list for the argument: it would be made for each miss, and collected.
    return found !== NOTHING ? found : this.miss(key, self, self === undefined ? undefined : [argument])
  }

  private answer(key: Key, self: unknown, args: ArrayLike<unknown>): unknown {
    const found = this.values.find(key)
    return found !== NOTHING ? found : this.miss(key, self, args)
  }

  /** Nothing was found by this key, just now. @param args - undefined: the key is the one argument. */
  private miss(key: Key, self: unknown, args: ArrayLike<unknown> | undefined): unknown {
    const { values } = this
    const { token } = values
    const flight = this.flightOf(key, token)
    if (flight !== undefined) {
      values.counters[COALESCED]++
      return flight.promise
    }
    const failure = this.failureOf(key)
    if (failure !== undefined) {
      values.counters[HITS]++
      return failure.replay()
    }
    values.counters[MISSES]++
    return this.compute(key, self, args, token, false)
  }

  /** Computes anew; the entry, if there is one, stays until the computation has succeeded. */
  refresh(self: unknown, args: ArrayLike<unknown>): unknown {
    if (this.closed) return Reflect.apply(this.fn, self, args)
    const key = this.keys.ofCall(args, self)
    const token = this.values.tokenOf(key)
    const flight = this.flightOf(key, token)
    if (flight?.refresh) return flight.promise
    return this.compute(key, self, args, token, true)
  }

  protected override drop(key: Key): void {
    super.drop(key)
    this.failures?.forget(key)
  }

  protected override dropAll(): void {
    super.dropAll()
    this.failures?.clear()
  }

  protected override crashed(key: Key, flight: Flight, error: unknown): void {
    this.remember(key, new Failure(flight.promise, false), error)
  }

  private compute(
    key: Key,
    self: unknown,
    args: ArrayLike<unknown> | undefined,
    token: FillToken | undefined,
    refresh: boolean,
  ): unknown {
    const { computations, fn, values } = this
    const { clock, freeze, ttl } = this.options
    const mark = computations.enter()
    let value: unknown
    try {
      value = args === undefined ? fn(key) : Reflect.apply(fn, self, args)
    } catch (error) {
      computations.running--
      clock.forget()
      const dropped = computations.wasDropped(key, mark)
      values.counters[ERRORS]++
      if (!dropped) this.remember(key, new Failure(error, true), error)
      throw error
    }
    computations.running--
    clock.forget()
    const dropped = computations.wasDropped(key, mark)
    const then = thenOf(value)
    if (then !== undefined)
      return this.launch(key, value as object, then, { token, refresh, dropped }).promise
    if (dropped) return value
    if (!refresh && ttl === NEVER && values.fillPlain(key, value, token)) return value
    if (freeze) deepFreeze(value)
    values.fill(key, value, { ttl, token, replacing: refresh })
    return value
  }

  private failureOf(key: Key): Failure | undefined {
    const { failures } = this
    if (failures === undefined) return undefined
    if (this.failuresOf !== this.generation()) failures.clear()
    return failures.find(key)
  }

  /** Stores a failure, if `cacheErrors` wants it remembered and there is no value to keep instead. */
  private remember(key: Key, failure: Failure, error: unknown): void {
    const { failures } = this
    if (failures === undefined || this.has(key)) return
    if (this.failuresOf !== this.generation()) failures.clear()
    this.failuresOf = this.generation()
    failures.remember(key, failure, error)
  }

  private generation(): number {
    return this.values.table?.words?.versions[TABLE_GENERATION] ?? 0
  }
}
