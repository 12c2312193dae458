// How much memory does an entry take outside V8's heap, beside its key and value rounded up to whole blocks: by the
// table's own account, and by what the process has in RAM? And how much does an empty table have there?

import { residentBytes } from '../lib/resident.mjs'
import { text } from '../lib/values.mjs'

const COUNT = 1_000_000
/** A number as a key and 100 characters fit one block, as they are encoded. */
const BLOCK = 128
const LENGTH = 100
const EMPTY_SIZE = 100_000
/** In turn, so that filling the table leaves no garbage. */
const VALUES = Array.from({ length: 64 }, (_, n) => text(n, LENGTH))
/** Bytes that the table may have for each entry: more than it takes. */
const ROOM = 512

export default {
  name: 'entry-bytes',
  title: 'Memory outside the heap',
  subjects: [{ id: 'warp-cache threads', peer: 'warp-cache' }],
  variants: ['entries', 'empty'],
  rounds: { quick: 1, full: 3 },
  tables: [
    {
      title: 'beside key and value in blocks',
      unit: 'bytes',
      columns: [
        { id: 'account', title: "by the table's account" },
        { id: 'resident', title: 'resident' },
      ],
    },
    { title: 'an empty table of 100,000', unit: 'MiB', columns: [{ id: 'empty', title: 'resident' }] },
  ],
  note: () =>
    '1,000,000 entries of 100 B; keys are numbers, and each key and value fit one block of 128 bytes',

  async run({ peer, variant }) {
    const fn = (key) => VALUES[key % VALUES.length]
    const wrap = (maxSize, maxBytes) => peer.wrap(fn, { shape: 'one', maxSize, threads: { maxBytes } })
    // Another table before has the scratch made and the code compiled. It stays: giving memory back takes its time.
    const first = wrap(COUNT / 10, (ROOM * COUNT) / 10)
    for (let key = 0; key < COUNT / 10; key++) first(key)
    return { values: variant === 'empty' ? emptyTable(wrap) : entries(wrap) }
  },
}

function emptyTable(wrap) {
  const before = residentBytes()
  const cached = wrap(EMPTY_SIZE)
  const after = residentBytes()
  if (cached.cacheInfo().currentSize !== 0) throw new Error('it is not empty')
  return { empty: (after - before) / 2 ** 20 }
}

function entries(wrap) {
  const before = residentBytes()
  const cached = wrap(COUNT, ROOM * COUNT)
  for (let key = 0; key < COUNT; key++) cached(key)
  const after = residentBytes()
  const { bytes, currentSize } = cached.cacheInfo()
  if (currentSize < 0.97 * COUNT) throw new Error(`${currentSize} of ${COUNT} entries are held`)
  return { account: bytes / currentSize - BLOCK, resident: (after - before) / currentSize - BLOCK }
}
