// lru-cache's asynchronous way to compute what is missing.

import { LRUCache } from 'lru-cache'
import { cannot } from '../lib/peer.mjs'

export default {
  name: 'lru-cache fetch',
  package: 'lru-cache',
  how: '`fetchMethod` and `fetch(key)`',
  wrap: () => cannot('asynchronous only'),
  wrapAsync(fn, { maxSize }) {
    const cache = new LRUCache({ max: maxSize, fetchMethod: (key) => fn(key) })
    return (key) => cache.fetch(key)
  },
}
