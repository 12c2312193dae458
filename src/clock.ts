/**
 * Monotonic time in milliseconds, cheap enough to be read on every hit: one reading of `performance.now` serves until
 * the turn of the event loop ends, 32 calls have used it, or code of the user's has run. So an expired value is served
 * at most 32 calls late. A faked clock is never reused, so that tests see their own time at once; only a replaced
 * global `performance` with a genuine `Date` is noticed no sooner than at the next reading.
 */

/** How many calls may use one reading. */
const USES = 32

// What fake timers replace: `now` on the object, or the global object, and with either of them nearly always `Date`.
const timer = performance
const timerNow = timer.now
const RealDate = Date
const onTurnEnd = process.nextTick

let reading = 0
let uses = 0
let armed = false

// Three functions, each so small (27 bytes of bytecode) that V8 makes it part of any caller. As one it was sometimes
// left out, when the caller had much else to take in, and a hit then took half as long again.

/** The time now, or at most one turn, 32 calls and no user code ago. */
export function now(): number {
  return isGenuine() ? lately() : read()
}

function lately(): number {
  return --uses >= 0 ? reading : read()
}

function isGenuine(): boolean {
  return timer.now === timerNow && Date === RealDate
}

/** Code of the user's has run, which may have taken any time. */
function forget(): void {
  uses = 0
}

function read(): number {
  // By its bare name: as a property of `globalThis` the accessor costs a third of a reading, and so a tenth.
  const source = performance
  if (source !== timer || !isGenuine()) {
    forget() // or a reading from before would serve again after
    return source.now()
  }
  reading = source.now()
  uses = USES - 1
  if (!armed) {
    armed = true
    // No immediate: it keeps the process alive, or, unref'd, comes after the events that the loop waits for.
    onTurnEnd(endTurn)
  }
  return reading
}

function endTurn(): void {
  armed = false
  forget()
}

/** Where a table reads its time. */
export interface TimeSource {
  now(): number
  /** Code of the user's has run, which may have taken any time. */
  forget(): void
}

/** The clock of every cache that is not given one. */
export const clock: TimeSource = { now, forget }
