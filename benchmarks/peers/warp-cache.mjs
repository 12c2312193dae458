// This package, from the build that the run was given.

const { cache, createCache } = await import(process.env.WARP_CACHE_BENCH_IMPL)

export default {
  name: 'warp-cache',
  how: '`cache(fn, { maxSize })`; where it says threads or shared, with that `backend` and a `name`',
  features: {
    key: 'all arguments, by type and value',
    equalObjects: 'yes, in any key order',
    bound: 'entries; SIEVE, LRU, LFU, FIFO, MRU',
    ttl: 'yes',
    undefinedValue: 'yes',
    failures: 'not kept (on request for a time)',
    concurrent: 'yes',
    decorator: 'TC39 and legacy',
    statistics: 'yes',
  },
  wrap: (fn, options) => cache(fn, only(options)),
  wrapAsync: (fn, options) => cache(fn, only(options)),
  store: (options) => createCache(only(options)),

  /** As a compiler would apply `@cache(options)`, in either dialect. */
  decorate(prototype, name, fn, options) {
    const decorator = cache(only(options))
    const descriptor = { value: fn, writable: true, enumerable: false, configurable: true }
    if (options.dialect === 'legacy') {
      Object.defineProperty(prototype, name, decorator(prototype, name, descriptor) ?? descriptor)
      return
    }
    const context = {
      kind: 'method',
      name,
      static: false,
      private: false,
      access: { has: (self) => name in self, get: (self) => self[name] },
      addInitializer() {},
      metadata: {},
    }
    descriptor.value = decorator(fn, context) ?? fn
    Object.defineProperty(prototype, name, descriptor)
  },
}

let tables = 0

/** `threads`, `shared`: the options of that backend, if it is meant. */
function only({ maxSize, ttl, policy, graceWindow, threads, shared }) {
  const options = {}
  const outside = shared ?? threads
  if (outside) {
    Object.assign(options, {
      backend: shared ? 'shared' : 'threads',
      name: `benchmark ${++tables}`,
      ...outside,
    })
  }
  if (maxSize !== undefined) options.maxSize = maxSize
  if (ttl !== undefined) options.ttl = ttl
  if (policy !== undefined) options.policy = policy
  if (graceWindow !== undefined) options.graceWindow = graceWindow
  return options
}
