// How much memory this process has in RAM, whoever asked for it. Needs --expose-gc.

import { readFileSync } from 'node:fs'
import { cannot } from './peer.mjs'

/** Bytes, after full collections: what garbage took has been given back, as far as V8 ever does. */
export function residentBytes() {
  collect()
  return process.memoryUsage.rss()
}

/** The part of it that lies in no file: nobody else has it. */
export function privateBytes() {
  if (process.platform !== 'linux') cannot('only Linux tells private memory')
  collect()
  return 1_024 * Number(/^RssAnon:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1])
}

function collect() {
  for (let n = 0; n < 3; n++) globalThis.gc()
}
