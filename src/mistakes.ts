/**
 * What a mistake is answered with: the errors for wrong options, targets and calls, and what they say. A program makes
 * few mistakes, so nothing here is needed until one is made, and nothing here decides whether there is one.
 */
import { rangeError, typeError } from './errors'
import { POLICY_NAMES } from './policies/policy'

/** A value as messages show it; nothing of the value's own code runs. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

// Options.

/** What each option must be; of the others, their type says it. */
const EXPECTED: Partial<Record<string, string>> = {
  backend: "'memory' (Backend.MEMORY), or a store of your own",
  maxSize: 'a whole number of entries from 0, or Infinity',
  ttl: 'a number of milliseconds above 0',
  policy: `one of ${POLICY_NAMES.map(show).join(', ')}`,
  graceWindow: 'a share of the capacity from 0 to below 1',
  cacheErrors: 'false, a number of milliseconds above 0, or a function',
  perInstance: 'true, false, or a function of the instance',
}

/** @param type - the one that the option has and the value has not; undefined if only the value itself is wrong. */
export function wrongOption(name: string, value: unknown, type: string | undefined): Error {
  const expected = EXPECTED[name] ?? (type === 'boolean' ? 'true or false' : `a ${type}`)
  const error = type === undefined ? rangeError : typeError
  return error('ERR_WARP_CACHE_OPTION', `\`${name}\` must be ${expected}, not ${show(value)}.`)
}

export function notOptions(value: unknown, owner: string): Error {
  return optionError(`The options of ${owner} must be an object, not ${show(value)}.`)
}

export function unknownOption(name: string, owner: string, known: readonly string[]): Error {
  const nearest = known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best))
  return optionError(
    `Unknown option ${show(name)} of ${owner}; did you mean \`${nearest}\`? There are: ${known.join(', ')}.`,
  )
}

/** The option is not for this backend. */
export function unfitOption(name: string, inMemory: boolean): Error {
  return optionError(
    inMemory ? `\`${name}\` needs a store as \`backend\`.` : `\`${name}\` is for the store to decide.`,
  )
}

/** @param missing - the methods that it has not. */
export function notAStore(missing: readonly string[]): Error {
  return typeError('ERR_WARP_CACHE_STORE', `The store given as \`backend\` has no ${missing.join(', ')}.`)
}

export function notForFunctions(): Error {
  return optionError('`perInstance` is for methods; a function takes `key`.')
}

/** @param member - a method or getter that has no `perInstance`. */
export function instancesUntold(member: string, name: string): Error {
  return optionError(
    `The ${member} ${show(name)} needs \`perInstance: false\` or \`perInstance: (self) => key\`: a store cannot tell instances apart.`,
  )
}

function optionError(message: string): Error {
  return typeError('ERR_WARP_CACHE_OPTION', message)
}

/** Levenshtein distance, blind to case. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[to.length]
}

// Targets.

/** @param form - what was called, and what it takes. */
export function notTaken(form: string, value: unknown): Error {
  return targetError(`${form}, not ${show(value)}.`)
}

/** What decorators cannot decorate. @param kind - as the standard dialect calls it. */
export function notDecorated(kind: string, name: unknown): Error {
  return wrongTarget(
    kind === 'class'
      ? 'a class'
      : kind === 'parameter'
        ? `a parameter of ${String(name)}`
        : `the ${kind} ${show(name)}`,
  )
}

export function classCached(name: string): Error {
  return wrongTarget(`the class ${show(name)}`)
}

export function generatorCached(name: string): Error {
  return targetError(`${show(name)} is a generator: its result can be walked only once. Return an array.`)
}

function wrongTarget(what: string): Error {
  return targetError(
    `@cache is for methods and getters, not for ${what}. (A field can hold one: name = cache(…).)`,
  )
}

function targetError(message: string): Error {
  return typeError('ERR_WARP_CACHE_TARGET', message)
}

// Calls.

/** The object has no such cached member. @param method - its name, or the function that should be one. */
export function notCached(method: unknown): Error {
  const name = typeof method === 'function' ? method.name : method
  return targetError(`${show(name)} is not a cached method or getter of this object.`)
}

/** The control is not one that a member has for all instances. */
export function needsInstance(control: string, member: string, name: string): Error {
  return typeError(
    'ERR_WARP_CACHE_UNSUPPORTED',
    `${control}() of a cached ${member} needs an instance: use cacheFor(instance, ${show(name)}).${control}().`,
  )
}

export function notArguments(value: unknown): Error {
  return typeError(
    'ERR_WARP_CACHE_KEY',
    `cacheSet() takes an array of arguments first, as in cacheSet([id], value), not ${show(value)}.`,
  )
}
