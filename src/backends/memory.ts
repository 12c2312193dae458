/**
 * A function over tables in the V8 heap: everything of a call except the first try for a hit, which `hit.ts` makes.
 * A failure is not stored unless `cacheErrors` says so, a promise is stored when it has settled, and what was computed
 * before a set, delete or clear of its key is not stored at all.
 */
import { clock } from '../clock'
import { Flight } from '../flight'
import { deepFreeze } from '../freeze'
import { KeyReader } from '../keys/reader'
import { isToken, type Key, NONE, singleToken, type Token } from '../keys/tokens'
import { type ParsedOptions, parseEntryTtl } from '../options'
import { COALESCED, ERRORS, HITS, MISSES } from '../stats'
import { derive, thenOf } from '../thenable'
import type { AnyFunction } from '../types'
import { isTimed, makeTable, type Table } from './table'

/** What a table holds in place of a value where a failure is remembered. */
export class Failure {
  /** @param outcome - the rejected promise, or the error that was thrown. */
  constructor(
    private readonly outcome: unknown,
    private readonly thrown: boolean,
  ) {}

  /** Fails again as the computation did. */
  replay(): unknown {
    if (this.thrown) throw this.outcome
    return this.outcome
  }
}

export class MemoryFunction {
  /** Whether entries may expire or hold failures, so that a hit must look at both. */
  readonly guarded: boolean
  readonly touching: boolean
  /** Whether a hit must look at the time, at that of the package's own clock, and at nothing else. */
  readonly simplyTimed: boolean
  readonly keys: KeyReader

  /** @param selfKey - what tells apart the instances that share a table. */
  constructor(
    readonly fn: AnyFunction,
    readonly options: ParsedOptions,
    selfKey?: AnyFunction,
  ) {
    this.keys = new KeyReader(options.key, selfKey)
    this.guarded = isTimed(options)
    this.touching = options.policy === 'lru' || options.policy === 'lfu' || options.policy === 'mru'
    this.simplyTimed =
      this.guarded && !this.touching && options.cacheErrors === false && options.clock === clock
  }

  newTable(): Table {
    return makeTable(this.options)
  }

  /** A call of which nothing is known. */
  call(table: Table, self: unknown, args: ArrayLike<unknown>): unknown {
    if (table.closed) return Reflect.apply(this.fn, self, args)
    const found = this.keys.findCall(table.index, args, self)
    if (this.keys.custom) this.options.clock.forget()
    return this.answer(table, self, args, found)
  }

  /** A call with one argument, that found nothing in `table.quick` by that argument as it is. */
  callOne(table: Table, self: unknown, argument: unknown): unknown {
    if (!isToken(argument) || !table.open) return this.callOneHidden(table, self, argument)
    return self === undefined ? this.missOne(table, argument) : this.miss(table, argument, self, [argument])
  }

  /** The same where there may be an entry that the first try cannot see. */
  private callOneHidden(table: Table, self: unknown, argument: unknown): unknown {
    const key = singleToken(argument)
    if (key === NONE || table.closed) return this.call(table, self, [argument])
    const slot = table.find(key)
    return slot === 0 ? this.miss(table, key, self, [argument]) : this.hit(table, slot)
  }

  /**
   * `miss` for one argument and no `this`, without a list for the argument: new lists make the young generation be
   * collected more often, and with it the new keys, which survive. That took a fifth of a miss with a string.
   */
  private missOne(table: Table, key: Token): unknown {
    const flight = table.flightOf(key)
    if (flight !== undefined) {
      table.counters[COALESCED]++
      return flight.promise
    }
    table.counters[MISSES]++
    const { fn } = this
    const { computations, insertions } = table
    const mark = computations.enter()
    let value: unknown
    try {
      value = fn(key)
    } catch (error) {
      computations.running--
      throw this.failed(table, key, mark, error)
    }
    computations.running--
    return this.succeeded(table, key, mark, value, insertions)
  }

  /** A call of which the first try has read the key, and found nothing by it in `table.quick`. */
  callTaken(table: Table, self: unknown, args: ArrayLike<unknown>): unknown {
    if (table.closed) return Reflect.apply(this.fn, self, args)
    return this.answer(table, self, args, table.open ? 0 : this.keys.findTaken(table.index))
  }

  /** @param found - the slot of the key that was just read, or 0. */
  private answer(table: Table, self: unknown, args: ArrayLike<unknown>, found: number): unknown {
    if (found === 0) return this.miss(table, this.keys.take(), self, args)
    if (table.open) return this.hit(table, found)
    // The clock may be the user's, and its code may read other keys: this one is kept by its slot.
    const key = table.index.keyOf(found)
    return table.live(found) === 0 ? this.miss(table, key, self, args) : this.hit(table, found)
  }

  private hit(table: Table, slot: number): unknown {
    table.counters[HITS]++
    table.touch(slot)
    const value = table.values[slot]
    return value instanceof Failure ? value.replay() : value
  }

  private miss(table: Table, key: Key, self: unknown, args: ArrayLike<unknown>): unknown {
    const flight = table.flightOf(key)
    if (flight !== undefined) {
      table.counters[COALESCED]++
      return flight.promise
    }
    table.counters[MISSES]++
    return this.compute(table, key, self, args, false)
  }

  /** Computes anew; the entry, if there is one, stays until the computation has succeeded. */
  refresh(table: Table, self: unknown, args: ArrayLike<unknown>): unknown {
    if (table.closed) return Reflect.apply(this.fn, self, args)
    const key = this.keys.ofCall(args, self)
    const flight = table.flightOf(key)
    return flight?.refresh ? flight.promise : this.compute(table, key, self, args, true)
  }

