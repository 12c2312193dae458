/** Where the workers of a pool count: a row of numbers each, in memory that they share with the server. */

/** In row 0: how many workers have taken a row. */
export const ROWS_TAKEN = 0
/** How often the renderer has run. */
export const RENDERS = 0
/** What `cacheInfo()` said last. */
export const MISSES = 1
/** How many pages were answered. */
export const SERVED = 2
/** Numbers in a row. */
export const COUNTERS = 3
