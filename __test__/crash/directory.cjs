/** A directory of caches that goes with the process that requires this first; those that it starts have it, too. */
'use strict'
const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const directory = mkdtempSync(join(base, 'warp-cache-crash-'))
process.env.WARP_CACHE_DIR = directory
process.once('exit', () => {
  try {
    rmSync(directory, { recursive: true, force: true })
  } catch (error) {
    // Somebody is left who uses it, and will clean up: see nursery.cjs.
    if (error.code !== 'ENOTEMPTY') throw error
  }
})
