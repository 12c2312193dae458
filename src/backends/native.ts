/** Functions, methods and caches over native tables: the parts put together, with their names and controls. */

import { argumentList, type Behind } from '../controls'
import { typeError } from '../errors'
import { decodeOne } from '../keys/decode'
import { KeyReader } from '../keys/reader'
import { type Key, NONE, singleToken } from '../keys/tokens'
import { resolveName } from '../name'
import type { ParsedOptions } from '../options'
import { MISSES } from '../stats'
import type { AnyFunction, EntryOptions, KeyEntry, NativeCacheControls, NativeCacheInfo } from '../types'
import { UserClock } from '../user-clock'
import { NativeCache } from './native-cache'
import { claimed } from './native-claims'
import { NativeFunction } from './native-function'
import { coldFunction, nearFunction, timedNearFunction } from './native-hit'
import { NOTHING } from './native-values'

/**
 * A function over a native table.
 * @param site - the public function whose caller's position may give it its default name.
 * @param selfKey - what tells the instances of a method apart; without it they share their entries.
 */
export function nativeFunction(
  fn: AnyFunction,
  options: ParsedOptions,
  site: AnyFunction,
  selfKey?: AnyFunction,
): Behind {
  const name = resolveName(fn, options, site)
  const over = claimed(
    options,
    name,
    fn,
    selfKey,
    (release) => new NativeFunction(fn, options, name, release, selfKey),
  )
  const { near, timed } = over.values
  // Where the time is the user's to tell, the way to a near hit is longer.
  const quick = near !== undefined && !over.keys.custom && !(timed && options.clock instanceof UserClock)
  if (!quick) return { cached: coldFunction(over), controlsOf: (self) => controls(over, self) }
  const cached = timed ? timedNearFunction(over, near) : nearFunction(over, near)
  return { cached, controlsOf: (self) => controls(over, self) }
}

/** A cache without a function over a native table. It needs a `name`: nothing else says what its values are. */
export function nativeCache(options: ParsedOptions, site: AnyFunction): unknown {
  if (options.name === undefined) {
    throw typeError(
      'ERR_WARP_CACHE_NAME',
      "createCache() with `backend: 'shared'` or 'threads' needs a `name` for its table: without a function there is nothing " +
        'that says what its entries are.',
    )
  }
  const name = resolveName(site, options, site)
  return claimed(
    options,
    name,
    site,
    undefined,
    (release) => new HandCache(new NativeCache(options, name, release)),
  )
}

function controls(over: NativeFunction, self: unknown): NativeCacheControls {
  const close = () => over.close()
  const keyOf = (args: readonly unknown[]) => over.keyOf(args, self)
  const made: Record<PropertyKey, AnyFunction> = {
    cacheInfo: () => over.info(),
    cacheClear: () => over.clear(),
    cacheDelete: (...args) => over.delete(keyOf(args)),
    cacheHas: (...args) => over.has(keyOf(args)),
    cachePeek: (...args) => over.peek(keyOf(args)),
    cacheSet: (args, value, entryOptions) => over.set(keyOf(argumentList(args)), value, entryOptions),
    cacheRefresh: (...args) => over.refresh(self, args),
    cacheEntries: () => entriesOf(over, self),
    cacheClose: close,
  }
  if (Symbol.dispose) made[Symbol.dispose] = close
  return made as unknown as NativeCacheControls
}

function* entriesOf(over: NativeFunction, self: unknown) {
  const { keys, options } = over
  for (const { key, value, expiresAt } of over.values.entries()) {
    const args = keys.argumentsOf(key, self)
    if (args === undefined) continue
    yield options.key === undefined ? { args, value, expiresAt } : { key: args[0], value, expiresAt }
  }
}

/** What `createCache` gives. */
class HandCache {
  declare readonly [Symbol.dispose]: () => void
  private readonly keys = new KeyReader()

  constructor(private readonly over: NativeCache) {
    if (Symbol.dispose) Object.defineProperty(this, Symbol.dispose, { value: () => this.close() })
  }

  get(key: unknown): unknown {
    const { values } = this.over
    const found = values.find(this.keyOf(key))
    if (found !== NOTHING) return found
    values.counters[MISSES]++
    return undefined
  }

  set(key: unknown, value: unknown, options?: EntryOptions): this {
    this.over.set(this.keyOf(key), value, options)
    return this
  }

  has(key: unknown): boolean {
    return this.over.has(this.keyOf(key))
  }

  peek(key: unknown): unknown {
    return this.over.peek(this.keyOf(key))
  }

  delete(key: unknown): boolean {
    return this.over.delete(this.keyOf(key))
  }

  clear(): void {
    this.over.clear()
  }

  get size(): number {
    return this.over.info().currentSize
  }

  *entries(): Generator<KeyEntry<unknown, unknown>, void, undefined> {
    for (const { key, value, expiresAt } of this.over.values.entries()) {
      yield { key: decodeOne(key), value, expiresAt }
    }
  }

  info(): NativeCacheInfo {
    return this.over.info()
  }

  close(): void {
    this.over.close()
  }

  private keyOf(key: unknown): Key {
    const single = singleToken(key)
    return single === NONE ? this.keys.ofKey(key) : single
  }
}
