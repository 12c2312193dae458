/**
 * Looks once a second whether the files of this isolate's shared caches are still the ones to use. Whoever calls native
 * code has it looked there; hits that are served nearby do not, and they alone need this.
 */

/** What is looked at. */
export interface Watched {
  look(): void
}

const PERIOD = 1_000

/** Held weakly: a cache that nobody has any more is not kept by being watched. */
const watched = new Set<WeakRef<Watched>>()
let timer: NodeJS.Timeout | undefined

export function watch(values: Watched): void {
  watched.add(new WeakRef(values))
  if (timer !== undefined) return
  timer = setInterval(lookAtAll, PERIOD)
  // It does not keep a process alive. Where timers are those of a browser (jsdom, a renderer of Electron) they are numbers.
  timer.unref?.()
}

export function unwatch(values: Watched): void {
  for (const each of watched) if (each.deref() === values) watched.delete(each)
  if (watched.size === 0) stop()
}

function lookAtAll(): void {
  for (const each of watched) {
    const values = each.deref()
    if (values === undefined) watched.delete(each)
    else values.look()
  }
  if (watched.size === 0) stop()
}

function stop(): void {
  clearInterval(timer)
  timer = undefined
}
