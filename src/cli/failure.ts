/** How the command ends: the exit codes, which docs/command.md lists, and what is said when it could not do its work. */

/** It has done what was asked. */
export const DONE = 0
/** `verify`: the cache is damaged. */
export const DAMAGED = 1
/** The command line is wrong. */
export const MISUSED = 2
/** No cache is meant by the name, or more than one. */
export const NOT_FOUND = 3
/** Somebody uses the cache, or holds it. */
export const IN_USE = 4
/** The directory, the file, the system or the installation does not allow it. */
export const UNUSABLE = 5

/** Why nothing was done. */
export class Failure extends Error {
  /**
   * @param code - the stable part, for programs.
   * @param details - what `--json` gives besides code and message.
   * @param list - what stands below the message for people.
   */
  constructor(
    readonly exitCode: number,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly list = '',
  ) {
    super(message)
  }
}

/** Any error as a failure: the addon's have codes of their own. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  return new Failure(UNUSABLE, typeof code === 'string' ? code : 'unexpected', sentence(String(message)))
}

function sentence(text: string): string {
  const whole = text.endsWith('.') ? text : `${text}.`
  return whole.charAt(0).toUpperCase() + whole.slice(1)
}
