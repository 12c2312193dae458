/** What is given back to the garbage collector: everything that no entry holds. */
import { describe, expect, it } from 'vitest'
import { cache } from 'warp-cache'
import { POLICY_NAMES } from '../src/policies/policy'
import { deferred, turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'
import { collectUntil, heapInMiB } from './support/garbage'

/** Far less than what a leak of anything per operation would come to. */
const SLACK_MIB = 4

/** How much the heap has grown by `act`, once all that it made could be collected. */
async function growth(act: () => unknown): Promise<number> {
  const before = await heapInMiB()
  await act()
  return (await heapInMiB()) - before
}

describe('a million', () => {
  const MILLION = 1_000_000

  it.each(POLICY_NAMES)('different keys leave no more than maxSize entries behind: %s', async (policy) => {
    const cached = cache((n: number) => n, { maxSize: 1_000, policy })
    for (let n = 0; n < 2_000; n++) cached(n)
    const grown = await growth(() => {
      for (let n = 0; n < MILLION; n++) cached(n + 0.5)
    })
    expect(grown).toBeLessThan(SLACK_MIB)
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 1_000, misses: MILLION + 2_000 })
  })

  it.each<[string, (i: number) => number]>([
    ['of one ttl', () => 10],
    ['of a hundred ttls', (i) => 1 + (i % 100)],
    ['of a ttl each', (i) => 1 + (i % 100) + 1 / (i + 2)],
  ])('expiries %s leave nothing behind', async (_, ttlOf) => {
    const clock = new FakeClock()
    const cached = cache((n: number) => n, { maxSize: 1_000, now: clock.now })
    const run = (from: number, count: number) => {
      for (let i = from; i < from + count; i++) {
        cached.cacheSet([i], i, { ttl: ttlOf(i) })
        if (i % 10 === 0) clock.advance(1)
      }
    }
    run(0, 5_000)
    expect(await growth(() => run(5_000, MILLION))).toBeLessThan(SLACK_MIB)
    clock.advance(1_000)
    expect(cached.cacheInfo().currentSize).toBe(0)
    const { expirations, evictions } = cached.cacheInfo()
    expect(expirations + evictions).toBe(MILLION + 5_000)
  })

  it('deletions leave nothing behind', async () => {
    const cached = cache((n: number) => n)
    const run = (count: number) => {
      for (let n = 0; n < count; n++) {
        cached(n)
        cached.cacheDelete(n)
      }
    }
    run(1_000)
    expect(await growth(() => run(MILLION))).toBeLessThan(SLACK_MIB)
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, evictions: 0 })
  })
})

it.each<[string, (n: number) => unknown[]]>([
  ['of two arguments', (n) => [n % 1_000, `${n}`]],
  ['of one object', (n) => [{ id: n, lang: 'en' }]],
  ['of objects with other names each', (n) => [{ [`name ${n}`]: n }]],
  ['of deep objects', (n) => [{ a: { b: [n % 10, { c: n }] } }]],
])('200,000 keys %s leave nothing behind', async (_, args) => {
  const cached = cache((..._args: unknown[]) => 1, { maxSize: 1_000 })
  const run = (from: number, count: number) => {
    for (let n = from; n < from + count; n++) cached(...args(n))
  }
  run(0, 20_000)
  expect(await growth(() => run(20_000, 200_000))).toBeLessThan(SLACK_MIB)
  expect(cached.cacheInfo().currentSize).toBe(1_000)
})

it('a million computations in flight, a thousand at a time, leave nothing behind', async () => {
  const cached = cache(async (n: number) => n, { maxSize: 10 })
  const run = async (thousands: number) => {
    for (let i = 0; i < thousands; i++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, n) => cached(1_000 * i + n)))
    }
  }
  await run(10)
  expect(await growth(() => run(1_000))).toBeLessThan(SLACK_MIB)
  expect(cached.cacheInfo()).toMatchObject({ currentSize: 10 })
})

it('100,000 failures leave nothing behind', async () => {
  const cached = cache(async (n: number) => Promise.reject(n))
  const run = () => Promise.allSettled(Array.from({ length: 100_000 }, (_, n) => cached(n)))
  await run()
  expect(await growth(run)).toBeLessThan(SLACK_MIB)
  expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, errors: 200_000 })
})

it('a recursion that overflowed the stack leaves nothing that grows with what is done afterwards', async () => {
  const endless = cache((n: number): number => endless(n + 1))
  expect(() => endless(0)).toThrow(RangeError)
  const run = (count: number) => {
    for (let n = 0; n < count; n++) endless.cacheDelete(n)
  }
  run(100_000)
  expect(await growth(() => run(2_000_000))).toBeLessThan(SLACK_MIB)
})

