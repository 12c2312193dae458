/**
 * A cache over a native table, without a function: what is done by hand, and the promises that are followed until
 * there is a value to store. It is closed for good: then nothing is found or stored.
 */
import { commonCounters } from '../controls'
import { Computations, Flight, Flights } from '../flight'
import { deepFreeze } from '../freeze'
import type { Key } from '../keys/tokens'
import { type ParsedOptions, parseEntryTtl } from '../options'
import { DETACHED, ERRORS, HITS, NEAR_HITS, OVERSIZE_SKIPS, UNSTORABLE } from '../stats'
import { derive, thenOf } from '../thenable'
import type { AnyFunction, NativeCacheInfo } from '../types'
import type { FillToken } from './native-table'
import { NativeValues, NOTHING } from './native-values'

/** How a promise is followed. */
interface Launch {
  readonly token: FillToken | undefined
  readonly refresh?: boolean
  /** Its key was set, deleted or cleared before it was seen. */
  readonly dropped?: boolean
  readonly ttl?: number
  /** It came by hand, not from the function: its failure is not the function's. */
  readonly byHand?: boolean
}

/** A computation under way, and when it began. */
class NativeFlight extends Flight {
  constructor(
    refresh: boolean,
    readonly token: FillToken | undefined,
  ) {
    super(refresh)
  }
}

/** Whether nothing has happened between two tokens of one key that would outdate a fill. */
function isSame(one: FillToken | undefined, other: FillToken | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return (
    one.table === other.table &&
    one.generation === other.generation &&
    one.wanted === other.wanted &&
    one.count === other.count
  )
}

export class NativeCache {
  readonly values: NativeValues
  closed = false
  /** Made when the first is asked for. */
  private flying: Flights | undefined
  protected readonly computations = new Computations()

  /**
   * @param name - the full name.
   * @param released - is told when the name is no longer used.
   */
  constructor(
    readonly options: ParsedOptions,
    name: string,
    private readonly released: () => void,
  ) {
    this.values = new NativeValues(options, name)
  }

  info(): NativeCacheInfo {
    const table = this.values.current()
    const found = table?.info()
    const counters = table?.sum() ?? this.values.counters
    return Object.freeze({
      ...commonCounters(counters),
      hits: counters[HITS] + counters[NEAR_HITS],
      evictions: found?.evictions ?? 0,
      expirations: found?.expirations ?? 0,
      oversizeSkips: counters[OVERSIZE_SKIPS],
      unstorable: counters[UNSTORABLE],
      maxSize: this.options.maxSize,
      currentSize: found?.currentSize ?? 0,
      nearHits: counters[NEAR_HITS],
      bytes: found?.bytes ?? 0,
      maxBytes: found?.maxBytes ?? this.options.native!.maxBytes,
      skippedWrites: found?.skippedWrites ?? 0,
      detached: counters[DETACHED],
    })
  }

  has(key: Key): boolean {
    return this.values.peek(key) !== NOTHING
  }

  peek(key: Key): unknown {
    const value = this.values.peek(key)
    return value === NOTHING ? undefined : value
  }

  delete(key: Key): boolean {
    this.drop(key)
    return this.values.delete(key)
  }

  /** Stores a value; a promise once it is fulfilled. */
  set(key: Key, value: unknown, entryOptions: unknown): void {
    const ttl = parseEntryTtl(entryOptions, this.options.ttl)
    if (this.closed) return
    this.drop(key)
    const then = thenOf(value)
    if (then === undefined) {
      if (this.options.freeze) deepFreeze(value)
      this.values.set(key, value, ttl)
      return
    }
    // Callers join the promise from now on, and nobody elsewhere finds what it is to replace.
    this.values.delete(key)
    const token = this.values.tokenOf(key)
    const { promise } = this.launch(key, value as object, then, { token, ttl, byHand: true })
    // Whoever made the promise holds it and hears of its failure there; this copy of it has nobody to tell.
    promise.then(undefined, () => {})
  }

  /** Drops every entry and zeroes the counters, for all isolates. */
  clear(): void {
    const { values } = this
    this.dropAll()
    const table = values.current()
    if (table === undefined) values.counters.fill(0)
    else table.clear()
    values.near?.clear()
  }

  /** Lets go of the table. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.dropAll()
    this.values.close()
    this.released()
  }

  /** The flight that a call with this key may join: one that nobody has outdated since, here or elsewhere. */
  protected flightOf(key: Key, token: FillToken | undefined): Flight | undefined {
    const flight = this.flying?.find(key) as NativeFlight | undefined
    if (flight === undefined || isSame(flight.token, token)) return flight
    this.drop(key)
    return undefined
  }

  /** What is being computed for a key goes to its callers, and is not stored. */
  protected drop(key: Key): void {
    this.flying?.drop(key)
    this.computations.drop(key)
  }

  protected dropAll(): void {
    this.flying?.clear()
    this.computations.dropAll()
  }

  /** A promise of the function's was rejected, and nothing has happened to its key meanwhile. */
  protected crashed(_key: Key, _flight: Flight, _error: unknown): void {}

  /** Follows a promise until it settles, as the flight of its key unless that was dropped or another one is. */
  protected launch(key: Key, promise: object, then: AnyFunction, how: Launch): Flight {
    const { clock, freeze } = this.options
    const { refresh = false, dropped = false, ttl = this.options.ttl, byHand = false, token } = how
    const flight = new NativeFlight(refresh, token)
    this.flying ??= new Flights()
    const flights = this.flying
    const alone = dropped || (!refresh && flights.find(key) !== undefined)
    flight.promise = derive(
      promise,
      then,
      (value) => {
        clock.forget()
        const wanted = !alone && flights.finish(key, flight)
        if (freeze) deepFreeze(value)
        if (wanted)
          this.values.fill(key, value, {
            promise: flight.promise,
            ttl,
            token,
            replacing: refresh || byHand,
          })
        return value
      },
      (error) => {
        clock.forget()
        if (!byHand) this.values.counters[ERRORS]++
        if (!alone && flights.finish(key, flight) && !byHand) this.crashed(key, flight, error)
        throw error
      },
    )
    if (!alone) flights.start(key, flight)
    return flight
  }
}
