/**
 * Finds the examples in Markdown: fenced blocks in TypeScript or JavaScript. What stands behind the language changes how
 * an example is run: `legacy` (TypeScript's own decorator dialect), `both` (dialects, one after the other), `vitest` (it
 * holds tests), `file: name` (it is a file that another example of the page loads), `no-run: reason`.
 * A comment `<!-- example-setup: … -->` directly before a block is code that readers need not see.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface Example {
  /** Where its code begins, as `docs/guide.md:12`. */
  readonly place: string
  /** The line of its page on which the first line of `code` is, or would be if the setup were shown. */
  readonly firstLine: number
  readonly language: 'ts' | 'js'
  readonly legacy: boolean
  readonly vitest: boolean
  /** The name under which other examples find it; those run, and it only with them. */
  readonly file: string | undefined
  /** Why it must not run. */
  readonly unrun: string | undefined
  readonly code: string
}

export const root = join(__dirname, '..', '..')

/** README.md and everything in docs/, relative to the root. */
export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  return [
    'README.md',
    ...docs.filter((file) => file.endsWith('.md')).map((file) => join('docs', file)),
  ].sort()
}

export function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

const BLOCK = /^([ \t]*)```([^\n`]*)\n([\s\S]*?)^[ \t]*```[ \t]*$/gm
const SETUP = /<!-- example-setup:\s*((?:(?!-->)[\s\S])*?)\s*-->\s*$/

/** Every example of a page. */
export function examplesOf(page: string): Example[] {
  const text = textOf(page)
  const found: Example[] = []
  for (const match of text.matchAll(BLOCK)) {
    const [, indent, info, body] = match
    const { language, flags } = /^(?<language>\S*)\s*(?<flags>.*)$/.exec(info.trim())!.groups!
    const kind = { ts: 'ts', typescript: 'ts', js: 'js', javascript: 'js' }[language]
    if (kind === undefined) continue
    const line = text.slice(0, match.index).split('\n').length + 1
    const place = `${relative('.', page)}:${line}`
    if (!/^(legacy|both|vitest|file: [\w-]+\.mjs|no-run: .+)?$/.test(flags))
      throw new Error(`${place}: what does \`${flags}\` mean?`)
    const setup = SETUP.exec(text.slice(0, match.index))?.[1]
    const shown = indent === '' ? body : body.replace(new RegExp(`^${indent}`, 'gm'), '')
    const code = setup === undefined ? shown : `${setup}\n${shown}`
    const example: Example = {
      place,
      firstLine: line - (code.split('\n').length - shown.split('\n').length),
      language: kind as Example['language'],
      legacy: flags === 'legacy',
      vitest: flags === 'vitest',
      file: /^file: (.+)$/.exec(flags)?.[1],
      unrun: /^no-run: (.+)$/.exec(flags)?.[1],
      code,
    }
    found.push(example)
    if (flags === 'both') found.push({ ...example, place: `${place}, legacy`, legacy: true })
  }
  return found
}
