// What does a process wait that opens a shared cache of 1 GiB, full of entries of processes that have left? Beside it: the
// same with a small file, and nothing but opening and mapping the large one, by Python, since Node.js cannot map a file.

import { statfsSync } from 'node:fs'
import { inAnotherProcess } from '../lib/elsewhere.mjs'
import { WrongResult } from '../lib/measure.mjs'
import { cannot } from '../lib/peer.mjs'
import { runPlainScript } from '../lib/python.mjs'
import { sharedFiles } from '../lib/shared-files.mjs'
import { text } from '../lib/values.mjs'

const GIB = 2 ** 30
const MIB = 2 ** 20
const SIZE = 20_000
const LENGTH = 60_000
/** In turn, so that filling the cache leaves no garbage. */
const VALUES = Array.from({ length: 8 }, (_, n) => text(n, LENGTH))

export default {
  name: 'attach',
  title: 'Opening a shared cache that is there',
  subjects: [
    { id: 'warp-cache shared', peer: 'warp-cache', form: { maxBytes: GIB } },
    { id: 'warp-cache shared, 8 MiB', peer: 'warp-cache', form: { maxBytes: 8 * MIB } },
    { id: 'open and mmap, by Python', peer: 'warp-cache', form: { maxBytes: GIB, python: true } },
  ],
  quickSubjects: ['warp-cache shared'],
  variants: ['1 GiB'],
  unit: 'ms',
  rounds: { quick: 1, full: 3 },
  note: () => 'the file is full of entries, and was made by a process that has left; the addon is loaded',

  async run({ peer, form: { maxBytes, python } }) {
    const { bavail, bsize } = statfsSync(process.env.WARP_CACHE_DIR)
    if (bavail * bsize < 1.5 * maxBytes) cannot(`no room for a file of ${maxBytes / MIB} MiB`)
    await inAnotherProcess({ case: this.name, maxBytes })
    const file = sharedFiles().find(({ size }) => size >= maxBytes)
    if (file === undefined) cannot(`this machine allows no file of ${maxBytes / MIB} MiB`)
    if (file.allocated < 0.9 * maxBytes) throw new WrongResult('the file is not full')
    return { values: { '1 GiB': python ? await mapped(file) : attached(peer, maxBytes) } }
  },

  elsewhere({ peer, maxBytes }) {
    const cached = open(peer, maxBytes, (key) => VALUES[key % VALUES.length])
    for (let key = 0; key < countFor(maxBytes); key++) cached(key)
  },
}

/** Somewhat more than there is room for. */
const countFor = (maxBytes) => Math.ceil((1.1 * maxBytes) / LENGTH)

const open = (peer, maxBytes, fn) =>
  peer.wrap(fn, { shape: 'one', maxSize: SIZE, shared: { name: 'full', maxBytes } })

function attached(peer, maxBytes) {
  // Loads the addon, and makes this isolate's scratch.
  peer.wrap((key) => key, { shape: 'one', maxSize: 128, shared: {} })(1)
  let computed = 0
  const fn = () => {
    computed++
    return ''
  }
  const start = process.hrtime.bigint()
  const cached = open(peer, maxBytes, fn)
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  const last = countFor(maxBytes) - 1
  if (cached(last) !== VALUES[last % VALUES.length] || computed > 0) throw new WrongResult('it is not warm')
  return ms
}

async function mapped({ path, size }) {
  const { ms, bytes } = JSON.parse(await runPlainScript('map.py', [path]))
  if (bytes !== size) throw new WrongResult(`${bytes} of ${size} bytes are mapped`)
  return ms
}
