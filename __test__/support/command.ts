/**
 * The command `warp-cache`, built from `src` and run as a process, in a directory of caches of its own; and processes
 * that hold caches there.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildSync } from 'esbuild'
import type { NativeCacheInfo } from 'warp-cache'
import type { Ending } from './program'

const root = resolve(__dirname, '../..')
/** A command that has not ended by then never will. */
const DEADLINE_MS = 50_000

/** What a holder answers: what its function gave, how often it was computed, and what it says of itself. */
export interface Told {
  readonly values: readonly unknown[]
  readonly computed: number
  readonly info: NativeCacheInfo
}

const HOLDER = `
const { cache } = require('warp-cache')
const options = JSON.parse(process.argv[2])
let computed = 0
const f = cache((key) => { computed++; return 'value of ' + key }, { backend: 'shared', ...options })
process.on('message', (keys) => {
  const values = keys.map((key) => f(key))
  process.send({ values, computed, info: f.cacheInfo() })
})
process.send('ready')`

/** A package with the command and the library in it, and a place for caches. */
export class CommandHome {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'warp-cache-command-')))
  /** Where the files of caches are. */
  readonly caches = join(this.directory, 'caches', `warp-cache-${process.getuid?.()}`)
  private readonly command: string
  private readonly holders: Holder[] = []

  constructor({ addon = true } = {}) {
    const home = join(this.directory, 'node_modules', 'warp-cache')
    const part = (entry: string, file: string) =>
      buildSync({
        absWorkingDir: root,
        entryPoints: [join('src', entry)],
        outfile: join(home, 'dist', file),
        bundle: true,
        platform: 'node',
        target: 'node20',
      })
    part('cli/main.ts', 'cli.js')
    part('index.ts', 'index.js')
    copyFileSync(join(root, 'package.json'), join(home, 'package.json'))
    for (const file of readdirSync(root)) {
      if (addon && (file === 'index.js' || file.endsWith('.node')))
        symlinkSync(join(root, file), join(home, file))
    }
    this.command = join(home, 'dist', 'cli.js')
    writeFileSync(join(this.directory, 'holder.cjs'), HOLDER)
    mkdirSync(join(this.directory, 'caches'))
  }

  /** Removes every cache, and ends who holds them. */
  async reset(): Promise<void> {
    await Promise.all(this.holders.splice(0).map((holder) => holder.kill()))
    rmSync(join(this.directory, 'caches'), { recursive: true })
    mkdirSync(join(this.directory, 'caches'))
  }

  async remove(): Promise<void> {
    await this.reset()
    rmSync(this.directory, { recursive: true })
  }

  /** Runs the command, and tells how it ended. */
  run(...args: string[]): Ending {
    return this.runIn({}, ...args)
  }

  /** The same, in another environment. */
  runIn(env: NodeJS.ProcessEnv, ...args: string[]): Ending {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [this.command, ...args], {
      cwd: this.directory,
      env: { ...this.env, ...env },
      encoding: 'utf8',
      timeout: DEADLINE_MS,
    })
    return { status, signal, stdout, stderr }
  }

  /** What it prints with `--json`, if it does what was asked. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests are about
  json(...args: string[]): any {
    const { status, stdout, stderr } = this.run(...args, '--json')
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
    return JSON.parse(stdout)
  }

  /** What it complains of with `--json`, and its exit code. */
  // biome-ignore lint/suspicious/noExplicitAny: the same
  complaint(...args: string[]): any {
    const { status, stdout, stderr } = this.run(...args, '--json')
    return { status, stdout, ...JSON.parse(stderr).error }
  }

  /** Starts the command, to be read while it runs. */
  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [this.command, ...args], { cwd: this.directory, env: this.env })
  }

  /** Starts a process that has a cache of that name. */
  async hold(name: string, options: object = {}): Promise<Holder> {
    const program = join(this.directory, 'holder.cjs')
    const child = fork(program, [JSON.stringify({ name, ...options })], {
      cwd: this.directory,
      env: this.env,
      execArgv: [],
    })
    const holder = new Holder(child)
    this.holders.push(holder)
    await once(child, 'message')
    return holder
  }

  /** The names of all files. */
  files(): string[] {
    return readdirSync(this.caches).sort()
  }

  get shell(): string {
    return `'${process.execPath}' '${this.command}'`
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, WARP_CACHE_DIR: join(this.directory, 'caches') }
  }
}

/** A process that holds a cache. */
export class Holder {
  constructor(private readonly child: ChildProcess) {}

  get pid(): number {
    return this.child.pid!
  }

  /** Calls its function with each of these. */
  async call(...keys: string[]): Promise<Told> {
    const told = once(this.child, 'message')
    this.child.send(keys)
    return (await told)[0]
  }

  /** Lets it end by itself. */
  async leave(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.disconnect()
    await ended
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await ended
  }
}
