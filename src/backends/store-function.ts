/**
 * A function over a store. Concurrent calls with one key share one look into the store and one computation; a caller
 * waits for the store's `get`, never for its `set`. Where the store answers at once, so does the function.
 */
import { KeyReader } from '../keys/reader'
import { keyText } from '../keys/text'
import type { Key } from '../keys/tokens'
import type { ParsedOptions } from '../options'
import { COALESCED, ERRORS, HITS, MISSES } from '../stats'
import { derive, thenOf } from '../thenable'
import type { AnyFunction, Store } from '../types'
import { type Envelope, resultIn } from './envelope'
import { Failures } from './failures'
import { Failure } from './memory'
import type { Storing } from './store-entries'
import { StoreFlight, StoreTable } from './store-table'

export class StoreFunction extends StoreTable {
  private readonly keys: KeyReader
  private readonly failures: Failures | undefined

  /**
   * @param name - the full name.
   * @param selfKey - what tells apart the instances of a method.
   */
  constructor(
    private readonly fn: AnyFunction,
    options: ParsedOptions,
    store: Store,
    name: string,
    selfKey?: AnyFunction,
  ) {
    super(options, store, name)
    this.keys = new KeyReader(options.key, selfKey)
    if (options.cacheErrors !== false) this.failures = new Failures(options)
  }

  /** The text of a call's key. */
  textOf(args: ArrayLike<unknown>, self: unknown): string {
    return keyText(this.keys.ofCall(args, self))
  }

  call(self: unknown, args: ArrayLike<unknown>): unknown {
    if (this.closed) return this.uncached(self, args)
    const key = this.keys.ofCall(args, self)
    const text = keyText(key)
    const flight = this.flightOf(text)
    if (flight !== undefined) {
      this.counters[COALESCED]++
      return flight.promise
    }
    const failure = this.failures?.find(text)
    if (failure !== undefined) {
      this.counters[HITS]++
      return failure.replay()
    }
    const found = this.entries.read(text, true)
    if (thenOf(found) !== undefined) {
      return this.takeOff(text, new StoreFlight(false), found as PromiseLike<Envelope | undefined>, {
        key,
        self,
        args,
      })
    }
    if (found !== undefined) {
      this.counters[HITS]++
      return resultIn(found as Envelope)
    }
    this.counters[MISSES]++
    return this.compute(text, self, args, false)
  }

  /** Computes anew; the entry, if there is one, stays until the computation has succeeded. */
  refresh(self: unknown, args: ArrayLike<unknown>): unknown {
    if (this.closed) return this.uncached(self, args)
    const key = this.keys.ofCall(args, self)
    const text = keyText(key)
    const flight = this.flightOf(text)
    if (flight?.refresh) return flight.promise
    const ready = this.entries.ready()
    return ready === undefined && !this.entries.answersLater
      ? this.compute(text, self, args, true)
      : this.takeOff(text, new StoreFlight(true), ready, { key, self, args })
  }

  protected override drop(text: string): void {
    super.drop(text)
    this.failures?.forget(text)
  }

  protected override dropAll(): void {
    super.dropAll()
    this.failures?.clear()
  }

  protected override enterEra(): void {
    super.enterEra()
    this.failures?.clear()
  }

  protected override keep(text: string, value: unknown, how: Storing): unknown {
    this.failures?.forget(text)
    return super.keep(text, value, how)
  }

  private uncached(self: unknown, args: ArrayLike<unknown>): unknown {
    if (!this.entries.answersLater) return Reflect.apply(this.fn, self, args)
    return new Promise((resolve) => resolve(Reflect.apply(this.fn, self, args)))
  }

  /** Starts a flight that everybody with this key joins, over a store that takes its time. */
  private takeOff(
    text: string,
    flight: StoreFlight,
    found: PromiseLike<Envelope | undefined> | undefined,
    call: Call,
  ): unknown {
    flight.promise = this.fly(text, flight, found, call)
    this.flights.start(text, flight)
    return flight.promise
  }

  /** @param found - what the store has; for a refresh: when it may be written to. */
  private async fly(
    text: string,
    flight: StoreFlight,
    found: PromiseLike<Envelope | undefined> | undefined,
    call: Call,
  ): Promise<unknown> {
    const { refresh } = flight
    const envelope = await found
    if (!refresh) this.counters[envelope ? HITS : MISSES]++
    if (envelope) {
      this.finish(text, flight)
      return envelope.v
    }
    flight.era = this.era
    const args = this.argumentsAtCall(text, call)
    if (args === undefined) this.finish(text, flight)
    let value: unknown
    let promised = false
    try {
      const returned = Reflect.apply(this.fn, call.self, args ?? call.args)
      const then = thenOf(returned)
      promised = then !== undefined
      value = then === undefined ? returned : await derive(returned, then, same, rethrow)
    } catch (error) {
      this.crash(text, flight, error)
      throw error
    }
    this.land(text, flight, value, { promised, ttl: this.options.ttl, replacing: refresh })
    return value
  }

  /**
   * The arguments as they were when the call was made. The caller may have changed them since: then copies, which the key
   * has, since others may wait for the same result. Undefined: the option `key` has made a key that does not tell.
   */
  private argumentsAtCall(text: string, { key, self, args }: Call): ArrayLike<unknown> | undefined {
    try {
      if (this.textOf(args, self) === text) return args
    } catch {
      // They cannot be a key any more.
    }
    return this.options.key === undefined ? this.keys.argumentsOf(key, self) : undefined
  }

  /** Computes at once, over a store that has answered at once. */
  private compute(text: string, self: unknown, args: ArrayLike<unknown>, refresh: boolean): unknown {
    const mark = this.computations.enter()
    let value: unknown
    try {
      value = Reflect.apply(this.fn, self, args)
    } catch (error) {
      this.computations.running--
      const dropped = this.computations.wasDropped(text, mark)
      this.counters[ERRORS]++
      if (!dropped && !refresh) this.failures?.remember(text, new Failure(error, true), error)
      throw error
    }
    this.computations.running--
    const dropped = this.computations.wasDropped(text, mark)
    const then = thenOf(value)
    if (then !== undefined) return this.follow(text, value as object, then, refresh, dropped)
    // A flight that began before this refresh must not land on it.
    if (refresh && !dropped) super.drop(text)
    if (!dropped) this.keep(text, value, { promised: false, ttl: this.options.ttl, replacing: refresh })
    return value
  }

  /** Follows a promise until it settles, as the flight of its key unless that was dropped or another one is. */
  private follow(
    text: string,
    promise: object,
    then: AnyFunction,
    refresh: boolean,
    dropped: boolean,
  ): unknown {
    const flight = new StoreFlight(refresh)
    flight.era = this.era
    flight.promise = derive(
      promise,
      then,
      (value) => {
        this.land(text, flight, value, { promised: true, ttl: this.options.ttl, replacing: refresh })
        return value
      },
      (error) => {
        this.crash(text, flight, error)
        throw error
      },
    )
    if (!dropped && (refresh || this.flightOf(text) === undefined)) this.flights.start(text, flight)
    return flight.promise
  }

  private crash(text: string, flight: StoreFlight, error: unknown): void {
    this.counters[ERRORS]++
    if (this.finish(text, flight) && !flight.refresh) {
      this.failures?.remember(text, new Failure(flight.promise, false), error)
    }
  }
}

/** A call that waits for its store. */
interface Call {
  readonly key: Key
  readonly self: unknown
  readonly args: ArrayLike<unknown>
}

const same = <T>(value: T): T => value

function rethrow(error: unknown): never {
  throw error
}
