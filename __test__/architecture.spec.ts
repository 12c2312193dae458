/** The modules of src/ depend on each other in one direction, as docs/architecture.md draws it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const src = join(__dirname, '..', 'src')

interface Import {
  /** A module of src/ by its path without extension, or whatever else was imported. */
  readonly target: string
  /** The compiler drops it: nothing is loaded. */
  readonly typeOnly: boolean
}

const modules = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.m?ts$/.test(file))
    .map((file) => file.replaceAll('\\', '/'))
    .map((file) => [file.replace(/\.m?ts$/, ''), importsOf(file)]),
)

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(src, file), 'utf8'),
    ts.ScriptTarget.ESNext,
    true,
  )
  return source.statements.filter(isImport).map((statement) => {
    const { text } = statement.moduleSpecifier as ts.StringLiteral
    const path = posix.join(posix.dirname(file), text).replace(/\.js$/, '')
    return { target: text.startsWith('.') ? path : text, typeOnly: isTypeOnly(statement) }
  })
}

function isImport(statement: ts.Statement): statement is ts.ImportDeclaration | ts.ExportDeclaration {
  if (ts.isExportDeclaration(statement)) return statement.moduleSpecifier !== undefined
  return ts.isImportDeclaration(statement)
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly
  const clause = statement.importClause
  if (clause === undefined) return false
  const names = clause.namedBindings
  const onlyTypes =
    names !== undefined && ts.isNamedImports(names) && names.elements.every((each) => each.isTypeOnly)
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (clause.name === undefined && onlyTypes)
}

/** Every way from a module back to itself. */
function cycles(): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (module: string, above: readonly string[]): void => {
    if (above.includes(module)) found.push([...above.slice(above.indexOf(module)), module].join(' → '))
    if (above.includes(module) || done.has(module)) return
    for (const { target } of modules.get(module) ?? []) visit(target, [...above, module])
    done.add(module)
  }
  for (const module of modules.keys()) visit(module, [])
  return found
}

/** Imports of the modules that match `from`, unless they match one of `allowed`. */
function strays(from: RegExp, ...allowed: RegExp[]): string[] {
  const matching = [...modules].filter(([module]) => from.test(module))
  expect(matching).not.toEqual([])
  return matching.flatMap(([module, imports]) =>
    imports
      .filter(({ target }) => !allowed.some((each) => each.test(target)))
      .map(({ target }) => `${module} → ${target}`),
  )
}

const WITHIN_KEYS = /^keys\//
const WITHIN_POLICIES = /^policies\//
/** What tables and calls are made of. */
const WITHIN_TOOLS = /^(clock|errors|expiry|flight|freeze|mistakes|options|stats|thenable|types)$/
const NODE = /^node:/
/** What only the command may import, since it is bundled with it. */
const BUNDLED = /^(commander|cli-table3)$/

describe('imports', () => {
  it('lead to modules that exist, or to Node; those of the command also to what is bundled with it', () => {
    const lost = [...modules].flatMap(([module, imports]) =>
      imports
        .filter(({ target }) => !modules.has(target) && !NODE.test(target))
        .filter(({ target }) => !(module.startsWith('cli/') && BUNDLED.test(target)))
        .map(({ target }) => `${module} → ${target}`),
    )
    expect(lost).toEqual([])
  })

  it('go round in no circle, of types neither', () => {
    expect(cycles()).toEqual([])
  })

  it('go down in the picture of docs/architecture.md, or stay within one room', () => {
    const up = [...modules].flatMap(([module, imports]) =>
      imports
        .filter(({ target }) => modules.has(target) && !goesDown(module, target))
        .map(({ target }) => `${module} → ${target}`),
    )
    expect(up).toEqual([])
  })

  it.each(['errors', 'clock', 'stats', 'scratch', 'policies/policy', 'keys/tokens', 'keys/wire'])(
    'end at %s',
    (leaf) => {
      expect(modules.get(leaf)).toEqual([])
    },
  )
})

/** The lines of the picture: rooms, which may end in `*` or `/`. */
const lines = /^```\n([\s\S]*?)^```/m
  .exec(readFileSync(join(__dirname, '..', 'docs', 'architecture.md'), 'utf8'))![1]
  .trimEnd()
  .split('\n')
  .map((line) => line.split(/ {2,}/)[0].split(' · '))

function goesDown(from: string, to: string): boolean {
  const [source, target] = [placeOf(from), placeOf(to)]
  return target.line > source.line || target.room === source.room
}

function placeOf(module: string): { line: number; room: string } {
  const name = module === 'esm' ? 'index' : module.replace(/^types\/.*/, 'types')
  for (const [line, rooms] of lines.entries()) {
    const room = rooms.find((each) =>
      /[*/]$/.test(each) ? name.startsWith(each.replace('*', '')) : name === each,
    )
    if (room !== undefined) return { line, room }
  }
  throw new Error(`${module} is not in the picture`)
}

describe('a room knows nothing of those above it', () => {
  it('types exist for the compiler alone', () => {
    const types = [...modules].filter(([module]) => /^types(\/|$)/.test(module))
    expect(types.flatMap(([, imports]) => imports).filter(({ typeOnly }) => !typeOnly)).toEqual([])
    expect(strays(/^types(\/|$)/, /^types\//, /^policies\/policy$/)).toEqual([])
  })

  it('policies know slots, and neither keys nor values nor time', () => {
    expect(strays(WITHIN_POLICIES, WITHIN_POLICIES)).toEqual([])
  })

  it('keys know nothing of tables, functions or options', () => {
    expect(strays(WITHIN_KEYS, WITHIN_KEYS, /^errors$/, /^scratch$/, /^types$/, NODE)).toEqual([])
  })

  it('codecs know values: no key, and of keys/ only how objects are told apart', () => {
    const allowed = [/^codec\//, /^keys\/(bytes|classes)$/, /^errors$/, /^scratch$/, /^types\//, NODE]
    expect(strays(/^codec\//, ...allowed)).toEqual([])
  })

  it('flights know keys alone', () => {
    expect(strays(/^flight$/, WITHIN_KEYS)).toEqual([])
  })

  it('backends know nothing of decorators, methods or exports', () => {
    const allowed = [/^backends\//, WITHIN_TOOLS, /^controls$/, /^name$/, WITHIN_KEYS, WITHIN_POLICIES]
    const native = [/^user-clock$/, /^near$/, /^addon$/, /^scratch$/, /^codec\/codec$/]
    expect(strays(/^backends\/native/, ...allowed, ...native)).toEqual([])
    expect(strays(/^backends\/(?!native)/, ...allowed)).toEqual([])
  })

  it('a call in memory passes through nothing of the stores or of native tables', () => {
    const inMemory = /^backends\/(hit|hit-watched|memory|table|instances)$/
    expect(strays(inMemory, inMemory, WITHIN_TOOLS, WITHIN_KEYS, WITHIN_POLICIES)).toEqual([])
  })
})
