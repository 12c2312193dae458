/**
 * One bounded table in the V8 heap: keys to values by slot number, an eviction policy over the slots, and expiry where
 * it is wanted. Never holds more than `maxSize` entries, and evicts only when full, expired entries first.
 * It does not know about functions, calls or promises.
 *
 * A change that is cut off (see `KeyIndex`) leaves the table empty, which it becomes when it is next changed.
 */

import type { TimeSource } from '../clock'
import { Expiry, NEVER } from '../expiry'
import { Computations, type Flight, Flights } from '../flight'
import { KeyIndex, NO_ROOT } from '../keys/index'
import type { Key } from '../keys/tokens'
import type { ParsedOptions } from '../options'
import { makePolicy } from '../policies/make'
import type { Policy } from '../policies/policy'
import { EVICTIONS, EXPIRATIONS, newCounters } from '../stats'

/** What a table is made with. */
interface TableOptions {
  /** Entries, at most `MAX_ENTRIES`. */
  readonly maxSize: number
  /** Whether every entry has a time to live. */
  readonly timed: boolean
  readonly clock: TimeSource
  readonly makePolicy: () => Policy
}

/**
 * The most entries that a table can hold: V8's Map holds 2^24, and needs half of them free to evict and insert for
 * ever without failing to grow.
 */
const MAX_ENTRIES = 2 ** 23
const FIRST_CAPACITY = 4
/** How many expired entries an insertion drops, so that they do not wait for the table to be full. */
const PURGE_PER_INSERT = 2

/** Finds nothing. */
const NO_INDEX = new KeyIndex()

export class Table {
  readonly counters = newCounters()
  readonly computations = new Computations()
  readonly index = new KeyIndex()
  /** Where a hit may look without asking the time: the index, or an empty one if some entries expire and some do not. */
  quick!: KeyIndex
  /** `quick.one`, one step nearer. */
  one!: KeyIndex['one']
  /** Whether `quick` finds every entry: none expires, and none is a failure. */
  open = true
  /** By slot. */
  values: unknown[] = blank(0)
  /** The policy's, by slot: 1 once the entry was hit. */
  visited!: Uint8Array
  /** By slot, where entries expire: the time from which on the entry is expired. */
  expiresAt: Float64Array = NO_TIMES
  /** The least of these times: until then no entry is expired, and a hit need not look which one it is. */
  soonest = NEVER
  size = 0
  /** Set by `close`, for good: calls run uncached, and nothing is stored. */
  closed = false
  /** How many entries have come, ever. */
  insertions = 0
  private readonly maxSize: number
  private policy!: Policy
  private expiry: Expiry | undefined
  private flying: Flights | undefined
  private capacity = 0
  /** The highest slot ever used. */
  private top = 0
  private free: number[] = []

  constructor(private readonly options: TableOptions) {
    this.maxSize = options.maxSize
    this.empty()
  }

  /** The table's flights, made when the first is asked for. */
  get flights(): Flights {
    this.flying ??= new Flights()
    return this.flying
  }

  /** The flight that a call with this key may join. */
  flightOf(key: Key): Flight | undefined {
    return this.flying?.find(key)
  }

  /** What is being computed for this key goes to its callers, and is not stored. */
  drop(key: Key): void {
    this.flying?.drop(key)
    this.computations.drop(key)
  }

  /** The slot of a live entry, or 0. */
  find(key: Key): number {
    return this.live(this.index.find(key))
  }

  /** `slot` if its entry has not expired (if it has, the entry goes), else 0. Takes 0 for no slot. */
  live(slot: number): number {
    if (slot === 0 || this.expiry === undefined || this.expiresAt[slot] > this.options.clock.now())
      return slot
    this.counters[EXPIRATIONS]++
    this.remove(slot)
    return 0
  }

  /** Tells the policy of a hit. */
  touch(slot: number): void {
    try {
      this.policy.hit(slot)
    } catch (error) {
      this.one = this.index.one = this.index.pairs = NO_ROOT
      throw error
    }
  }

  /**
   * Stores a value under a key, in place of the one it has or as a new entry.
   * @param ttl - ms from now, or `NEVER`.
   */
  put(key: Key, value: unknown, ttl: number): void {
    if (ttl !== NEVER && this.expiry === undefined) this.startExpiry()
    const slot = this.find(key)
    if (slot === 0) {
      this.insert(key, value, ttl)
      return
    }
    this.touch(slot)
    if (this.expiry !== undefined) this.setExpiry(slot, ttl)
    this.values[slot] = value
  }

