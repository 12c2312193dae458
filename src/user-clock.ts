/** A clock of the user's (the option `now`): asked each time. */
import type { TimeSource } from './clock'

export class UserClock implements TimeSource {
  constructor(private readonly source: () => number) {}

  now(): number {
    const { source } = this
    return source()
  }

  forget(): void {}
}
