// What does a hit cost where the argument is one string? "same": the string that was passed before, whose hash
// the engine knows already. "fresh": equal characters in a new string, as each request brings them.

import { CAPACITY, numbers, stringSource, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

export default {
  name: 'hit-string',
  title: 'Hit, one string',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: EVERY_PEER,
  variants: ['same', 'fresh'],
  note: () => 'same: the very string that was passed before; fresh: its characters in a new string',

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = (text) => {
      computed++
      return text.length + 1
    }
    const source = stringSource(numbers())
    const keys = source.fill([])
    const cached = peer.wrap(fn, { shape: 'one', maxSize: CAPACITY })
    cached.fill?.(source.fill([]))
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      return sum
    }
    const hit = await nsPerHit({
      sweep,
      prepare: variant === 'fresh' ? () => source.fill(keys) : undefined,
      calls: keys.length,
      expected: sumOf(keys.length, (i) => keys[i].length + 1),
      computed: () => computed,
      quick,
    })
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}
