/**
 * Values by key, in a native table and nearby: encoded for the one, decoded for the other, counted in both. A value that
 * was computed before a set, delete or clear of its key is never stored after it, in whichever isolate that was.
 * Where there is no table (none is wanted, none can be made, or it was closed) nothing is found or stored.
 */
import { type ValueCodec, UNSTORABLE as WRONG_KIND } from '../codec/codec'
import { NEVER } from '../expiry'
import { deepFreeze } from '../freeze'
import { parseKey } from '../keys/parse'
import type { Key } from '../keys/tokens'
import { Near, type NearEntry, type Words } from '../near'
import type { ParsedOptions } from '../options'
import { type Counters, DETACHED, HITS, newNativeCounters, OVERSIZE_SKIPS, UNSTORABLE } from '../stats'
import { EXPIRES_AT, FLAGS, GENERATION, KEY, LENGTH, MODE, SLOT, VERSION } from './native-exchange'
import { Opening } from './native-opening'
import {
  type FillToken,
  GONE,
  isArgument,
  MISS,
  type NativeTable,
  OVERSIZE,
  offsetOf,
  STORED,
  UNTIMED,
  type Writing,
} from './native-table'
import { reasonOf, warnOfCorruption, warnOfCrowd, warnOfDamage, warnOfUnstorable } from './native-warnings'
import { unwatch, watch } from './native-watch'

/** A flag of an entry: the function returned a promise of the value. */
const PROMISED = 1

/** What an isolate has decoded has at most this part of the table's bytes: it is no second table of the same size. */
const NEAR_SHARE = 32

/** In place of a value: there is none. */
export const NOTHING = Symbol('nothing')
/** In place of a token: the key is too long to be stored. */
const TOO_LONG: FillToken = { table: undefined, generation: 0, wanted: 0, count: 0 }
/** Of no table. */
const NO_WORDS: Words = { versions: new Uint32Array(1), visited: new Uint8Array(1), first: 1 }

/** How a value is stored. Without a token, nothing was looked up: there was no table. */
export interface Storing extends Writing {
  /** The function returned this promise of it. */
  readonly promise?: PromiseLike<unknown>
}

/** An entry, as `entries` gives it. */
export interface NativeEntry {
  readonly key: Key
  readonly value: unknown
  /** On the cache's clock; undefined: never. */
  readonly expiresAt: number | undefined
}

export class NativeValues {
  /** Undefined where it is not wanted, or cannot be. */
  readonly near: Near | undefined
  /** Of this isolate. */
  counters: Counters
  /** Of the look-up that found nothing. Undefined: there is no table. */
  token: FillToken | undefined
  /** Undefined: nothing is found or stored. */
  table: NativeTable | undefined
  private readonly opening: Opening
  /** Whether a table is wanted, which may be another one after some time. */
  private wanted: boolean
  /** From the cache's clock to the table's. */
  readonly offset: number
  private readonly codec: ValueCodec
  private readonly limit: number
  private readonly primitivesOnly: boolean
  /** Whether entries expire by the options alone. If not, those that do are not kept nearby, where nobody would look. */
  readonly timed: boolean
  private warnedOfKind = false
  private warnedOfDamage = false
  private warnedOfCorruption = false
  private warnedOfCrowd = false

  /** @param name - the full name. */
  constructor(
    private readonly options: ParsedOptions,
    private readonly name: string,
  ) {
    const { codec, maxBytes, maxValueSize, near, nearSize, shared } = options.native!
    this.codec = codec
    this.limit = maxValueSize
    this.primitivesOnly = near === 'primitives'
    this.timed = options.ttl !== NEVER
    this.offset = offsetOf(options.clock)
    this.opening = new Opening(name, options)
    this.wanted = options.maxSize !== 0
    this.counters = newNativeCounters()
    const table = this.wanted ? this.opening.first() : undefined
    const words = table === undefined ? NO_WORDS : table.words
    if (near !== false && words !== undefined)
      this.near = new Near(words, this.counters, nearSize, Math.floor(maxBytes / NEAR_SHARE))
    if (table !== undefined) this.use(table)
    if (this.wanted && shared) watch(this)
  }

  /** The value of a key, counted as a hit; or `NOTHING`, with `token` for whoever computes it. */
  find(key: Key): unknown {
    const { near } = this
    const entry = near?.entries[near.index.find(key)]
    if (entry === undefined) return this.findFar(key)
    if (near!.isCurrent(entry) && this.isLive(entry)) return near!.take(entry)
    const found = this.findFar(key)
    if (found === NOTHING) near!.forget(key)
    return found
  }

