// What does a hit cost in a cache of a million live entries, far beyond what the processor's caches hold?

import { stringSource, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { seeded } from '../lib/random.mjs'

const CALLS = 100_000

export default {
  name: 'live-million',
  title: 'Hit among a million live entries',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: ['warp-cache', 'Map', 'lru-cache', '@neophi/sieve-cache'],
  variants: ['number', 'string'],
  quickVariants: ['number'],
  note: (quick) => `${quick ? '250,000' : '1,000,000'} entries, asked for at random`,

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = (key) => {
      computed++
      return weight(key)
    }
    const count = quick ? 250_000 : 1_000_000
    const ids = Array.from({ length: count }, (_, i) => i)
    const stored = variant === 'number' ? ids : stringSource(ids).fill([])
    const cached = peer.wrap(fn, { shape: 'one', maxSize: count })
    for (const key of stored) cached(key)

    const random = seeded(3)
    const keys = Array.from({ length: CALLS }, () => stored[Math.floor(random() * count)])
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      return sum
    }
    const hit = await nsPerHit({
      sweep,
      calls: CALLS,
      expected: sumOf(CALLS, (i) => weight(keys[i])),
      computed: () => computed,
      quick,
    })
    if (computed !== count) throw new Error(`computed ${computed} of ${count}`)
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

const weight = (key) => (typeof key === 'number' ? key : key.length)
