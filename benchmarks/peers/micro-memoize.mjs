// micro-memoize: compares the arguments with those of one entry after another.

import { memoize } from 'micro-memoize'

export default {
  name: 'micro-memoize',
  package: 'micro-memoize',
  how: '`memoize(fn, { maxSize })`; objects by transformKey with JSON.stringify',
  linear: 'looks through its entries one by one',
  features: {
    key: 'all arguments, by identity, entry by entry',
    equalObjects: 'no (isKeyItemEqual)',
    bound: 'entries, 1 by default; LRU',
    ttl: 'yes',
    undefinedValue: 'yes',
    failures: 'rejections are kept, unless `async`',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'on request',
  },
  wrap(fn, { shape, maxSize, ttl }) {
    const options = { maxSize }
    if (ttl !== undefined) options.expires = ttl
    if (shape === 'object') options.transformKey = ([argument]) => [JSON.stringify(argument)]
    return memoize(fn, options)
  },
  wrapAsync: (fn, { maxSize }) => memoize(fn, { maxSize, async: true }),
}
