/** What the tests of bad input have in common: how a refusal reads, and what it must leave alone. */
import { expect } from 'vitest'
import { isWarpCacheError } from '../../src/index.js'
import { span } from '../../src/keys/read.js'
import { counting } from './keys.js'

/** What `action` throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** Fails unless `action` refuses a key, in a message that begins and goes on like this. */
export function expectKeyError(action: () => unknown, begin: string, why: string): void {
  const error = thrownBy(action)
  expect(isWarpCacheError(error), String(error)).toBe(true)
  expect(error).toBeInstanceOf(TypeError)
  expect(error).toHaveProperty('code', 'ERR_WARP_CACHE_KEY')
  const { message } = error as Error
  expect(message.slice(0, begin.length)).toBe(begin)
  expect(message).toContain(' cannot be part of a cache key: ')
  expect(message).toContain(why)
  expect(message).toContain('Give the option `key`')
  expect(message.length).toBeLessThan(500)
}

type Counting = ReturnType<typeof counting>

/** Fails unless `act` leaves a cache as it found it, and in working order. */
export function expectUnharmed(act: (cached: Counting) => void): void {
  const cached = counting()
  const kept = cached('kept', { a: [1] })
  act(cached)
  expect(cached.cacheInfo()).toMatchObject({ currentSize: 1, hits: 0, misses: 1 })
  expect(cached('kept', { a: [1] })).toBe(kept)
  expect(cached({ a: { c: 1 }, b: 2 })).toBe(cached({ b: 2, a: { c: 1 } }))
  // What was read of a refused key is gone from where keys are read.
  expect(span.start).toBe(0)
}

/** Everything that reads keys from arguments. */
export const callsOf = (cached: Counting): ((...args: unknown[]) => unknown)[] => [
  cached,
  cached.cacheHas,
  cached.cachePeek,
  cached.cacheDelete,
  cached.cacheRefresh,
  (...args) => cached.cacheSet(args, 1),
]

/**
 * Fails unless calls and controls refuse this argument, and leave nothing behind.
 * @param place - the path in the message, where the argument itself is not what is refused.
 */
export function expectRefused(argument: unknown, why: string, place?: string): void {
  const begin = (position: number) => {
    if (place === undefined) return `Argument ${position} cannot be part`
    return `Argument ${position} at ${place} cannot be part`
  }
  expectUnharmed((cached) => {
    for (const call of callsOf(cached)) {
      expectKeyError(() => call(argument), begin(1), why)
      expectKeyError(() => call('x', { y: 1 }, argument), begin(3), why)
    }
  })
}
