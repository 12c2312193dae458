/**
 * Runs fixtures in Node processes of their own, with `src/name.ts` compiled for them, and reads what they print. Every
 * test file that imports this has a directory of its own, with the package `@acme/app` in it.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect } from 'vitest'

export interface Outcome {
  readonly name?: string
  readonly code?: string
  readonly message?: string
}

export const fixtures = __dirname
export const directory = realpathSync(mkdtempSync(join(tmpdir(), 'warp-cache-name-')))
const nameModule = join(directory, 'lib', 'name.js')

beforeAll(() => {
  for (const file of ['name', 'errors']) {
    const source = readFileSync(join(__dirname, '..', '..', 'src', `${file}.ts`), 'utf8')
    write(`lib/${file}.js`, compiled(ts, source, { module: ts.ModuleKind.CommonJS }))
  }
  write('package.json', '{ "name": "@acme/app" }')
})

afterAll(() => rmSync(directory, { recursive: true }))

/** Writes a file of the package `@acme/app` and returns its path. */
export function write(file: string, text: string): string {
  const path = join(directory, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

export function compiled(compiler: typeof ts, source: string, compilerOptions: ts.CompilerOptions): string {
  return compiler.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, ...compilerOptions },
  }).outputText
}

/** Runs Node, and returns what it printed for each label. */
export function runNode(args: readonly string[], more: { input?: string; env?: NodeJS.ProcessEnv } = {}) {
  const env = {
    ...process.env,
    WARP_CACHE_VERSION: '',
    NODE_OPTIONS: '',
    NAME_MODULE: nameModule,
    ...more.env,
  }
  const preloaded = ['--no-warnings', '--require', join(fixtures, 'preload.cjs'), ...args]
  const child = spawnSync(process.execPath, preloaded, { ...more, env, encoding: 'utf8', cwd: directory })
  expect(child.stderr).toBe('')
  const lines = child.stdout.match(/\[".*\]$/gm) ?? []
  return new Map(lines.map((line) => JSON.parse(line) as [string, Outcome]))
}

export const runFixture = (file: string, ...args: string[]) => runNode([...args, join(fixtures, file)])

export const names = (outcomes: Map<string, Outcome>) => [...outcomes.values()].map((outcome) => outcome.name)

export function expectRefused(outcome: Outcome | undefined, why: RegExp): void {
  expect(outcome?.code).toBe('ERR_WARP_CACHE_NAME')
  expect(outcome?.message).toMatch(why)
  expect(outcome?.message).toMatch(/Give one that no other function uses, for example \{ name: ".+" \}\.$/)
}
