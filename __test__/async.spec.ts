/** What a cached function that returns promises gives its callers: the promise itself, and failures as they were. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { deferred, turn } from './support/deferred'
import { runProgram } from './support/program'

describe('a cached promise', () => {
  it('is the same for every caller, before it has settled and after', async () => {
    const compute = vi.fn(async (id: number) => ({ id }))
    const user = cache(compute)
    const first = user(1)
    expect(user(1)).toBe(first)
    expect(await first).toEqual({ id: 1 })
    expect(user(1)).toBe(first)
    expect(compute).toHaveBeenCalledTimes(1)
    expect(user.cacheInfo()).toMatchObject({ misses: 1, coalesced: 1, hits: 1, currentSize: 1 })
  })

  // biome-ignore lint/suspicious/noThenProperty: what this test is about
  it.each([[null], [undefined], [0], [''], [{ then: 'no function' }]])(
    'may be fulfilled with %j',
    async (value) => {
      const compute = vi.fn(async () => value)
      const cached = cache(compute)
      expect(await cached()).toBe(value)
      expect(await cached()).toBe(value)
      expect(compute).toHaveBeenCalledTimes(1)
    },
  )

  it('is no entry until it has settled', async () => {
    const cached = cache(async (n: number) => n)
    cached(1)
    expect(cached.cacheHas(1)).toBe(false)
    expect(cached.cachePeek(1)).toBe(undefined)
    expect([...cached.cacheEntries()]).toEqual([])
    expect(cached.cacheInfo().currentSize).toBe(0)
    await turn()
    expect(cached.cacheHas(1)).toBe(true)
    expect(cached.cachePeek(1)).toBe(cached(1))
    expect([...cached.cacheEntries()]).toMatchObject([{ args: [1], value: cached(1) }])
    expect(cached.cacheInfo().currentSize).toBe(1)
  })

  it('may come from a function that is asynchronous only sometimes', async () => {
    const cached = cache((n: number): number | Promise<number> => (n > 0 ? Promise.resolve(n) : n))
    expect(cached(-1)).toBe(-1)
    expect(await cached(1)).toBe(1)
    expect(cached(-1)).toBe(-1)
    expect(cached(1)).toBeInstanceOf(Promise)
    expect(cached.cacheInfo()).toMatchObject({ hits: 2, misses: 2 })
  })

  it('keeps the class that its own `then` gives it', async () => {
    class Query<T> extends Promise<T> {
      explain(): string {
        return 'by index'
      }
    }
    const query = cache(() => new Query<string>((resolve) => resolve('rows')))
    expect((query() as Query<string>).explain()).toBe('by index')
    expect(await query()).toBe('rows')
    expect((query() as Query<string>).explain()).toBe('by index')
  })
})

describe('a rejected promise', () => {
  it('is not cached: the next call computes anew', async () => {
    const compute = vi.fn(async (n: number) => n)
    compute.mockRejectedValueOnce(new Error('down'))
    const cached = cache(compute)
    await expect(cached(1)).rejects.toThrow('down')
    expect(cached.cacheHas(1)).toBe(false)
    expect(await cached(1)).toBe(1)
    expect(cached.cacheInfo()).toMatchObject({ misses: 2, hits: 0, errors: 1, currentSize: 1 })
  })

  it('is delivered once, with the very same reason, to each of those who wait', async () => {
    const reason = { code: 503 }
    const compute = vi.fn(() => Promise.reject(reason))
    const cached = cache(compute)
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => cached()))
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === reason)).toBe(true)
    expect(compute).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, coalesced: 99, errors: 1 })
  })

  it('may be rejected with undefined', async () => {
    const cached = cache(() => Promise.reject())
    expect(await cached().then(null, (reason) => [reason])).toEqual([undefined])
  })

  it('leaves an entry of the same function alone', async () => {
    const cached = cache(async (n: number) => {
      if (n < 0) throw new RangeError('negative')
      return n
    })
    await Promise.allSettled([cached(1), cached(-1), cached(2)])
    expect([1, -1, 2].map((n) => cached.cacheHas(n))).toEqual([true, false, true])
  })

  it('is no error of the caller who makes an async function throw at once', async () => {
    const cached = cache((n: number): Promise<number> => {
      if (n < 0) throw new RangeError('negative')
      return Promise.resolve(n)
    })
    expect(() => cached(-1)).toThrow(RangeError)
    expect(await cached(1)).toBe(1)
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, misses: 2, currentSize: 1 })
  })
})

describe('a failure that nobody handles', () => {
  const programs = {
    'a rejection without a handler': 'f(1)',
    'a rejection that several callers share': 'f(1); f(1); f(1)',
    'a rejection with a handler for one of two callers': 'f(1).catch(() => console.log("handled")); f(1)',
    'a rejection that is handled late':
      'const p = f(1); setImmediate(() => p.catch(() => console.log("late")))',
    'a rejection that is handled': 'f(1).catch((reason) => console.log(reason === error))',
    'a rejection that is awaited': '(async () => { await f(1) })()',
    'a rejection that is awaited and caught':
      '(async () => { try { await f(1) } catch (reason) { console.log(reason === error) } })()',
    'a rejection after a success': 'f(0).then(() => f(1))',
    'a rejection of no error': 'Promise.all([g(1), g(1)])',
  }
  const listeners = `
    for (const event of ['unhandledRejection', 'rejectionHandled', 'uncaughtException', 'warning']) {
      process.on(event, (...args) => console.log(event, args[0] === error, String(args[0])))
    }`

  it.each(
    Object.entries(programs).flatMap(([what, calls]) => [
      [what, 'as the process takes it', '', calls],
      [what, 'as listeners hear of it', listeners, calls],
    ]),
  )('is reported as without a cache: %s, %s', (_, __, before, calls) => {
    const source = `
      const { cache } = require('warp-cache')
      const wrap = process.argv[2] === 'cached' ? cache : (fn) => fn
      const error = new Error('down')
      let pending
      // Once for all callers, with a cache or without.
      const once = (make) => (n) => (n === 0 ? Promise.resolve(n) : (pending ??= make(n)))
      const f = wrap(once(async (n) => { throw error }))
      const g = wrap(once(() => Promise.reject('no error')))
      ${before};
      ${calls}`
    const cached = runProgram(source, 'cached')
    expect(cached).toEqual(runProgram(source, 'bare'))
  })

  it('thrown at once, is reported with its own stack', () => {
    const { status, stderr } = runProgram(`
      const { cache } = require('warp-cache')
      const error = new Error('down')
      cache(() => { throw error })()`)
    expect(status).toBe(1)
    expect(stderr).toMatch(/Error: down\n +at Object\.<anonymous> \(.*program\.cjs:3:/)
  })

  it('is one of one report, so that the comparison above can fail', () => {
    const { status, stderr } = runProgram(`Promise.reject(new Error('down'))`)
    expect(status).toBe(1)
    expect(stderr.match(/Error: down/g)).toHaveLength(1)
  })
})

describe('what is no Promise but has a method `then`', () => {
  it('is followed to its value, for which its `then` is called once', async () => {
    const then = vi.fn((resolve: (value: string) => void) => resolve('rows'))
    const cached = cache(() => ({ then }) as unknown as PromiseLike<string>)
    const first = cached()
    expect(cached()).toBe(first)
    expect(await first).toBe('rows')
    expect(await cached()).toBe('rows')
    expect(then).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, coalesced: 1, hits: 1 })
  })

  it('is given its own `this`', async () => {
    class Query {
      constructor(private readonly rows: string[]) {}
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      then<T>(resolve: (rows: string[]) => T): T {
        return resolve(this.rows)
      }
    }
    const cached = cache(() => new Query(['a']) as unknown as PromiseLike<string[]>)
    expect(await cached()).toEqual(['a'])
  })

  it('has its `then` read once', async () => {
    let reads = 0
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      get then() {
        reads++
        return (resolve: (value: number) => void) => resolve(1)
      },
    }
    const cached = cache(() => thenable as PromiseLike<number>)
    expect(await cached()).toBe(1)
    expect(await cached()).toBe(1)
    expect(reads).toBe(1)
  })

  it('may be a function', async () => {
    const callable = Object.assign(() => 'called', {
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      then: (resolve: (value: string) => void) => resolve('awaited'),
    })
    const cached = cache(() => callable as unknown as PromiseLike<string>)
    expect(await cached()).toBe('awaited')
    expect(cached()).toBeInstanceOf(Promise)
  })

  it('may settle late, at once, or never', async () => {
    const answer = deferred<string>()
    const thenables: PromiseLike<string>[] = [
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      { then: (resolve) => answer.promise.then(resolve) as never },
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      { then: (resolve) => resolve?.('at once') as never },
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      { then: () => undefined as never },
    ]
    const cached = cache((i: number) => thenables[i])
    for (const i of [0, 1, 2]) cached(i)
    answer.resolve('late')
    expect(await Promise.all([cached(0), cached(1)])).toEqual(['late', 'at once'])
    await turn()
    expect([0, 1, 2].map((i) => cached.cacheHas(i))).toEqual([true, true, false])
  })

  it('may call both callbacks, or one twice: the first call counts', async () => {
    const cached = cache(
      (i: number) =>
        ({
          // biome-ignore lint/suspicious/noThenProperty: what this test is about
          then(resolve: (value: string) => void, reject: (reason: string) => void) {
            const calls = [() => resolve('yes'), () => reject('no'), () => resolve('again')]
            for (let k = 0; k < 3; k++) calls[(i + k) % 3]()
            throw new Error('after all')
          },
        }) as unknown as PromiseLike<string>,
    )
    expect(await Promise.allSettled([cached(0), cached(1), cached(2)])).toMatchObject([
      { value: 'yes' },
      { reason: 'no' },
      { value: 'again' },
    ])
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, currentSize: 2 })
  })

  it('is a rejection if its `then` throws', async () => {
    const error = new Error('broken')
    const cached = cache(
      () =>
        ({
          // biome-ignore lint/suspicious/noThenProperty: what this test is about
          then() {
            throw error
          },
        }) as unknown as PromiseLike<string>,
    )
    await expect(cached()).rejects.toBe(error)
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, currentSize: 0 })
  })

  it('may resolve to a promise, which is followed too', async () => {
    const inner = deferred<string>()
    // biome-ignore lint/suspicious/noThenProperty: what this test is about
    const outer = { then: (resolve: (value: unknown) => void) => resolve(inner.promise) }
    const cached = cache(() => outer as PromiseLike<string>)
    const value = cached()
    await turn()
    expect(cached.cacheHas()).toBe(false)
    inner.resolve('inner')
    expect(await value).toBe('inner')
    expect(cached()).toBe(value)
  })

  it('is a value like any other if reading `then` throws', () => {
    const hidden = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('hidden')
      },
    })
    const cached = cache(() => hidden)
    expect(cached()).toBe(hidden)
    expect(cached()).toBe(hidden)
  })

  it.each([
    ['at once', (settle: () => void) => settle()],
    ['later', (settle: () => void) => setImmediate(settle)],
  ])('may be a Promise with a `then` of its own, that answers %s', async (_, when) => {
    class Odd extends Promise<string> {
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      override then<T>(fulfilled?: ((value: string) => T | PromiseLike<T>) | null): Promise<never> {
        when(() => fulfilled?.('odd'))
        return new Promise(() => {})
      }
    }
    const cached = cache(() => new Odd(() => {}))
    expect(await cached()).toBe('odd')
    expect(await cached()).toBe('odd')
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, hits: 1, coalesced: 0 })
  })
})

it('a function that awaits itself with the same arguments waits for ever; the cache goes on', async () => {
  const cached = cache(async (n: number): Promise<number> => {
    await turn()
    return n > 0 ? cached(n) : n
  })
  let settled = false
  cached(1).finally(() => {
    settled = true
  })
  for (let i = 0; i < 10; i++) await turn()
  expect(settled).toBe(false)
  expect(await cached(0)).toBe(0)
  cached.cacheSet([1], Promise.resolve(7))
  expect(await cached(1)).toBe(7)
})

describe('AsyncLocalStorage', () => {
  it('is no part of the key: the function sees the context of the call that runs it', async () => {
    const tenant = new AsyncLocalStorage<string>()
    const whose = cache(async () => {
      await turn()
      return tenant.getStore()
    })
    const both = await Promise.all([tenant.run('a', () => whose()), tenant.run('b', () => whose())])
    expect(both).toEqual(['a', 'a'])
    expect(await tenant.run('c', () => whose())).toBe('a')
  })

  it('stays the caller’s own where a caller goes on after awaiting', async () => {
    const tenant = new AsyncLocalStorage<string>()
    const cached = cache(() => turn())
    const after = async () => {
      await cached()
      return tenant.getStore()
    }
    expect(await Promise.all([tenant.run('a', after), tenant.run('b', after)])).toEqual(['a', 'b'])
  })

  it('can be made part of it by the option `key`', async () => {
    const tenant = new AsyncLocalStorage<string>()
    const whose = cache(async (_id: number) => tenant.getStore(), { key: (id) => [tenant.getStore(), id] })
    const both = await Promise.all([tenant.run('a', () => whose(1)), tenant.run('b', () => whose(1))])
    expect(both).toEqual(['a', 'b'])
  })
})
