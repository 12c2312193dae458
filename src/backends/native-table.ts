/**
 * One table in native memory, as this isolate uses it: keys to encoded values, with counters that all isolates share.
 * It writes keys, tells the time, and grows the scratch where something does not fit. It does not know what values
 * mean, nor about functions. After `close` nothing is found or stored.
 */
import { addon, type HotFunctions, type NativeHandle, type NativeInfo } from '../addon'
import { now, type TimeSource } from '../clock'
import { NEVER } from '../expiry'
import { encodeKey } from '../keys/encode'
import type { Key, Token } from '../keys/tokens'
import type { Words } from '../near'
import type { ParsedOptions } from '../options'
import { addCounters, type Counters, newNativeCounters, PROBE } from '../stats'
import { UserClock } from '../user-clock'
import {
  COUNT,
  EXPIRES_AT,
  type Exchange,
  exchange,
  FILL,
  FLAGS,
  GENERATION,
  KEY,
  LENGTH,
  LONGEST_ARGUMENT,
  MODE,
  NOW,
  NUMBER_IN_ARGUMENT,
  REFRESH,
  SET,
  STRING_IN_ARGUMENT,
  WANTED,
} from './native-exchange'

// What a look-up gives, if not the length of a value.
export const MISS = -1
const LARGER = -2
export const OVERSIZE = -3
/** There are entries that expire, and the call did not say the time: nothing was done. */
export const UNTIMED = -5
/** The file of the table is not the one to use any more: nothing was done. */
export const GONE = -6
/** What storing gives. */
export const STORED = 0

/** A value may have grown again before there is room for it; somebody who keeps growing it is not waited for. */
const MAX_TRIES = 4

/** When a value was not there: it may be stored as long as nothing has happened to its key since. */
export interface FillToken {
  /** It means nothing to another one, not even of the same name. */
  readonly table: NativeTable | undefined
  readonly generation: number
  readonly wanted: number
  readonly count: number
}

/** A value that is stored as an argument of the call, and written by native code. */
export type Argument = number | string

/** Whether a value is one. */
export function isArgument(value: unknown): value is Argument {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= LONGEST_ARGUMENT)
}

/** What is said in place of its length. */
function placeOf(value: Argument): number {
  return typeof value === 'string' ? STRING_IN_ARGUMENT : NUMBER_IN_ARGUMENT
}

/** How a value is stored. */
export interface Writing {
  /** In ms, or `NEVER`. */
  readonly ttl: number
  /** Of the look-up that found nothing, before the value was computed: it is stored only if nothing has happened since. */
  readonly token: FillToken | undefined
  /** Another value may be there, which must not stay; what began to be computed before must not be stored after. */
  readonly replacing: boolean
}

export class NativeTable {
  readonly exchange: Exchange = exchange()
  /** Of this isolate. */
  readonly counters: Counters
  /** Undefined where the host hides what native code writes: then there can be no near table. */
  readonly words: Words | undefined
  private readonly handle: NativeHandle
  private readonly hot: HotFunctions
  /** Undefined: the clock of this package, of which V8 can make a part of its caller. */
  private readonly userClock: UserClock | undefined
  private readonly maxKeySize: number
  /** What is added to the clock's time: the table's must be that of all isolates, and never negative. */
  readonly offset: number
  /** Whether the counters are in the table's memory. */
  private readonly counted: boolean
  /** Whether there may be entries that expire. As long as there are none, no call needs to know the time. */
  private timed: boolean

  constructor(name: string, options: ParsedOptions) {
    const { codec, maxBytes, maxKeySize, maxValueSize, shared } = options.native!
    const { maxSize, graceWindow } = options
    const { CachedFunction } = addon()
    this.handle = new CachedFunction(this.exchange.native, {
      name,
      maxSize,
      maxBytes,
      maxKeySize,
      maxValueSize,
      graceWindow,
      codec: `${codec.name} ${codec.wireVersion}`,
      shared,
    })
    this.hot = this.handle.hotFunctions()
    const { clock } = options
    this.userClock = clock instanceof UserClock ? clock : undefined
    this.offset = offsetOf(clock)
    this.timed = options.ttl !== NEVER
    this.maxKeySize = maxKeySize
    this.exchange.keys.grow(KEY + maxKeySize)
    const counters = this.handle.counters()
    this.counted = counters !== null && seesNative(this.handle, counters)
    this.counters = this.counted ? new Float64Array(counters!) : newNativeCounters()
    this.words = this.counted ? wordsOf(this.handle) : undefined
  }

