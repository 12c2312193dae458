/** A directory of caches that goes with the process that requires this first; those that it starts have it, too. */
'use strict'
const { existsSync, mkdtempSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { remove } = require('./leavings.cjs')

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

process.env.WARP_CACHE_DIR = mkdtempSync(
  join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'warp-cache-crash-'),
)
process.once('exit', remove)
