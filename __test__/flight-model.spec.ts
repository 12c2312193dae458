/** Any order of calls, settlements and controls, against a model of single flight. */
import { expect, it } from 'vitest'
import { cache } from 'warp-cache'
import { type Deferred, deferred, turn } from './support/deferred'
import { fc, SOAK } from './support/draws'

const RUNS = SOAK ? 4_000 : 300

/** What happens to the keys of one cache, by the book. Computations are known by their number. */
class Model {
  private readonly entries = new Map<number, number>()
  private readonly flights = new Map<number, { id: number; refresh: boolean }>()
  private keys: number[] = []
  hits = 0
  misses = 0
  coalesced = 0
  errors = 0

  /** The number of the computation that answers a call. */
  call(key: number): number {
    const entry = this.entries.get(key)
    if (entry !== undefined) return this.count('hits', entry)
    const flight = this.flights.get(key)
    if (flight !== undefined) return this.count('coalesced', flight.id)
    return this.count('misses', this.start(key, false))
  }

  refresh(key: number): number {
    const flight = this.flights.get(key)
    return flight?.refresh ? flight.id : this.start(key, true)
  }

  settle(id: number, fulfilled: boolean): void {
    if (!fulfilled) this.errors++
    const key = this.keys[id]
    if (this.flights.get(key)?.id !== id) return
    this.flights.delete(key)
    if (fulfilled) this.entries.set(key, id)
  }

  set(key: number): number {
    this.flights.delete(key)
    this.entries.set(key, this.keys.push(key) - 1)
    return this.keys.length - 1
  }

  delete(key: number): boolean {
    this.flights.delete(key)
    return this.entries.delete(key)
  }

  clear(): void {
    this.entries.clear()
    this.flights.clear()
    this.hits = this.misses = this.coalesced = this.errors = 0
  }

  entry(key: number): number | undefined {
    return this.entries.get(key)
  }

  info() {
    const { hits, misses, coalesced, errors } = this
    return { hits, misses, coalesced, errors, currentSize: this.entries.size }
  }

  private start(key: number, refresh: boolean): number {
    const id = this.keys.push(key) - 1
    this.flights.set(key, { id, refresh })
    return id
  }

  private count(counter: 'hits' | 'misses' | 'coalesced', id: number): number {
    this[counter]++
    return id
  }
}

it('any order of calls, settlements and controls does what the book says', async () => {
  const keys = fc.nat(2)
  const programs = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.constant('call' as const), keys) },
      { weight: 4, arbitrary: fc.tuple(fc.constant('settle' as const), fc.nat(5), fc.boolean()) },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom('refresh' as const, 'set' as const, 'delete' as const), keys),
      },
      fc.tuple(fc.constantFrom('clear' as const, 'rest' as const)),
    ),
    { maxLength: 40, size: 'max' },
  )
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const model = new Model()
      // By number of the computation: how to settle it, and what it comes to. One that was set by hand is settled.
      const answers: (Deferred<number> | undefined)[] = []
      const fails = new Set<number>()
      const given: [promise: Promise<number>, id: number][] = []
      const cached = cache((_key: number): Promise<number> => {
        const answer = deferred<number>()
        answers.push(answer)
        return answer.promise
      })
      const settle = async (id: number, fulfilled: boolean) => {
        const answer = answers[id]!
        answers[id] = undefined
        if (fulfilled) answer.resolve(id)
        else {
          fails.add(id)
          answer.reject(id)
        }
        model.settle(id, fulfilled)
        await turn()
      }
      const unsettled = () => [...answers.keys()].filter((id) => answers[id] !== undefined)
      const give = (promise: Promise<number>, id: number) => {
        promise.catch(() => {})
        given.push([promise, id])
      }
      for (const [operation, a, b] of program) {
        if (operation === 'call') give(cached(a), model.call(a))
        else if (operation === 'refresh') give(cached.cacheRefresh(a), model.refresh(a))
        else if (operation === 'settle') {
          const open = unsettled()
          if (open.length > 0) await settle(open[a % open.length], b)
        } else if (operation === 'set') {
          answers.push(undefined)
          cached.cacheSet([a], Promise.resolve(model.set(a)))
          await turn()
        } else if (operation === 'delete') expect(cached.cacheDelete(a)).toBe(model.delete(a))
        else if (operation === 'clear') {
          cached.cacheClear()
          model.clear()
        } else await turn()
        for (const key of [0, 1, 2]) expect(cached.cacheHas(key)).toBe(model.entry(key) !== undefined)
      }
      for (const id of unsettled()) await settle(id, true)
      for (const [promise, id] of given) {
        expect(await promise.catch((reason) => ['failed', reason])).toEqual(
          fails.has(id) ? ['failed', id] : id,
        )
      }
      for (const key of [0, 1, 2]) expect(await cached.cachePeek(key)).toBe(model.entry(key))
      expect(cached.cacheInfo()).toMatchObject(model.info())
    }),
    { numRuns: RUNS },
  )
})
