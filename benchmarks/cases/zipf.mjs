// What does a mix of hits and misses cost? The workload of warp-cache's Python ancestor, request for request:
// 2,000 keys with a Zipf distribution (alpha 1), 100,000 calls of the identity, seed 42, caches of 32 to 1,024.

import { nsPerCall } from '../lib/measure.mjs'
import { PythonRandom } from '../lib/python-random.mjs'
import { BOUNDED } from '../peers/index.mjs'

const SIZES = [32, 64, 128, 256, 512, 1_024]
const QUICK_SIZES = [128, 1_024]
const KEYS = 2_000
const CALLS = 100_000

const columns = (prefix) => SIZES.map((size) => ({ id: `${prefix} ${size}`, title: `maxSize ${size}` }))

export default {
  name: 'zipf',
  title: 'Zipf workload: 2,000 keys, 100,000 calls',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: [...BOUNDED, 'memoize'],
  variants: ['all sizes'],
  tables: [
    { title: 'time per call', unit: 'ns', columns: columns('ns') },
    { title: 'hit ratio', unit: '%', columns: columns('hits') },
  ],

  async run({ peer, quick }) {
    const weights = Array.from({ length: KEYS }, (_, i) => 1 / (i + 1))
    const keys = new PythonRandom(42).choices(weights, CALLS)
    let computed = 0
    const identity = (key) => {
      computed++
      return key
    }
    let cached
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      return sum
    }
    const values = {}
    for (const maxSize of quick ? QUICK_SIZES : SIZES) {
      const prepare = () => {
        cached = peer.wrap(identity, { shape: 'one', maxSize, evicts: true })
      }
      prepare()
      computed = 0
      sweep()
      values[`hits ${maxSize}`] = (100 * (CALLS - computed)) / CALLS
      // Six sizes share the time of one measurement.
      values[`ns ${maxSize}`] = (await nsPerCall({ sweep, prepare, calls: CALLS, quick: true })).ns
    }
    return { values }
  },
}
