/** Values of which every byte follows from the key, who wrote it, and a number; and the caches that they are in. */
'use strict'
const { resolve } = require('node:path')

/** The package: what `make build` has left, unless a suite has compiled the sources. */
const home = process.env.WARP_CACHE_PACKAGE ?? resolve(__dirname, '../..')
const { cache } = require(home)
const { SharedFiles } = require(resolve(home, 'index.js'))

const KEYS = 800
const PATTERN = 'abcdefghijklmnopqrstuvwxyz'.repeat(3_000)
const SIZES = { maxSize: 500, maxBytes: 4 * 2 ** 20 }

/** Mostly some hundreds of bytes, sometimes up to 60 KB. */
function valueFor(key, writer, nonce) {
  const head = `${key}|${writer}|${nonce}|`
  const mixed = Math.imul(key * 31 + writer, 2654435761) ^ Math.imul(nonce, 40503)
  const from = (mixed >>> 3) % 26
  const length = (mixed >>> 8) % 50 === 0 ? (mixed >>> 10) % 60_000 : 4 + ((mixed >>> 10) % 600)
  return head + PATTERN.slice(from, from + length)
}

function check(key, value) {
  const [of, writer, nonce] = value.split('|', 3)
  if (Number(of) !== key || value !== valueFor(key, Number(writer), Number(nonce)))
    throw new Error(`wrong value of ${key}: ${value.slice(0, 80)}`)
}

/** The function of a key that everybody caches under this name. */
function open(name, compute, options) {
  return cache(compute, { backend: 'shared', name, ...SIZES, ...options })
}

const random = (n) => Math.floor(Math.random() * n)

module.exports = { KEYS, PATTERN, SharedFiles, check, open, random, valueFor }
