/** How long entries live: for the `ttl` of the cache or their own, and not longer; and the expired ones go first. */
import { describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { POLICY_NAMES } from '../src/policies/policy'
import { deferred, turn } from './support/deferred'
import { fc, SOAK } from './support/draws'
import { FakeClock } from './support/fake-clock'

const RUNS = SOAK ? 10_000 : 400

/** A cached function that returns how often it has run, and its clock. */
function counting(options: { ttl?: number; maxSize?: number; policy?: (typeof POLICY_NAMES)[number] }) {
  const clock = new FakeClock()
  let runs = 0
  const cached = cache((_key: unknown) => ++runs, { ...options, now: clock.now })
  return { cached, clock }
}

describe('the ttl of a cache', () => {
  it('is how long an entry lives, to the millisecond', () => {
    const { cached, clock } = counting({ ttl: 100 })
    expect(cached('a')).toBe(1)
    clock.advance(99.999)
    expect(cached('a')).toBe(1)
    clock.advance(0.001)
    expect(cached('a')).toBe(2)
    expect(cached.cacheInfo()).toMatchObject({
      hits: 1,
      misses: 2,
      expirations: 1,
      currentSize: 1,
      evictions: 0,
    })
  })

  it('counts from the insertion: hits do not prolong it', () => {
    const { cached, clock } = counting({ ttl: 100 })
    for (let i = 0; i < 10; i++) {
      expect(cached('a')).toBe(1)
      clock.advance(10)
    }
    expect(cached('a')).toBe(2)
  })

  it.each([Number.NEGATIVE_INFINITY, Number.NaN])(
    'holds for every entry when a clock goes back, or to %s',
    (odd) => {
      let now = 1_000
      const cached = cache((key: string) => ({ key }), { ttl: 100, now: () => now })
      cached('before')
      now = odd
      cached('odd')
      now = 0
      const early = cached('early')
      now = 99
      expect(cached('early')).toBe(early)
      now = 100
      expect(cached('early')).not.toBe(early)
      expect(cached.cacheHas('odd')).toBe(false)
      expect(cached.cacheHas('before')).toBe(true)
    },
  )

  it('counts from when the function has returned', () => {
    const clock = new FakeClock()
    const slow = cache(() => clock.advance(1_000), { ttl: 100, now: clock.now })
    slow()
    clock.advance(99)
    slow()
    expect(slow.cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
  })

  it('counts from when the promise has settled', async () => {
    const clock = new FakeClock()
    const answer = deferred()
    const ask = cache(() => answer.promise, { ttl: 100, now: clock.now })
    const asked = ask()
    clock.advance(1_000)
    answer.resolve('yes')
    await asked
    clock.advance(99)
    expect(ask()).toBe(asked)
    expect([...ask.cacheEntries()]).toMatchObject([{ expiresAt: 2_100 }])
    clock.advance(1)
    expect(ask()).not.toBe(asked)
    await turn()
    expect(ask.cacheInfo()).toMatchObject({ hits: 1, misses: 2, expirations: 1 })
  })

  it('starts again when the entry is set or refreshed', () => {
    const { cached, clock } = counting({ ttl: 100 })
    cached('set')
    cached('refreshed')
    clock.advance(60)
    cached.cacheSet(['set'], -1)
    cached.cacheRefresh('refreshed')
    clock.advance(60)
    expect(cached('set')).toBe(-1)
    expect(cached('refreshed')).toBe(3)
    clock.advance(40)
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, expirations: 2 })
  })

  it.each([undefined, Number.POSITIVE_INFINITY])('of %s is none', (ttl) => {
    const { cached, clock } = counting({ ttl: ttl as number })
    cached('a')
    clock.advance(Number.MAX_SAFE_INTEGER)
    expect(cached('a')).toBe(1)
    expect([...cached.cacheEntries()]).toEqual([{ args: ['a'], value: 1, expiresAt: undefined }])
  })

  it('may be a fraction of a millisecond', () => {
    const { cached, clock } = counting({ ttl: 0.5 })
    cached('a')
    clock.advance(0.4)
    expect(cached('a')).toBe(1)
    clock.advance(0.1)
    expect(cached('a')).toBe(2)
  })

  it.each([[null], [undefined], [{ x: 1 }], [['a', 'b']], [0], [Number.NaN]])(
    'applies to the key %j',
    (key) => {
      const { cached, clock } = counting({ ttl: 100 })
      cached(key)
      clock.advance(99)
      expect(cached(key)).toBe(1)
      clock.advance(1)
      expect(cached(key)).toBe(2)
    },
  )

  it('counts an entry as expired also when another is set in its place', () => {
    const { cached, clock } = counting({ ttl: 100 })
    cached('set')
    cached('refreshed')
    clock.advance(100)
    cached.cacheSet(['set'], -1)
    cached.cacheRefresh('refreshed')
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 2, expirations: 2 })
  })

  it('makes an expired entry absent for every control', () => {
    const { cached, clock } = counting({ ttl: 100 })
    for (const key of ['has', 'peek', 'delete', 'entry']) cached(key)
    clock.advance(100)
    expect(cached.cacheHas('has')).toBe(false)
    expect(cached.cachePeek('peek')).toBe(undefined)
    expect(cached.cacheDelete('delete')).toBe(false)
    expect([...cached.cacheEntries()]).toEqual([])
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, expirations: 4, evictions: 0 })
  })
})