it('100,000 instances of a class with cached methods are collected, with their entries', async () => {
  class User {
    constructor(readonly id: number) {}
    @cache greet(greeting: string): string {
      return `${greeting}, ${this.id}`
    }
    @cache({ ttl: 1e9 }) get card(): { id: number } {
      return { id: this.id }
    }
  }
  const run = async () => {
    for (let round = 0; round < 20; round++) {
      for (let id = 0; id < 5_000; id++) {
        const user = new User(id)
        user.greet('Hello')
        user.card
      }
      // Lets the weak references of this turn go.
      await turn()
    }
  }
  await run()
  expect(await growth(run)).toBeLessThan(SLACK_MIB)
})

it('10,000 cached functions are collected, with their entries', async () => {
  const run = async () => {
    for (let i = 0; i < 10_000; i++) {
      const cached = cache((n: number) => [n, i], { ttl: 1e9 })
      cached(1)
      cached.cacheInfo()
    }
  }
  await run()
  expect(await growth(run)).toBeLessThan(SLACK_MIB)
})

describe('what is let go', () => {
  type Held = { held: object }

  /** Runs `act`, which makes an object, and returns a reference to that which does not hold it. */
  const weakly = (act: () => object): WeakRef<object> => new WeakRef(act())
  const gone = (...refs: WeakRef<object>[]) =>
    collectUntil(() => refs.every((ref) => ref.deref() === undefined))

  it('is the value of an entry that was evicted, deleted, cleared, replaced or closed', async () => {
    const make = (n: number): Held => ({ held: { n } })
    const evicting = cache(make, { maxSize: 1 })
    const refs = [weakly(() => evicting(1))]
    evicting(2)
    for (const drop of ['cacheDelete', 'cacheClear', 'cacheClose', 'cacheSet', 'cacheRefresh'] as const) {
      const cached = cache(make)
      refs.push(weakly(() => cached(1)))
      if (drop === 'cacheSet') cached.cacheSet([1], make(2))
      else cached[drop](1)
      evicting(Number(cached.cacheHas(1)))
    }
    expect(await gone(...refs)).toBe(true)
  })

  it('is an expired value, when others come', async () => {
    const clock = new FakeClock()
    const cached = cache((n: number): Held => ({ held: { n } }), { ttl: 10, now: clock.now })
    const refs = [1, 2, 3, 4].map((n) => weakly(() => cached(n)))
    clock.advance(10)
    cached(5)
    cached(6)
    expect(await gone(...refs)).toBe(true)
    expect(cached.cacheHas(6)).toBe(true)
  })

  it('is an argument: keys hold what it was made of, not the object', async () => {
    const cached = cache((user: { id: number }) => user.id)
    const ref = weakly(() => {
      const user = { id: 1 }
      cached(user)
      return user
    })
    expect(await gone(ref)).toBe(true)
    expect(cached.cacheHas({ id: 1 })).toBe(true)
  })

  it('is an argument that could not be a key', async () => {
    const cached = cache((value: unknown) => value)
    const ref = weakly(() => {
      const value = () => {}
      try {
        cached([{ deep: value }])
      } catch {}
      return value
    })
    expect(await gone(ref)).toBe(true)
  })

  it('is what the function had in hand, once its promise has settled', async () => {
    const answer = deferred<number>()
    let large: Held | undefined = { held: {} }
    const ref = new WeakRef(large)
    const query = cache(async (_n: number) => {
      const mine = large
      const value = await answer.promise
      return mine === undefined ? -1 : value
    })
    const asked = query(1)
    large = undefined
    answer.resolve(7)
    await asked
    expect(await gone(ref)).toBe(true)
    expect(await query(1)).toBe(7)
  })

  it('is the promise that the function returned, once it has settled', async () => {
    const refs: WeakRef<object>[] = []
    const query = cache((n: number) => {
      const promise = turn().then(() => n)
      refs.push(new WeakRef(promise))
      return promise
    })
    await query(1)
    expect(await gone(...refs)).toBe(true)
    expect(await query(1)).toBe(1)
  })

  it('is a rejected promise and its error', async () => {
    const cached = cache(async (_n: number) => {
      throw new Error('down')
    })
    const ref = await cached(1).then(
      () => undefined as never,
      (error: Error) => new WeakRef(error),
    )
    expect(await gone(ref)).toBe(true)
  })

  it('is a remembered failure, when it has expired and others come', async () => {
    const clock = new FakeClock()
    const cached = cache(
      (n: number) => {
        if (n === 1) throw { held: { n } }
      },
      { cacheErrors: 10, now: clock.now },
    )
    const ref = weakly(() => {
      try {
        cached(1)
        return {}
      } catch (error) {
        return error as object
      }
    })
    clock.advance(10)
    cached(2)
    expect(await gone(ref)).toBe(true)
  })

  it('is the `this` of a call', async () => {
    const cached = cache(function (this: object, n: number) {
      return n
    })
    const ref = weakly(() => {
      const self = { held: {} }
      cached.call(self, 1)
      return self
    })
    expect(await gone(ref)).toBe(true)
  })
})
