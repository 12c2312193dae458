/**
 * How a suite is built and run in the copy. `prepare` compiles what there is, and says what is wrong with it. `run` says
 * whether a test passed; a test that is not there has not, nor one that does not end.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** For a test of which nothing is broken, on a machine that is busy. */
const HANGS_AFTER_MS = 300_000

/** Of the tables that `tests::hostile` spoils a tenth: what is broken on purpose shows in some of them. */
const testEnv = { ...process.env, NO_COLOR: '1', HOSTILE_RUNS: '3000' }

const cargo = (target, flags) => (root, copy) => {
  let binary
  return {
    prepare() {
      const env = { ...process.env, CARGO_TARGET_DIR: join(root, target), ...flags }
      const args = ['test', '--locked', '--quiet', '--no-default-features', '--lib', '--no-run']
      const built = run('cargo', [...args, '--message-format=json-render-diagnostics'], { cwd: copy, env })
      if (built.status !== 0) return built.stderr
      const messages = built.stdout.split('\n').filter((line) => line.startsWith('{'))
      const made = messages.map((line) => JSON.parse(line)).filter(({ executable }) => executable)
      binary = made.at(-1).executable
    },
    run(test, timeout = HANGS_AFTER_MS) {
      const ran = run(binary, [test, '--test-threads=1'], { cwd: copy, env: testEnv, timeout })
      const passed = ran.status === 0 && /^test result: ok\. [1-9]/m.test(ran.stdout)
      return { passed, ...ending(ran) }
    },
  }
}

const vitest = (root, copy) => ({
  prepare() {},
  run(test, timeout = HANGS_AFTER_MS) {
    const [spec, name] = test.split(' > ')
    const args = ['run', '--project', 'tc39', `__test__/${spec}`, ...(name ? ['-t', name] : [])]
    const ran = run(join(root, 'node_modules/.bin/vitest'), args, {
      cwd: copy,
      env: testEnv,
      timeout,
    })
    return { passed: ran.status === 0 && /Tests +[1-9]\d* passed/.test(ran.stdout), ...ending(ran) }
  },
})

/** By kind. All of `cargo` are the same crate, over the atomics of the machine or of a model checker. */
export const suites = {
  cargo: cargo('target', {}),
  loom: cargo('target/loom', { RUSTFLAGS: '--cfg loom' }),
  shuttle: cargo('target/shuttle', { RUSTFLAGS: '--cfg shuttle' }),
  vitest,
}

function run(command, args, options) {
  const ran = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
    ...options,
  })
  if (ran.error !== undefined && ran.error.code !== 'ETIMEDOUT') throw ran.error
  return ran
}

function ending({ error, status, signal, stdout, stderr }) {
  let how = status === 0 ? 'ran no test' : 'failed'
  if (error !== undefined) how = 'did not end'
  else if (signal !== null) how = `was ended by ${signal}`
  return { how, output: `${how}\n${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}` }
}
