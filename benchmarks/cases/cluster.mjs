// What does a worker of a node:cluster wait for a hit, and for a miss that stores a result and evicts another, where all
// workers share one cache? In a file that they have mapped, or in the primary process, which they ask by messages. One
// call at a time, and nobody else wants anything.

import { inClusterWorker } from '../lib/cluster.mjs'
import { stringSource, sumOf } from '../lib/keys.mjs'
import { nsPerCall, nsPerHit, WrongResult } from '../lib/measure.mjs'
import { text } from '../lib/values.mjs'

const LENGTH = 64
const KEYS = 1_000
const MOST = 2_000

const IPC = 'lru-cache-for-clusters-as-promised'

export default {
  name: 'cluster',
  title: 'One cache for a cluster: mapped, or asked by messages',
  baseline: 'warp-cache shared',
  subjects: [
    { id: 'warp-cache shared', peer: 'warp-cache', form: {} },
    { id: 'warp-cache shared, near: false', peer: 'warp-cache', form: { near: false } },
    IPC,
  ],
  quickSubjects: ['warp-cache shared, near: false', IPC],
  variants: ['hit', 'miss'],
  unit: 'ns',
  rounds: { quick: 1, full: 2 },
  note: () => 'in a worker; keys and values are strings, values of 64 B',

  async run({ peer, form, variant }) {
    await peer.primary?.()
    const { ns, spread } = await inClusterWorker({ case: this.name, peer: peer.name, form, variant })
    return { values: { [variant]: ns }, spread }
  },

  /** In the worker. */
  async work({ peer, form, variant }) {
    let computed = 0
    const fn = () => text(computed++, LENGTH)
    const cached = form
      ? peer.wrap(fn, { shape: 'one', maxSize: MOST, shared: form })
      : await peer.wrapAsync(fn, { maxSize: MOST })
    const count = () => computed
    return variant === 'hit' ? hits(cached, count, form) : misses(cached, count, form)
  },
}

function hits(cached, computed, form) {
  const keys = stringSource(idsFrom(0)).fill([])
  return nsPerHit({
    sweep: sweepOf(cached, keys, form),
    calls: KEYS,
    expected: sumOf(KEYS, () => LENGTH),
    computed,
    quick: true,
  })
}

async function misses(cached, computed, form) {
  const keys = []
  let from = 0
  const prepare = () => {
    stringSource(idsFrom(from)).fill(keys)
    from += KEYS
  }
  const measured = await nsPerCall({ prepare, sweep: sweepOf(cached, keys, form), calls: KEYS, quick: true })
  if (computed() !== from) throw new WrongResult(`${from - computed()} of ${from} calls were hits`)
  return measured
}

const idsFrom = (from) => Array.from({ length: KEYS }, (_, i) => from + i)

/** Nobody awaits what is there at once. */
function sweepOf(cached, keys, mapped) {
  if (mapped) {
    return () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i]).length
      return sum
    }
  }
  return async () => {
    let sum = 0
    for (let i = 0; i < keys.length; i++) sum += (await cached(keys[i])).length
    return sum
  }
}
