/**
 * A cache over a native table, without a function: values in and out, the near table before it, and what is done by
 * hand. A value that was computed before a set, delete or clear of its key is never stored after it, in whichever
 * isolate that was. Where there is no table (none is wanted, or none can be made) nothing is found or stored.
 */
import { TOO_LARGE } from '../codec'
import { commonCounters } from '../controls'
import { Computations, Flight, Flights } from '../flight'
import { deepFreeze } from '../freeze'
import { parseKey } from '../keys/parse'
import type { Key } from '../keys/tokens'
import { Near } from '../near'
import { type NativeOptions, type ParsedOptions, parseEntryTtl } from '../options'
import {
  type Counters,
  DETACHED,
  ERRORS,
  HITS,
  NEAR_HITS,
  newNativeCounters,
  OVERSIZE_SKIPS,
  UNSTORABLE,
} from '../stats'
import { derive, thenOf } from '../thenable'
import type { AnyFunction, NativeCacheInfo } from '../types'
import { EXPIRES_AT, FLAGS, GENERATION, KEY, LENGTH, MODE, SLOT, VERSION } from './native-exchange'
import { type FillToken, MISS, type NativeTable, OVERSIZE, openTable, STORED } from './native-table'
import { warnOfDamage, warnOfUnstorable } from './native-warnings'

/** Of an entry: the function returned a promise of the value. */
const PROMISED = 1

/** In place of a value: there is none. */
export const NOTHING = Symbol('nothing')
/** In place of a token: the value must not be stored, since its key is too long. */
const TOO_LONG: FillToken = { generation: 0, wanted: 0, count: 0 }

/** An entry, as `entries` gives it. */
export interface NativeEntry {
  readonly key: Key
  readonly value: unknown
  readonly expiresAt: number | undefined
}

/** How a promise is followed. */
interface Launch {
  readonly refresh?: boolean
  /** Its key was set, deleted or cleared before it was seen. */
  readonly dropped?: boolean
  readonly ttl?: number
  /** It came by hand, not from the function: its failure is not the function's. */
  readonly byHand?: boolean
}

export class NativeCache {
  /** Undefined where it is not wanted, or cannot be. */
  readonly near: Near | undefined
  readonly counters: Counters
  /** The token of the look-up that found nothing; undefined: there is no table. */
  token: FillToken | undefined
  closed = false
  protected readonly flights = new Flights()
  protected readonly computations = new Computations()
  /** Undefined: nothing is found or stored. */
  protected table: NativeTable | undefined
  private readonly native: NativeOptions
  private readonly warned = { unstorable: false, damage: false }

  /**
   * @param name - the full name.
   * @param released - is told when the name is no longer used.
   */
  constructor(
    readonly options: ParsedOptions,
    private readonly name: string,
    private readonly released: () => void,
  ) {
    this.native = options.native!
    this.table = options.maxSize === 0 ? undefined : openTable(name, options)
    this.counters = this.table?.counters ?? newNativeCounters()
    const words = this.table?.words
    if (words !== undefined && this.native.near !== false) this.near = new Near(words, this.native.nearSize)
  }