describe('the ttl of one entry', () => {
  it('takes the place of the cache’s', () => {
    const { cached, clock } = counting({ ttl: 100 })
    cached.cacheSet(['short'], -1, { ttl: 10 })
    cached.cacheSet(['long'], -2, { ttl: 1_000 })
    cached.cacheSet(['endless'], -3, { ttl: Number.POSITIVE_INFINITY })
    cached.cacheSet(['usual'], -4, { ttl: undefined })
    const left = () => [...cached.cacheEntries()].flatMap(({ args }) => args as string[]).sort()
    clock.advance(10)
    expect(left()).toEqual(['endless', 'long', 'usual'])
    clock.advance(90)
    expect(left()).toEqual(['endless', 'long'])
    clock.advance(900)
    expect(left()).toEqual(['endless'])
    clock.advance(Number.MAX_SAFE_INTEGER)
    expect(cached('endless')).toBe(-3)
  })

  it('works in a cache without, whose other entries live for ever', () => {
    const { cached, clock } = counting({})
    const keys = ['before', 0, { x: 1 }, 'after']
    cached(keys[0])
    cached.cacheSet(['brief'], -1, { ttl: 10 })
    for (const key of keys) cached(key)
    expect(cached('brief')).toBe(-1)
    clock.advance(10)
    expect(cached('brief')).toBe(5)
    clock.advance(Number.MAX_SAFE_INTEGER)
    expect(keys.map((key) => cached(key))).toEqual([1, 2, 3, 4])
    expect(cached('brief')).toBe(5)
    expect(cached.cacheInfo()).toMatchObject({ expirations: 1, currentSize: 5 })
  })

  it('works there for several arguments and for methods with none', () => {
    const clock = new FakeClock()
    const sum = cache((...numbers: number[]) => numbers.length, { now: clock.now })
    for (const args of [[], [1, 2], [1, 2, 3]]) sum.cacheSet(args, -1, { ttl: 10 })
    sum(3, 4)
    expect([sum(), sum(1, 2), sum(1, 2, 3), sum(3, 4)]).toEqual([-1, -1, -1, 2])
    clock.advance(10)
    expect([sum(), sum(1, 2), sum(1, 2, 3), sum(3, 4)]).toEqual([0, 2, 3, 2])
    expect(sum.cacheInfo()).toMatchObject({ hits: 5, misses: 4, expirations: 3 })
  })

  it('is over when the entry is replaced by one without', () => {
    const { cached, clock } = counting({})
    cached.cacheSet(['a'], -1, { ttl: 10 })
    cached.cacheSet(['a'], -2)
    clock.advance(10)
    expect(cached('a')).toBe(-2)
  })

  it('is forgotten by a clear', () => {
    const { cached, clock } = counting({})
    cached.cacheSet(['a'], -1, { ttl: 10 })
    cached.cacheClear()
    cached('a')
    expect([...cached.cacheEntries()]).toEqual([{ args: ['a'], value: 1, expiresAt: undefined }])
    clock.advance(10)
    expect(cached('a')).toBe(1)
    cached.cacheSet(['b'], -2, { ttl: 10 })
    clock.advance(10)
    expect([cached('a'), cached('b')]).toEqual([1, 2])
  })

  it('of a promise counts from when it has settled', async () => {
    const clock = new FakeClock()
    const ask = cache(async (key: string) => key, { now: clock.now })
    const answer = deferred<string>()
    ask.cacheSet(['a'], answer.promise, { ttl: 10 })
    clock.advance(1_000)
    answer.resolve('by hand')
    await turn()
    clock.advance(9)
    expect(await ask('a')).toBe('by hand')
    clock.advance(1)
    expect(await ask('a')).toBe('a')
  })
})

