/**
 * Every eviction policy against its model: the same operations in, the same decisions out. SOAK=1 runs twenty
 * times as many sequences.
 */
import { describe, expect, it } from 'vitest'
import { graceEntries, makePolicy } from '../src/policies/make'
import { POLICY_NAMES, type Policy, type PolicyName } from '../src/policies/policy'
import { Sieve } from '../src/policies/sieve'
import { copyOf } from './models/copy'
import { type Model, makeModel } from './models/model'
import { evictions, modelEvictions, use } from './simulator'
import { fc, SOAK } from './support/draws'
import { zipf } from './zipf'

const RUNS = SOAK ? 20_000 : 1_000
const LARGEST_CAPACITY = 64

/**
 * A policy with a table around it that has no keys: it only hands out slots, and does to the model what it
 * does.
 */
class Pair {
  private readonly live: number[] = []
  private readonly free: number[] = []
  private room = 0

  constructor(
    readonly policy: Policy,
    readonly model: Model,
    private readonly capacity: number,
  ) {
    this.grow()
  }

  grow(): void {
    const room = Math.min(this.capacity, 2 * this.room + 1)
    for (let slot = this.room + 1; slot <= room; slot++) this.free.push(slot)
    this.room = room
    this.policy.grow(room)
  }

  insert(pick: number): void {
    if (this.free.length === 0 && this.room < this.capacity) this.grow()
    const slot = taken(this.free, pick)
    if (slot === undefined) {
      this.recycle()
      return
    }
    this.policy.insert(slot)
    this.model.insert(slot)
    this.live.push(slot)
  }

  fill(pick: number): void {
    while (this.live.length < this.capacity) this.insert(pick)
  }

  use(pick: number): void {
    if (this.live.length === 0) return
    const slot = this.live[pick % this.live.length]
    use(this.policy, slot)
    this.model.hit(slot)
  }

  /** `hit` also where the cached function would store into `visited` itself. */
  hit(pick: number): void {
    if (this.live.length === 0) return
    const slot = this.live[pick % this.live.length]
    this.policy.hit(slot)
    this.model.hit(slot)
  }

  remove(pick: number): void {
    const slot = taken(this.live, pick)
    if (slot === undefined) return
    this.policy.remove(slot)
    this.model.remove(slot)
    this.free.push(slot)
  }

  /** Asks for a victim and spares it. */
  spare(): void {
    if (this.live.length > 0) expect(this.policy.victim()).toBe(this.model.victim())
  }

  evict(): void {
    if (this.live.length === 0) return
    const slot = this.policy.victim()
    expect(slot).toBe(this.model.victim())
    this.remove(this.live.indexOf(slot))
  }

  recycle(): void {
    if (this.live.length === 0) return
    const slot = this.model.victim()
    this.model.remove(slot)
    this.model.insert(slot)
    expect(this.policy.recycle()).toBe(slot)
  }

  removeAll(): void {
    while (this.live.length > 0) this.remove(0)
  }

  /**
   * Both would evict everything in the same order: as things are, and after a hit on every entry or on every
   * second.
   */
  compareOrders(): void {
    for (const isHit of [() => false, () => true, (slot: number) => slot % 2 === 0]) {
      const policy = copyOf(this.policy)
      const model = copyOf(this.model)
      for (const slot of this.live.filter(isHit)) {
        use(policy, slot)
        model.hit(slot)
      }
      expect(drained(policy, this.live.length)).toEqual(drained(model, this.live.length))
    }
  }
}

/** Takes one element out of `slots`; undefined if there is none. */
function taken(slots: number[], pick: number): number | undefined {
  return slots.splice(pick % slots.length, 1)[0]
}

function drained(order: Policy | Model, entries: number): number[] {
  return Array.from({ length: entries }, () => {
    const victim = order.victim()
    order.remove(victim)
    return victim
  })
}

/** How often each operation comes, compared with the others. */
const WEIGHTS = {
  use: 18,
  hit: 6,
  insert: 12,
  recycle: 12,
  remove: 8,
  evict: 6,
  spare: 2,
  grow: 2,
  fill: 2,
  compareOrders: 1,
  removeAll: 1,
} as const

type Operation = keyof typeof WEIGHTS

const operation = fc.oneof(
  ...Object.entries(WEIGHTS).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as Operation) })),
)

const operations = fc.array(fc.tuple(operation, fc.nat({ max: LARGEST_CAPACITY - 1 })), {
  maxLength: 150,
  size: 'max',
})

const capacity = fc.integer({ min: 1, max: LARGEST_CAPACITY })

function run(policy: Policy, model: Model, capacity: number, sequence: [Operation, number][]): void {
  const pair = new Pair(policy, model, capacity)
  for (const [name, pick] of sequence) pair[name](pick)
  pair.compareOrders()
}

