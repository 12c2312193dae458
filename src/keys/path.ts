/** Where the walk over the arguments is, for the message if it cannot go on. Apart, since all of the walk writes it. */

/** A place in a Map or Set. */
export class Position {
  constructor(readonly text: string) {}
}

/**
 * `path[0]` is the argument's position (or what the value is called, where it is not an argument), then one property
 * name, symbol, index or collection position for each level.
 */
export const path: (string | number | symbol | Position)[] = []