describe.each(POLICY_NAMES)('expired entries go first with %s', (policy) => {
  it.each([2, 20, 100])('before any that live, in a full cache of %i', (maxSize) => {
    const { cached, clock } = counting({ maxSize, policy })
    const lasting = Array.from({ length: maxSize / 2 }, (_, i) => `lasting ${i}`)
    const brief = Array.from({ length: maxSize / 2 }, (_, i) => `brief ${i}`)
    for (const [i, key] of lasting.entries()) {
      cached(key)
      cached.cacheSet([brief[i]], 0, { ttl: 10 + ((i * 7) % 10) })
    }
    // Every policy but mru would rather evict the lasting ones.
    for (const key of brief) for (let i = 0; i < 3; i++) cached(key)
    clock.advance(20)
    for (let i = 0; i < maxSize / 2; i++) cached(`new ${i}`)
    expect(lasting.filter((key) => !cached.cacheHas(key))).toEqual([])
    expect(cached.cacheInfo()).toMatchObject({
      currentSize: maxSize,
      expirations: maxSize / 2,
      evictions: 0,
    })
  })
})

it('entries of many ttls leave one by one, each at its time', () => {
  const { cached, clock } = counting({ maxSize: 1_000 })
  const ttls = Array.from({ length: 500 }, (_, i) => 1 + ((i * 211) % 500))
  for (const ttl of ttls) cached.cacheSet([ttl], ttl, { ttl })
  for (let elapsed = 0; elapsed <= 500; elapsed++) {
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 500 - elapsed, expirations: elapsed })
    expect(cached.cacheHas(elapsed)).toBe(false)
    clock.advance(1)
  }
})

/** A cache of keys that live for a while, by the book: every expired entry goes at once, then the least recent. */
class Model {
  /** Least recently used first. */
  private entries = new Map<number, { value: number; expiresAt: number }>()
  hits = 0
  misses = 0
  evictions = 0
  expirations = 0

  constructor(
    private readonly maxSize: number,
    private readonly ttl: number,
    private readonly clock: FakeClock,
  ) {}

  expire(): void {
    for (const [key, { expiresAt }] of [...this.entries]) {
      if (expiresAt > this.clock.time) continue
      this.entries.delete(key)
      this.expirations++
    }
  }

  call(key: number, value: number): number {
    const found = this.entries.get(key)
    if (found === undefined) {
      this.misses++
      this.set(key, value)
      return value
    }
    this.hits++
    this.entries.delete(key)
    this.entries.set(key, found)
    return found.value
  }

