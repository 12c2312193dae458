// lru-cache's own way to compute what is missing.

import { LRUCache } from 'lru-cache'
import { cannot } from '../lib/peer.mjs'

export default {
  name: 'lru-cache memo',
  package: 'lru-cache',
  how: '`memoMethod` and `memo(key)`',
  wrap(fn, { shape, maxSize, ttl }) {
    if (shape !== 'one') cannot('memoMethod is given the key, not the arguments')
    const memoMethod = (key) => fn(key)
    const cache = new LRUCache(
      ttl === undefined ? { max: maxSize, memoMethod } : { max: maxSize, ttl, memoMethod },
    )
    return (key) => cache.memo(key)
  },
  wrapAsync(fn, { maxSize }) {
    const cache = new LRUCache({ max: maxSize, memoMethod: (key) => fn(key) })
    return (key) => cache.memo(key)
  },
}
