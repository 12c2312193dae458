/** A clock for the option `now` that only the test moves. */
export class FakeClock {
  /** In milliseconds. */
  time = 1_000
  /** How often it was read. */
  readings = 0

  readonly now = (): number => {
    this.readings++
    return this.time
  }

  advance(ms: number): void {
    this.time += ms
  }
}