  /** Whether its file is still the one to use. */
  look(): boolean {
    return this.handle.look()
  }

  /** Why not, if bytes in it were wrong. */
  damage(): string | undefined {
    return this.handle.damage() ?? undefined
  }

  /** What this isolate cannot do with it, since too many use it: `'write'`, or `'count'` for all to see. */
  lacks(): 'write' | 'count' | undefined {
    return this.handle.lacks() ?? undefined
  }

  /** The time on the table's clock. May run code of the user's. */
  now(): number {
    const { userClock } = this
    return (userClock === undefined ? now() : userClock.now()) + this.offset
  }

  /** The time, or NaN where nothing depends on it. May run code of the user's. */
  time(): number {
    return this.timed ? this.now() : Number.NaN
  }

  /** A time of the table's on the cache's clock; undefined: never. */
  onClock(expiresAt: number): number | undefined {
    return expiresAt === NEVER ? undefined : expiresAt - this.offset
  }

  /** Looks a string up: see `find`. */
  findString(key: string): number | string {
    const now = this.time()
    this.exchange.times[NOW] = now
    const code = this.hot.getString(key)
    return code === LARGER || code === UNTIMED ? this.findAgain(key, code) : code
  }

  /** Looks a number up: see `find`. */
  findNumber(key: number): number | string {
    const now = this.time()
    this.exchange.times[NOW] = now
    const code = this.hot.getNumber(key)
    return code === LARGER || code === UNTIMED ? this.findAgain(key, code) : code
  }

  /**
   * Looks a key up. Its value: the string that it is, or the length of what is in the scratch, where what is known of the
   * entry is in either case; or `MISS`, with the token in the scratch; or `GONE`; or another number below 0 if there
   * cannot be an entry.
   */
  find(key: Key): number | string {
    if (typeof key === 'string') return this.findString(key)
    if (typeof key === 'number') return this.findNumber(key)
    return this.findWritten(key, this.hot.getKey)
  }

  /** `find` that is no use of the entry. */
  peek(key: Key): number {
    return this.findWritten(key, this.hot.peekKey) as number
  }

  /** The token that a miss of this key would have given. */
  tokenOf(key: Key): FillToken | undefined {
    return this.findWritten(key, this.hot.tokenOfKey) === MISS ? this.token() : undefined
  }

  /** The token of the miss that has just been. */
  token(): FillToken {
    const { words } = this.exchange
    return { table: this, generation: words[GENERATION], wanted: words[WANTED], count: words[COUNT] }
  }

  /**
   * Stores a value.
   * @param value - what goes as an argument; or undefined.
   * @param length - or else, of what lies in the scratch.
   * @param now - `time()`, or if there is a `ttl`, `now()`, from before the value was written.
   * @returns `STORED`, `OVERSIZE`, `GONE`, `UNTIMED` (write the value again), or another number.
   */
  put(
    key: Key,
    value: Argument | undefined,
    length: number,
    flags: number,
    now: number,
    how: Writing,
  ): number {
    const { ttl, token, replacing } = how
    const { words, times } = this.exchange
    times[NOW] = now
    times[EXPIRES_AT] = ttl === NEVER ? NEVER : now + ttl
    words[LENGTH] = value === undefined ? length : placeOf(value)
    words[FLAGS] = flags
    words[MODE] = token === undefined ? SET : replacing ? REFRESH : FILL
    if (token !== undefined) this.giveBack(token)
    return this.putBy(key, value)
  }

  /** `put` of what goes as an argument, as a fill, which does not expire. */
  fill(key: Key, value: Argument, token: FillToken): number {
    const now = this.time()
    const { words, times } = this.exchange
    times[NOW] = now
    times[EXPIRES_AT] = NEVER
    words[LENGTH] = placeOf(value)
    words[FLAGS] = 0
    words[MODE] = FILL
    this.giveBack(token)
    return this.putBy(key, value)
  }

  private giveBack(token: FillToken): void {
    const { words } = this.exchange
    words[GENERATION] = token.generation
    words[WANTED] = token.wanted
    words[COUNT] = token.count
  }

