// memoizee, with `primitive` keys: its default looks through all arguments one by one.

import memoizee from 'memoizee'

export default {
  name: 'memoizee',
  package: 'memoizee',
  how: '`memoizee(fn, { primitive: true, max })`; objects by normalizer with JSON.stringify',
  features: {
    key: "fn.length arguments, by identity, entry by entry; as text with `primitive` (1 and '1' are one)",
    equalObjects: 'no (normalizer)',
    bound: 'entries; LRU',
    ttl: 'yes',
    undefinedValue: 'yes',
    failures: 'rejections are kept, unless `promise`',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'on request',
  },
  wrap(fn, { shape, maxSize, ttl }) {
    const options = { max: maxSize }
    if (shape === 'object') options.normalizer = ([argument]) => JSON.stringify(argument)
    else options.primitive = true
    if (ttl !== undefined) options.maxAge = ttl
    return memoizee(fn, options)
  },
  wrapAsync: (fn, { maxSize }) => memoizee(fn, { max: maxSize, primitive: true, promise: true }),
}
