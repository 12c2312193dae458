// Redis on this machine: what many take today so that processes share a cache. Its server is started for the measurement,
// as a cache (bounded, nothing on disk), and goes with it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { cannot } from '../lib/peer.mjs'

const SERVER = 'redis-server'
const OPTIONS = [
  '--save',
  '',
  '--appendonly',
  'no',
  '--maxmemory',
  '256mb',
  '--maxmemory-policy',
  'allkeys-lru',
]

export default {
  name: 'Redis',
  package: '@redis/client',
  how: 'GET and SET over loopback; its client sends what is asked for in one turn of the event loop together',

  /** A client, whose `get` and `set` give promises, and what to say about its server. */
  async connect() {
    const { createClient } = await import('@redis/client')
    const port = await freePort()
    const version = await startServer(port)
    const client = createClient({ socket: { host: '127.0.0.1', port } })
    await client.connect()
    return { client, note: `Redis: server ${version}` }
  },
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** Its version, as soon as it takes connections. */
async function startServer(port) {
  const dir = process.env.WARP_CACHE_DIR
  const server = spawn(SERVER, ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, ...OPTIONS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.on('exit', () => server.kill())
  process.once('SIGTERM', () => process.exit(1))
  const failed = once(server, 'error').then(([error]) =>
    cannot(`no ${SERVER} on this machine (${error.code})`),
  )
  let version = 'unknown'
  const ready = (async () => {
    for await (const line of createInterface(server.stdout)) {
      version = /Redis version=([\d.]+)/.exec(line)?.[1] ?? version
      if (line.includes('Ready to accept connections')) return
    }
    throw new Error(`${SERVER} has ended`)
  })()
  await Promise.race([ready, failed])
  server.stdout.resume()
  return version
}