  private putBy(key: Key, value: Argument | undefined): number {
    const code =
      typeof key === 'number'
        ? this.hot.putNumber(key, value)
        : typeof key === 'string'
          ? this.hot.putString(key, value)
          : this.putWritten(key, value)
    if (code === UNTIMED) this.timed = true
    return code
  }

  private putWritten(key: Key, value: Argument | undefined): number {
    const written = this.write(key)
    return written < 0 ? OVERSIZE : this.hot.putKey(written, value)
  }

  /** Drops a key's entry. 1: there was one; 0: there was none; `GONE`: that has to be done in another file. */
  delete(key: Key): number {
    const now = this.now()
    const written = this.write(key)
    this.exchange.times[NOW] = now
    return written < 0 ? 0 : this.hot.deleteKey(written)
  }

  /** Drops every entry and zeroes the counters, for all isolates. */
  clear(): void {
    this.handle.clear()
    if (!this.counted) this.counters.fill(0)
  }

  info(): NativeInfo | undefined {
    return this.handle.info() ?? undefined
  }

  /** The counters of all isolates, as far as they can be seen. */
  sum(): Counters {
    const sum = newNativeCounters()
    sum.set(this.handle.info()?.counters ?? [])
    if (!this.counted) addCounters(sum, this.counters)
    return sum
  }

  /** Steps through the entries: each is in the scratch, where `MODE` and `LENGTH` tell its lengths. */
  *entries(): Generator<void, void, undefined> {
    const walk = this.handle.entries()
    if (walk === null) return
    const { exchange } = this
    for (;;) {
      const now = this.now()
      exchange.times[NOW] = now
      if (!walk.next()) return
      const { incoming, keys, words } = exchange
      const [key, value] = [KEY + words[MODE], words[LENGTH]]
      if (key <= keys.bytes.length && value <= incoming.bytes.length) yield
      else {
        keys.grow(key)
        incoming.grow(value)
      }
    }
  }

  close(): void {
    this.handle.close()
  }

  private findWritten(key: Key, look: (length: number) => number | string): number | string {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const now = this.time()
      const written = this.write(key)
      if (written < 0) return OVERSIZE
      this.exchange.times[NOW] = now
      const code = look(written)
      if (code !== LARGER && code !== UNTIMED) return code
      this.prepare(code)
    }
    return LARGER
  }

  private findAgain(key: Key, code: number): number | string {
    this.prepare(code)
    return this.findWritten(key, this.hot.getKey)
  }

  /** Gives the next try what the last one lacked. */
  private prepare(code: number): void {
    if (code === UNTIMED) this.timed = true
    else this.exchange.incoming.grow(this.exchange.words[LENGTH])
  }

  /** Writes a key into the scratch. Returns its length, or a number below 0 if it is too long. */
  private write(key: Key): number {
    const { keys } = this.exchange
    const limit = KEY + this.maxKeySize
    const end = Array.isArray(key)
      ? encodeKey(key, 0, key.length, keys, KEY, limit)
      : encodeKey([key as Token], 0, 1, keys, KEY, limit)
    return end < 0 ? end : end - KEY
  }
}

/** Whether what native code adds to the counters is seen in this buffer: some hosts give a copy. */
function seesNative(handle: NativeHandle, counters: ArrayBuffer): boolean {
  const seen = new Float64Array(counters)
  const before = seen[PROBE]
  handle.probe()
  return seen[PROBE] === before + 1
}

function wordsOf(handle: NativeHandle): Words | undefined {
  const control = handle.controlWords()
  if (control === null) return undefined
  const { buffer, generation, versions, visited, slots } = control
  const first = (versions - generation) / Uint32Array.BYTES_PER_ELEMENT
  return {
    versions: new Uint32Array(buffer, generation, first + slots),
    visited: new Uint8Array(buffer, visited - first, first + slots),
    first,
  }
}

/** What is added to a clock's time to make it a table's. */
export function offsetOf(clock: TimeSource): number {
  return clock instanceof UserClock ? USER_OFFSET : processOffset()
}

/** Above what any clock of a user's is below 0. */
const USER_OFFSET = 2 ** 40

let offset: number | undefined

/**
 * What lies between `performance.now`, which begins anew in each isolate, and the clock of the process: whole
 * milliseconds, so that time in steps of them stays exact.
 */
function processOffset(): number {
  offset ??= Math.floor(Number(process.hrtime.bigint() / 1_000_000n) - performance.now())
  return offset
}
