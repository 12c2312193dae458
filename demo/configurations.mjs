/**
 * What the demo compares, as plain data, since each configuration travels to its own server process.
 * `options` are those given to `cache()`; null renders every request. The first one is the reference: every
 * page of the others must equal its page, byte by byte.
 */
export const configurations = [
  { name: 'no cache', options: null },
  { name: 'cache()', options: {} },
  { name: 'cache({ maxSize: 1000 })', options: { maxSize: 1000 } },
]
