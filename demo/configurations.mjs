/**
 * What the demo compares, as plain data, since each configuration travels to its own server process.
 * `options` are those given to `cache()`; null renders every request. With `workers` the server hands each render to
 * a pool of that many worker threads, and each of them caches with these options. The first one is the reference:
 * every page of the others must equal its page, byte by byte.
 */
export const configurations = [
  { name: 'no cache', options: null },
  { name: 'cache()', options: {} },
  { name: 'cache({ maxSize: 1000 })', options: { maxSize: 1000 } },
  { name: '4 workers, memory in each', workers: 4, options: { maxSize: 1000 } },
  {
    name: '4 workers, one threads table',
    workers: 4,
    options: { backend: 'threads', name: 'pages', maxSize: 1000, maxValueSize: 2 ** 20 },
  },
]
