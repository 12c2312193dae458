/** Refuses values that cannot be copied faithfully, and says where in them. */

/** The way to a value: a property name, index or place for each level. */
export type Path = (string | number | Place)[]

/** A place in a Map or Set, or an internal part. */
export class Place {
  constructor(readonly text: string) {}
}

/** Thrown to leave the walk over a value that cannot be stored. Not an Error: nobody wants its stack. */
export class Refusal {
  constructor(readonly why: string) {}
}

/** Characters of a path that messages show. */
const MAX_PATH = 200

/** Refuses the value that lies `depth` levels down on `path`. */
export function refuse(path: Path, depth: number, why: string): never {
  let text = ''
  for (const step of path.slice(0, depth)) {
    if (step instanceof Place) text += step.text
    else if (typeof step === 'string' && /^[A-Za-z_$][\w$]*$/.test(step)) text += `.${step}`
    else text += `[${typeof step === 'string' ? JSON.stringify(step) : step}]`
  }
  // The end matters most, then the beginning; a name may be as long as its owner pleases.
  if (text.length > MAX_PATH) text = `${text.slice(0, MAX_PATH / 2)}…${text.slice(-MAX_PATH / 2)}`
  throw new Refusal(text === '' ? why : `at ${text}: ${why}`)
}
