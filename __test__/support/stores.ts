/** Stores for tests: the real ones, and some whose answers the test decides. */
import KeyvFive from 'keyv-5'
import KeyvSix from 'keyv-6'
import { LRUCache } from 'lru-cache'
import QuickLRU from 'quick-lru'
import type { Store } from 'warp-cache'
import { deferred } from './deferred'

/** Holds JSON, as a store does that writes to a disk or a network. */
export class JsonStore {
  readonly texts = new Map<string, string>()

  get(key: string): unknown {
    const text = this.texts.get(key)
    return text === undefined ? null : JSON.parse(text)
  }

  set(key: string, value: object): void {
    this.texts.set(key, JSON.stringify(value))
  }

  delete(key: string): void {
    this.texts.delete(key)
  }

  clear(): void {
    this.texts.clear()
  }
}

/** A store with `put` for `set`, and with nothing that is not needed. */
export class PutOnly {
  readonly values = new Map<string, object>()

  get(key: string): unknown {
    return this.values.get(key)
  }

  put(key: string, value: object): void {
    this.values.set(key, value)
  }
}

/** The same with `delete`. */
export class PutAndDelete extends PutOnly {
  delete(key: string): boolean {
    return this.values.delete(key)
  }
}

/** A store over a slow network: what it is asked to do happens when the test says so. */
export class SlowStore {
  readonly values = new Map<string, object>()
  /** What has not happened yet, in order. */
  readonly waiting: {
    readonly what: string
    readonly happen: () => void
    readonly fail: (error: unknown) => void
  }[] = []
  /** Whether everything happens at once from now on. */
  fast = false

  get(key: string): Promise<object | undefined> {
    return this.wait(`get ${key}`, () => this.values.get(key))
  }

  set(key: string, value: object): Promise<this> {
    return this.wait(`set ${key}`, () => {
      this.values.set(key, value)
      return this
    })
  }

  delete(key: string): Promise<boolean> {
    return this.wait(`delete ${key}`, () => this.values.delete(key))
  }

  clear(): Promise<void> {
    return this.wait('clear', () => this.values.clear())
  }

  /** Lets everything happen, now and from now on. */
  hurry(): void {
    this.fast = true
    for (const { happen } of this.waiting.splice(0)) happen()
  }

  /** Takes the first that waits and matches. */
  take(pattern: RegExp): (typeof this.waiting)[number] {
    const index = this.waiting.findIndex(({ what }) => pattern.test(what))
    const [taken] = index < 0 ? [] : this.waiting.splice(index, 1)
    if (taken === undefined) throw new Error(`Nothing like ${pattern} in: ${this.whatWaits().join('; ')}`)
    return taken
  }

  /** What waits, without names and generations. */
  whatWaits(): string[] {
    return this.waiting.map(({ what }) => what.replace(/ .*#/, ' '))
  }

  private wait<T>(what: string, act: () => T): Promise<T> {
    if (this.fast) return Promise.resolve(act())
    const { promise, resolve, reject } = deferred<T>()
    this.waiting.push({ what, happen: () => resolve(act()), fail: reject })
    return promise
  }
}

/** Stores that are used out there, and each kind of protocol. */
export const STORES: readonly [name: string, make: () => Store][] = [
  ['a Map', () => new Map<string, unknown>()],
  ['lru-cache', () => new LRUCache<string, object>({ max: 1_000 })],
  ['lru-cache with a TTL of its own', () => new LRUCache<string, object>({ max: 1_000, ttl: 60_000 })],
  ['quick-lru', () => new QuickLRU<string, object>({ maxSize: 1_000 })],
  ['Keyv 5', () => new KeyvFive()],
  ['Keyv 6', () => new KeyvSix()],
  ['Keyv 6 over a Map', () => new KeyvSix({ store: new Map() })],
  ['a store of JSON', () => new JsonStore()],
  ['get and put', () => new PutOnly()],
  ['get, put and delete', () => new PutAndDelete()],
  ['a store of promises', () => Object.assign(new SlowStore(), { fast: true })],
]
