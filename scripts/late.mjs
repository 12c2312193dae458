/**
 * Divides src/ into the main part, which an import loads, and late parts, each loaded by the first call of a function
 * in it. The sources know nothing of it: where the main part imports a late module it gets functions that load the
 * part and forward to it, and a late part is itself a function, of what it uses of the main part. So there is one
 * state, and each object has one identity. What cannot cross a border like that ends the build.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import { transform } from 'esbuild'

export const MAIN = 'main'

/**
 * Finds the part of each module that `entry` needs at run time, and what the parts use of each other.
 * @param source - the folder of the modules, which are named by their paths in it, without extension.
 * @param late - by name of a late part: its modules. What only these use is in the part too.
 */
export async function divide(source, entry, late) {
  const modules = await readModules(source, entry)
  const partOf = placeModules(modules, entry, late)
  const usedBy = new Map([MAIN, ...Object.keys(late)].map((part) => [part, []]))
  for (const [module, { imports }] of modules) {
    for (const { target, names } of imports) {
      const [from, to] = [partOf.get(module), partOf.get(target)]
      if (from === to) continue
      for (const name of names) {
        const fault = faultOf(name, modules.get(target), from, to)
        if (fault)
          throw new Error(`src/${module}.ts imports ${name} of src/${target}.ts across a border: ${fault}.`)
        const isFunction = modules.get(target).functions.has(name)
        add(usedBy.get(from), { module: target, name, part: to, isFunction })
      }
    }
  }
  refuseCircles(usedBy)
  const exported = modules
    .get(entry)
    .imports.flatMap(({ target, names }) => names.map((name) => ({ module: target, name })))
  return { source, partOf, usedBy, exported, build: buildOf(modules) }
}

/** The same for the same sources: parts of two builds do not fit. */
function buildOf(modules) {
  const hash = createHash('sha256')
  for (const [module, { code }] of [...modules].sort()) hash.update(`${module}\0${code}\0`)
  return hash.digest('hex').slice(0, 16)
}

function add(uses, use) {
  if (!uses.some(({ module, name }) => module === use.module && name === use.name)) uses.push(use)
}

/** A late part that needs more than functions of another one loads that first. */
function refuseCircles(usedBy, above = [], part = undefined) {
  if (above.includes(part))
    throw new Error(`Each of these late parts loads the next: ${[...above, part].join(', ')}.`)
  const next =
    part === undefined
      ? [...usedBy.keys()]
      : usedBy
          .get(part)
          .filter(isHeld)
          .map((use) => use.part)
  for (const each of next) refuseCircles(usedBy, part === undefined ? [] : [...above, part], each)
}

/** Whether what is used is a value of a late part: no function that could load it. */
const isHeld = ({ part, isFunction }) => part !== MAIN && !isFunction

/** Why a name of a module in the part `to` cannot be imported in the part `from`. */
function faultOf(name, { functions, variables }, from, to) {
  if (!/^\w+$/.test(name)) return 'that takes an import of names'
  if (variables.has(name)) return 'its changes would not be seen'
  // A late part is given what it needs when it is loaded, if need be by loading another one first.
  if (from === MAIN && to !== MAIN && !functions.has(name)) return 'of a late module that takes a function'
  return undefined
}

async function readModules(source, entry) {
  const modules = new Map()
  const waiting = [entry]
  for (const name of waiting) {
    if (modules.has(name)) continue
    const module = await readModule(source, name)
    modules.set(name, module)
    waiting.push(...module.imports.map(({ target }) => target))
  }
  return modules
}

