/** A directory of caches that goes with the process that requires this first; those that it starts have it, too. */
'use strict'
const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const base = process.env.WARP_CACHE_DIR ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())
const directory = mkdtempSync(join(base, 'warp-cache-crash-'))
process.env.WARP_CACHE_DIR = directory
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
