/**
 * What is counted, exactly. The last part runs the same programs through every kind of cached function and method there
 * is, and through a model: results, entries and counters must be the same.
 */
import { describe, expect, it } from 'vitest'
import { type CacheControls, type CacheOptions, cache, cacheFor } from 'warp-cache'
import { POLICY_NAMES } from '../src/policies/policy'
import { CacheModel, KEYS } from './support/cache-model'
import { turn } from './support/deferred'
import { fc, SOAK } from './support/draws'
import { FakeClock } from './support/fake-clock'

const RUNS = SOAK ? 1_000 : 30

describe('cacheInfo counts', () => {
  it('hits: calls that an entry answers', () => {
    const cached = cache((n: number) => n)
    for (const n of [1, 1, 2, 1]) cached(n)
    expect(cached.cacheInfo().hits).toBe(2)
  })

  it('misses: calls that ran the function, also when it failed', () => {
    const cached = cache((n: number) => {
      if (n === 0) throw new Error('zero')
    })
    for (const n of [1, 0, 0, 1]) {
      try {
        cached(n)
      } catch {}
    }
    expect(cached.cacheInfo()).toMatchObject({ misses: 3, hits: 1, errors: 2 })
  })

  it('coalesced: calls that joined a computation', async () => {
    const cached = cache(async () => turn())
    await Promise.all([cached(), cached(), cached()])
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, coalesced: 2, hits: 0 })
  })

  it('evictions: entries dropped to make room, and no others', () => {
    const cached = cache((n: number) => n, { maxSize: 2 })
    for (const n of [1, 2, 3]) cached(n)
    cached.cacheDelete(3)
    cached(4)
    expect(cached.cacheInfo()).toMatchObject({ evictions: 1, currentSize: 2 })
  })

  it('expirations: entries dropped because their time was over, whoever noticed', () => {
    const clock = new FakeClock()
    const cached = cache((n: number) => n, { ttl: 10, now: clock.now })
    const noticing = [
      () => cached(1),
      () => cached.cacheHas(1),
      () => cached.cachePeek(1),
      () => cached.cacheDelete(1),
      () => cached.cacheSet([1], 1),
      () => cached.cacheRefresh(1),
      () => cached(2),
      () => [...cached.cacheEntries()],
      () => cached.cacheInfo(),
    ]
    for (const [i, notice] of noticing.entries()) {
      cached(1)
      clock.advance(10)
      notice()
      expect(cached.cacheInfo().expirations - i).toBeOneOf([1, 2])
      cached.cacheDelete(1)
      cached.cacheDelete(2)
      expect(cached.cacheInfo()).toMatchObject({ expirations: i + 1, evictions: 0 })
    }
  })

  it('errors: computations that failed, once each', async () => {
    const cached = cache(async (n: number) => {
      if (n < 0) throw new Error('negative')
      return n
    })
    await Promise.allSettled([cached(-1), cached(-1), cached(1), cached(-2)])
    await Promise.allSettled([cached(-1), cached.cacheRefresh(-1)])
    expect(cached.cacheInfo()).toMatchObject({ errors: 4 })
  })

  it('nothing that memory does not have', () => {
    const cached = cache((text: string) => text)
    cached('x'.repeat(1_000_000))
    expect(cached.cacheInfo()).toMatchObject({ oversizeSkips: 0, unstorable: 0, currentSize: 1 })
  })
})

it('hits, misses and coalesced calls are all the calls, whatever happens between them', async () => {
  const keys = fc.nat(4)
  const options = fc.record(
    {
      maxSize: fc.constantFrom(0, 1, 3, 128),
      ttl: fc.constantFrom(1, 5),
      policy: fc.constantFrom(...POLICY_NAMES),
      cacheErrors: fc.constantFrom(1, 5),
    },
    { requiredKeys: [] },
  )
  const outcomes = ['value', 'promise', 'error', 'rejection', 'nested'] as const
  const programs = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('call' as const), keys, fc.constantFrom(...outcomes)) },
      fc.tuple(fc.constantFrom('delete' as const, 'set' as const, 'look' as const), keys),
      fc.tuple(fc.constant('refresh' as const), keys, fc.constantFrom(...outcomes)),
      fc.tuple(fc.constantFrom('wait' as const, 'turn' as const)),
    ),
    { maxLength: 40, size: 'max' },
  )
  await fc.assert(
    fc.asyncProperty(options, programs, async (given, program) => {
      const clock = new FakeClock()
      let calls = 0
      let outcome: (typeof outcomes)[number] = 'value'
      const cached = cache(
        (n: number): unknown => {
          const now = outcome
          if (now === 'error') throw new Error('thrown')
          if (now === 'rejection') return turn().then(() => Promise.reject(new Error('rejected')))
          if (now === 'promise') return turn()
          if (now === 'nested' && n > 0) call(n - 1)
          return n
        },
        { ...given, now: clock.now },
      )
      const ask = (run: () => unknown) => {
        try {
          Promise.resolve(run()).catch(() => {})
        } catch {}
      }
      const call = (n: number) => {
        calls++
        ask(() => cached(n))
      }
      for (const [operation, n, wanted] of program) {
        outcome = wanted ?? 'value'
        if (operation === 'call') call(n)
        else if (operation === 'refresh') ask(() => cached.cacheRefresh(n))
        else if (operation === 'delete') cached.cacheDelete(n)
        else if (operation === 'set') cached.cacheSet([n], n)
        else if (operation === 'look') ask(() => [cached.cacheHas(n), cached.cachePeek(n)])
        else if (operation === 'wait') clock.advance(3)
        else await turn()
        const { hits, misses, coalesced, currentSize } = cached.cacheInfo()
        expect(hits + misses + coalesced).toBe(calls)
        expect(currentSize).toBeLessThanOrEqual(given.maxSize ?? 128)
      }
      await turn()
    }),
    { numRuns: 10 * RUNS },
  )
})

