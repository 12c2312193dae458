/** The licences of the libraries in a bundle, which those who pass it on have to pass on too. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A comment with the licence of each package that esbuild says it has put in. Throws if one has none. */
export function licences(root, { inputs }) {
  const folders = new Set(
    Object.keys(inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []),
  )
  const texts = [...folders].sort().map((folder) => {
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name))
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    if (file === undefined) throw new Error(`${name} is in the bundle, and has no file with its licence.`)
    return `${name} ${version}\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}`
  })
  return `\n/*\nThis file contains:\n\n${texts.join('\n\n---\n\n').replaceAll('*/', '* /')}\n*/\n`
}
