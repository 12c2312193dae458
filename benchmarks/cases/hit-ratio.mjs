// Which share of the requests of recorded traces does each policy serve, with room for 2, 10 and 25 % of the
// distinct keys? Not a matter of time: one round, exact numbers. Entries count alike, whatever their size.

import { cannot } from '../lib/peer.mjs'
import { readTrace, TRACE_NAMES } from '../lib/traces.mjs'

const SHARES = [0.02, 0.1, 0.25]

const POLICIES = {
  'warp-cache sieve': { peer: 'warp-cache', policy: 'sieve' },
  'warp-cache sieve, graceWindow 0': { peer: 'warp-cache', policy: 'sieve', graceWindow: 0 },
  'warp-cache lru': { peer: 'warp-cache', policy: 'lru' },
  'warp-cache lfu': { peer: 'warp-cache', policy: 'lfu' },
  'warp-cache fifo': { peer: 'warp-cache', policy: 'fifo' },
  'warp-cache mru': { peer: 'warp-cache', policy: 'mru' },
  'lru-cache': { peer: 'lru-cache' },
  '@neophi/sieve-cache': { peer: '@neophi/sieve-cache' },
  'quick-lru': { peer: 'quick-lru' },
  'tiny-lru': { peer: 'tiny-lru' },
}

const column = (trace, share) => `${trace} ${share * 100} %`

export default {
  name: 'hit-ratio',
  title: 'Hit ratio on recorded traces',
  subjects: Object.entries(POLICIES).map(([id, { peer }]) => ({ id, peer, form: id })),
  variants: ['all traces'],
  rounds: { quick: 1, full: 1 },
  tables: [
    {
      title: 'hit ratio',
      unit: '%',
      transposed: true,
      columns: TRACE_NAMES.flatMap((trace) =>
        SHARES.map((share) => ({ id: column(trace, share), title: column(trace, share) })),
      ),
    },
  ],
  note: () => 'share of distinct keys that fit; quick-lru holds up to twice its maxSize',

  async run({ peer, form, quick }) {
    if (!process.env.TRACES) cannot('TRACES names no folder of traces')
    const { policy, graceWindow } = POLICIES[form]
    const values = {}
    const notes = []
    for (const trace of TRACE_NAMES) {
      const { keys, skipped } = readTrace(trace, { skipLarge: quick })
      if (skipped) {
        notes.push(`${trace}: ${skipped}`)
        continue
      }
      const distinct = new Set(keys).size
      for (const share of SHARES) {
        const maxSize = Math.max(2, Math.round(distinct * share))
        values[column(trace, share)] = hitRatio(peer, keys, { maxSize, policy, graceWindow })
      }
    }
    return { values, notes }
  },
}

function hitRatio(peer, keys, options) {
  let misses = 0
  const fn = (key) => {
    misses++
    return key
  }
  const cached = peer.wrap(fn, { shape: 'one', evicts: true, ...options })
  for (const key of keys) cached(key)
  return (100 * (keys.length - misses)) / keys.length
}
