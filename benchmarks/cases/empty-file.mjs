// What memory does a shared cache take that has room for 100,000 entries, and has none? The blocks of its file that are
// allocated, and what the process that opens it has of its own.

import { privateBytes } from '../lib/resident.mjs'
import { sharedFiles } from '../lib/shared-files.mjs'

const SIZE = 100_000

export default {
  name: 'empty-file',
  title: 'An empty shared cache of 100,000 entries',
  subjects: [{ id: 'warp-cache shared', peer: 'warp-cache' }],
  variants: ['empty'],
  rounds: { quick: 1, full: 3 },
  tables: [
    {
      title: 'memory',
      unit: 'MiB',
      columns: [
        { id: 'file', title: 'allocated in the file' },
        { id: 'private', title: 'of the process' },
        { id: 'memory', title: 'together' },
      ],
    },
  ],

  async run({ peer }) {
    const wrap = (maxSize) => peer.wrap((key) => key, { shape: 'one', maxSize, shared: {} })
    // Another cache before has the scratch made and the code compiled.
    wrap(128)(1)
    const filesBefore = allocated()
    const before = privateBytes()
    const cached = wrap(SIZE)
    const own = privateBytes() - before
    const file = allocated() - filesBefore
    if (file === 0 || cached.cacheInfo().currentSize !== 0) throw new Error('it has no file, or is not empty')
    return { values: { file: file / 2 ** 20, private: own / 2 ** 20, memory: (file + own) / 2 ** 20 } }
  },
}

const allocated = () => sharedFiles().reduce((sum, file) => sum + file.allocated, 0)
