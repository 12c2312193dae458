/**
 * A package of its own, outside of this repository, in which examples are compiled and run: `warp-cache` there is what
 * `src` is now, and the libraries that examples use are those that are installed here.
 */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'
import ts from 'typescript'
import { withChecks } from './checks'
import { type Example, root } from './examples'

export interface Ending {
  readonly code: number | null
  readonly output: string
}

const RUNTIME = require.resolve('./runtime.cjs')
const DEADLINE_MS = 30_000
/** What examples may import, and the folder in node_modules that holds it. */
const LIBRARIES = {
  'lru-cache': 'lru-cache',
  'quick-lru': 'quick-lru',
  keyv: 'keyv-6',
  express: 'express',
  fastify: 'fastify',
  piscina: 'piscina',
  vitest: 'vitest',
  '@types/node': '@types/node',
}

export class Home {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'warp-cache-docs-')))

  constructor() {
    this.write('package.json', '{ "name": "example" }')
    const here = join(this.directory, 'node_modules', 'warp-cache')
    this.write('node_modules/warp-cache/package.json', '{ "name": "warp-cache", "main": "dist/main.js" }')
    // The addon's loader, and the addon beside it.
    for (const file of readdirSync(root).filter((name) => name === 'index.js' || name.endsWith('.node')))
      symlinkSync(join(root, file), join(here, file))
    buildSync({
      entryPoints: [join(root, 'src', 'index.ts')],
      outfile: join(here, 'dist', 'main.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
    })
    for (const [name, folder] of Object.entries(LIBRARIES)) {
      const link = join(this.directory, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(root, 'node_modules', folder), link)
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true })
  }

  /** What the compiler says of these examples, in one dialect of decorators. */
  diagnostics(examples: readonly Example[], experimentalDecorators: boolean): Map<Example, string[]> {
    const files = new Map(
      examples.map((each, i) => [this.write(`types/${i}.mts`, `${each.code}\nexport {}`), each]),
    )
    const options: ts.CompilerOptions = {
      ...SYNTAX,
      experimentalDecorators,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.esnext.decorators.d.ts'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      paths: { 'warp-cache': [join(root, 'src', 'index.ts')] },
    }
    const program = ts.createProgram([...files.keys()], options)
    return new Map(
      [...files].map(([file, example]) => {
        const source = program.getSourceFile(file)
        const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
        return [example, found.map((each) => described(each, example.firstLine))]
      }),
    )
  }

  /** Puts an example where others find it under its name. */
  provide({ file, code }: Pick<Example, 'file' | 'code'>): void {
    this.write(file!, ts.transpileModule(code, { compilerOptions: SYNTAX }).outputText)
  }

  /** Runs an example in a process of its own. */
  run(example: Example, name: string): Promise<Ending> {
    const { code, firstLine, language, legacy } = example
    const checked = withChecks(code, firstLine)
    const compilerOptions = { ...SYNTAX, experimentalDecorators: legacy }
    const text = language === 'js' ? checked : ts.transpileModule(checked, { compilerOptions }).outputText
    const isModule = /^(import|export)\b/m.test(code) || language === 'ts'
    const file = this.write(`${name}.${isModule ? 'mjs' : 'cjs'}`, text)
    return this.node('--require', RUNTIME, file)
  }

  /** Runs examples that hold tests, all at once. */
  runTests(examples: readonly Example[]): Promise<Ending> {
    for (const [i, { code }] of examples.entries()) this.write(`tests/${i}.spec.ts`, code)
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    return this.node(vitest, 'run', '--root', join(this.directory, 'tests'), '--no-file-parallelism')
  }

  private node(...args: string[]): Promise<Ending> {
    // Caches in files of its own: each example begins with none.
    const files = mkdtempSync(join(this.directory, 'shared-'))
    const env = { PATH: process.env.PATH, HOME: this.directory, WARP_CACHE_DIR: files }
    const child = spawn(process.execPath, args, { cwd: this.directory, env, timeout: DEADLINE_MS })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, output }))
    })
  }

  private write(file: string, text: string): string {
    const path = join(this.directory, file)
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
}

const SYNTAX = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } as const

function described({ file, start, messageText }: ts.Diagnostic, firstLine: number): string {
  const line = firstLine + (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0)
  return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}