/** What is cached, and how it is called and controlled. */
interface Subject {
  call(args: unknown[]): unknown
  readonly controls: CacheControls
}
type Compute = (...args: unknown[]) => unknown

function functionWith(options: CacheOptions, compute: Compute): Subject {
  const cached = cache(compute, options)
  return { call: (args) => cached(...args), controls: cached }
}

function methodWith(options: CacheOptions, compute: Compute): Subject {
  class Service {
    readonly name = 'service'
    @cache(options) run(...args: unknown[]): unknown {
      return compute(...args)
    }
  }
  const [service, other] = [new Service(), new Service()]
  const call = (args: unknown[]) => {
    // The noise of another instance, which must not be heard.
    if (options.perInstance === undefined) cacheFor(other, 'run').cacheSet(args, 'of another')
    return service.run(...args)
  }
  return { call, controls: cacheFor(service, 'run') }
}

/** A cache that had an entry with a ttl of its own, and so has to look at the time ever after. */
function onceWithTtl({ call, controls }: Subject): Subject {
  controls.cacheSet(['brief'], 0, { ttl: 1e9 })
  controls.cacheDelete('brief')
  return { call, controls }
}

const SUBJECTS: Record<string, (options: CacheOptions, compute: Compute) => Subject> = {
  'a function': functionWith,
  'a function with a ttl': (options, compute) => functionWith({ ...options, ttl: 1e9 }, compute),
  'a function with cacheErrors': (options, compute) =>
    functionWith({ ...options, cacheErrors: () => false }, compute),
  'a function with a key': (options, compute) =>
    functionWith({ ...options, key: (...args) => args }, compute),
  'a function that had an entry with a ttl': (options, compute) =>
    onceWithTtl(functionWith(options, compute)),
  'a method': methodWith,
  'a method with a ttl': (options, compute) => methodWith({ ...options, ttl: 1e9 }, compute),
  'a method with cacheErrors': (options, compute) =>
    methodWith({ ...options, cacheErrors: () => false }, compute),
  'a method with a key': (options, compute) => methodWith({ ...options, key: (...args) => args }, compute),
  'a method that had an entry with a ttl': (options, compute) => onceWithTtl(methodWith(options, compute)),
  'a method that all instances share': (options, compute) =>
    methodWith({ ...options, perInstance: false }, compute),
  'a method that instances of one name share': (options, compute) =>
    methodWith({ ...options, perInstance: (self: { name: string }) => self.name }, compute),
}

describe.each(Object.entries(SUBJECTS))('%s does what the book says', (_, make) => {
  // Few enough keys that they come back, different ones in each run.
  const keysInUse = fc.uniqueArray(fc.nat(KEYS.length - 1), { minLength: 1, maxLength: 30, size: 'max' })
  const keys = fc.nat(29)
  const ways = fc.nat(1)
  const programs = fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.tuple(fc.constant('call' as const), keys, ways) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('fail' as const), keys, ways) },
      {
        weight: 4,
        arbitrary: fc.tuple(
          fc.constantFrom('set' as const, 'refresh' as const, 'delete' as const),
          keys,
          ways,
        ),
      },
      fc.tuple(fc.constantFrom('look' as const, 'refresh in vain' as const), keys, ways),
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom('clear' as const, 'count' as const), keys, ways) },
    ),
    { maxLength: 150, size: 'max' },
  )
  const sizes = fc.constantFrom(0, 1, 2, 5, 10, 20, Number.POSITIVE_INFINITY)

  it.each(POLICY_NAMES)('with %s', (policy) => {
    fc.assert(
      fc.property(sizes, keysInUse, programs, (maxSize, inUse, program) => {
        let runs = 0
        let fails = false
        const compute = () => {
          if (fails) throw new Error('failed')
          return `run ${runs}`
        }
        const { call, controls } = make({ maxSize, policy }, compute)
        const model = new CacheModel(policy, maxSize)
        const outcome = (run: () => unknown) => {
          try {
            return run()
          } catch (error) {
            return (error as Error).message
          }
        }
        for (const [operation, pick, way] of program) {
          const key = inUse[pick % inUse.length]
          const written = KEYS[key]
          const args = written[way % written.length]()
          runs++
          fails = operation === 'fail' || operation === 'refresh in vain'
          if (operation === 'call' || operation === 'fail') {
            expect(outcome(() => call(args))).toBe(outcome(() => model.call(key, compute)))
          } else if (operation === 'refresh' || operation === 'refresh in vain') {
            const refreshed = outcome(() => controls.cacheRefresh(...args))
            expect(refreshed).toBe(outcome(() => model.refresh(key, compute)))
          } else if (operation === 'set') {
            controls.cacheSet(args, `set ${runs}`)
            model.set(key, `set ${runs}`)
          } else if (operation === 'delete') expect(controls.cacheDelete(...args)).toBe(model.delete(key))
          else if (operation === 'look') {
            expect(controls.cacheHas(...args)).toBe(model.has(key))
            expect(controls.cachePeek(...args)).toBe(model.peek(key))
          } else if (operation === 'clear') {
            controls.cacheClear()
            model.clear()
          } else expect(controls.cacheInfo()).toMatchObject(model.info())
        }
        expect(controls.cacheInfo()).toMatchObject(model.info())
        expect(new Set([...controls.cacheEntries()].map(({ value }) => value))).toEqual(model.contents())
      }),
      { numRuns: RUNS },
    )
  })
})
