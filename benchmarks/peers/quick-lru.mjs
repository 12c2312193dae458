// quick-lru in the wrapper that its users write.

import QuickLRU from 'quick-lru'
import { handWritten } from '../lib/peer.mjs'

export default {
  name: 'quick-lru',
  package: 'quick-lru',
  how: 'written by hand around get and set, keys as with lru-cache',
  features: {
    key: "your wrapper's",
    equalObjects: "your wrapper's",
    bound: 'up to twice maxSize entries; two generations',
    ttl: 'yes',
    undefinedValue: 'with `has`',
    failures: "your wrapper's",
    concurrent: 'if you store promises',
    decorator: 'no',
    statistics: 'no',
  },
  wrap: (fn, { shape, maxSize, ttl }) => handWritten(store(maxSize, ttl), fn, shape),
  wrapAsync: (fn, { maxSize }) => handWritten(store(maxSize), fn, 'one'),
}

function store(maxSize, maxAge) {
  return maxAge === undefined ? new QuickLRU({ maxSize }) : new QuickLRU({ maxSize, maxAge })
}
