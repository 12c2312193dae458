/** What the garbage collector says: what is still reachable, and how much of the heap is in use. */
import { turn } from './deferred'

/** More collections than any of these tests has needed by far. */
const PATIENCE = 50

/** Collects garbage until `done`, and returns whether it came to that. */
export async function collectUntil(done: () => boolean): Promise<boolean> {
  for (let i = 0; i < PATIENCE; i++) {
    await collect()
    if (done()) return true
  }
  return false
}

/** Collects garbage, and lets finalizers run. */
export async function collect(): Promise<void> {
  // A WeakRef that was read or made holds its target until the turn ends.
  await turn()
  if (globalThis.gc === undefined) throw new Error('These tests need node --expose-gc.')
  globalThis.gc()
  await turn()
}

/** The size of everything reachable, in MiB. */
export async function heapInMiB(): Promise<number> {
  await collect()
  await collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
