// Nothing but Map.get behind a function call: what no cache can undercut. It cannot compute, so it is filled
// beforehand and serves hits only.

import { cannot } from '../lib/peer.mjs'

export default {
  name: 'Map.get alone',
  how: 'a filled Map and `(key) => map.get(key)`: never computes',
  wrap(fn, { shape, ttl, evicts }) {
    if (shape !== 'one') cannot('one primitive only')
    if (ttl !== undefined) cannot('a Map has no TTL')
    if (evicts) cannot('cannot compute')
    const map = new Map()
    const hit = (key) => map.get(key)
    hit.fill = (keys) => {
      for (const key of keys) map.set(key, fn(key))
    }
    return hit
  },
}
