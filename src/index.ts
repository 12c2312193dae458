/** What `warp-cache` exports. */

export { createCache } from './create'
export { cache } from './decorate'
export { Backend } from './defaults'
export { isWarpCacheError, type WarpCacheError, type WarpCacheErrorCode } from './errors'
export { cacheFor } from './methods'
export type * from './types'
