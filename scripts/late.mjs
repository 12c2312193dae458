/**
 * Divides src/ into the main part, which an import loads, and late parts, each loaded by the first call of a function
 * in it. The sources know nothing of it: where the main part imports a late module it gets functions that load the
 * part and forward to it, and a late part is itself a function, of what it uses of the main part. So there is one
 * state, and each object has one identity. What cannot cross a border like that ends the build.
 */
import { readFile } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import { transform } from 'esbuild'

export const MAIN = 'main'

/**
 * Finds the part of each module that `entry` needs at run time, and what one part imports of another.
 * @param source - the folder of the modules, which are named by their paths in it, without extension.
 * @param late - by name of a late part: its modules. What only these use is in the part too.
 */
export async function divide(source, entry, late) {
  const modules = await readModules(source, entry)
  const partOf = placeModules(modules, entry, late)
  /** What a part uses of others, as `module name` and each once. */
  const usedBy = new Map([MAIN, ...Object.keys(late)].map((part) => [part, new Set()]))
  for (const [module, { imports }] of modules) {
    for (const { target, names } of imports) {
      if (partOf.get(target) === partOf.get(module)) continue
      for (const name of names) {
        const fault = faultOf(name, modules.get(target), partOf.get(target) !== MAIN)
        if (fault)
          throw new Error(`src/${module}.ts imports ${name} of src/${target}.ts across a border: ${fault}.`)
        usedBy.get(partOf.get(module)).add(`${target} ${name}`)
      }
    }
  }
  const exported = modules
    .get(entry)
    .imports.flatMap(({ target, names }) => names.map((name) => `${target} ${name}`))
  return { source, partOf, usedBy, exported }
}

/** Why a name cannot be imported from a module of another part. */
function faultOf(name, { functions, variables }, isLate) {
  if (!/^\w+$/.test(name)) return 'that takes an import of names'
  if (variables.has(name)) return 'its changes would not be seen'
  if (isLate && !functions.has(name)) return 'of a late module that takes a function'
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
export function entryOf(part, { partOf, usedBy, exported }) {
  const used = new Set([...usedBy.values()].flatMap((each) => [...each]))
  const own = part === MAIN ? exported : [...used].filter((each) => partOf.get(each.split(' ')[0]) === part)
  const imports = own
    .map((each) => each.split(' '))
    .map(([module, name]) => `import { ${name} } from './${module}'`)
  return `${imports.join('\n')}\npart = { ${own.map((each) => each.split(' ')[1])} }`
}

/** The esbuild plugin that, in the build of one part, stands in for the modules of the others. */
export function borders(part, { source, partOf, usedBy }) {
  const namesOf = (module, parts) => [
    ...new Set(
      parts
        .flatMap((each) => [...usedBy.get(each)])
        .map((each) => each.split(' '))
        .filter(([m]) => m === module)
        .map(([, name]) => name),
    ),
  ]

  /** In the main part, the functions of a late module. */
  const forwarders = (module) =>
    `import { load } from 'late:${partOf.get(module)}'
    ${namesOf(module, [...usedBy.keys()])
      .map((name) => `export const ${name} = (...args) => load().${name}(...args)`)
      .join('\n')}`

  /** In the main part, what loads a late part: \`require\`, since it has to be there when it returns. */
  const loader = (late) => {
    const used = [...usedBy.get(late)].map((each) => each.split(' '))
    return `${used.map(([module, name], i) => `import { ${name} as used${i} } from './${module}'\n`).join('')}
    let part
    export const load = () => part ??= require('./${late}.js')([${used.map((_, i) => `used${i}`)}])`
  }

  /** In a late part, what was given to it of another module. */
  const given = (module) => {
    const used = [...usedBy.get(part)]
    return namesOf(module, [part])
      .map((name) => `export const ${name} = main[${used.indexOf(`${module} ${name}`)}]\n`)
      .join('')
  }

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
