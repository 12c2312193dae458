/**
 * The time by which entries expire where no clock is given: monotonic, read seldom, and yet never far behind; and a
 * faked clock is believed at once.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { deferred, turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'
import { runProgram } from './support/program'

/** How many calls may use one reading. */
const USES = 32

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('the clock of the process', () => {
  const clock = new FakeClock()
  let fresh: typeof import('warp-cache')

  // A copy of the package that meets this clock when it is loaded, and so takes it for the genuine one.
  beforeEach(async () => {
    vi.spyOn(performance, 'now').mockImplementation(clock.now)
    vi.resetModules()
    fresh = await import('warp-cache')
    await turn()
  })

  /** A function cached for 10 ms that has an entry, and a reading of the clock that was used once. */
  function filled() {
    const compute = vi.fn((n: number) => n)
    const cached = fresh.cache(compute, { ttl: 10 })
    cached(1)
    cached(1)
    clock.readings = 0
    return { cached, compute }
  }

  it(`is read once for ${USES} calls of a turn`, () => {
    const { cached } = filled()
    for (let i = 0; i < 10 * USES; i++) cached(1)
    expect(clock.readings).toBe(10)
  })

  it('is read once for the calls of all cached functions together', () => {
    const others = [filled().cached, filled().cached, filled().cached]
    for (let i = 0; i < 10 * USES; i++) others[i % 3](1)
    expect(clock.readings).toBeLessThanOrEqual(11)
  })

  it(`lets an expired value be served ${USES} calls late at most`, () => {
    for (let before = 0; before < USES; before++) {
      const { cached, compute } = filled()
      for (let i = 0; i < before; i++) cached(1)
      clock.advance(1_000)
      for (let i = 0; i < USES; i++) cached(1)
      expect(compute).toHaveBeenCalledTimes(2)
    }
  })

  it('never lets an expired value be served in a later turn', async () => {
    const { cached, compute } = filled()
    clock.advance(10)
    await turn()
    cached(1)
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('is read again in each turn, so that no turn lives on the reading of another', async () => {
    const { cached, compute } = filled()
    for (let i = 2; i < 6; i++) {
      await turn()
      cached(1)
      clock.advance(10)
      await turn()
      cached(1)
      expect(compute).toHaveBeenCalledTimes(i)
    }
  })

  it('is read again once a cached function has run, which may have taken any time', () => {
    const { cached, compute } = filled()
    const slow = fresh.cache(() => clock.advance(10))
    slow()
    cached(1)
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('is read again once a cached function has thrown', () => {
    const { cached, compute } = filled()
    const failing = fresh.cache(() => {
      clock.advance(10)
      throw new Error('down')
    })
    expect(failing).toThrow('down')
    cached(1)
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it.each(['resolve', 'reject'] as const)(
    'is read again once a cached promise has settled: %s',
    async (settle) => {
      const { cached, compute } = filled()
      const answer = deferred()
      const asked = fresh.cache(() => answer.promise)()
      asked.catch(() => {})
      cached(1)
      clock.advance(10)
      answer[settle]('late')
      await asked.catch(() => {})
      cached(1)
      expect(compute).toHaveBeenCalledTimes(2)
    },
  )

  it('is not read at all where nothing expires', () => {
    const cached = fresh.cache((n: number) => n)
    clock.readings = 0
    for (let i = 0; i < 1_000; i++) cached(i)
    cached.cacheInfo()
    expect(clock.readings).toBe(0)
  })

  it('is left alone where a clock is given', () => {
    const mine = new FakeClock()
    const cached = fresh.cache((n: number) => n, { ttl: 10, now: mine.now })
    clock.readings = 0
    for (let i = 0; i < 100; i++) cached(1)
    expect(clock.readings).toBe(0)
  })
})

describe('the option `now`', () => {
  it('is asked by each call, and never believed twice', () => {
    const clock = new FakeClock()
    const compute = vi.fn((n: number) => n)
    const cached = cache(compute, { ttl: 10, now: clock.now })
    for (let i = 1; i <= 50; i++) {
      cached(1)
      clock.advance(9)
      cached(1)
      clock.advance(1)
      expect(compute).toHaveBeenCalledTimes(i)
    }
  })

  it('is called without `this`', () => {
    const seen: unknown[] = []
    function now(this: unknown): number {
      seen.push(this)
      return 1
    }
    cache((n: number) => n, { ttl: 10, now })(1)
    expect(new Set(seen)).toEqual(new Set([undefined]))
  })
})

describe('faked timers are seen at once', () => {
  /** Later than any time that this process lives to see, in milliseconds. */
  const FAR = 1e9

  /** A function cached for a second that has an entry for 0, and leaves a reading that could be used again. */
  function usedInThisTurn() {
    const compute = vi.fn((n: number) => n)
    const cached = cache(compute, { ttl: 1_000 })
    cached(0)
    cached(0)
    compute.mockClear()
    return { cached, compute }
  }

  it.each([
    ['all that vitest fakes', undefined],
    ['performance and Date', ['performance', 'Date']],
    ['everything but timers', ['performance', 'Date', 'hrtime', 'queueMicrotask']],
  ] as const)('when they fake %s', (_, toFake) => {
    const { cached, compute } = usedInThisTurn()
    vi.useFakeTimers(toFake === undefined ? {} : { toFake: [...toFake] })
    vi.advanceTimersByTime(FAR)
    cached(0)
    expect(compute).toHaveBeenCalledTimes(1)
    compute.mockClear()
    for (let i = 1; i <= 5; i++) {
      cached(1)
      vi.advanceTimersByTime(999)
      cached(1)
      expect(compute).toHaveBeenCalledTimes(i)
      vi.advanceTimersByTime(1)
    }
  })

  it('when they are installed again after real ones', async () => {
    const cached = cache((n: number) => ({ n }), { ttl: 1_000 })
    for (let i = 0; i < 3; i++) {
      vi.useFakeTimers()
      const value = cached(i)
      vi.advanceTimersByTime(999)
      expect(cached(i)).toBe(value)
      vi.advanceTimersByTime(1)
      expect(cached(i)).not.toBe(value)
      vi.useRealTimers()
      cached(-1)
      cached(-1)
    }
  })

  it('and a faked Date alone changes nothing: the clock is monotonic', () => {
    const cached = cache((n: number) => ({ n }), { ttl: 60_000 })
    const value = cached(1)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(cached(1)).toBe(value)
  })

  it('when `performance.now` is replaced', () => {
    const { cached, compute } = usedInThisTurn()
    const clock = new FakeClock()
    vi.spyOn(performance, 'now').mockImplementation(clock.now)
    clock.advance(FAR)
    cached(0)
    expect(compute).toHaveBeenCalledTimes(1)
    compute.mockClear()
    for (let i = 1; i <= 5; i++) {
      cached(1)
      clock.advance(999)
      cached(1)
      expect(compute).toHaveBeenCalledTimes(i)
      clock.advance(1)
    }
  })
})

describe('a `performance` put in the place of the global one, and nothing else', () => {
  const later = [
    ['in the next turn', () => turn()],
    ['once a cached function has run', async () => cache(() => {})()],
    [`after ${USES} calls`, async (call: () => void) => Array.from({ length: USES }, call)],
  ] as const

  it.each(later)('is seen %s', async (_, wait) => {
    const compute = vi.fn((n: number) => n)
    const cached = cache(compute, { ttl: 1_000 })
    cached(0)
    cached(0)
    vi.stubGlobal('performance', { now: () => 1e9 })
    await wait(() => cached(0))
    cached(0)
    expect(compute).toHaveBeenCalledTimes(2)
  })
})

it('an expired value is not served after the process has waited for an event', () => {
  const { stdout, stderr } = runProgram(`
    const { Worker } = require('node:worker_threads')
    const { cache } = require('warp-cache')
    let runs = 0
    const cached = cache(() => ++runs, { ttl: 20 })
    const signal = new Int32Array(new SharedArrayBuffer(4))
    const source = \`
      const { parentPort, workerData } = require('node:worker_threads')
      parentPort.postMessage('ready')
      Atomics.wait(workerData, 0, 0)
      Atomics.wait(workerData, 0, 1, 100)
      parentPort.postMessage('100 ms later')
    \`
    const worker = new Worker(source, { eval: true, workerData: signal })
    worker.once('message', () => setTimeout(() => {
      cached()
      Atomics.store(signal, 0, 1)
      Atomics.notify(signal, 0)
      worker.once('message', () => console.log(cached()))
    }, 1))`)
  expect([stdout, stderr]).toEqual(['2\n', ''])
})

it('a process with entries that expire ends when its work is done', () => {
  const { status, stdout } = runProgram(`
    const { cache } = require('warp-cache')
    const cached = cache((n) => n, { ttl: 60_000 })
    cached(1)
    console.log(process.getActiveResourcesInfo().filter((resource) => resource === 'Immediate').length)
    // An immediate that holds the process would come to this for ever.
    let ends = 0
    process.on('beforeExit', () => {
      cached(1)
      if (++ends > 2) process.exit(1)
    })`)
  expect({ status, stdout }).toEqual({ status: 0, stdout: '0\n' })
})
