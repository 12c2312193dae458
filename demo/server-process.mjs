/**
 * A server process seen from outside: started, asked for its counters, stopped.
 * No server outlives this process, however it ends: exit, exception, SIGINT or SIGTERM. A server that dies
 * rejects whoever waits for it. Nothing here waits for a length of time.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('./server.mjs', import.meta.url))
const running = new Set()

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

/** Forks a server for `configuration`, of another program if one is given; resolves when it listens. */
export async function startServer(configuration, paths, { program = SERVER, env = process.env } = {}) {
  const child = fork(program, { execArgv: ['--expose-gc'], env })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const died = death(child, configuration.name)

  const ask = async (message, answerType) => {
    const answer = messageOf(child, answerType)
    child.send(message)
    return Promise.race([answer, died])
  }
  const { port } = await ask({ type: 'start', configuration, paths }, 'ready')
  return {
    url: `http://127.0.0.1:${port}`,
    died,
    report: () => ask({ type: 'report' }, 'report'),
    /** Sends it a message, and waits for the answer. */
    ask,
    stop: async () => {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}

/** Never resolves; rejects when the process ends. Whoever races with it hears of that at once. */
function death(child, name) {
  const died = new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`The server of "${name}" ended with ${signal ?? `exit code ${code}`}`)),
    )
  })
  // Ending after `stop` is no failure, and then nobody listens.
  died.catch(() => {})
  return died
}

function messageOf(child, type) {
  return new Promise((resolve) => {
    const onMessage = (message) => {
      if (message.type !== type) return
      child.off('message', onMessage)
      resolve(message)
    }
    child.on('message', onMessage)
  })
}
