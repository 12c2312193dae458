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

export class Clock {
  private reading = 0
  private uses = 0
  private armed = false
  private readonly endTurn = (): void => {
    this.armed = false
    this.uses = 0
  }

  /** The time now, or at most one turn, 32 calls and no user code ago. */
  now(): number {
    return --this.uses >= 0 && timer.now === timerNow && Date === RealDate ? this.reading : this.read()
  }

  /** Code of the user's has run, which may have taken any time. */
  forget(): void {
    this.uses = 0
  }

  private read(): number {
    // The global is an accessor, which costs a quarter of a reading: ask it only here.
    const source = globalThis.performance
    if (source !== timer || timer.now !== timerNow || Date !== RealDate) {
      this.uses = 0 // or a reading from before would serve again after
      return source.now()
    }
    this.reading = timer.now()
    this.uses = USES - 1
    if (!this.armed) {
      this.armed = true
      // No immediate: it keeps the process alive, or, unref'd, comes after the events that the loop waits for.
      onTurnEnd(this.endTurn)
    }
    return this.reading
  }
}

/** The clock of every cache that is not given one. */
export const clock = new Clock()

/** Where a table reads its time. */
export type TimeSource = Pick<Clock, 'now' | 'forget'>

/** A clock of the user's (the option `now`): asked each time. */
export class UserClock implements TimeSource {
  constructor(private readonly source: () => number) {}

  now(): number {
    const { source } = this
    return source()
  }

  forget(): void {}
}
