/**
 * The primary process of a cluster: forks the workers, and a new one for each that dies. Over IPC with the process that
 * forked it: `start` is answered by `ready` when all listen, `kill` by `respawned` when the new worker has answered its
 * first requests, `report` by what there is now.
 */
import cluster from 'node:cluster'
import { closeSync, openSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WORKERS } from './configurations.mjs'
import { memoryOf } from './memory.mjs'

cluster.setupPrimary({
  exec: fileURLToPath(new URL('./worker.mjs', import.meta.url)),
  execArgv: ['--expose-gc'],
})

/** What each worker is told. */
let work

async function start({ configuration: { options, log }, paths }) {
  work = { type: 'start', options, paths, log }
  closeSync(openSync(log, 'wx'))
  const ports = await Promise.all(Array.from({ length: WORKERS }, async () => (await spawned()).port))
  process.send({ type: 'ready', port: ports[0] })
}

/** A new worker that listens, and where. */
function spawned() {
  const worker = cluster.fork()
  // Not before it asks: what a worker is sent while its modules are loaded is lost.
  worker.once('message', () => worker.send(work))
  return new Promise((resolve) => {
    worker.once('listening', ({ port }) => resolve({ worker, port }))
  })
}

/** Kills a worker as nobody expects it, and starts another in its place. */
async function kill() {
  const [victim] = Object.values(cluster.workers)
  const died = new Promise((resolve) => victim.once('exit', resolve))
  victim.process.kill('SIGKILL')
  await died
  const { worker } = await spawned()
  worker.on('message', (message) => {
    if (message.type === 'first') process.send({ ...message, type: 'respawned' })
  })
}

async function report() {
  const workers = Object.values(cluster.workers)
  await Promise.all(workers.map(collected))
  const pids = [process.pid, ...workers.map((worker) => worker.process.pid)]
  process.send({ type: 'report', renders: statSync(work.log).size, ...memoryOf(pids) })
}

/** Once a worker has collected its garbage. */
function collected(worker) {
  worker.send({ type: 'collect' })
  return new Promise((resolve) => {
    worker.on('message', (message) => {
      if (message.type === 'collected') resolve()
    })
  })
}

const tasks = { start, kill, report }
process.on('message', (message) => tasks[message.type](message))
process.once('SIGTERM', () => {
  for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL')
  process.exit()
})
process.once('disconnect', () => process.exit())
