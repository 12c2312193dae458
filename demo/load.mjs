/**
 * Drives a server with autocannon, in this process, over loopback, and measures what a client sees.
 * Each connection walks its own part of the request list, in a closed loop: it asks for the next document when
 * the last one has arrived. Every response must be a 200 of the length that the reference page has; anything else
 * throws, since numbers from a server that answers wrongly mean nothing.
 */
import autocannon from 'autocannon'

const CONNECTIONS = 10

/** Requests `sequence` (document numbers, repeated from its start when used up) for `seconds`. */
export async function drive(url, { sequence, pages, seconds }) {
  const share = Math.ceil(sequence.length / CONNECTIONS)
  let connection = 0
  let wrongResponses = 0
  const request = (n) => ({
    path: `/doc/${n}`,
    onResponse(status, _body, _context, headers) {
      if (status !== 200 || Number(headers['Content-Length']) !== pages[n].length) wrongResponses++
    },
  })
  const latenciesMs = []
  const run = autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    setupClient(client) {
      const first = share * connection++
      client.setRequests(sequence.slice(first, first + share).map(request))
    },
  })
  // autocannon's own histogram counts whole milliseconds: a page from the cache takes less than one.
  run.on('response', (_client, _status, _bytes, ms) => latenciesMs.push(ms))
  const result = await run
  const failed = wrongResponses + result.errors + result.timeouts
  if (failed > 0 || latenciesMs.length === 0) {
    throw new Error(`${failed} failed or wrong responses, ${latenciesMs.length} responses in all`)
  }
  const sorted = Float64Array.from(latenciesMs).sort()
  return {
    requestsPerSecond: sorted.length / result.duration,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  }
}

/** Nearest rank: the smallest value that at least the given share of all values does not exceed. */
export function percentile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}
