/** The package from a CommonJS module that is written in TypeScript. */
import { type CacheInfo, cache } from 'warp-cache'

const double = cache((n: number) => n * 2)
const four: number = double(2) + double(2) - double(2)
const { hits, misses }: CacheInfo = double.cacheInfo()
console.log(JSON.stringify([four, hits, misses]))
