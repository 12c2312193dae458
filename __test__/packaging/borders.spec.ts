/** What scripts/late.mjs makes of modules that are loaded later, and that it refuses what it cannot divide. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { root } from './run'

const { divide } = await import(pathToFileURL(join(root, 'scripts/late.mjs')).href)

const sources: string[] = []
afterEach(() => {
  for (const source of sources.splice(0)) rmSync(source, { recursive: true })
})

/** Divides modules, given by their names, from `index` on. */
function divided(modules: Record<string, string>, late: Record<string, RegExp>) {
  const source = mkdtempSync(join(tmpdir(), 'warp-cache-borders-'))
  sources.push(source)
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(source, `${name}.ts`), text)
  return divide(source, 'index', late)
}

const INDEX = `export { main } from './main'`

it('places what only a late module uses beside it, and what others use as well in the main part', async () => {
  const { partOf } = await divided(
    {
      index: INDEX,
      main: `import { late, type Late } from './late'\nimport { shared } from './shared'\nexport const main = () => late(shared as Late)`,
      late: `import { own } from './own'\nimport { shared } from './shared'\nexport type Late = number\nexport function late(_: Late) { return [own, shared] }`,
      own: 'export const own = 1',
      shared: 'export const shared = 1',
    },
    { part: /^late$/ },
  )
  expect(Object.fromEntries(partOf)).toEqual({
    index: 'main',
    main: 'main',
    shared: 'main',
    late: 'part',
    own: 'part',
  })
})

it.each([
  ['a constant', '{ late }', 'export const late = 1', /imports late of .* takes a function/],
  ['a class', '{ late }', 'export class late {}', /imports late of .* takes a function/],
  ['a variable', '{ late }', 'export let late = 1', /its changes would not be seen/],
  [
    'a name that is not there',
    '{ other }',
    'export function late() {}',
    /imports other of .* takes a function/,
  ],
  ['everything', '* as late', 'export function late() {}', /takes an import of names/],
])('refuses %s of a late module', async (_, what, late, message) => {
  const name = /\w+(?= \}|$)/.exec(what)?.[0]
  const modules = {
    index: INDEX,
    main: `import ${what} from './late'\nexport const main = () => ${name}`,
    late,
  }
  await expect(divided(modules, { part: /^late$/ })).rejects.toThrow(message)
})

it('refuses a variable of the main part that a late one uses', async () => {
  const modules = {
    index: INDEX,
    main: `import { late } from './late'\nimport { count } from './count'\nexport const main = () => [late(), count]`,
    late: `import { count } from './count'\nexport function late() { return count }`,
    count: 'export let count = 0\nexport function raise() { count++ }',
  }
  await expect(divided(modules, { part: /^late$/ })).rejects.toThrow('its changes would not be seen')
})

it('refuses a module that two late parts use and the main part does not', async () => {
  const modules = {
    index: INDEX,
    main: `import { a } from './a'\nimport { b } from './b'\nexport const main = () => a() + b()`,
    a: `import { shared } from './shared'\nexport function a() { return shared }`,
    b: `import { shared } from './shared'\nexport function b() { return shared }`,
    shared: 'export const shared = 1',
  }
  await expect(divided(modules, { one: /^a$/, two: /^b$/ })).rejects.toThrow(
    'shared.ts is in two late parts, one and two',
  )
  const { usedBy } = await divided(modules, { one: /^a$/, two: /^b$/, three: /^shared$/ })
  expect(usedBy.get('one')).toMatchObject([{ module: 'shared', name: 'shared', part: 'three' }])
})

it('refuses late parts that would have to load each other', async () => {
  const modules = {
    index: INDEX,
    main: `import { a } from './a'\nexport const main = () => a()`,
    a: `import { B } from './b'\nexport class A {}\nexport function a() { return B }`,
    b: `import { A } from './a'\nexport class B extends A {}`,
  }
  await expect(divided(modules, { one: /^a$/, two: /^b$/ })).rejects.toThrow('loads the next')
})

it('refuses a late part that has no module', async () => {
  await expect(divided({ index: '' }, { part: /^late$/ })).rejects.toThrow('Nothing is in the late part')
})