  /** Stores a value under a key that is known to be absent. */
  insert(key: Key, value: unknown, ttl: number): void {
    const { maxSize, index } = this
    if (maxSize === 0 || this.closed) return
    try {
      this.insertions++
      this.purge(PURGE_PER_INSERT)
      let slot: number
      if (this.size === maxSize) {
        slot = this.policy.recycle()
        this.counters[EVICTIONS]++
        index.replace(slot, key)
      } else {
        slot = this.free.pop() ?? ++this.top
        if (slot > this.capacity) this.grow()
        this.size++
        this.policy.insert(slot)
        index.insert(key, slot)
      }
      this.values[slot] = value
      if (this.expiry !== undefined) this.setExpiry(slot, ttl)
    } catch (error) {
      this.one = this.index.one = this.index.pairs = NO_ROOT
      throw error
    }
  }

  /** Drops the entry of a slot. */
  remove(slot: number): void {
    try {
      this.index.remove(slot)
      this.values[slot] = undefined
      this.policy.remove(slot)
      if (this.expiry !== undefined) {
        this.expiry.remove(slot)
        this.soonest = this.expiry.soonest
      }
      this.free.push(slot)
      this.size--
    } catch (error) {
      this.one = this.index.one = this.index.pairs = NO_ROOT
      throw error
    }
  }

  /** Drops up to `limit` expired entries; every entry, if a change was cut off. */
  purge(limit: number): void {
    if (this.index.isLost) this.empty()
    if (this.expiry === undefined) return
    const now = this.options.clock.now()
    for (let i = 0; i < limit; i++) {
      const slot = this.expiry.expired(now)
      if (slot === 0) return
      this.counters[EXPIRATIONS]++
      this.remove(slot)
    }
  }

  /** Drops every entry, for good. */
  close(): void {
    this.closed = true
    this.clear()
  }

  /** Drops every entry, gives their memory back, and zeroes the counters. */
  clear(): void {
    this.computations.dropAll()
    this.flying?.clear()
    this.empty()
    this.counters.fill(0)
  }

  /** Drops every entry. Cut off, it has not begun. */
  private empty(): void {
    const { index, options } = this
    const policy = options.makePolicy()
    const values = blank(0)
    const expiry = options.timed ? new Expiry() : undefined
    index.clear()
    this.quick = index
    this.one = index.one
    this.open = !this.closed && expiry === undefined
    this.policy = policy
    this.visited = policy.visited
    this.values = values
    this.expiry = expiry
    this.expiresAt = expiry === undefined ? NO_TIMES : expiry.at
    this.soonest = NEVER
    this.size = 0
    this.capacity = 0
    this.top = 0
    this.free = []
  }

  /** The live slots, in no particular order. Entries that come or go during the walk may be seen or not. */
  *slots(): Generator<number, void, undefined> {
    for (let slot = 1; slot <= this.top; slot++) {
      if (this.index.has(slot) && this.live(slot) !== 0) yield slot
    }
  }

  private grow(): void {
    this.capacity = Math.min(this.maxSize, Math.max(FIRST_CAPACITY, 2 * this.capacity))
    this.index.grow(this.capacity)
    this.values.length = this.capacity + 1
    this.policy.grow(this.capacity)
    this.visited = this.policy.visited
    if (this.expiry === undefined) return
    this.expiry.grow(this.capacity)
    this.expiresAt = this.expiry.at
  }

  /** From now on entries expire. Those that are there never do. Cut off, it has not begun. */
  private startExpiry(): void {
    const expiry = new Expiry()
    expiry.grow(this.capacity)
    expiry.at.fill(NEVER)
    this.quick = NO_INDEX
    this.one = NO_INDEX.one
    this.open = false
    this.expiry = expiry
    this.expiresAt = expiry.at
  }

  private setExpiry(slot: number, ttl: number): void {
    const expiry = this.expiry!
    const now = this.options.clock.now()
    try {
      expiry.remove(slot)
      expiry.add(slot, ttl, now)
      this.soonest = expiry.soonest
    } catch (error) {
      this.one = this.index.one = this.index.pairs = NO_ROOT
      throw error
    }
  }
}

/** A table as the options say. */
export function makeTable(options: ParsedOptions): Table {
  const maxSize = Math.min(options.maxSize, MAX_ENTRIES)
  return new Table({
    maxSize,
    timed: isTimed(options),
    clock: options.clock,
    makePolicy: () => makePolicy(options.policy, maxSize, options.graceWindow),
  })
}

/** Whether entries expire by their options alone. */
export function isTimed({ ttl, cacheErrors }: ParsedOptions): boolean {
  return ttl !== NEVER || cacheErrors !== false
}

const NO_TIMES = new Float64Array(1)

/** A list by slot whose element kind is general from the start, so that every table's lists are of one kind. */
function blank(capacity: number): unknown[] {
  return new Array<unknown>(capacity + 1).fill(NO_INDEX)
}
