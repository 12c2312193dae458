// How long does one full garbage collection take while a million entries are alive? This pause is the cache's
// gift to every other request of the process.

import { collectionMs } from '../lib/heap.mjs'
import { stringSource } from '../lib/keys.mjs'
import { median } from '../lib/statistics.mjs'

const COLLECTIONS = 7
const DROPPED = 2

export default {
  name: 'gc',
  title: 'Full collection with a million live entries',
  unit: 'ms',
  baseline: 'lru-cache',
  subjects: ['warp-cache', 'Map', 'lru-cache', 'quick-lru', '@neophi/sieve-cache'],
  variants: ['number', 'string'],
  note: (quick) => `${quick ? '250,000' : '1,000,000'} entries; stop-the-world, with V8's parallel marking`,

  async run({ peer, variant, quick }) {
    const count = quick ? 250_000 : 1_000_000
    const ids = Array.from({ length: count }, (_, i) => i)
    const source = variant === 'string' ? stringSource(ids) : undefined
    const cached = peer.wrap((key) => (key === '' ? 0 : 1), { shape: 'one', maxSize: count })
    for (let i = 0; i < count; i++) cached(source ? source.at(i) : i)
    ids.length = 0

    const times = Array.from({ length: COLLECTIONS }, collectionMs).slice(DROPPED)
    if (cached(source ? source.at(count - 1) : count - 1) !== 1) throw new Error('wrong result')
    return { values: { [variant]: median(times) } }
  },
}
