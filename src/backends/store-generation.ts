/**
 * The generation of a cache in a store: a random part of every key, which a clear replaces, so that all entries are
 * forgotten at once and nothing else in the store is touched. It is kept in the store under a key of its own; whoever
 * shares the store looks there at most once a second, when used, and so sees the clears of others.
 *
 * One that has been left is never taken up again: where the store has lost it or will not write it, a new one begins.
 */
import type { TimeSource } from '../clock'
import { after, thenOf } from '../thenable'
import { opened, sealed } from './envelope'
import { FAILED, type StoreAdapter } from './store-adapter'

const CHECK_MS = 1000
/** What a timer can wait for at most; given explicitly, so that a store's own default does not apply. */
const TTL_MS = 2 ** 31 - 1
/** How many of those that were left are remembered: a store may answer with one only while it lags behind. */
const REMEMBERED = 1000

export class StoreGeneration {
  /** Undefined: the store has not said. */
  current: string | undefined
  private asking: PromiseLike<undefined> | undefined
  private checkedAt = Number.NEGATIVE_INFINITY
  /** Whether the store refused to write the current one. */
  private refused = false
  private readonly left = new Set<string>()

  /**
   * @param changed - is called where another generation takes the place of one.
   * @param told - is called when the store has answered late, before anybody else who waits for that goes on.
   */
  constructor(
    private readonly key: string,
    private readonly adapter: StoreAdapter,
    private readonly clock: TimeSource,
    private readonly changed: () => void,
    private readonly told: () => void,
  ) {}

  /** Asks the store, if it is time. Returns a promise if that takes time; `current` counts after it. */
  ready(): PromiseLike<undefined> | undefined {
    if (this.asking !== undefined) return this.asking
    if (this.current !== undefined && this.clock.now() - this.checkedAt < CHECK_MS) return undefined
    const found = this.adapter.get(this.key)
    if (thenOf(found) === undefined) {
      this.learn(found)
      return undefined
    }
    const asking = (found as PromiseLike<unknown>).then((answer): undefined => {
      // Otherwise a new generation has begun meanwhile.
      if (this.asking === asking) {
        this.asking = undefined
        this.learn(answer)
      }
      if (this.asking === undefined) this.told()
    })
    this.asking = asking
    return asking
  }

  /** Begins a new generation, which `write` makes known to others. */
  begin(): void {
    this.become(Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('base64url'))
  }

  write(): boolean | PromiseLike<boolean> {
    const { current } = this
    this.refused = false
    return after(this.adapter.set(this.key, sealed(this.key, current), TTL_MS), (written) => {
      if (this.current === current) this.refused = !written
      return written
    })
  }

  private learn(found: unknown): void {
    this.checkedAt = this.clock.now()
    if (found === FAILED) return
    const id = opened(found, this.key)?.v
    const valid = typeof id === 'string' && /^[\w-]{16}$/.test(id) && !this.left.has(id)
    if (valid && id === this.current) this.refused = false
    else if (valid && !this.refused) this.become(id)
    else {
      this.begin()
      void this.write()
    }
  }

  private become(id: string): void {
    const { current, left } = this
    this.current = id
    this.asking = undefined
    this.checkedAt = this.clock.now()
    if (current === undefined) return
    left.add(current)
    const [oldest] = left
    if (left.size > REMEMBERED) left.delete(oldest!)
    this.changed()
  }
}
