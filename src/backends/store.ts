/** Functions, methods and caches over a store of the user's: the parts put together, with their names and controls. */
import { argumentList, type Behind } from '../controls'
import { typeError } from '../errors'
import { KeyReader } from '../keys/reader'
import { keyText } from '../keys/text'
import { resolveName } from '../name'
import type { ParsedOptions } from '../options'
import { HITS, MISSES } from '../stats'
import { after } from '../thenable'
import type { AnyFunction, CacheControls, EntryOptions, Store, StoreCacheInfo } from '../types'
import { type Envelope, resultIn } from './envelope'
import { StoreFunction } from './store-function'
import { StoreTable } from './store-table'

/**
 * A function over a store.
 * @param site - the public function whose caller's position may give it its default name.
 * @param selfKey - what tells the instances of a method apart; without it they share their entries.
 */
export function storeFunction(
  fn: AnyFunction,
  options: ParsedOptions,
  store: Store,
  site: AnyFunction,
  selfKey?: AnyFunction,
): Behind {
  const over = new StoreFunction(fn, options, store, resolveName(fn, options, site), selfKey)
  return {
    cached: function (this: unknown): unknown {
      return over.call(this, arguments)
    },
    controlsOf: (self) => controls(over, self),
  }
}

function controls(over: StoreFunction, self: unknown): CacheControls {
  const close = () => over.close()
  const made: Record<PropertyKey, AnyFunction> = {
    cacheInfo: () => over.info(),
    cacheClear: () => over.clear(),
    cacheDelete: (...args) => over.delete(over.textOf(args, self)),
    cacheHas: (...args) => over.has(over.textOf(args, self)),
    cachePeek: (...args) => over.peek(over.textOf(args, self)),
    cacheSet: (args, value, entryOptions) =>
      over.set(over.textOf(argumentList(args), self), value, entryOptions),
    cacheRefresh: (...args) => over.refresh(self, args),
    cacheEntries: () => refuseEntries('cacheEntries'),
    cacheClose: close,
  }
  if (Symbol.dispose) made[Symbol.dispose] = close
  return made as unknown as CacheControls
}

/** A cache without a function over a store. It needs a `name`: nothing else says what its values are. */
export function storeCache(options: ParsedOptions, store: Store, site: AnyFunction): unknown {
  if (options.name === undefined) {
    throw typeError(
      'ERR_WARP_CACHE_NAME',
      'createCache() over a store needs a `name` for its entries, which no other cache uses: without a function ' +
        'there is nothing that says what they are.',
    )
  }
  return new StoreCache(new StoreTable(options, store, resolveName(site, options, site)))
}

class StoreCache {
  declare readonly [Symbol.dispose]: () => void
  private readonly keys = new KeyReader()

  constructor(private readonly table: StoreTable) {
    if (Symbol.dispose) Object.defineProperty(this, Symbol.dispose, { value: () => this.close() })
  }

  get(key: unknown): unknown {
    return after(this.table.find(this.textOf(key), true), (envelope: Envelope | undefined) => {
      this.table.counters[envelope === undefined ? MISSES : HITS]++
      return envelope && resultIn(envelope)
    })
  }

  set(key: unknown, value: unknown, options?: EntryOptions): unknown {
    return this.table.set(this.textOf(key), value, options)
  }

  has(key: unknown): unknown {
    return this.table.has(this.textOf(key))
  }

  peek(key: unknown): unknown {
    return this.table.peek(this.textOf(key))
  }

  delete(key: unknown): unknown {
    return this.table.delete(this.textOf(key))
  }

  clear(): unknown {
    return this.table.clear()
  }

  entries(): never {
    return refuseEntries('entries')
  }

  info(): StoreCacheInfo {
    return this.table.info()
  }

  close(): void {
    this.table.close()
  }

  private textOf(key: unknown): string {
    return keyText(this.keys.ofKey(key))
  }
}

function refuseEntries(control: string): never {
  throw typeError(
    'ERR_WARP_CACHE_UNSUPPORTED',
    `${control}() is not for caches over a store: stores have no common way to list their keys.`,
  )
}
