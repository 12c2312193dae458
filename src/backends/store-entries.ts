/**
 * The entries of one cache in a store, by the text of their keys. In the store a key is name#generation#text, which
 * no other name, generation or text can spell, since names and generations have no `#`.
 *
 * Whatever the store does, nothing here throws or rejects: it is counted in `storeErrors` and warned of once. An entry
 * that the store will neither replace nor delete is forgotten together with all others, by a new generation.
 */
import { clock } from '../clock'
import { typeError } from '../errors'
import { NEVER } from '../expiry'
import { show } from '../mistakes'
import type { ParsedOptions } from '../options'
import { EXPIRATIONS, newCounters, STORE_ERRORS } from '../stats'
import { after } from '../thenable'
import type { Store } from '../types'
import { type Envelope, opened, sealed } from './envelope'
import { type Operation, StoreAdapter } from './store-adapter'
import { StoreGeneration } from './store-generation'

/** How a result is stored. */
export interface Storing {
  /** The function returned a promise of it. */
  readonly promised: boolean
  /** In ms, or `NEVER`. */
  readonly ttl: number
  /** Another one may be there, which must not stay. */
  readonly replacing: boolean
}

/** What happens to all entries at once. */
export interface EntriesListener {
  /** They are gone: nothing that is under way may be stored. */
  forgotten(): void
  /** Another process has cleared them: nothing that has been computed may be stored. */
  outdated(): void
}

/** The names that are in use, by store. */
const namesIn = new WeakMap<Store, Set<string>>()

export class StoreEntries {
  readonly counters = newCounters()
  private readonly adapter: StoreAdapter
  private readonly generation: StoreGeneration
  /** What turns the clock's time into one that other processes understand. A clock of the user's is theirs too. */
  private readonly origin: number
  private warned = false
  /** How many generations have been begun here, with nothing of what came before them. */
  private beginnings = 0
  /** What is to be done by hand once the store has answered, in order. */
  private waiting: (() => void)[] = []

  /** @param name - the full name. */
  constructor(
    private readonly options: ParsedOptions,
    private readonly store: Store,
    private readonly name: string,
    private readonly listener: EntriesListener,
  ) {
    claim(store, name)
    this.adapter = new StoreAdapter(store, (operation, error) => this.failed(operation, error))
    this.generation = new StoreGeneration(
      `${name}#generation`,
      this.adapter,
      options.clock,
      () => listener.outdated(),
      () => this.goOn(),
    )
    this.origin = options.clock === clock ? performance.timeOrigin : 0
  }

  /** Whether the store answers with promises, as far as it has been asked. */
  get answersLater(): boolean {
    return this.adapter.answersLater
  }

  /** Before something is computed or done by hand: a promise, if the store must be asked first and takes its time. */
  ready(): PromiseLike<undefined> | undefined {
    return this.generation.ready()
  }

  /** The live entry of a key. */
  read(text: string, counting: boolean): Envelope | undefined | PromiseLike<Envelope | undefined> {
    return after(this.generation.ready(), () => {
      const key = this.keyOf(text)
      if (key === undefined) return undefined
      return after(this.adapter.get(key), (found) => this.live(opened(found, key), counting))
    })
  }

  /** Stores a result. */
  put(text: string, value: unknown, how: Storing): unknown {
    const key = this.keyOf(text)
    if (key === undefined) return how.replacing ? this.forget() : undefined
    const written = this.write(key, value, how)
    return how.replacing ? after(written, (done) => done || this.remove(key)) : written
  }

  /** Drops the entry of a key; whether there was one. */
  delete(text: string): boolean | PromiseLike<boolean> {
    const deleted = this.byHand(() => {
      const key = this.keyOf(text)
      if (key === undefined) return after(this.forget(), () => false)
      const found = this.read(text, false)
      const removed = this.remove(key, found)
      return after(found, (envelope) =>
        // The answer of a store that can give it at once does not wait for its slower deletion.
        this.answersLater ? after(removed, () => envelope !== undefined) : envelope !== undefined,
      )
    })
    return after(deleted, (was) => was === true)
  }

  /**
   * Does something once the store has been asked what it must be; not if everything is forgotten meanwhile. What is done by
   * hand later comes after it, also where a function does it that had to wait for the same answer.
   */
  byHand<T>(act: () => T | PromiseLike<T>): T | undefined | PromiseLike<T | undefined> {
    if (this.ready() === undefined) return act()
    const { beginnings } = this
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        try {
          resolve(this.beginnings === beginnings ? act() : undefined)
        } catch (error) {
          reject(error as Error)
        }
      })
    })
  }

  private goOn(): void {
    const { waiting } = this
    this.waiting = []
    for (const act of waiting) act()
  }

  /** Forgets every entry and zeroes the counters. */
  clear(): unknown {
    this.counters.fill(0)
    this.beginAnew()
    const cleared = this.options.exclusive ? this.adapter.clear() : true
    return after(cleared, () => this.generation.write())
  }

  /** When what is being written under a key is written, if anything is. */
  pending(text: string): unknown {
    const key = this.keyOf(text)
    return key === undefined ? undefined : this.adapter.pending(key)
  }

  /** From now on somebody else may use the name. */
  release(): void {
    namesIn.get(this.store)?.delete(this.name)
  }

  private keyOf(text: string): string | undefined {
    const { current } = this.generation
    return current === undefined ? undefined : `${this.name}#${current}#${text}`
  }

  private live(envelope: Envelope | undefined, counting: boolean): Envelope | undefined {
    if (envelope?.e === undefined || envelope.e > this.now()) return envelope
    if (counting) this.counters[EXPIRATIONS]++
    return undefined
  }

  private write(key: string, value: unknown, { promised, ttl }: Storing): boolean | Promise<boolean> {
    if (ttl === NEVER) return this.adapter.set(key, sealed(key, value, promised), undefined)
    return this.adapter.set(key, sealed(key, value, promised, this.now() + ttl), ttl)
  }

  private remove(key: string, looked?: unknown): unknown {
    return after(this.adapter.delete(key, looked), (removed) => removed || this.forget())
  }

  private forget(): unknown {
    this.beginAnew()
    return this.generation.write()
  }

  private beginAnew(): void {
    this.beginnings++
    this.listener.forgotten()
    this.generation.begin()
  }

  private now(): number {
    this.options.clock.forget() // The store has run, and may have taken any time.
    return this.origin + this.options.clock.now()
  }

  private failed(operation: Operation, error: unknown): void {
    this.counters[STORE_ERRORS]++
    if (this.warned) return
    this.warned = true
    process.emitWarning(
      `The store of the cache '${this.name}' failed in ${operation}: ${reason(error)}. Without it results are computed ` +
        'anew. Further failures are counted as `storeErrors` and not reported.',
      { type: 'WarpCacheWarning', code: 'WARP_CACHE_STORE' },
    )
  }
}

function claim(store: Store, name: string): void {
  let names = namesIn.get(store)
  if (names === undefined) {
    names = new Set()
    namesIn.set(store, names)
  }
  if (names.has(name)) {
    throw typeError(
      'ERR_WARP_CACHE_NAME',
      `The name ${show(name)} is taken: another function or cache uses it with the same store, and would get the ` +
        'results of this one. Give each a `name` of its own, or close the other one first.',
    )
  }
  names.add(name)
}

/** The message of an error, whatever was thrown for one. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return show(error)
  const message: unknown = Object.getOwnPropertyDescriptor(error, 'message')?.value
  return typeof message === 'string' ? message : 'an error without a message'
}