  /** The same of a key that nothing good is known of nearby. */
  findFar(key: Key): unknown {
    this.token = undefined
    const table = this.table ?? this.reopened()
    if (table === undefined) {
      if (this.options.maxSize !== 0) this.counters[DETACHED]++
      return NOTHING
    }
    const found = table.find(key)
    if (found === MISS) {
      this.token = table.token()
      return NOTHING
    }
    if (typeof found === 'string' || found >= 0) {
      const value = this.read(table, key, found)
      if (value !== NOTHING) {
        this.counters[HITS]++
        return value
      }
    }
    if (found === GONE) {
      this.leave(table)
      return this.findFar(key)
    }
    this.token = found === OVERSIZE ? TOO_LONG : table.tokenOf(key)
    return NOTHING
  }

  private isLive(entry: NearEntry): boolean {
    if (!this.timed) return true
    const { table } = this
    return table !== undefined && entry.expiresAt > table.now()
  }

  /** The value of a key, or `NOTHING`. It is no use of the entry, and not counted. */
  peek(key: Key): unknown {
    const { near } = this
    const table = this.current()
    if (table === undefined) return NOTHING
    const entry = near?.find(key)
    if (entry !== undefined && this.isLive(entry)) return entry.value
    const length = table.peek(key)
    if (length < 0) return NOTHING
    const promised = table.exchange.words[FLAGS] === PROMISED
    const value = this.decoded(table, length)
    return promised && value !== NOTHING ? Promise.resolve(value) : value
  }

  /** The token that a miss of this key would have given. */
  tokenOf(key: Key): FillToken | undefined {
    const table = this.current()
    return table === undefined ? undefined : (table.tokenOf(key) ?? TOO_LONG)
  }

  /** Stores what was computed, unless its key was set, deleted or cleared meanwhile. */
  fill(key: Key, value: unknown, how: Storing): void {
    const { counters, table } = this
    if (how.token === undefined || table === undefined) return
    if (how.token === TOO_LONG) counters[OVERSIZE_SKIPS]++
    else if (how.token.table === table) this.store(table, key, value, how)
  }

  /**
   * `fill` of what was returned as it is, does not expire, and goes as an argument: most of what is computed, so it does
   * without an object that says how. False: it is something else.
   */
  fillPlain(key: Key, value: unknown, token: FillToken | undefined): boolean {
    const { table } = this
    if (token === undefined || table === undefined || token.table !== table || !isArgument(value))
      return false
    const code = table.fill(key, value, token)
    if (code === UNTIMED) return false
    if (code === GONE) this.leave(table)
    else if (code === OVERSIZE) this.counters[OVERSIZE_SKIPS]++
    return true
  }

  /** Stores a value in place of whatever there is. */
  set(key: Key, value: unknown, ttl: number): void {
    const table = this.table ?? this.reopened()
    if (table !== undefined) this.store(table, key, value, { ttl, token: undefined, replacing: true })
  }

  /** Drops a key's entry. Whether there was one. */
  delete(key: Key): boolean {
    const table = this.current()
    return table !== undefined && this.deleteFrom(table, key)
  }

  private deleteFrom(table: NativeTable, key: Key): boolean {
    const code = table.delete(key)
    if (code !== GONE) return code === 1
    this.leave(table)
    // The file that is used now may have been filled by others, whom this must reach.
    return this.reopened()?.delete(key) === 1
  }

  /** Steps through the entries that can be read. */
  *entries(): Generator<NativeEntry, void, undefined> {
    const table = this.current()
    if (table === undefined) return
    for (const _ of table.entries()) {
      const { keys, times, words } = table.exchange
      const expiresAt = table.onClock(times[EXPIRES_AT])
      const promised = words[FLAGS] === PROMISED
      const length = words[LENGTH]
      let key: Key
      try {
        key = parseKey(keys.bytes, KEY, KEY + words[MODE])
      } catch {
        continue // It was written by something else.
      }
      const value = this.decoded(table, length)
      if (value !== NOTHING) yield { key, value: promised ? Promise.resolve(value) : value, expiresAt }
    }
  }

  /** Lets go of the table and of its memory, for good. */
  close(): void {
    this.wanted = false
    unwatch(this)
    this.table?.close()
    this.letGo()
  }

  /** The table, once it has been seen to be the one to use. */
  current(): NativeTable | undefined {
    this.look()
    return this.table ?? this.reopened()
  }

  /** Leaves the table if its file is not the one to use any more. */
  look(): void {
    const { table } = this
    if (table !== undefined && this.options.native!.shared && !table.look()) this.leave(table)
  }

  private leave(table: NativeTable): void {
    const damage = table.damage()
    if (damage !== undefined && !this.warnedOfCorruption) {
      warnOfCorruption(this.name, damage)
      this.warnedOfCorruption = true
    }
    table.close()
    this.letGo()
  }

  private letGo(): void {
    this.table = undefined
    this.near?.close()
    this.counters = newNativeCounters()
    if (this.near !== undefined) this.near.counters = this.counters
  }

  /** The table, opened anew, if that can be done now. */
  private reopened(): NativeTable | undefined {
    const table = this.wanted ? this.opening.again() : undefined
    if (table !== undefined) this.use(table)
    return table
  }

