/**
 * What the package is made of, as architects see it: what it exports, which part may know which, and that an import
 * does nothing. How the packed package behaves for its users is in `packaging/`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import * as exported from 'warp-cache'
import { runProgram } from './support/program'

const root = resolve(__dirname, '..')

interface Module {
  /** Below `src`, without the extension. */
  readonly name: string
  readonly text: string
  /** The modules and packages that it loads: type imports are none. */
  readonly loads: readonly string[]
}

const modules: Module[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.m?ts$/.test(file))
  .map((file) => {
    const text = readFileSync(join(root, 'src', file), 'utf8')
    return { name: file.replace(/\.m?ts$/, ''), text, loads: loadedBy(file, text) }
  })

function loadedBy(file: string, text: string): string[] {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  return statements.flatMap((statement) => {
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : ts.isExportDeclaration(statement) && statement.isTypeOnly
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return []
    if (typeOnly || statement.moduleSpecifier === undefined) return []
    const { text: specifier } = statement.moduleSpecifier as ts.StringLiteral
    return specifier.startsWith('.')
      ? normalize(join(dirname(file), specifier)).replace(/\.js$/, '')
      : specifier
  })
}

it('the package exports these names, and no others', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'Backend',
    'cache',
    'cacheFor',
    'createCache',
    'isWarpCacheError',
  ])
  expect(exported.Backend).toEqual({ MEMORY: 0, SHARED: 1, THREADS: 2 })
  expect(Object.isFrozen(exported.Backend)).toBe(true)
})

describe('dependencies run one way', () => {
  /** The parts, from the bottom up: what each may load besides itself. */
  const MAY_LOAD: Record<string, string> = {
    'errors|clock|stats|scratch|thenable|types(/.*)?': 'nothing',
    'policies/.*': 'nothing',
    'keys/.*': 'errors',
    'codec/.*': 'errors|scratch|keys/(bytes|classes)',
    addon: 'errors',
    near: 'keys/index|policies/(make|sieve)|stats',
    'expiry|flight|freeze': 'keys/.*|policies/policy',
    mistakes: 'errors',
    name: 'errors',
    defaults: 'clock|expiry',
    'user-clock': 'nothing',
    'parse-options': 'codec/codecs|defaults|errors|mistakes|clock|policies/policy|user-clock',
    options: 'defaults|parse-options',
    entries: 'backends/memory|expiry',
    controls: 'entries|mistakes|stats',
    'backends/native.*':
      'backends/(failures|memory)|addon|near|user-clock|scratch|codec/codec|errors|mistakes|clock|stats|thenable|expiry|flight|freeze|name|options|controls|keys/.*',
    'backends/(?!native).*':
      'errors|mistakes|clock|stats|thenable|expiry|flight|freeze|name|options|controls|keys/.*|policies/make',
    cache: 'backends/.*|controls',
    methods: 'backends/.*|cache|controls|mistakes|options',
    decorate: 'cache|methods|mistakes|options',
    'memory-cache': 'backends/table|controls|entries|freeze|keys/.*|options|stats',
    create: 'backends/(store|native)|memory-cache|options',
    index: 'create|decorate|defaults|errors|methods',
    esm: 'index',
    'cli/.*': 'addon|stats|cli/.*|commander|cli-table3',
  }
  const BUILT_IN = /^node:/
  /** What only the command may load, which is bundled with it. */
  const BUNDLED = /^(commander|cli-table3)$/

  it.each(modules.map(({ name, loads }) => [name, loads] as const))('of %s', (name, loads) => {
    const parts = Object.entries(MAY_LOAD).filter(([part]) => new RegExp(`^(${part})$`).test(name))
    expect(parts).toHaveLength(1)
    const allowed = new RegExp(`^(${parts[0].join('|')})$`)
    expect(loads.filter((load) => !allowed.test(load) && !BUILT_IN.test(load))).toEqual([])
  })

  it('in no circle', () => {
    const open: string[] = []
    const done = new Set<string>()
    const visit = (name: string): void => {
      const { loads } = modules.find((module) => module.name === name)!
      expect(open).not.toContain(name)
      if (done.has(name)) return
      open.push(name)
      for (const load of loads) if (!BUILT_IN.test(load) && !BUNDLED.test(load)) visit(load)
      open.pop()
      done.add(name)
    }
    visit('esm')
    visit('cli/main')
    const dead = modules
      .map(({ name }) => name)
      .filter((name) => !done.has(name) && !/^types(\/|$)/.test(name))
    expect(dead).toEqual([])
  })

  it('and the test of it can see them', () => {
    const { loads } = modules.find(({ name }) => name === 'index')!
    expect(loads).toEqual(expect.arrayContaining(['create', 'decorate', 'methods']))
    expect(loads).not.toContain('types')
  })
})

describe('a source file', () => {
  it.each(modules.map(({ name, text }) => [name, text] as const))('opens with its promise: %s', (_, text) => {
    const promise = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? ''
    expect(promise).not.toBe('')
    expect(promise.replace(/^\/\*\*\n|\n \*\/$/g, '').split('\n').length).toBeLessThanOrEqual(8)
  })

  it.each(modules.map(({ name, text }) => [name, text] as const))('has at most 500 lines: %s', (_, text) => {
    expect(text.split('\n').length).toBeLessThanOrEqual(500)
  })
})

it('the time of day is asked for only by the command, to print it', () => {
  const knowing = modules.filter(({ text }) => /\bDate\.now\b|\bnew Date\(\)|\btimeOrigin\b/.test(text))
  // A store may be another machine's, and what it holds has no other clock.
  expect(knowing.map(({ name }) => name).sort()).toEqual(['backends/store-entries', 'cli/top'])
})

it('to import the package does nothing else', () => {
  const { stdout, stderr } = runProgram(`
    const state = () => JSON.stringify([
      process.getActiveResourcesInfo(),
      process.eventNames(),
      Reflect.ownKeys(globalThis).map(String).sort(),
      [Object, Array, Function, Promise, Map, Symbol].map((builtIn) => Reflect.ownKeys(builtIn.prototype).length),
    ])
    const before = state()
    require('warp-cache')
    console.log(state() === before)`)
  expect([stdout, stderr]).toEqual(['true\n', ''])
})
