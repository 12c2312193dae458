// How many bytes does an entry take, key included? The cache is as large as its bound; values are small
// integers, which take none; keys are made during the calls and kept by nobody else.

import { liveBytes } from '../lib/heap.mjs'
import { languages, stringSource } from '../lib/keys.mjs'
import { cannot } from '../lib/peer.mjs'
import { BOUNDED } from '../peers/index.mjs'

const langs = languages()

const FILLS = {
  number: { shape: 'one', argumentsAt: (i) => [i] },
  string: { shape: 'one', strings: true },
  'two: unique firsts': { shape: 'two', argumentsAt: (i) => [i, i % 7] },
  'two: 1000 × 1000': { shape: 'two', grid: true },
  'two: one first': { shape: 'two', argumentsAt: (i) => [42, i] },
  '{ id, lang }': { shape: 'object', argumentsAt: (i) => [{ id: i, lang: langs[i & 7] }] },
}
const FUNCTIONS = '10,000 functions'

export default {
  name: 'memory',
  title: 'Heap per entry',
  unit: 'bytes',
  baseline: 'lru-cache',
  subjects: [
    'warp-cache',
    'Map',
    ...BOUNDED.slice(1),
    'memoize',
    'memoizee',
    'micro-memoize',
    'nano-memoize',
  ],
  variants: [...Object.keys(FILLS), FUNCTIONS],
  rounds: { quick: 1, full: 1 },
  note: (quick) =>
    `${quick ? '250,000' : '1,000,000'} entries (last column: functions with one entry each, in maxSize 128); ` +
    'heapUsed + arrayBuffers after a full collection',

  async run({ peer, variant, quick }) {
    const bytes = variant === FUNCTIONS ? bytesPerFunction(peer) : bytesPerEntry(peer, FILLS[variant], quick)
    return { values: { [variant]: bytes } }
  },
}

function bytesPerEntry(peer, { shape, argumentsAt, strings, grid }, quick) {
  if (isLinear(peer, shape)) cannot(peer.linear)
  const side = quick ? 500 : 1_000
  const count = side * side
  let next = argumentsAt
  if (grid) next = (i) => [Math.floor(i / side), i % side]
  if (strings) next = stringsInChunks(count)

  const before = liveBytes()
  let computed = 0
  // Some memoizers look at fn.length.
  const fn = shape === 'two' ? (_first, _second) => ++computed : (_only) => ++computed
  const cached = peer.wrap(fn, { shape, maxSize: count })
  for (let i = 0; i < count; i++) cached(...next(i))
  const after = liveBytes()

  if (computed !== count) throw new Error(`computed ${computed} of ${count}`)
  cached(...next(count - 1))
  if (computed !== count) throw new Error('the last entry was not held')
  return (after - before) / count
}

/** Strings without a list of them all: the cache alone shall hold them. */
function stringsInChunks(count) {
  const size = 10_000
  let source
  let from = -1
  return (i) => {
    const start = i - (i % size)
    if (start !== from) {
      from = start
      source = stringSource(Array.from({ length: Math.min(size, count - start) }, (_, n) => start + n))
    }
    return [source.at(i - start)]
  }
}

function bytesPerFunction(peer) {
  const count = 10_000
  const plain = Array.from({ length: count }, (_, n) => (key) => key + n)
  const cached = new Array(count).fill(null)
  // The first one brings what all share: code, feedback, timers.
  peer.wrap((key) => key, { shape: 'one', maxSize: 128 })(1)
  const before = liveBytes()
  for (let i = 0; i < count; i++) {
    cached[i] = peer.wrap(plain[i], { shape: 'one', maxSize: 128 })
    cached[i](i)
  }
  const after = liveBytes()
  if (cached[count - 1](count - 1) !== 2 * (count - 1)) throw new Error('wrong result')
  return (after - before) / count
}

const isLinear = (peer, shape) =>
  peer.linear !== undefined && (peer.linearShapes === undefined || peer.linearShapes.includes(shape))
