/**
 * Runs small programs in Node processes of their own, over the package compiled from `src`, and tells how they ended.
 * A program gets the package by `require('warp-cache')`.
 */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, expect } from 'vitest'

/** How a program ended, and what it wrote. */
export interface Ending {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that has not ended by then never will, unless it is known to take long. */
export const DEADLINE_MS = 50_000

let directory: string | undefined

afterAll(() => {
  if (directory !== undefined) rmSync(directory, { recursive: true })
})

/** Runs `source` as a CommonJS program with these arguments. */
export function runProgram(source: string, ...args: string[]): Ending {
  return runIn({}, DEADLINE_MS, source, ...args)
}

/** The same, with more in its environment, and as much time. */
export function runIn(
  env: Record<string, string>,
  timeout: number,
  source: string,
  ...args: string[]
): Ending {
  return runBehind([], env, timeout, source, ...args)
}

/** The same, behind the words of a command that runs what follows it. */
export function runBehind(
  behind: readonly string[],
  env: Record<string, string>,
  timeout: number,
  source: string,
  ...args: string[]
): Ending {
  directory ??= install()
  const file = join(directory, 'program.cjs')
  writeFileSync(file, source)
  const [command, ...words] = [...behind, process.execPath, file, ...args]
  return runFile(directory, env, timeout, command, ...words)
}

/** Runs a program of __test__/crash/, with a time limit and more in its environment. */
export function runCrash(name: string, env: Record<string, string>, timeout: number): Ending {
  directory ??= install()
  const installed = join(directory, 'node_modules', 'warp-cache')
  const file = resolve(__dirname, '../crash', name)
  return runFile(directory, { WARP_CACHE_PACKAGE: installed, ...env }, timeout, process.execPath, file)
}

function runFile(
  cwd: string,
  env: Record<string, string>,
  timeout: number,
  command: string,
  ...args: string[]
): Ending {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    timeout,
  })
  return { status, signal, stdout, stderr }
}

/** Fails unless the program said that it was done, and nothing else. */
export function expectDone({ status, signal, stdout, stderr }: Ending): void {
  expect({ status, signal, stdout, stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: 'done\n',
    stderr: '',
  })
}

/** Fails unless the program ended well, whatever it reported. */
export function expectSuccess({ status, signal, stderr }: Ending): void {
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
}

function install(): string {
  const sources = resolve(__dirname, '../../src')
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'warp-cache-program-')))
  const root = join(home, 'node_modules', 'warp-cache')
  const installed = join(root, 'dist')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'warp-cache', main: 'dist/index.js' }))
  installAddon(root)
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const path = join(installed, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, compiled(readFileSync(join(sources, file), 'utf8')))
  }
  return home
}

/** The addon that `make build` has left, if it has. */
function installAddon(root: string): void {
  const built = resolve(__dirname, '../..')
  for (const file of readdirSync(built)) {
    if (file === 'index.js' || file.endsWith('.node')) symlinkSync(join(built, file), join(root, file))
  }
}

function compiled(source: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS }
  return ts.transpileModule(source, { compilerOptions }).outputText
}
