/** The eight processes of the long run. Three never die: two of them measure, the threads of the third come and go. */
'use strict'
const { once } = require('node:events')
const { random } = require('../values.cjs')
const { Nursery, signal } = require('../family.cjs')

const PROCESSES = 8
const IMMORTAL = 3
/** Batches of theirs, before all begin. */
const WARM_UP = 1_000
/** What those who never die are there for; near tables are on where the number is odd, and in the third. */
const ROLES = [
  { near: false, measures: true, warmUp: WARM_UP },
  { near: true, measures: true, warmUp: WARM_UP },
  { near: true, threads: true, warmUp: WARM_UP },
]
/** One whose threads come and go, and one whose threads die with it. */
const [LASTING_THREADS, PASSING_THREADS] = [2, 3]

class Population {
  counts = { started: 0, killed: 0, terminated: 0, calls: 0 }
  /** What has been measured: by whom, when, and the figures. */
  latencies = []
  #living = new Map()
  #nursery = new Nursery()
  #isOver = false

  constructor(windowMs) {
    this.windowMs = windowMs
    this.failed = new Promise((_, reject) => {
      this.fail = reject
    })
    this.#nursery.on('said', (words) => this.#hear(words))
    for (let writer = 0; writer < PROCESSES; writer++) this.#begin(writer)
  }

  #hear([what, who, ...numbers]) {
    const figures = numbers.map(Number)
    if (what === 'called') {
      this.counts.calls += figures[0]
      this.#find(who)?.emit('called')
    } else if (what === 'took') this.latencies.push({ writer: Number(who), at: performance.now(), figures })
    else if (what === 'begun' || what === 'terminated') {
      if (what === 'terminated') this.counts.terminated++
      const one = this.#find(who)
      if (one !== undefined) one.hasThread = what === 'begun'
      one?.emit(what)
    } else this.fail(new Error(`somebody said ${what}`))
  }

  /** Who has this number, if it lives. */
  #find(serial) {
    return [...this.#living.values()].find(({ task }) => task.serial === Number(serial))
  }

  #begin(writer) {
    const role = ROLES[writer] ?? { near: writer % 2 === 1, threads: writer === PASSING_THREADS }
    const serial = ++this.counts.started
    const one = this.#nursery.start('long/user.cjs', { ...role, writer, serial, windowMs: this.windowMs })
    one.ready = once(one, 'called')
    this.#living.set(writer, one)
    one.once('end', (how, text) => {
      if (!one.isKilled || how !== 'SIGKILL' || text !== '')
        this.fail(new Error(`${writer} ended with ${how}: ${text}`))
      else if (!this.#isOver) this.#begin(writer)
    })
  }

  /** All eight, as soon as each has called something, and a thread that comes and goes as well. */
  async all() {
    for (;;) {
      const all = [...this.#living.values()]
      await Promise.all(all.map(({ ready }) => ready))
      if (!all[LASTING_THREADS].hasThread) await once(all[LASTING_THREADS], 'begun')
      if (all.every((one) => this.#living.get(one.task.writer) === one && !one.isKilled)) return all
    }
  }

  /** Kills one of `all` that is not needed, and waits until those who never die have gone on. */
  async killOne(all) {
    this.counts.killed++
    await kill(all[IMMORTAL + random(PROCESSES - IMMORTAL)])
    await Promise.all(all.slice(0, IMMORTAL).map((one) => once(one, 'called')))
  }

  /** Kills them all, for good: whoever has warned of something is found out now. */
  async end() {
    this.#isOver = true
    await Promise.all((await this.all()).map(kill))
    await this.#nursery.end()
  }
}

async function kill(one) {
  const ended = once(one, 'end')
  one.isKilled = true
  signal(one, 'SIGKILL')
  await ended
}

module.exports = { IMMORTAL, PROCESSES, Population }
