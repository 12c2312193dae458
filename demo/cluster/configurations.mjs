/** What the cluster demo compares, as `configurations.mjs` does: the first is the reference. */
export const WORKERS = 4
export const configurations = [
  { name: 'no cache', options: null },
  { name: 'memory in each worker', options: { maxSize: 1000 } },
  {
    name: 'one shared cache',
    options: { backend: 'shared', name: 'pages', maxSize: 1000, maxValueSize: 2 ** 20 },
  },
]
