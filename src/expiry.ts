/**
 * Which entries expire, and which of them first. Entries of one TTL form a queue, since they expire in the order in
 * which they came; a heap holds the queues by their first entry. So every operation is O(1) where all entries have
 * the same TTL, and O(log k) where they have k different ones.
 */
import { grownLinks } from './policies/policy'

interface Queue {
  readonly ttl: number
  first: number
  last: number
  /** Position in the heap. */
  place: number
}

/** What a slot with no end is given. */
export const NEVER = Number.POSITIVE_INFINITY

export class Expiry {
  /** By slot: the time from which on the entry is expired, or `NEVER`. */
  at = new Float64Array(1)
  /** Neighbours in the queue; 0 at its ends. */
  private sooner = new Uint32Array(1)
  private later = new Uint32Array(1)
  private queueOf: (Queue | undefined)[] = [undefined]
  private readonly queues = new Map<number, Queue>()
  private readonly heap: Queue[] = []
  /** Whether a clock has gone back, so that the first of a queue may not be the first to expire. */
  private disordered = false

  grow(capacity: number): void {
    const at = new Float64Array(capacity + 1)
    at.set(this.at)
    this.at = at
    this.sooner = grownLinks(this.sooner, capacity)
    this.later = grownLinks(this.later, capacity)
    this.queueOf.length = capacity + 1
  }

  /** The entry in `slot`, which must not be queued, expires `ttl` ms after `now`; `NEVER` is a TTL too. */
  add(slot: number, ttl: number, now: number): void {
    this.at[slot] = now + ttl
    if (ttl === NEVER) return
    const queue = this.queues.get(ttl)
    if (queue === undefined) {
      this.start(slot, ttl)
      return
    }
    if (!(this.at[queue.last] <= this.at[slot])) this.disordered = true
    this.queueOf[slot] = queue
    this.later[queue.last] = slot
    this.sooner[slot] = queue.last
    this.later[slot] = 0
    queue.last = slot
  }

  /** The entry in `slot` is gone, or is to be queued anew. */
  remove(slot: number): void {
    const queue = this.queueOf[slot]
    if (queue === undefined) return
    this.queueOf[slot] = undefined
    const before = this.sooner[slot]
    const after = this.later[slot]
    if (after !== 0) this.sooner[after] = before
    else queue.last = before
    if (before !== 0) {
      this.later[before] = after
      return
    }
    queue.first = after
    if (after !== 0) this.sink(queue)
    else this.end(queue)
  }

  /** No entry expires before this time; `NEVER` if none does at all. */
  get soonest(): number {
    if (this.disordered) return Number.NEGATIVE_INFINITY
    const queue = this.heap[0]
    return queue === undefined ? NEVER : this.at[queue.first]
  }

  /** A slot whose entry is expired at `now`, or 0. */
  expired(now: number): number {
    const queue = this.heap[0]
    return queue !== undefined && this.at[queue.first] <= now ? queue.first : 0
  }

  private start(slot: number, ttl: number): void {
    const queue: Queue = { ttl, first: slot, last: slot, place: this.heap.length }
    this.sooner[slot] = 0
    this.later[slot] = 0
    this.queueOf[slot] = queue
    this.queues.set(ttl, queue)
    this.heap.push(queue)
    this.rise(queue)
  }

  private end(queue: Queue): void {
    this.queues.delete(queue.ttl)
    const moved = this.heap.pop()!
    if (moved === queue) return
    this.put(moved, queue.place)
    this.rise(moved)
    this.sink(moved)
  }

  private rise(queue: Queue): void {
    while (queue.place > 0) {
      const parent = this.heap[(queue.place - 1) >> 1]!
      if (!this.earlier(queue, parent)) return
      this.swap(queue, parent)
    }
  }

  private sink(queue: Queue): void {
    for (;;) {
      const left = this.heap[2 * queue.place + 1]
      const right = this.heap[2 * queue.place + 2]
      const child = right !== undefined && this.earlier(right, left!) ? right : left
      if (child === undefined || !this.earlier(child, queue)) return
      this.swap(child, queue)
    }
  }

  private earlier(a: Queue, b: Queue): boolean {
    return this.at[a.first] < this.at[b.first]
  }

  private swap(a: Queue, b: Queue): void {
    const place = a.place
    this.put(a, b.place)
    this.put(b, place)
  }

  private put(queue: Queue, place: number): void {
    queue.place = place
    this.heap[place] = queue
  }
}
