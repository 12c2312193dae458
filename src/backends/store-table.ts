/**
 * A cache in a store, by the text of keys and without a function: what can be done by hand. A result that was computed
 * before a set, delete or clear of its key is never stored after it.
 */
import { commonCounters } from '../controls'
import { Computations, Flight, Flights } from '../flight'
import { deepFreeze } from '../freeze'
import { type ParsedOptions, parseEntryTtl } from '../options'
import { type Counters, STORE_ERRORS } from '../stats'
import { after, derive, thenOf } from '../thenable'
import type { AnyFunction, Store, StoreCacheInfo } from '../types'
import { type Envelope, resultIn } from './envelope'
import { StoreEntries, type Storing } from './store-entries'

/** A flight over a store, which may change generation while it lasts. */
export class StoreFlight extends Flight {
  /** In which era the computation began; undefined: it has not. */
  era: number | undefined = undefined
}

export class StoreTable {
  protected readonly entries: StoreEntries
  protected readonly flights = new Flights()
  protected readonly computations = new Computations()
  /** How often another process has been seen to clear: what was computed in another era is outdated. */
  protected era = 0
  protected closed = false

  /** @param name - the full name. */
  constructor(
    readonly options: ParsedOptions,
    store: Store,
    name: string,
  ) {
    this.entries = new StoreEntries(options, store, name, {
      forgotten: () => this.dropAll(),
      outdated: () => this.enterEra(),
    })
  }

  get counters(): Counters {
    return this.entries.counters
  }

  info(): StoreCacheInfo {
    return Object.freeze({
      ...commonCounters(this.counters),
      maxSize: undefined,
      currentSize: undefined,
      storeErrors: this.counters[STORE_ERRORS],
    })
  }

  /** The live entry of a key. */
  find(text: string, counting = false): Envelope | undefined | PromiseLike<Envelope | undefined> {
    return this.closed ? this.asStored(undefined) : this.entries.read(text, counting)
  }

  has(text: string): unknown {
    return after(this.find(text), (envelope) => envelope !== undefined)
  }

  peek(text: string): unknown {
    return after(this.find(text), (envelope) => envelope && resultIn(envelope))
  }

  delete(text: string): unknown {
    if (this.closed) return this.asStored(false)
    this.drop(text)
    return this.entries.delete(text)
  }

  /** Stores a value; a promise once it is fulfilled. */
  set(text: string, value: unknown, entryOptions: unknown): unknown {
    const ttl = parseEntryTtl(entryOptions, this.options.ttl)
    if (this.closed) return this.asStored(undefined)
    this.drop(text)
    const then = thenOf(value)
    if (then !== undefined) return this.setLater(text, value as object, then, ttl)
    const written = this.entries.byHand(() =>
      this.keep(text, value, { promised: false, ttl, replacing: true }),
    )
    return after(written, () => this.asStored(undefined))
  }

  clear(): unknown {
    if (!this.closed) return after(this.entries.clear(), () => this.asStored(undefined))
    this.counters.fill(0)
    return this.asStored(undefined)
  }

  /** Lets go of the store. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.dropAll()
    this.entries.release()
  }

  /** What is being computed for a key goes to its callers, and is not stored. */
  protected drop(text: string): void {
    this.flights.drop(text)
    this.computations.drop(text)
  }

  protected dropAll(): void {
    this.flights.clear()
    this.computations.dropAll()
  }

  /** Goes on in the generation that another process has begun. What waits for the store will be of this era. */
  protected enterEra(): void {
    this.era++
    this.computations.dropAll()
  }

  /** The flight that a call with this key may join. */
  protected flightOf(text: string): StoreFlight | undefined {
    const flight = this.flights.find(text) as StoreFlight | undefined
    return flight === undefined || this.isCurrent(flight) ? flight : undefined
  }

  /** A flight has ended. Returns whether its result may be stored. */
  protected finish(text: string, flight: StoreFlight): boolean {
    return this.flights.finish(text, flight) && this.isCurrent(flight)
  }

  /** A flight has brought a value. */
  protected land(text: string, flight: StoreFlight, value: unknown, how: Storing): void {
    if (this.finish(text, flight)) this.keep(text, value, how)
    else if (this.options.freeze) deepFreeze(value)
  }

  /** Stores a value; nobody need wait for it. */
  protected keep(text: string, value: unknown, how: Storing): unknown {
    if (this.options.freeze) deepFreeze(value)
    return this.entries.put(text, value, how)
  }

  /** `value` as answers of the store come. */
  protected asStored<T>(value: T): T | Promise<T> {
    return this.entries.answersLater ? Promise.resolve(value) : value
  }

  private setLater(text: string, promise: object, then: AnyFunction, ttl: number): unknown {
    const flight = new StoreFlight(false)
    const ready = after(this.entries.ready(), (): undefined => {
      flight.era = this.era
    })
    flight.promise = derive(
      promise,
      then,
      (value) =>
        after(ready, () => {
          this.land(text, flight, value, { promised: true, ttl, replacing: true })
          return value
        }),
      (error) => {
        this.finish(text, flight)
        throw error
      },
    )
    this.flights.start(text, flight)
    // Whoever made the promise holds it and hears of its failure there; this copy of it has nobody to tell.
    const written = flight.promise.then(
      () => this.entries.pending(text),
      () => undefined,
    )
    return this.entries.answersLater ? written.then(() => undefined) : undefined
  }

  private isCurrent({ era }: StoreFlight): boolean {
    return era === undefined || era === this.era
  }
}