describe('decides as its model does, whatever happens', () => {
  for (const name of POLICY_NAMES) {
    const title = name === 'sieve' ? 'sieve without a grace window' : name
    it(title, () => {
      fc.assert(
        fc.property(capacity, operations, (capacity, sequence) => {
          run(makePolicy(name, capacity, 0), makeModel(name, 0), capacity, sequence)
        }),
        { numRuns: RUNS },
      )
    })
  }

  it('sieve with a window of some entries, or of all there are and more', () => {
    fc.assert(
      fc.property(
        capacity,
        fc.integer({ min: 1, max: LARGEST_CAPACITY + 2 }),
        operations,
        (capacity, grace, sequence) => {
          run(new Sieve(grace), makeModel('sieve', grace), capacity, sequence)
        },
      ),
      { numRuns: RUNS },
    )
  })

  it('sieve with the window that is the default share of its capacity', () => {
    fc.assert(
      fc.property(capacity, operations, (capacity, sequence) => {
        const grace = graceEntries(capacity, 0.05)
        run(makePolicy('sieve', capacity, 0.05), makeModel('sieve', grace), capacity, sequence)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('decides as its model does on a Zipf stream', () => {
  const KEYS = 500
  const REQUESTS = 20_000
  const SEED = 42
  const requests = zipf(KEYS, REQUESTS, 1, SEED)
  const windows: [PolicyName, number][] = [...POLICY_NAMES.map((name): [PolicyName, number] => [name, 0])]
  windows.push(['sieve', 0.05], ['sieve', 0.5], ['sieve', 0.99])

  for (const [name, graceWindow] of windows) {
    it.each([7, 32, 100])(`${name}, window ${graceWindow}, capacity %i`, (capacity) => {
      const decided = evictions(makePolicy(name, capacity, graceWindow), requests, capacity)
      const grace = graceEntries(capacity, graceWindow)
      expect(decided.length).toBeGreaterThan(capacity)
      expect(decided).toEqual(modelEvictions(makeModel(name, grace), requests, capacity))
    })
  }
})

describe('what each policy promises, on streams that a reader can follow', () => {
  /** Asks for `requests` of a cache of three entries; returns what was evicted. */
  const three = (name: PolicyName, requests: string): string =>
    String.fromCodePoint(...evictions(makePolicy(name, 3, 0), codePoints(requests), 3))
  const codePoints = (text: string): number[] => [...text].map((letter) => letter.codePointAt(0) as number)

  it('fifo: first in, first out, used or not', () => {
    expect(three('fifo', 'abcaaadef')).toBe('abc')
  })

  it('lru: the longest unused goes', () => {
    expect(three('lru', 'abcadbe')).toBe('bca')
  })

  it('mru: the last used goes, and an insertion is a use', () => {
    expect(three('mru', 'abcadef')).toBe('ade')
  })

  it('lfu: the least used goes, of equals the longest unused', () => {
    expect(three('lfu', 'aabbcde')).toBe('cd')
    expect(three('lfu', 'abcabcabd')).toBe('c')
    expect(three('lfu', 'abcbad')).toBe('c')
  })

  it('sieve: the hand spares the used once, and goes on where it stopped', () => {
    expect(three('sieve', 'abcad')).toBe('b')
    expect(three('sieve', 'abcade')).toBe('bc')
    expect(three('sieve', 'abcadef')).toBe('bcd')
  })
})

describe('a policy from options', () => {
  it('has no window when graceWindow is 0', () => {
    for (const capacity of [1, 19, 20, 2 ** 23]) expect(graceEntries(capacity, 0)).toBe(0)
  })

  it('has a window of the given share of the capacity, rounded down', () => {
    expect(graceEntries(128, 0.05)).toBe(6)
    expect(graceEntries(100, 0.5)).toBe(50)
    expect(graceEntries(10, 0.99)).toBe(9)
    expect(graceEntries(2 ** 23, 0.05)).toBe(419_430)
  })

  it('has a window of at least one entry from a capacity of 20 on, and maybe none below', () => {
    expect(graceEntries(20, 0.001)).toBe(1)
    expect(graceEntries(19, 0.05)).toBe(0)
    expect(graceEntries(20, Number.MIN_VALUE)).toBe(1)
  })

  it('never has a window of all entries', () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 23 }), share, (capacity, graceWindow) => {
        expect(graceEntries(capacity, graceWindow)).toBeLessThan(capacity)
      }),
    )
    for (let capacity = 1; capacity <= 2 ** 23; capacity = 2 * capacity + 1) {
      expect(graceEntries(capacity, 1 - Number.EPSILON / 2)).toBeLessThan(capacity)
    }
  })

  it('touches on a hit, or has a byte for every slot to store the hit in', () => {
    for (const name of POLICY_NAMES) {
      const policy = makePolicy(name, 100, 0.05)
      policy.grow(10)
      policy.grow(100)
      expect(policy.touching || policy.visited.length === 101).toBe(true)
      expect(policy.touching).toBe(name !== 'sieve' && name !== 'fifo')
    }
  })
})
