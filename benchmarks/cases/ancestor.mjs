// Is it faster than warp-cache's Python ancestor, in the workload by which that one was measured? Request for request the
// same (see `zipf`), over a cache in memory, and over one that all processes of the machine share. Python's time is that of
// a bare loop over the calls; ours includes the sum of the results.

import { nsPerCall, WrongResult } from '../lib/measure.mjs'
import { runScript } from '../lib/python.mjs'
import { PythonRandom } from '../lib/python-random.mjs'
import { loadPeer } from '../peers/index.mjs'

const SIZES = [32, 64, 128, 256, 512, 1_024]
const KEYS = 2_000
const CALLS = 100_000

const columns = (prefix) => SIZES.map((size) => ({ id: `${prefix} ${size}`, title: `maxSize ${size}` }))

export default {
  name: 'ancestor',
  title: "The ancestor's workload: 2,000 keys, Zipf, 100,000 calls",
  subjects: [
    { id: 'warp-cache memory', peer: 'warp-cache', form: {} },
    { id: 'warp-cache shared', peer: 'warp-cache', form: { shared: {} } },
    { id: "Python's warp_cache, memory", peer: 'python', form: { python: 'memory' } },
    { id: "Python's warp_cache, shared", peer: 'python', form: { python: 'shared' } },
  ],
  variants: ['all sizes'],
  rounds: { quick: 1, full: 3 },
  tables: [
    { title: 'time per call', unit: 'ns', columns: columns('ns') },
    { title: 'hit ratio', unit: '%', columns: columns('hits') },
  ],
  loadsPeer: false,

  run: ({ form }) => (form.python ? python(form.python) : ours(form)),
}

async function python(backend) {
  const { ns, hits, note } = JSON.parse(await runScript('zipf.py', [backend, CALLS, ...SIZES]))
  return { values: valuesOf(ns, hits), notes: [note] }
}

async function ours(where) {
  const peer = await loadPeer('warp-cache')
  const weights = Array.from({ length: KEYS }, (_, i) => 1 / (i + 1))
  const keys = new PythonRandom(42).choices(weights, CALLS)
  const expected = keys.reduce((sum, key) => sum + key, 0)
  const ns = []
  const hits = []
  for (const maxSize of SIZES) {
    const cached = peer.wrap((key) => key, { shape: 'one', maxSize, ...where })
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      return sum
    }
    if (sweep() !== expected) throw new WrongResult('wrong results')
    hits.push(cached.cacheInfo().hits)
    const prepare = () => cached.cacheClear()
    // Six sizes share the time of one measurement.
    ns.push((await nsPerCall({ sweep, prepare, calls: CALLS, quick: true })).ns)
  }
  return { values: valuesOf(ns, hits) }
}

const valuesOf = (ns, hits) =>
  Object.fromEntries(
    SIZES.flatMap((size, i) => [
      [`ns ${size}`, ns[i]],
      [`hits ${size}`, (100 * hits[i]) / CALLS],
    ]),
  )
