// What does V8 see of a million entries of 100 B whose values are outside its heap: by how much does the heap grow, and
// how long does one full collection take, against a process that has done the same and cleared its cache?

import { collectionMs, liveBytes } from '../lib/heap.mjs'
import { stringSource } from '../lib/keys.mjs'
import { median } from '../lib/statistics.mjs'
import { text } from '../lib/values.mjs'

const COLLECTIONS = 9
const DROPPED = 2
const LENGTH = 100
const CHUNK = 10_000
const EMPTY = 'warp-cache threads, cleared'

export default {
  name: 'off-heap',
  title: 'A million entries of 100 B, and V8',
  baseline: EMPTY,
  subjects: [
    { id: 'warp-cache threads', peer: 'warp-cache' },
    { id: EMPTY, peer: 'warp-cache', form: 'cleared' },
    { id: 'warp-cache memory', peer: 'warp-cache', form: 'memory' },
    'lru-cache',
  ],
  quickSubjects: ['warp-cache threads', EMPTY, 'lru-cache'],
  variants: ['100 B'],
  rounds: { quick: 1, full: 3 },
  tables: [
    { title: 'full collection', unit: 'ms', columns: [{ id: 'collection', title: 'pause' }] },
    { title: 'growth of the heap', unit: 'MB', columns: [{ id: 'heap', title: 'growth' }] },
  ],
  note: (quick) => `${countOf(quick).toLocaleString('en-US')} entries with string keys`,

  async run({ peer, form, quick }) {
    const count = countOf(quick)
    let id = 0
    const fn = () => text(id++, LENGTH)
    const threads = form === 'memory' ? undefined : { maxBytes: 2 ** 30 }
    // Code and its feedback are everybody's; they shall be there before.
    peer.wrap(fn, { shape: 'one', maxSize: 128, threads })('once')
    const before = liveBytes()
    const cached = peer.wrap(fn, { shape: 'one', maxSize: count, threads })
    fill(cached, count)
    if (form === 'cleared') cached.cacheClear()
    const heap = (liveBytes() - before) / 1e6
    const pauses = Array.from({ length: COLLECTIONS }, collectionMs).slice(DROPPED)
    if (cached('another').length !== LENGTH) throw new Error('wrong result')
    return { values: { collection: median(pauses), heap } }
  },
}

const countOf = (quick) => (quick ? 250_000 : 1_000_000)

function fill(cached, count) {
  for (let from = 0; from < count; from += CHUNK) {
    const keys = stringSource(Array.from({ length: CHUNK }, (_, i) => from + i))
    for (let i = 0; i < CHUNK; i++) cached(keys.at(i))
  }
}
