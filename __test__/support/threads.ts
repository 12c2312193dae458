/** Caches over native tables, each with a name of its own. */
import { cache, type NativeCached, type NativeCacheOptions } from 'warp-cache'
import { freshName } from './native'

export type Threads = Omit<NativeCacheOptions, 'backend'>

/** `fn` cached for all threads. */
export function threads<F extends (...args: never[]) => unknown>(
  fn: F,
  options: Threads = {},
): NativeCached<F> {
  return cache(fn, { backend: 'threads', name: freshName(), ...options } as NativeCacheOptions<F>)
}
