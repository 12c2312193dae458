// One call into the addon of this package, without the package around it: what a look-up or a store outside V8's heap
// costs before any of it is in TypeScript. It knows no values but short strings, and no arguments but one string.

import { createRequire } from 'node:module'
import { cannot, handWritten } from '../lib/peer.mjs'

/** Where the numbers before the key are: src/backends/native-exchange.ts names them. */
const [LENGTH, FLAGS, MODE, EXPIRES_AT, NOW] = [5, 6, 7, 4, 5]
const IN_ARGUMENT = 2 ** 32 - 1
const BYTES = 4_096

let tables = 0

function store({ maxSize, values }) {
  if (values !== 'text') cannot('it knows no values but short strings')
  const { CachedFunction, Scratch } = createRequire(process.env.WARP_CACHE_BENCH_IMPL)('../index.js')
  const scratch = new Scratch()
  const [keys, incoming, outgoing] = [BYTES, BYTES, BYTES].map((bytes) => new ArrayBuffer(bytes))
  scratch.bindKeys(keys)
  scratch.bindIncoming(incoming)
  scratch.bindOutgoing(outgoing)
  const [words, times] = [new Uint32Array(keys, 0, 16), new Float64Array(keys, 0, 8)]
  const { getString, putString } = new CachedFunction(scratch, {
    name: `native-call-${++tables}`,
    maxSize,
    maxBytes: 64 * 2 ** 20,
    maxKeySize: 512,
    maxValueSize: 65_536,
    graceWindow: 0.05,
    codec: 'none',
    shared: false,
  }).hotFunctions()
  times[NOW] = Number.NaN
  times[EXPIRES_AT] = Number.POSITIVE_INFINITY
  words[FLAGS] = words[MODE] = 0
  return {
    get(key) {
      const found = getString(key)
      return typeof found === 'string' ? found : undefined
    },
    set(key, value) {
      if (value.length > 1_023) cannot('it knows no values but short strings')
      words[LENGTH] = IN_ARGUMENT
      putString(key, value)
    },
  }
}

export default {
  name: 'native call alone',
  package: 'warp-cache',
  how: "the addon's own functions, called as they are",
  wrap: (fn, options) => handWritten(store(options), fn, options.shape),
  store,
}
