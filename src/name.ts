/**
 * The full name of a function's table, which prefixes its keys in a store: the name that was given, or one made
 * from the place where the function is cached; and the version. Different (name, version) pairs never share a full
 * name, and a given name never equals a made one. A full name has no `#`, whitespace, control character or lone
 * surrogate, so whoever appends `#` and more stays unambiguous. A name is made only where V8's call sites prove the
 * top level of a module, and only for one function per isolate; anything else is refused. Of two functions that are
 * given one name this file knows nothing: the store sees that.
 */
import { typeError } from './errors'
import type { AnyFunction } from './types'

/** In UTF-16 units, before escaping. */
const MAX_LENGTH = 512

export interface NameOptions {
  readonly name?: string | undefined
  readonly version?: string | undefined
  /** What makes the keys counts in a made name: the same entries under other keys would be another's. */
  readonly key?: AnyFunction | undefined
  readonly perInstance?: boolean | AnyFunction | undefined
}

/**
 * @param fn - the function to be cached.
 * @param site - the function of this package that the user called: its frame and those above are not looked at.
 */
export function resolveName(fn: AnyFunction, options: NameOptions, site: AnyFunction): string {
  const name = options.name === undefined ? madeName(fn, options, site) : givenName(options.name)
  const version = versionOf(options)
  const full = version === '' ? name : `${name}+${escaped(version)}`
  if (options.name === undefined) claim(full, fn)
  return full
}

/** A leading `:` marks the names that are made here. */
function givenName(name: string): string {
  if (typeof name !== 'string' || name === '' || name.length > MAX_LENGTH) {
    throw nameError(`\`name\` must be a string of 1 to ${MAX_LENGTH} characters, not ${shown(name)}.`)
  }
  return escaped(name).replace(/^:/, '%3A')
}

function versionOf(options: NameOptions): string {
  const fromEnvironment = options.version === undefined
  const version = fromEnvironment ? (globalThis.process?.env.WARP_CACHE_VERSION ?? '') : options.version
  if (typeof version === 'string' && version.length <= MAX_LENGTH) return version
  const what = fromEnvironment ? 'the environment variable WARP_CACHE_VERSION' : '`version`'
  throw nameError(`${what} must be a string of at most ${MAX_LENGTH} characters, not ${shown(version)}.`)
}

function madeName(fn: AnyFunction, { key, perInstance }: NameOptions, site: AnyFunction): string {
  const sources = [fn, key, perInstance]
    .filter((part) => typeof part === 'function')
    .map((part) => Function.prototype.toString.call(part))
  // The text of a bound or built-in function, or of a Proxy, says nothing of what it computes.
  if (sources.some((source) => source.endsWith('{ [native code] }'))) {
    throw noDefault(fn, 'its source cannot be seen (a bound or built-in function, or a Proxy)')
  }
  const place = topLevelPlace(site)
  if (typeof place === 'string') throw noDefault(fn, place)
  const { createHash } = require('node:crypto') as typeof import('node:crypto')
  const hash = createHash('sha256').update(sources.join('\0')).digest('hex').slice(0, 16)
  return `:${[place.package, place.file, place.line, place.column, nameOf(fn), hash].map(part).join(':')}`
}

/**
 * What was given, and to which function. A name stays taken when its function has been collected: the values
 * which that function stored are still there, and the next function may have closed over something else.
 */
const taken = new Map<string, WeakRef<AnyFunction>>()

function claim(full: string, fn: AnyFunction): void {
  const owner = taken.get(full)
  if (owner === undefined) taken.set(full, new WeakRef(fn))
  else if (owner.deref() !== fn) {
    throw noDefault(
      fn,
      `the place ${full.split(':').slice(2, 5).join(':')} has been evaluated before, for another function ` +
        '(a loop, or a module that is loaded twice)',
    )
  }
}

