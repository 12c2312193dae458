/**
 * README.md and docs/: every example compiles and does what its comments say, every link leads somewhere, and tables of
 * what there is list all of it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cache } from 'warp-cache'
import { parseFunctionOptions } from '../src/options'
import { type Example, examplesOf, pages, root, textOf } from './docs/examples'
import { type Ending, Home } from './docs/home'

const examples = pages().flatMap(examplesOf)
const runnable = examples.filter(({ unrun }) => unrun === undefined)
const possible = runnable.filter(
  ({ code }) => process.platform !== 'win32' || !code.includes("backend: 'shared'"),
)
const programs = possible.filter(({ vitest, file }) => !vitest && file === undefined)
const tests = runnable.filter(({ vitest }) => vitest)

let home: Home
beforeAll(() => {
  home = new Home()
  for (const example of runnable) if (example.file !== undefined) home.provide(example)
})
afterAll(() => home.remove())

describe('every example', () => {
  it('compiles under --strict', () => {
    const typed = runnable.filter(({ language }) => language === 'ts')
    const wrong: Record<string, string[]> = {}
    for (const legacy of [false, true]) {
      const found = home.diagnostics(
        typed.filter((each) => each.legacy === legacy),
        legacy,
      )
      for (const [{ place }, messages] of found) if (messages.length > 0) wrong[place] = messages
    }
    expect(wrong).toEqual({})
  })

  it('runs, or says why not, which is rare', () => {
    expect(examples.length - runnable.length).toBeLessThan(examples.length / 20)
  })

  describe('does what its comments say', () => {
    const endings = new Map<string, Promise<Ending>>()

    beforeAll(() => {
      // Two at a time: each is the start of a process and little more.
      let lanes: [Promise<unknown>, Promise<unknown>] = [Promise.resolve(), Promise.resolve()]
      for (const [i, example] of programs.entries()) {
        const ending = lanes[0].then(() => home.run(example, `example-${i}`))
        endings.set(example.place, ending)
        lanes = [lanes[1], ending.catch(() => {})]
      }
    })

    it.each(programs.map(({ place }) => place))('%s', async (place) => {
      expect(await endings.get(place)).toEqual({ code: 0, output: expect.anything() })
    })

    it('those that hold tests', async () => {
      const { code, output } = await home.runTests(tests)
      expect(code, output).toBe(0)
    })
  })
})

describe('a wrong comment is noticed', () => {
  const example = (code: string): Example => ({
    place: 'here',
    firstLine: 1,
    language: 'js',
    legacy: false,
    vitest: false,
    file: undefined,
    unrun: undefined,
    code,
  })

  it.each([
    ['1 + 1 // → 3', 'line 1: the value is 2, not 3'],
    ["JSON.parse('1') // throws SyntaxError", 'line 1: nothing is thrown'],
    ["JSON.parse('{') // throws TypeError", 'line 1: what is thrown is SyntaxError'],
    ['if (1 > 2) 1 // → 1', 'line 1: is never reached'],
  ])('%s', async (code, message) => {
    const ending = await home.run(example(code), 'wrong')
    expect(ending).toEqual({ code: 1, output: expect.stringContaining(message) })
  })

  it('and one that speaks of nothing', () => {
    expect(() => home.run(example('// → 1'), 'wrong')).toThrow('which statement')
  })
})

describe('every link', () => {
  it.each(pages())('of %s leads somewhere', (page) => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map((match) => match[1])
    const dead = links.filter((link) => {
      const [path, anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(textOf(target)).has(anchor)
    })
    expect(dead).toEqual([])
  })

  /** As GitHub makes them of headings. */
  function anchorsOf(text: string): Set<string> {
    const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')
    return new Set([...headings].map((match) => slug(match[1])))
  }
})

describe('a list of what there is', () => {
  /** What stands in backticks in the first column of the table below a heading. */
  function firstColumn(page: string, heading: string): string[] {
    const section = textOf(page).split(`\n${heading}\n`)[1].split(/\n#+ /)[0]
    const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1])
    return cells.flatMap((cell) => [...cell.matchAll(/`([^`]*)`/g)].map((match) => match[1])).sort()
  }

  it.each([
    ['README.md', '## Options'],
    ['docs/api.md', '## Options'],
  ])('the options, in %s', (page, heading) => {
    const names: Record<string, string> = { store: 'backend', shared: 'backend', clock: 'now' }
    const { native, ...common } = parseFunctionOptions({ backend: 'shared' })
    const known = new Set(Object.keys({ ...common, ...native }).map((name) => names[name] ?? name))
    expect(firstColumn(page, heading)).toEqual([...known].sort())
  })

  it('the codes of errors', () => {
    const codes = readFileSync(join(root, 'src', 'errors.ts'), 'utf8').match(/ERR_WARP_CACHE_\w+/g)
    expect(firstColumn('docs/api.md', '## Errors')).toEqual([...new Set(codes)].sort())
  })

  it('the codes of warnings', () => {
    const source = readFileSync(join(root, 'src', 'backends', 'native-warnings.ts'), 'utf8')
    const codes = source.match(/(?<=')WARP_CACHE_\w+/g)
    expect(firstColumn('docs/api.md', '## Warnings')).toEqual([...new Set(codes)].sort())
  })

  it('the variables of the environment', () => {
    const sources = ['src', 'src-rust'].flatMap((directory) =>
      readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(ts|rs)$/.test(file))
        .map((file) => readFileSync(join(root, directory, file), 'utf8')),
    )
    const read = /(?:env\.|env::var_os\("|variable\(")(WARP_CACHE_\w+)/g
    const variables = sources.flatMap((text) => [...text.matchAll(read)].map((match) => match[1]))
    expect(firstColumn('docs/api.md', '## Environment')).toEqual([...new Set(variables)].sort())
  })

  it('the counters', () => {
    const counters = Object.keys(cache((n: number) => n, { backend: 'threads', name: 'docs' }).cacheInfo())
    expect(firstColumn('docs/api.md', '### cacheInfo(): CacheInfo')).toEqual(
      [...counters, 'storeErrors'].sort(),
    )
  })

  it('the controls', () => {
    const controls = Object.getOwnPropertyNames(cache((n: number) => n)).filter((name) =>
      name.startsWith('cache'),
    )
    const described = [...textOf('docs/api.md').matchAll(/^### (cache\w+)/gm)].map((match) => match[1])
    expect(described.sort()).toEqual(controls.sort())
  })
})