/** What a module imports and exports at run time. esbuild leaves out the types, and writes each statement in one way. */
async function readModule(source, module) {
  const text = await readFile(join(source, `${module}.ts`), 'utf8')
  const { code } = await transform(text, { loader: 'ts', target: 'node20' })
  const imports = code.matchAll(/^(?:import|export) ([^;"'`()]*) from "(\.[^"]*)";$/gm)
  const exported = (pattern) => new Set([...code.matchAll(pattern)].map(([, name]) => name))
  return {
    code,
    imports: [...imports].map(([, what, path]) => ({
      target: posix.join(posix.dirname(module), path),
      names: namesIn(what),
    })),
    functions: exported(/^export (?:async )?function\*? ?(\w+)/gm),
    variables: exported(/^export (?:let|var) (\w+)/gm),
  }
}

/** The names in `{ a, b as c }`; whatever else there may be is none. */
function namesIn(what) {
  const list = /^\{([^{}]*)\}$/.exec(what)?.[1]
  return list === undefined
    ? [what]
    : (list.match(/\w+(?: as \w+)?/g) ?? []).map((each) => each.split(' ')[0])
}

function placeModules(modules, entry, late) {
  const partOf = new Map()
  const place = (module, part) => {
    const other = partOf.get(module)
    if (other !== undefined)
      throw new Error(`src/${module}.ts is in two late parts, ${other} and ${part}: list it in one.`)
    partOf.set(module, part)
  }
  for (const [part, pattern] of Object.entries(late)) {
    const listed = [...modules.keys()].filter((module) => pattern.test(module))
    if (listed.length === 0) throw new Error(`Nothing is in the late part ${part}.`)
    for (const module of listed) place(module, part)
  }
  const listed = new Map(partOf)
  /** Places what a module uses, unless it is listed, or in the main part. */
  const follow = (module, part) => {
    for (const { target } of modules.get(module).imports) {
      const other = listed.has(target) ? part : partOf.get(target)
      if (other === part || other === MAIN) continue
      place(target, part)
      follow(target, part)
    }
  }
  place(entry, MAIN)
  follow(entry, MAIN)
  for (const [module, part] of listed) follow(module, part)
  return partOf
}

/** The source of a part's entry, in which `part` is a variable for what the part exports. */
export function entryOf(part, { usedBy, exported }) {
  const own = []
  for (const use of part === MAIN ? exported : [...usedBy.values()].flat()) {
    if (part === MAIN || use.part === part) add(own, use)
  }
  const imports = own.map(({ module, name }) => `import { ${name} } from './${module}'\n`)
  return `${imports.join('')}part = { ${own.map(({ name }) => name)} }`
}

/** The esbuild plugin that, in the build of one part, stands in for the modules of the others. */
export function borders(part, { source, partOf, usedBy, build }) {
  /** In the main part, the functions of a late module. */
  const forwarders = (module) => {
    const own = []
    for (const use of [...usedBy.values()].flat()) if (use.module === module && use.isFunction) add(own, use)
    const functions = own.map(({ name }) => `export const ${name} = (...args) => load().${name}(...args)\n`)
    return `import { load } from 'late:${partOf.get(module)}'\n${functions.join('')}`
  }

  /** In the main part, what loads a late part: `require`, since it has to be there when it returns. */
  const loader = (late) => {
    const uses = usedBy.get(late)
    const imports = uses.map((use, i) =>
      isHeld(use)
        ? `import { load as used${i} } from 'late:${use.part}'\n`
        : `import { ${use.name} as used${i} } from './${use.module}'\n`,
    )
    const given = uses.map((use, i) => (isHeld(use) ? `used${i}().${use.name}` : `used${i}`))
    return `${imports.join('')}let part\nexport const load = () => part ??= require('./${late}.js')([${given}], '${build}')`
  }

  /** In a late part, what it was given of another module. */
  const given = (module) =>
    usedBy
      .get(part)
      .map((use, i) => (use.module === module ? `export const ${use.name} = main[${i}]\n` : ''))
      .join('')

  return {
    name: 'borders',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const module = relative(source, path).replaceAll(sep, '/').replace(/\.ts$/, '')
        const home = partOf.get(module)
        if (home === undefined) throw new Error(`${path} is in no part.`)
        if (home === part) return undefined
        return { contents: part === MAIN ? forwarders(module) : given(module) }
      })
      onResolve({ filter: /^late:/ }, ({ path }) => ({ path: path.slice('late:'.length), namespace: 'late' }))
      onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
        contents: loader(path),
        resolveDir: source,
      }))
      onResolve({ filter: /\.js$/, namespace: 'late' }, ({ path }) => ({ path, external: true }))
    },
  }
}
