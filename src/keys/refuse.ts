/** Says which part of which argument cannot be in a key, why, and what to do instead. */
import { typeError } from '../errors'
import { Position, path } from './path'
import { MAX_TOKENS } from './tokens'

/** Characters of a path that messages show. */
const MAX_PATH = 200

/** Refuses the value at `path`, which lies `depth` levels down. */
export function refuse(depth: number, why: string): never {
  throw typeError(
    'ERR_WARP_CACHE_KEY',
    `${where(depth)} cannot be part of a cache key: ${why}. ` +
      'Give the option `key`: a function that turns the arguments into a plain value.',
  )
}

/** Refuses it for its length. */
export function refuseLength(depth: number): never {
  refuse(depth, `it has more than ${MAX_TOKENS} parts`)
}

function where(depth: number): string {
  let text = ''
  for (const step of path.slice(1, depth + 1)) {
    if (typeof step === 'string' && /^[A-Za-z_$][\w$]*$/.test(step)) text += `.${step}`
    else if (step instanceof Position) text += step.text
    else text += `[${typeof step === 'string' ? JSON.stringify(step) : String(step)}]`
  }
  // The end matters most, then the beginning; a name may be as long as its owner pleases.
  if (text.length > MAX_PATH) text = `${text.slice(0, MAX_PATH / 2)}…${text.slice(-MAX_PATH / 2)}`
  const subject = typeof path[0] === 'number' ? `Argument ${path[0] + 1}` : String(path[0])
  return text === '' ? subject : `${subject} at ${text}`
}
