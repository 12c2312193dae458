/**
 * Puts a cache in front of a method or getter, and finds the controls of one instance. In memory every instance has a
 * table of its own, unless `perInstance` says that they share one.
 */
import { plainGetter, plainMethod } from './backends/hit'
import { guardedMethod } from './backends/hit-watched'
import { Instances } from './backends/instances'
import { MemoryFunction } from './backends/memory'
import { putBehind } from './cache'
import { dress, memoryControls, memoryInfo } from './controls'
import { instancesUntold, needsInstance, notCached, notTaken } from './mistakes'
import type { ParsedOptions } from './options'
import type { AnyFunction, CacheControls, CacheForFunction } from './types'

/** What decorates a method; messages say it. */
export type Member = 'method' | 'getter'

/** The controls for an instance, by the cached method or getter function. */
const members = new WeakMap<AnyFunction, (instance: object) => CacheControls>()

/** The cached method or getter. */
export function cacheMember(
  member: Member,
  fn: AnyFunction,
  options: ParsedOptions,
  site: AnyFunction,
): AnyFunction {
  const { native, perInstance, store } = options
  if (perInstance === false) {
    const { cached, controlsOf } = putBehind(fn, options, site)
    members.set(cached, controlsOf)
    return dress(cached, fn, controlsOf(undefined))
  }
  if ((store !== undefined || native !== undefined) && perInstance === true)
    throw instancesUntold(member, fn.name, store === undefined)
  return typeof perInstance === 'function'
    ? keyedMember(member, fn, options, site, perInstance)
    : instanceMember(member, fn, options)
}

/** Instances with an equal key share their entries. */
function keyedMember(
  member: Member,
  fn: AnyFunction,
  options: ParsedOptions,
  site: AnyFunction,
  selfKey: AnyFunction,
): AnyFunction {
  const { cached, controlsOf } = putBehind(fn, options, site, selfKey)
  members.set(cached, controlsOf)
  return dress(cached, fn, prototypeControls(member, fn.name, controlsOf(undefined)))
}

function instanceMember(member: Member, fn: AnyFunction, options: ParsedOptions): AnyFunction {
  const memory = new MemoryFunction(fn, options)
  const instances = new Instances(memory)
  const cached = callable(member, memory, instances)
  members.set(cached, (instance) => memoryControls(memory, () => instances.of(instance), instance))
  const close = (): void => instances.close()
  const all = {
    cacheInfo: () => memoryInfo(options.maxSize, [...instances.all()], () => instances.sum()),
    cacheClear: () => instances.clear(),
    cacheClose: close,
    ...(Symbol.dispose ? { [Symbol.dispose]: close } : undefined),
  }
  return dress(cached, fn, prototypeControls(member, fn.name, all))
}

function callable(member: Member, memory: MemoryFunction, instances: Instances): AnyFunction {
  const { key, clock } = memory.options
  const { tables } = instances
  const tableOf = (self: unknown) => instances.of(self)
  if (key !== undefined || (memory.touching && !memory.guarded)) {
    return function (this: unknown): unknown {
      return memory.call(tableOf(this), this, arguments)
    }
  }
  if (memory.guarded) return guardedMethod(memory, tables, tableOf, clock)
  return member === 'getter' ? plainGetter(memory, tables, tableOf) : plainMethod(memory, tables, tableOf)
}

const FOR_ONE = ['cacheDelete', 'cacheHas', 'cachePeek', 'cacheSet', 'cacheRefresh', 'cacheEntries'] as const

/** On the function of the prototype: what makes sense for all instances, and a TypeError in place of the rest. */
function prototypeControls(
  member: Member,
  name: string,
  all: Partial<CacheControls>,
): Partial<CacheControls> {
  const controls: Partial<Record<keyof CacheControls, unknown>> = { ...all }
  for (const control of FOR_ONE) {
    controls[control] = () => {
      throw needsInstance(control, member, name)
    }
  }
  return controls as Partial<CacheControls>
}

/**
 * The controls of one instance's cached method or getter.
 * @param instance - the instance; of a static method, the class.
 * @param method - its name, or the method itself (which also finds private ones).
 */
export const cacheFor = function cacheFor(
  instance: object,
  method: PropertyKey | AnyFunction,
): CacheControls {
  if ((typeof instance !== 'object' || instance === null) && typeof instance !== 'function') {
    throw notTaken('cacheFor() takes an instance', instance)
  }
  const cached = typeof method === 'function' ? method : memberOf(instance, method)
  const controlsOf = cached === undefined ? undefined : members.get(cached)
  if (controlsOf !== undefined) return controlsOf(instance)
  if (typeof (cached as Partial<CacheControls> | undefined)?.cacheInfo === 'function') {
    return cached as unknown as CacheControls // a field that holds a cached function
  }
  throw notCached(method)
} as CacheForFunction

/** The function of a method or getter, found without calling the getter. */
function memberOf(instance: object, name: PropertyKey): AnyFunction | undefined {
  for (let holder: object | null = instance; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)
    if (descriptor !== undefined) return descriptor.get ?? (descriptor.value as AnyFunction | undefined)
  }
  return undefined
}
