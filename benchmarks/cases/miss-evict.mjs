// What does a call cost that misses in a full cache: look up, compute, store, evict? No key is ever asked for
// twice while it is stored. The function does next to nothing, so this is the cache's own share.

import { numbers, stringSource } from '../lib/keys.mjs'
import { nsPerCall, WrongResult } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

const MAX_SIZE = 10_000
const STREAM = 30_000

export default {
  name: 'miss-evict',
  title: 'Miss and eviction, 10,000 entries',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: EVERY_PEER,
  variants: ['number', 'string'],
  note: () => 'the function does next to nothing; strings are new ones',

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = (key) => {
      computed++
      return key === '' ? 0 : 1
    }
    // Strings are made anew before each sweep: a key that is new has no hash yet.
    const ids = numbers(STREAM)
    const source = stringSource(ids)
    const keys = variant === 'number' ? ids : source.fill([])
    const cached = peer.wrap(fn, { shape: 'one', maxSize: MAX_SIZE, evicts: true })
    let calls = 0
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      calls += keys.length
      return sum
    }
    const prepare = variant === 'string' ? () => source.fill(keys) : undefined
    const miss = await nsPerCall({ sweep, prepare, calls: keys.length, quick })
    if (computed !== calls) throw new WrongResult(`${calls - computed} of ${calls} calls were hits`)
    return { values: { [variant]: miss.ns }, spread: miss.spread }
  },
}