  info(): NativeCacheInfo {
    const found = this.table?.info()
    const counters = this.table?.sum() ?? this.counters
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
      maxBytes: this.native.maxBytes,
      skippedWrites: found?.skippedWrites ?? 0,
      detached: counters[DETACHED],
    })
  }

  /** The value of a key, counted if there is one; or `NOTHING`, and `token` is that of the miss. */
  find(key: Key): unknown {
    const { near, counters, table } = this
    const place = near === undefined ? 0 : this.live(near.find(key))
    if (place !== 0) {
      counters[NEAR_HITS]++
      near!.touch(place)
      return near!.values[place]
    }
    this.token = undefined
    if (table === undefined) return NOTHING
    const code = table.find(key)
    if (code >= 0) {
      const value = this.taken(table, key, code)
      if (value !== NOTHING) {
        counters[HITS]++
        return value
      }
      this.token = table.tokenOf(key)
    } else if (code === MISS) this.token = table.token()
    else if (code === OVERSIZE) this.token = TOO_LONG
    near?.forget(key)
    return NOTHING
  }

  /** The value of a key, or `NOTHING`. It is no use of the entry, and is not counted. */
  peek(key: Key): unknown {
    const place = this.near === undefined ? 0 : this.live(this.near.find(key))
    if (place !== 0) return this.near!.values[place]
    const { table } = this
    const length = table === undefined ? MISS : table.peek(key)
    return length < 0 ? NOTHING : this.decoded(table!, length)
  }

  delete(key: Key): boolean {
    this.drop(key)
    return this.table?.delete(key) ?? false
  }

  /** Stores a value by hand; a promise once it is fulfilled. */
  set(key: Key, value: unknown, entryOptions: unknown): void {
    const ttl = parseEntryTtl(entryOptions, this.options.ttl)
    if (this.closed) return
    this.drop(key)
    const then = thenOf(value)
    if (then === undefined) {
      if (this.options.freeze) deepFreeze(value)
      this.store(key, value, value, 0, ttl, undefined)
      return
    }
    const token = this.table?.tokenOf(key)
    const { promise } = this.launch(key, value as object, then, token, { ttl, byHand: true })
    // Whoever made the promise holds it and hears of its failure there; this copy of it has nobody to tell.
    promise.then(undefined, () => {})
  }

  /** Drops every entry and zeroes the counters, for all isolates. */
  clear(): void {
    this.dropAll()
    if (this.table === undefined) this.counters.fill(0)
    else this.table.clear()
    this.near?.clear()
  }

  /** Steps through the entries that can be read. */
  *entries(): Generator<NativeEntry, void, undefined> {
    const { table } = this
    if (table === undefined) return
    for (const _ of table.entries()) {
      const { keys, words, times } = table.exchange
      const expiresAt = table.onClock(times[EXPIRES_AT])
      let key: Key
      try {
        key = parseKey(keys.bytes, KEY, KEY + words[MODE])
      } catch {
        continue
      }
      const value = this.decoded(table, words[LENGTH])
      if (value !== NOTHING) yield { key, value, expiresAt }
    }
  }

  /** Lets go of the table. Nothing is found or stored from now on. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.dropAll()
    this.table?.close()
    this.table = undefined
    this.near?.close()
    this.released()
  }

  /** What is being computed for a key goes to its callers, and is not stored. */
  protected drop(key: Key): void {
    this.flights.drop(key)
    this.computations.drop(key)
  }

  protected dropAll(): void {
    this.flights.clear()
    this.computations.dropAll()
  }

  /** A promise failed, or a computation: of a key that may still be stored. */
  protected failed(_key: Key, _flight: Flight, _error: unknown): void {}

  /** Follows a promise until it settles, as the flight of its key unless that was dropped or another one is. */
  protected launch(
    key: Key,
    promise: object,
    then: AnyFunction,
    token: FillToken | undefined,
    how: Launch,
  ): Flight {
    const { clock, freeze } = this.options
    const { refresh = false, dropped = false, ttl = this.options.ttl, byHand = false } = how
    const flight = new Flight(refresh)
    const alone = dropped || (!refresh && this.flights.find(key) !== undefined)
    flight.promise = derive(
      promise,
      then,
      (value) => {
        clock.forget()
        const wanted = !alone && this.flights.finish(key, flight)
        if (freeze) deepFreeze(value)
        if (wanted) this.keep(key, value, flight.promise, PROMISED, ttl, token)
        return value
      },
      (error) => {
        clock.forget()
        if (!byHand) this.counters[ERRORS]++
        if (!alone && this.flights.finish(key, flight) && !byHand) this.failed(key, flight, error)
        throw error
      },
    )
    if (!alone) this.flights.start(key, flight)
    return flight
  }

  /** Stores what was computed, if that is still wanted. */
  protected keep(
    key: Key,
    value: unknown,
    result: unknown,
    flags: number,
    ttl: number,
    token: FillToken | undefined,
  ): void {
    if (token === TOO_LONG) this.counters[OVERSIZE_SKIPS]++
    else if (token !== undefined) this.store(key, value, result, flags, ttl, token)
  }

  /**
   * Stores a value.
   * @param result - what a hit gives: the value, or a promise of it.
   * @param token - undefined: it replaces whatever there is.
   */
  private store(
    key: Key,
    value: unknown,
    result: unknown,
    flags: number,
    ttl: number,
    token: FillToken | undefined,
  ): void {
    const { near, table } = this
    if (table === undefined) return
    const now = table.now()
    const length = this.encoded(table, value)
    if (length < 0) {
      // What was there must not outlive what was to take its place.
      table.delete(key)
      return
    }
    const code = table.put(key, length, flags, now, ttl, token)
    if (code === OVERSIZE) this.counters[OVERSIZE_SKIPS]++
    // Of anything else hits give a copy, so the original is no near entry.
    if (code !== STORED || near === undefined || !isPrimitive(value)) return
    const { words, times } = table.exchange
    this.remember(near, key, result, words[SLOT], words[VERSION], words[GENERATION], times[EXPIRES_AT])
  }

  /** Reads the entry that was just found. */
  private taken(table: NativeTable, key: Key, length: number): unknown {
    const { words, times } = table.exchange
    const slot = words[SLOT]
    const version = words[VERSION]
    const generation = words[GENERATION]
    const expiresAt = times[EXPIRES_AT]
    const value = this.decoded(table, length)
    const { near } = this
    if (near === undefined || value === NOTHING) return value
    this.remember(near, key, value, slot, version, generation, expiresAt)
    return value
  }
}
