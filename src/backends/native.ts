/** Functions, methods and caches over native tables: the parts put together, with their names and controls. */

import { argumentList, type Behind } from '../controls'
import { typeError } from '../errors'
import { decodeOne } from '../keys/decode'
import { KeyReader } from '../keys/reader'
import { type Key, NONE, singleToken } from '../keys/tokens'
import { show } from '../mistakes'
import { resolveName } from '../name'
import type { ParsedOptions } from '../options'
import { MISSES } from '../stats'
import type { AnyFunction, EntryOptions, KeyEntry, NativeCacheControls, NativeCacheInfo } from '../types'
import { UserClock } from '../user-clock'
import { NativeCache } from './native-cache'
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
  return claimed(options, name, site, (release) => new HandCache(new NativeCache(options, name, release)))
}

/** Who uses the names that are in use in this isolate, and how many times: of tables for processes, and for threads. */
type Owners = Map<string, { readonly owner: AnyFunction; uses: number }>
const sharers: Owners = new Map()
const threads: Owners = new Map()

/** Makes something under a name that no other function of this isolate uses. `make` is given what frees the name. */
function claimed<T>(
  options: ParsedOptions,
  name: string,
  owner: AnyFunction,
  make: (release: () => void) => T,
): T {
  const owners = options.native!.shared ? sharers : threads
  const known = owners.get(name)
  if (known !== undefined && known.owner !== owner) {
    throw typeError(
      'ERR_WARP_CACHE_NAME',
      `The name ${show(name)} is taken: another function or cache uses it, and would get the results of this one. ` +
        'Give each a `name` of its own, or close the other one first.',
    )
  }
  const made = make(() => {
    const claim = owners.get(name)
    if (claim !== undefined && --claim.uses === 0) owners.delete(name)
  })
  if (known === undefined) owners.set(name, { owner, uses: 1 })
  else known.uses++
  return made
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
