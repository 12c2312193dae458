/**
 * Words that native code changes are loaded anew by optimised JavaScript, in every shape of loop in which a hit may end
 * up: a load that were hoisted would serve a replaced value for as long as the loop runs. And whatever JavaScript writes
 * over these words, no call crashes, hangs, or gives the value of another key.
 */
import { describe, expect, it } from 'vitest'
import { cache } from 'warp-cache'
import { NativeTable } from '../src/backends/native-table'
import { parseFunctionOptions } from '../src/options'
import { BareTable, freshName } from './support/native'

/** A table with one entry, and the word of its version. */
function watched() {
  const table = new BareTable()
  const { buffer, versions, slots } = table.handle.controlWords()!
  table.offer(Uint8Array.of(1))
  table.hot.putString('a')
  const words = new Uint32Array(buffer, versions, slots)
  const slot = table.words[0]
  const bump = (): void => {
    table.offer(Uint8Array.of(2))
    table.hot.putString('a')
  }
  return { words, slot, bump }
}

const WARM = 200_000
const AT = 1_000_000
const LIMIT = 2_000_000

type Watch = (words: Uint32Array, slot: number, bump: () => void, at: number, limit: number) => number

// Each looks at a word again and again, has native code change it at step `at`, and says at which step it saw that.
const shapes: Record<string, Watch> = {
  'a for loop': (words, slot, bump, at, limit) => {
    const before = words[slot]
    for (let i = 0; i < limit; i++) {
      if (words[slot] !== before) return i
      if (i === at) bump()
    }
    return -1
  },
  'a while loop that does nothing else': (words, slot, bump, at, limit) => {
    const before = words[slot]
    let i = 0
    while (words[slot] === before && i < limit) {
      if (++i === at) bump()
    }
    return i === limit ? -1 : i
  },
  'a loop over a captured array': (words, slot, bump, at, limit) => {
    const before = words[slot]
    const same = () => words[slot] === before
    for (let i = 0; i < limit; i++) {
      if (!same()) return i
      if (i === at) bump()
    }
    return -1
  },
  'a loop over a field of an object': (words, slot, bump, at, limit) => {
    const holder = { words, version: words[slot] }
    for (let i = 0; i < limit; i++) {
      if (holder.words[slot] !== holder.version) return i
      if (i === at) bump()
    }
    return -1
  },
  'a nested loop with a constant index': (words, slot, bump, at, limit) => {
    const before = words[slot]
    for (let i = 0; i < limit; i += 100) {
      for (let j = 0; j < 100; j++) {
        if (words[slot] !== before) return i + j
        if (i + j === at) bump()
      }
    }
    return -1
  },
}

describe('a native change is seen', () => {
  it.each(Object.entries(shapes))('by %s', (_, watch) => {
    const { words, slot, bump } = watched()
    for (let i = 0; i < 5; i++) watch(words, slot, bump, -1, WARM)
    for (let i = 0; i < 5; i++) {
      const seen = watch(words, slot, bump, AT, LIMIT)
      expect(seen).toBeGreaterThanOrEqual(AT)
      expect(seen).toBeLessThanOrEqual(AT + 1)
    }
  })

  it('by the hits of a cached function, in the middle of a loop', () => {
    const name = freshName()
    const cached = cache((_key: string) => 1, { backend: 'threads', name })
    const other = new NativeTable(name, parseFunctionOptions({ backend: 'threads', name }))
    const { outgoing } = other.exchange
    cached('a')
    let sum = 0
    for (let i = 0; i < LIMIT; i++) {
      sum += cached('a')
      if (i === AT) {
        outgoing.bytes[0] = 0x80 + 2 // The value 2.
        other.put('a', undefined, 1, 0, other.now(), {
          ttl: Number.POSITIVE_INFINITY,
          token: undefined,
          replacing: true,
        })
      }
    }
    expect(sum).toBe(AT + 1 + 2 * (LIMIT - AT - 1))
  })
})

describe('whatever is written over the words', () => {
  const random = () => Math.floor(Math.random() * 2 ** 32)
  it.each<[string, () => number]>([
    ['zeroes', () => 0],
    ['ones', () => 0xffffffff],
    ['one number', () => 7],
    ['random numbers', random],
  ])('%s: calls give the values of their own keys', (_, word) => {
    const name = freshName()
    const maxSize = 50
    const cached = cache((n: number) => `value ${n}`, { backend: 'threads', name, maxSize })
    const spy = new NativeTable(name, parseFunctionOptions({ backend: 'threads', name, maxSize }))
    const { buffer } = spy.words!.versions
    const all = new Uint32Array(buffer, 0, buffer.byteLength >>> 2)
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < all.length; i++) all[i] = word()
      for (let n = 0; n < 80; n++) expect(cached((n * 7) % 70)).toBe(`value ${(n * 7) % 70}`)
      cached.cacheDelete(round % 70)
      cached.cacheSet([round % 70], `value ${round % 70}`)
      if (round % 50 === 0) cached.cacheClear()
    }
    const { currentSize, hits, misses } = cached.cacheInfo()
    expect(currentSize).toBeLessThanOrEqual(maxSize)
    expect(hits + misses).toBeGreaterThan(0)
  })

  it('also while they change under a running loop', () => {
    const name = freshName()
    const cached = cache((n: number) => ({ n }), { backend: 'threads', name, maxSize: 20, graceWindow: 0 })
    const options = parseFunctionOptions({ backend: 'threads', name, maxSize: 20, graceWindow: 0 })
    const { buffer } = new NativeTable(name, options).words!.versions
    const all = new Uint32Array(buffer, 0, buffer.byteLength >>> 2)
    for (let i = 0; i < 50_000; i++) {
      all[random() % all.length] = random()
      expect(cached(i % 30)).toEqual({ n: i % 30 })
    }
  })
})