  /** From now on values are in this table. What was counted meanwhile is counted there. */
  private use(table: NativeTable): void {
    const { counters, near } = this
    for (let i = 0; i < counters.length; i++) table.counters[i] += counters[i]
    this.table = table
    this.counters = table.counters
    if (table.words !== undefined) near?.follow(table.words, table.counters)
    const lack = table.lacks()
    if (lack !== undefined && !this.warnedOfCrowd) {
      warnOfCrowd(this.name, lack)
      this.warnedOfCrowd = true
    }
  }

  private store(table: NativeTable, key: Key, value: unknown, how: Storing): void {
    const { near } = this
    const { replacing } = how
    let code = this.put(table, key, value, how)
    if (code === UNTIMED) code = this.put(table, key, value, how)
    if (code === GONE) {
      this.leave(table)
      // Whoever set this by hand wants it to be there; what was computed for another table is computed again.
      if (how.token === undefined) this.set(key, value, how.ttl)
      return
    }
    if (code === OVERSIZE) this.counters[OVERSIZE_SKIPS]++
    // What was there must not outlive what was to take its place.
    if (code < 0 && replacing) this.deleteFrom(table, key)
    // What was computed is remembered by its first hit: most of it is not asked for again. What takes another's place is
    // remembered where that was. Of anything but a primitive hits give a copy, so the original is not kept nearby.
    if (code !== STORED || !replacing || near === undefined || !isPrimitive(value)) return
    if (near.index.find(key) === 0) return
    const { words, times } = table.exchange
    const expiresAt = times[EXPIRES_AT]
    if (!this.timed && expiresAt !== NEVER) return
    const [slot, version, generation] = [words[SLOT], words[VERSION], words[GENERATION]]
    near.put(key, how.promise ?? value, slot, version, generation, expiresAt, words[LENGTH])
  }

  private put(table: NativeTable, key: Key, value: unknown, how: Storing): number {
    // Before the value lies in the scratch: the clock may be the user's.
    const now = how.ttl === NEVER ? table.time() : table.now()
    const flags = how.promise === undefined ? 0 : PROMISED
    if (isArgument(value)) return table.put(key, value, 0, flags, now, how)
    const length = this.encoded(table, value)
    return length < 0 ? length : table.put(key, undefined, length, flags, now, how)
  }

  /** The value that was just found, decoded, or `NOTHING`. */
  private read(table: NativeTable, key: Key, found: number | string): unknown {
    const { near } = this
    if (near !== undefined) return this.readNear(near, table, key, found)
    // What comes as a string has no flags.
    if (typeof found === 'string') return found
    const promised = table.exchange.words[FLAGS] === PROMISED
    const value = this.decoded(table, found)
    return promised && value !== NOTHING ? Promise.resolve(value) : value
  }

  /** The same, and keeps it nearby. */
  private readNear(near: Near, table: NativeTable, key: Key, found: number | string): unknown {
    const { words, times } = table.exchange
    const slot = words[SLOT]
    const version = words[VERSION]
    const generation = words[GENERATION]
    const promised = words[FLAGS] === PROMISED
    const expiresAt = times[EXPIRES_AT]
    const bytes = words[LENGTH]
    const value = typeof found === 'string' ? found : this.decoded(table, found)
    if (value === NOTHING) return value
    const result = promised ? Promise.resolve(value) : value
    if (this.primitivesOnly && !isPrimitive(value)) return result
    // A codec of the user's may have used this cache, which may have another table since.
    if (table !== this.table) return result
    if (this.timed || expiresAt === NEVER) near.put(key, result, slot, version, generation, expiresAt, bytes)
    return result
  }

  /** The value that lies in the scratch, or `NOTHING`: these are no bytes of this codec. */
  private decoded(table: NativeTable, length: number): unknown {
    try {
      const value = this.codec.decode(table.exchange.incoming, 0, length)
      return this.options.freeze ? deepFreeze(value) : value
    } catch (error) {
      if (!this.warnedOfDamage) warnOfDamage(this.name, reasonOf(error))
      this.warnedOfDamage = true
      return NOTHING
    }
  }

  /** Writes a value into the scratch. Returns its length, or `OVERSIZE`, or another number below 0. */
  private encoded(table: NativeTable, value: unknown): number {
    const { codec, limit } = this
    const length = codec.encode(value, table.exchange.outgoing, 0, limit)
    if (length >= 0) return length
    if (length !== WRONG_KIND) return OVERSIZE
    this.counters[UNSTORABLE]++
    if (!this.warnedOfKind) warnOfUnstorable(this.name, codec.problem)
    this.warnedOfKind = true
    return NOT_ENCODED
  }
}

/** Not `OVERSIZE`, which is counted. */
const NOT_ENCODED = -100

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function')
}