const escaped = (text: string) => text.replace(/[%+#\s\p{Cc}\p{Cs}\p{Z}]/gu, escapedUnit)

const part = (value: string | number) => escaped(String(value)).replaceAll(':', '%3A')

function escapedUnit(unit: string): string {
  const code = unit.charCodeAt(0).toString(16).toUpperCase()
  return code.length > 2 ? `%u${code.padStart(4, '0')}` : `%${code.padStart(2, '0')}`
}

/** Not a `get`: a function's name may have been replaced by anything. */
function nameOf(fn: AnyFunction): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' ? name : ''
}

function noDefault(fn: AnyFunction, reason: string): TypeError {
  const name = nameOf(fn)
  const who = name === '' ? 'An anonymous function' : `The function \`${name}\``
  const example = JSON.stringify(name === '' ? 'my-function' : name)
  return nameError(
    `${who} needs a \`name\` for its entries: none can be made, because ${reason}. ` +
      `Give one that no other function uses, for example { name: ${example} }.`,
  )
}

const nameError = (message: string) => typeError('ERR_WARP_CACHE_NAME', message)

function shown(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : `a value of type ${typeof value}`
  return value === '' ? 'an empty one' : `one of ${value.length}`
}

/** Where a function is cached: a line and column of a file that is named relative to its package. */
interface Place {
  readonly package: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The decorator helpers that tsc, esbuild and swc write into a file; a bundler may number them. */
const DECORATOR_HELPER = /^(?:__(?:esDecorate|decorate|decorateElement|decorateClass)|_ts_decorate)\d*$/
/** It stands between `__decorate` and the decorator once it is loaded, and hands everything on as it is. */
const REFLECT_METADATA = /[\\/]reflect-metadata[\\/]Reflect(?:Lite|NoConflict)?\.[cm]?js$/
const STATIC_INITIALIZER = '<static_initializer>'

/** The place from which `site` was called, or the reason why it has no safe name. */
function topLevelPlace(site: AnyFunction): Place | string {
  const frames = framesBelow(site)
  const start = helperFrames(frames)
  const origin = frames[start]
  if (origin === undefined) return 'V8 does not show the call (are the intrinsics frozen?)'
  const at = `${origin.getFileName() ?? 'unknown'}:${origin.getLineNumber()}:${origin.getColumnNumber()}`
  let inClass = start > 0
  for (let index = start; index < frames.length; index++) {
    const frame = frames[index] as NodeJS.CallSite
    const caller = frames[index + 1]
    if (frame.isEval()) return `it is cached inside eval or new Function (${at})`
    if (isModuleBody(frame)) {
      const reason = whyNotModule(frame, caller)
      return reason === undefined ? placeOf(origin) : `${reason} (${at})`
    }
    if (frame.getFunctionName() === STATIC_INITIALIZER) inClass = true
    else if (!inClass || !isCalledInPlace(frame, caller)) return `it is cached ${inside(frame)} (${at})`
  }
  return `the stack is too deep to be followed (${at})`
}

/** How many frames at the top belong to the application of a decorator. */
function helperFrames(frames: readonly NodeJS.CallSite[]): number {
  let count = 0
  while (REFLECT_METADATA.test(frames[count]?.getFileName() ?? '')) count++
  const helper = frames[count]
  const isHelper = helper !== undefined && DECORATOR_HELPER.test(helper.getFunctionName() ?? '')
  // A helper that is imported (tslib) could have been called by anything, from anywhere.
  return isHelper && helper.getFileName() === frames[count + 1]?.getFileName() ? count + 1 : 0
}

/** Nothing nameless that can be called starts at the first character of a script, but the script itself. */
function isModuleBody(frame: NodeJS.CallSite): boolean {
  return (
    !frame.getFunctionName() && frame.getEnclosingLineNumber() === 1 && frame.getEnclosingColumnNumber() === 1
  )
}

/** Why this script is not known to be a module: those of eval, the REPL and `vm` start at the same character. */
function whyNotModule(body: NodeJS.CallSite, caller: NodeJS.CallSite | undefined): string | undefined {
  const from = caller?.getFileName() ?? ''
  if (from.startsWith('node:internal/modules/')) return undefined
  // After an `await` in the module, or in one that it imports, the loader is no longer on the stack.
  const resumed = caller === undefined || from === 'node:internal/process/task_queues'
  const strict = body.getFunction() === undefined
  if (!resumed || !strict || !body.getFileName()?.startsWith('file:'))
    return 'its code was not loaded as a module'
  const proven = linesOf(body) !== undefined
  return proven
    ? undefined
    : 'its module is resumed after an `await`, and what runs is not the text of its file'
}

/**
 * Whether a nameless function is the `(() => { … })()` that tsc writes around a decorated class. V8 knows where
 * the function starts and where it is called; only the text shows that it ends there.
 */
function isCalledInPlace(frame: NodeJS.CallSite, caller: NodeJS.CallSite | undefined): boolean {
  if (frame.getFunctionName() || caller?.getFileName() !== frame.getFileName()) return false
  const lines = linesOf(frame) ?? []
  const head = before(lines, frame.getEnclosingLineNumber(), frame.getEnclosingColumnNumber())
  const tail = before(lines, caller.getLineNumber(), caller.getColumnNumber())
  return /(?:^|[=,;:?[{(]|\b(?:return|default))\s*\($/.test(head) && /\}\)$/.test(tail)
}

/** The end of what stands before a column, counted from 1: a minified line is long. */
function before(lines: readonly string[], line: number | null, column: number | null): string {
  return lines[(line ?? 0) - 1]?.slice(0, (column ?? 1) - 1).slice(-64) ?? ''
}

function inside(frame: NodeJS.CallSite): string {
  const name = frame.getFunctionName()
  if (name === '<instance_members_initializer>') return 'in a field of each instance of a class'
  if (name && DECORATOR_HELPER.test(name)) return 'by a decorator helper of another file (`importHelpers`)'
  if (name) return `inside the function \`${name}\``
  return 'inside a nameless function (bundlers, transpilers and test runners may put modules into one)'
}

/** The call sites below `site`, nearest first; none if V8 does not give them. */
function framesBelow(site: AnyFunction): readonly NodeJS.CallSite[] {
  const restoreLimit = replaced('stackTraceLimit', 32)
  // Tools that map sources format stacks here: theirs is put back as it was.
  const restoreHook = replaced('prepareStackTrace', (_: Error, frames: readonly NodeJS.CallSite[]) => frames)
  try {
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, site)
    return Array.isArray(holder.stack) ? holder.stack : []
  } finally {
    restoreHook()
    restoreLimit()
  }
}

/** Replaces a property of `Error`, where that is possible, and returns what undoes it. */
function replaced(key: 'stackTraceLimit' | 'prepareStackTrace', value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(Error, key)
  const during = { value, writable: true, enumerable: true, configurable: before?.configurable ?? true }
  if (!Reflect.defineProperty(Error, key, during)) return () => {}
  return () => {
    if (before === undefined) Reflect.deleteProperty(Error, key)
    else Reflect.defineProperty(Error, key, before)
  }
}

function placeOf(frame: NodeJS.CallSite): Place | string {
  const { dirname, relative, sep } = require('node:path') as typeof import('node:path')
  const path = pathOf(frame)
  const line = frame.getLineNumber()
  const column = frame.getColumnNumber()
  const owner = path === undefined ? undefined : packageOf(dirname(path))
  if (path === undefined || line === null || column === null) return 'its code is in no file'
  if (owner === undefined) return `${path} belongs to no package: no package.json above it has a \`name\``
  return { package: owner.name, file: relative(owner.directory, path).split(sep).join('/'), line, column }
}

/** The file of a frame, if it exists: `node --eval` and others invent some. */
function pathOf(frame: NodeJS.CallSite): string | undefined {
  const { statSync } = require('node:fs') as typeof import('node:fs')
  const { isAbsolute } = require('node:path') as typeof import('node:path')
  const { fileURLToPath } = require('node:url') as typeof import('node:url')
  try {
    const file = frame.getFileName() ?? ''
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    return isAbsolute(path) && statSync(path).isFile() ? path : undefined
  } catch {
    return undefined
  }
}

/** The nearest package.json that has a name: those that only say `"type": "module"` do not make a package. */
function packageOf(directory: string): { readonly name: string; readonly directory: string } | undefined {
  const { dirname, join } = require('node:path') as typeof import('node:path')
  const name = packageName(join(directory, 'package.json'))
  if (name !== undefined) return { name, directory }
  const parent = dirname(directory)
  return parent === directory ? undefined : packageOf(parent)
}

function packageName(manifest: string): string | undefined {
  try {
    const { name } = JSON.parse(textOf(manifest) ?? '{}')
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined
  }
}

/** The lines of a frame's script, if it is the text of its file: a transpiled one is not. */
function linesOf(frame: NodeJS.CallSite): readonly string[] | undefined {
  const hash = frame.getScriptHash()
  const known = lastRead?.hash === hash ? lastRead.lines.deref() : undefined
  const path = known === undefined ? pathOf(frame) : undefined
  if (path === undefined) return known
  const text = textOf(path)
  const { createHash } = require('node:crypto') as typeof import('node:crypto')
  if (text === undefined || createHash('sha256').update(text).digest('hex') !== hash) return undefined
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/)
  lastRead = { hash, lines: new WeakRef(lines) }
  return lines
}

function textOf(path: string): string | undefined {
  const { readFileSync } = require('node:fs') as typeof import('node:fs')
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** A file has many decorated methods; its text is needed no longer than its evaluation takes. */
let lastRead: { readonly hash: string; readonly lines: WeakRef<readonly string[]> } | undefined