  set(key: number, value: number, ttl = this.ttl): void {
    if (!this.entries.delete(key) && this.entries.size === this.maxSize) {
      this.entries.delete([...this.entries.keys()][0])
      this.evictions++
    }
    this.entries.set(key, { value, expiresAt: this.clock.time + ttl })
  }

  peek(key: number): number | undefined {
    return this.entries.get(key)?.value
  }

  delete(key: number): boolean {
    return this.entries.delete(key)
  }

  clear(): void {
    this.entries.clear()
    this.hits = this.misses = this.evictions = this.expirations = 0
  }

  byExpiry(): unknown[] {
    const entries = [...this.entries].map(([key, entry]) => ({ args: [key], ...entry }))
    return sortedByExpiry(entries)
  }

  info() {
    const { hits, misses, evictions, expirations } = this
    return { hits, misses, evictions, expirations, currentSize: this.entries.size }
  }
}

function sortedByExpiry(entries: readonly { args?: unknown; expiresAt?: number | undefined }[]): unknown[] {
  return entries
    .map((entry) => ({ ...entry, expiresAt: entry.expiresAt ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.expiresAt - b.expiresAt || Number(a.args) - Number(b.args))
}

describe('any sequence of operations, while time passes, does what the book says', () => {
  const keys = fc.nat(11)
  const ttls = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(Number.POSITIVE_INFINITY))
  const operations = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('call' as const), keys) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('wait' as const), fc.nat(12)) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('set' as const), keys, ttls) },
      fc.tuple(fc.constantFrom('refresh' as const, 'delete' as const, 'look' as const), keys),
      fc.tuple(fc.constantFrom('clear' as const, 'count' as const, 'list' as const)),
    ),
    { maxLength: 80, size: 'max' },
  )
  const caches = fc.record({
    maxSize: fc.integer({ min: 1, max: 10 }),
    ttl: fc.constantFrom(1, 5, 20, Number.POSITIVE_INFINITY),
  })

  it('with lru', () => {
    fc.assert(
      fc.property(caches, operations, ({ maxSize, ttl }, program) => {
        const clock = new FakeClock()
        let runs = 0
        const cached = cache((_key: number) => ++runs, { maxSize, ttl, policy: 'lru', now: clock.now })
        const model = new Model(maxSize, ttl, clock)
        for (const [operation, a, b] of program) {
          model.expire()
          if (operation === 'call') expect(model.call(a, runs + 1)).toBe(cached(a))
          else if (operation === 'wait') clock.advance(a)
          else if (operation === 'delete') expect(cached.cacheDelete(a)).toBe(model.delete(a))
          else if (operation === 'clear') {
            cached.cacheClear()
            model.clear()
          } else if (operation === 'set') {
            cached.cacheSet([a], -a, { ttl: b })
            model.set(a, -a, b)
          } else if (operation === 'refresh') model.set(a, cached.cacheRefresh(a))
          else if (operation === 'look') {
            expect([cached.cacheHas(a), cached.cachePeek(a)]).toEqual([
              model.peek(a) !== undefined,
              model.peek(a),
            ])
          } else if (operation === 'count') expect(cached.cacheInfo()).toMatchObject(model.info())
          else expect(sortedByExpiry([...cached.cacheEntries()])).toEqual(model.byExpiry())
        }
        model.expire()
        expect(cached.cacheInfo()).toMatchObject(model.info())
        expect(sortedByExpiry([...cached.cacheEntries()])).toEqual(model.byExpiry())
      }),
      { numRuns: RUNS },
    )
  })
})

it('a ttl costs nothing while nothing expires: the function is not asked again', () => {
  const compute = vi.fn((n: number) => n)
  const cached = cache(compute, { ttl: 1e9 })
  for (let i = 0; i < 1_000; i++) cached(i % 10)
  expect(compute).toHaveBeenCalledTimes(10)
})
