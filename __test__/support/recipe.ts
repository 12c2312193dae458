/**
 * Runs the programs of docs/recipes.md as they stand there: processes that share a directory for caches and a log of what
 * was computed. Whatever a program or a namespace has started ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import type { Home } from '../docs/home'

/** Where the pages of `RENDER` get their version from. */
export const VERSION = "(process.env.WARP_CACHE_VERSION ?? 'none')"

/** Says what it computes, and who does. Ids that begin with `/large` make large pages, no two of them alike. */
export const RENDER = `
import { appendFileSync } from 'node:fs'
export async function render(id) {
  appendFileSync(process.env.RENDER_LOG, process.pid + ' ' + id + '\\n')
  const page = 'page ' + id + ' of version ' + ${VERSION}
  return id.startsWith('/large') ? page.padEnd(50_000, id) : page
}`

/** What was computed, in this order. */
export interface Render {
  readonly pid: number
  readonly id: string
}

/** Processes of one machine. */
export class Machine {
  /** Where the caches are. */
  readonly caches: string
  private readonly log: string
  private readonly running = new Set<Program>()

  constructor(private readonly home: Home) {
    this.caches = mkdtempSync(join(home.directory, 'machine-'))
    this.log = join(this.caches, 'renders')
  }

  /** Starts a program of the recipes, behind the words of another command if there are any. */
  start(file: string, { env = {}, args = [], behind = [] }: Start = {}): Program {
    const [command, ...words] = [...behind, process.execPath, join(this.home.directory, file), ...args]
    const child = spawn(command, words, {
      cwd: this.home.directory,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        WARP_CACHE_DIR: this.caches,
        RENDER_LOG: this.log,
        ...env,
      },
    })
    const program = new Program(child)
    this.running.add(program)
    return program
  }

  renders(): Render[] {
    if (!existsSync(this.log)) return []
    const lines = readFileSync(this.log, 'utf8').trimEnd().split('\n')
    return lines.map((line) => ({ pid: Number(line.split(' ')[0]), id: line.split(' ')[1] }))
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await Promise.all([...this.running].map((program) => program.kill()))
  }
}

interface Start {
  readonly env?: Record<string, string>
  readonly args?: readonly string[]
  readonly behind?: readonly string[]
}

/** A running program. */
export class Program {
  stdout = ''
  stderr = ''
  /** Its exit code, once all of its output is here. */
  readonly ended: Promise<number | null>

  constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.ended = once(child, 'close').then(([code]) => code as number | null)
  }

  /** Once so many servers of it listen; the port of the last. */
  async listening(servers = 1): Promise<number> {
    for (;;) {
      const ports = [...this.stdout.matchAll(/^listening on (\d+)$/gm)]
      if (ports.length >= servers) return Number(ports[servers - 1][1])
      const more = once(this.child.stdout!, 'data').then(() => true)
      const goesOn = await Promise.race([more, this.ended.then(() => false)])
      if (!goesOn) throw new Error(`It has ended:\n${this.stdout}${this.stderr}`)
    }
  }

  /** Kills it, and every process that it has started. */
  async kill(): Promise<void> {
    try {
      process.kill(-this.child.pid!, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    await this.ended
  }
}

/** The answer to a request over a connection of its own. */
export async function ask(port: number, path: string, method = 'GET') {
  const asked = request({ host: '127.0.0.1', port, path, method, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const text = Buffer.concat(await response.toArray()).toString()
  return { status: response.statusCode, type: response.headers['content-type'], text }
}
