/**
 * What a mistake is answered with: the errors for wrong targets and calls, and what they say. A program makes few
 * mistakes, so nothing here is needed until one is made, and nothing here decides whether there is one.
 */
import { typeError } from './errors'

/** A value as messages show it; nothing of the value's own code runs. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

export function notForFunctions(): Error {
  return optionError('`perInstance` is for methods; a function takes `key`.')
}

/** @param member - a method or getter that has no `perInstance`. */
export function instancesUntold(member: string, name: string, native: boolean): Error {
  const place = native ? 'what threads or processes share' : 'a store'
  return optionError(
    `The ${member} ${show(name)} needs \`perInstance: false\` or \`perInstance: (self) => key\`: ${place} cannot tell instances apart.`,
  )
}

function optionError(message: string): Error {
  return typeError('ERR_WARP_CACHE_OPTION', message)
}

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
