/** What a consumer writes with functions and caches, checked by each supported compiler and then run. */
import { Backend, type Cached, cache, cacheFor, createCache, isWarpCacheError } from 'warp-cache'

let calls = 0

const add: Cached<(a: number, b?: number) => number> = cache((a: number, b = 1) => {
  calls++
  return a + b
})
const three: number = add(2) + add(2) - add(2)
// @ts-expect-error: a string is not a number
add.cacheHas('2')

const first = cache(<T,>(list: readonly T[]): T | undefined => list[0], { maxSize: 10, policy: 'lru' })
const letter: string | undefined = first(['a', 'b'])

const load = cache({ ttl: 1000, backend: Backend.MEMORY })(async (id: number) => ({ id }))
const loaded: { id: number } = await load(7)

const stored = cache((n: number) => n * 2, { backend: new Map(), name: 'doubled' })
const doubled: number = stored(21)

const kept = createCache({ maxSize: 2 })
kept.set('a', 1)

let code = 'none'
try {
  // @ts-expect-error: there is no such option
  cache((n: number) => n, { maxsize: 1 })
} catch (error) {
  if (isWarpCacheError(error)) code = error.code
}

console.log(JSON.stringify([three, calls, letter, loaded, doubled, kept.has('a'), code, typeof cacheFor]))
