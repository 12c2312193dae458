// The same as a crew of threads, with processes. They have no memory in common to wait in: each is told when to begin, by
// the clock that all processes of a machine share. What is measured is how many calls they make together in that time.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { WrongResult } from './measure.mjs'

const MEMBER = fileURLToPath(new URL('./crew-process.mjs', import.meta.url))
/** So long before the beginning they are told. */
const NOTICE_NS = 10_000_000n

export class ProcessCrew {
  #members

  /** @param order - what `crew-process.mjs` needs to make the loop; each member also gets its own number. */
  static async start(size, order) {
    const crew = new ProcessCrew()
    crew.#members = Array.from({ length: size }, (_, number) =>
      fork(MEMBER, [JSON.stringify({ ...order, number, size })]),
    )
    // One after the other: the first one fills what they share.
    for (const member of crew.#members) await answerOf(member, 'fill')
    return crew
  }

  /** Calls per second of the members with these numbers, who run together for `ms`. */
  async rate(numbers, ms) {
    const phase = { at: String(process.hrtime.bigint() + NOTICE_NS), ms }
    const calls = await Promise.all(numbers.map((number) => answerOf(this.#members[number], phase)))
    return calls.reduce((sum, each) => sum + each, 0) / (ms / 1_000)
  }

  async end() {
    await Promise.all(this.#members.map((member) => ended(member)))
  }
}

function answerOf(member, message) {
  return new Promise((resolve, reject) => {
    const onExit = (code, signal) => reject(new Error(`a member of the crew has ended (${signal ?? code})`))
    member.once('exit', onExit)
    member.once('message', ({ done, wrong }) => {
      member.off('exit', onExit)
      if (wrong === undefined) resolve(done)
      else reject(new WrongResult(wrong))
    })
    member.send(message)
  })
}

function ended(member) {
  return new Promise((resolve) => {
    member.once('exit', resolve)
    member.disconnect()
  })
}
