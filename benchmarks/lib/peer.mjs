// What adapters share: the wrapper that one writes by hand around a store, and the way to say "cannot".
//
// An adapter is { name, package, how, features, linear?, wrap(fn, options), wrapAsync?, decorate?, store? }.
//   options.shape    what the arguments are: 'one' primitive, 'two' primitives, one 'object'
//   options.maxSize  the bound;  options.ttl in milliseconds;  options.evicts: the case needs the bound
//   options.threads  entries outside V8's heap: the options of that backend of warp-cache
//   options.shared   entries in a file: the same
//   options.values   what the values are, where a subject must know: 'text' or 'object'
//   store(options)   gives { get, set }, and where writes are made in batches, batch(work)
//   linear           why it cannot hold a million entries
//   decorate(prototype, name, fn, options) puts a method on a prototype, with a cache per instance

/** Ends a child with a reason instead of a number. */
export class Cannot extends Error {}

export function cannot(reason) {
  throw new Cannot(reason)
}

/** What one would write around a Map-like store, for values that are never undefined. */
export function handWritten(store, fn, shape) {
  if (shape === 'two') {
    return (a, b) => {
      const key = `${a}:${b}`
      const known = store.get(key)
      if (known !== undefined) return known
      const value = fn(a, b)
      store.set(key, value)
      return value
    }
  }
  if (shape === 'object') {
    return (argument) => {
      const key = JSON.stringify(argument)
      const known = store.get(key)
      if (known !== undefined) return known
      const value = fn(argument)
      store.set(key, value)
      return value
    }
  }
  return (key) => {
    const known = store.get(key)
    if (known !== undefined) return known
    const value = fn(key)
    store.set(key, value)
    return value
  }
}

/** The key as text, for those that take only text. */
export const textKey = {
  one: (argument) => String(argument),
  two: (a, b) => `${a}:${b}`,
  object: (argument) => JSON.stringify(argument),
}
