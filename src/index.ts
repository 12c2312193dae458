/** What `warp-cache` exports. */

export { createCache } from './create'
export { cache } from './decorate'
export { isWarpCacheError, type WarpCacheError, type WarpCacheErrorCode } from './errors'
export { cacheFor } from './methods'
export { Backend } from './options'
export type * from './types'