  delete(table: Table, key: Key): boolean {
    table.drop(key)
    const slot = table.find(key)
    if (slot !== 0) table.remove(slot)
    return slot !== 0
  }

  has(table: Table, key: Key): boolean {
    const slot = table.find(key)
    return slot !== 0 && !(table.values[slot] instanceof Failure)
  }

  peek(table: Table, key: Key): unknown {
    const slot = table.find(key)
    const value = slot === 0 ? undefined : table.values[slot]
    return value instanceof Failure ? undefined : value
  }

  /** Stores a value by hand; a promise once it is fulfilled. */
  set(table: Table, key: Key, value: unknown, options: unknown): void {
    const ttl = parseEntryTtl(options, this.options.ttl)
    if (table.closed) return
    table.drop(key)
    const then = thenOf(value)
    if (then === undefined) {
      if (this.options.freeze) deepFreeze(value)
      table.put(key, value, ttl)
      return
    }
    // Callers join the promise from now on.
    this.delete(table, key)
    const { promise } = this.launch(table, key, value as object, then, { refresh: false, ttl, byHand: true })
    // Whoever made the promise holds it and hears of its failure there; this copy of it has nobody to tell.
    promise.then(undefined, () => {})
  }

  private compute(
    table: Table,
    key: Key,
    self: unknown,
    args: ArrayLike<unknown>,
    refresh: boolean,
  ): unknown {
    const { computations, insertions } = table
    const mark = computations.enter()
    let value: unknown
    try {
      value = Reflect.apply(this.fn, self, args)
    } catch (error) {
      computations.running--
      throw this.failed(table, key, mark, error)
    }
    computations.running--
    return this.succeeded(table, key, mark, value, refresh ? REFRESHED : insertions)
  }

  /** The function has thrown. Returns the error. */
  private failed(table: Table, key: Key, mark: number, error: unknown): unknown {
    this.options.clock.forget()
    const dropped = table.computations.wasDropped(key, mark)
    table.counters[ERRORS]++
    if (!dropped) this.remember(table, key, error, true)
    return error
  }

  /**
   * The function has returned. Returns what the caller gets.
   * @param insertions - how many there were before, or `REFRESHED`. What looks at the value may run code of the user's.
   */
  private succeeded(table: Table, key: Key, mark: number, value: unknown, insertions: number): unknown {
    const { clock, freeze, ttl } = this.options
    clock.forget()
    const dropped = table.computations.wasDropped(key, mark)
    const then = thenOf(value)
    // A key that was absent still is, if nothing was inserted.
    if (then === undefined && !dropped && !freeze && table.insertions === insertions) {
      table.insert(key, value, ttl)
      return value
    }
    if (then === undefined) {
      // A flight that began before this refresh must not land on it.
      if (insertions === REFRESHED && !dropped) table.drop(key)
      return this.store(table, key, value, dropped)
    }
    return this.launch(table, key, value as object, then, { refresh: insertions === REFRESHED, dropped })
      .promise
  }

  /** Puts a value in the place of what the key has by now, if it may be stored. Returns it. */
  private store(table: Table, key: Key, value: unknown, dropped: boolean): unknown {
    const { freeze, ttl } = this.options
    if (dropped) return value
    if (freeze) deepFreeze(value)
    table.put(key, value, ttl)
    return value
  }

  /** Follows a promise until it settles, as the flight of its key unless that was dropped or another one is. */
  private launch(table: Table, key: Key, promise: object, then: AnyFunction, how: Launch): Flight {
    const { refresh, dropped = false, ttl = this.options.ttl, byHand = false } = how
    const flight = new Flight(refresh)
    const alone = dropped || (!refresh && table.flightOf(key) !== undefined)
    flight.promise = derive(
      promise,
      then,
      (value) => {
        this.options.clock.forget()
        const wanted = !alone && table.flights.finish(key, flight)
        if (this.options.freeze) deepFreeze(value)
        if (wanted) table.put(key, flight.promise, ttl)
        return value
      },
      (error) => {
        this.options.clock.forget()
        if (!byHand) table.counters[ERRORS]++
        if (!alone && table.flights.finish(key, flight) && !byHand)
          this.remember(table, key, error, false, flight)
        throw error
      },
    )
    if (!alone) table.flights.start(key, flight)
    return flight
  }

  /** Stores a failure, if `cacheErrors` wants it remembered and there is no value to keep instead. */
  private remember(table: Table, key: Key, error: unknown, thrown: boolean, flight?: Flight): void {
    const { cacheErrors } = this.options
    if (cacheErrors === false) return
    const ms = failureLifetime(cacheErrors, error)
    if (ms > 0 && !this.has(table, key))
      table.put(key, new Failure(thrown ? error : flight?.promise, thrown), ms)
  }
}

/** In place of a number of insertions: there may be an entry, and it is to be replaced. */
const REFRESHED = -1

/** How a promise is followed. */
interface Launch {
  refresh: boolean
  /** Its key was set, deleted or cleared before it was seen. */
  dropped?: boolean
  ttl?: number
  /** It came by `cacheSet`, not from the function: its failure is not the function's. */
  byHand?: boolean
}

/** For how long an error is remembered, in ms; 0 where the user's function says nothing usable, so as not to hide the error. */
export function failureLifetime(cacheErrors: ParsedOptions['cacheErrors'], error: unknown): number {
  if (typeof cacheErrors !== 'function') return Number(cacheErrors)
  try {
    const ms = cacheErrors(error)
    return typeof ms === 'number' && ms > 0 ? ms : 0
  } catch {
    return 0
  }
}
