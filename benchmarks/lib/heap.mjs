// What the heap holds after a full collection. Needs --expose-gc.

/** V8's objects and the memory of array buffers, which lies outside V8's heap. */
export function liveBytes() {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Milliseconds of one full, stop-the-world collection. */
export function collectionMs() {
  const start = process.hrtime.bigint()
  globalThis.gc()
  return Number(process.hrtime.bigint() - start) / 1e6
}
