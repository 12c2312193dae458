/** The rooms of src-rust/ depend on each other in one direction, and each keeps to itself what only it may do. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(__dirname, '..', 'src-rust')

interface Source {
  readonly file: string
  readonly room: string
  /** Without comments and strings. */
  readonly code: string
}

const sources: Source[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.rs') && !/^(benches\/|lib\.rs$)/.test(file))
  .map((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const code = text.replace(/\/\/.*$/gm, '').replace(/"(?:[^"\\]|\\.)*"/g, '""')
    return { file, room: file.replace(/[/.].*/, ''), code }
  })

/** What each room may use besides itself. */
const MAY_USE: Record<string, readonly string[]> = {
  binding: ['shared', 'table', 'hash', 'name', 'error'],
  shared: ['table', 'sys', 'hash', 'name', 'error'],
  table: ['sys', 'hash', 'name', 'error', 'shim'],
  sys: [],
  // The messages say what the bounds are.
  error: ['name', 'table'],
  name: ['error'],
  hash: [],
  shim: [],
  // A test of the crate from outside.
  steps: [],
}

function usedBy({ code }: Source): string[] {
  const lists = [...code.matchAll(/\bcrate::\{([^}]*)\}/g)].flatMap(([, list]) => list.split(','))
  const single = [...code.matchAll(/\bcrate::(\w+)/g)].map(([, name]) => name)
  return [...single, ...lists.map((each) => each.trim().replace(/\W.*/, '')).filter(Boolean)]
}

describe('in Rust', () => {
  it('rooms use only what is below them', () => {
    const strays = sources.flatMap((source) =>
      usedBy(source)
        .filter((used) => used !== source.room && !MAY_USE[source.room]?.includes(used))
        .map((used) => `${source.file} → ${used}`),
    )
    expect(strays).toEqual([])
  })

  it('and the test of it can see them', () => {
    const registry = sources.find(({ file }) => file === 'shared/registry.rs')!
    expect(usedBy(registry)).toEqual(expect.arrayContaining(['error', 'table']))
    expect(new Set(sources.map(({ room }) => room))).toEqual(new Set(Object.keys(MAY_USE)))
  })

  it.each([
    ['pointers', /\bunsafe\b/, /^(binding|sys)\/|^table\/region\.rs$|^steps\/trace\.rs$/],
    ['the C library', /\blibc\b/, /^sys\/|^steps\/trace\.rs$/],
    ['Node-API', /\bnapi(_derive)?\b/, /^binding\//],
    ['the memory of a table', /\bsys::Mapping\b/, /^(sys|shared)\/|^table\/region\.rs$/],
  ])('only some know %s', (_, what, where) => {
    const knowing = sources.filter(({ code }) => what.test(code)).map(({ file }) => file)
    expect(knowing).not.toEqual([])
    expect(knowing.filter((file) => !where.test(file))).toEqual([])
  })

  it('nobody knows the time of day', () => {
    const knowing = ({ code }: Source) =>
      /\b(SystemTime|UNIX_EPOCH|CLOCK_REALTIME\w*|gettimeofday|st_[acm]time)\b/.test(code)
    expect(knowing({ file: '', room: '', code: 'std::time::SystemTime::now()' })).toBe(true)
    expect(sources.filter(knowing).map(({ file }) => file)).toEqual([])
  })

  it.each(sources.map(({ file }) => file))('a file has at most 500 lines: %s', (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length).toBeLessThanOrEqual(500)
  })
})
