/**
 * Drives a cluster of which a worker may die. As `../load.mjs`, but a request whose connection broke is made again over
 * a new one, which autocannon cannot do, and connections end after some requests, so that a new worker gets its share.
 * Each page is compared byte by byte.
 */
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { percentile } from '../load.mjs'

const CONNECTIONS = 10
const REQUESTS_OF_A_CONNECTION = 20
/** A connection that the primary has just given to a worker that dies is answered by nobody. */
const ANSWER_WITHIN_MS = 2_000
const BROKEN = ['ECONNRESET', 'ECONNREFUSED', 'ABORT_ERR']

/**
 * Requests `sequence` (document numbers, repeated from its start when used up) for `seconds`, and until `until` is
 * fulfilled. Throws if a page is wrong, or if more connections break than there are.
 */
export async function drive(url, { sequence, pages, seconds, until }) {
  const load = { url, pages, latenciesMs: [], broken: 0, ended: false }
  const share = Math.ceil(sequence.length / CONNECTIONS)
  const parts = Array.from({ length: CONNECTIONS }, (_, i) => sequence.slice(share * i, share * (i + 1)))
  const started = performance.now()
  const clients = Promise.all(parts.map((part) => runClient(load, part)))
  try {
    await Promise.race([Promise.all([wait(1_000 * seconds), until]), clients])
  } finally {
    load.ended = true
  }
  await clients
  const sorted = Float64Array.from(load.latenciesMs).sort()
  return {
    requestsPerSecond: sorted.length / ((performance.now() - started) / 1_000),
    p99Ms: percentile(sorted, 0.99),
  }
}

async function runClient(load, documents) {
  let agent
  for (let i = 0; !load.ended; i++) {
    if (i % REQUESTS_OF_A_CONNECTION === 0) {
      agent?.destroy()
      agent = new Agent({ keepAlive: true, maxSockets: 1 })
    }
    await request(load, agent, documents[i % documents.length])
  }
  agent?.destroy()
}

/** One request, made again if its connection breaks: whoever waits for a page does that too. */
async function request(load, agent, n) {
  const asked = performance.now()
  for (;;) {
    try {
      const page = await body(agent, `${load.url}/doc/${n}`)
      if (!page.equals(load.pages[n])) throw new Error(`/doc/${n} answered with a wrong page`)
      load.latenciesMs.push(performance.now() - asked)
      return
    } catch (error) {
      if (!BROKEN.includes(error.code) || ++load.broken > CONNECTIONS) throw error
    }
  }
}

async function body(agent, url) {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
  const [response] = await once(get(url, { agent, signal }), 'response')
  const chunks = await response.toArray()
  return Buffer.concat(chunks)
}
