/** Which names are in use in this isolate, and by whom: two functions that share a table would get each other's results. */
import { typeError } from '../errors'
import { show } from '../mistakes'
import type { ParsedOptions } from '../options'
import type { AnyFunction } from '../types'

/** Whose results a table holds, and what their keys are made by. */
interface Claimant {
  readonly fn: AnyFunction
  readonly keyMakers: readonly (AnyFunction | undefined)[]
}

interface Claim {
  readonly claimant: Claimant
  uses: number
}

/** By name: of tables for processes, and for threads. */
const sharers = new Map<string, Claim>()
const threads = new Map<string, Claim>()

/**
 * Makes something under a name that nobody else uses in this isolate. `make` is given what frees the name.
 * @param fn - the function, or what stands for it where there is none.
 * @param selfKey - what tells the instances of a method apart.
 */
export function claimed<T>(
  options: ParsedOptions,
  name: string,
  fn: AnyFunction,
  selfKey: AnyFunction | undefined,
  make: (release: () => void) => T,
): T {
  const claims = options.native!.shared ? sharers : threads
  const claimant = { fn, keyMakers: [options.key, selfKey] }
  const known = claims.get(name)
  if (known !== undefined) refuseOthers(name, known.claimant, claimant)
  const made = make(() => {
    const claim = claims.get(name)
    if (claim !== undefined && --claim.uses === 0) claims.delete(name)
  })
  if (known === undefined) claims.set(name, { claimant, uses: 1 })
  else known.uses++
  return made
}

function refuseOthers(name: string, known: Claimant, claimant: Claimant): void {
  if (known.fn !== claimant.fn) {
    throw typeError(
      'ERR_WARP_CACHE_NAME',
      `The name ${show(name)} is taken: another function or cache uses it, and would get the results of this one. ` +
        'Give each a `name` of its own, or close the other one first.',
    )
  }
  if (known.keyMakers.every((maker, i) => readAlike(maker, claimant.keyMakers[i]))) return
  throw typeError(
    'ERR_WARP_CACHE_NAME',
    `The name ${show(name)} is taken: the same function uses it with another \`key\` or \`perInstance\`, and what is one ` +
      'key to this could be another to that. Give each a `name` of its own, or close the other one first.',
  )
}

/** Whether two functions are one, or have one source: whoever makes a cache twice makes its `key` twice. */
function readAlike(one: AnyFunction | undefined, other: AnyFunction | undefined): boolean {
  if (one === other) return true
  return one !== undefined && other !== undefined && sourceOf(one) === sourceOf(other)
}

function sourceOf(fn: AnyFunction): string {
  return Function.prototype.toString.call(fn)
}
