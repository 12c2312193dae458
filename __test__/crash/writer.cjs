/** A process that writes one key as fast as it can, and says when it could not for a while: from when to when. */
'use strict'
const { PATTERN, open } = require('./values.cjs')
const { now } = require('./time.cjs')

const { who, size } = JSON.parse(process.argv[2])
/** Milliseconds between two writes of which nothing is said. */
const USUAL = 0.2
const BURST = 500

const cached = open('recovery', () => 'nothing', { near: false })
const value = PATTERN.slice(0, size)
let last = now()

function burst() {
  const gaps = []
  for (let n = 0; n < BURST; n++) {
    cached.cacheSet([who], value)
    // A write that found no time leaves nothing behind.
    if (cached.cachePeek(who) !== value) continue
    const time = now()
    if (time - last > USUAL) gaps.push(`gap ${who} ${last} ${time}\n`)
    last = time
  }
  if (gaps.length > 0) process.stdout.write(gaps.join(''))
  setImmediate(burst)
}

process.stdout.write(`begun ${who}\n`)
burst()
