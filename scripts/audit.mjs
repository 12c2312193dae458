/**
 * Asks the registry what is known of the packages that users install with this one. Fails if one has a flaw that is
 * high or critical; where the registry cannot be asked, says that nothing was checked.
 */
import { spawnSync } from 'node:child_process'

const { stdout, stderr, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 60_000,
  shell: process.platform === 'win32',
})
const counts = read(stdout)?.metadata?.vulnerabilities
if (counts === undefined) {
  const why = read(stdout)?.message ?? error?.message ?? stderr.trim().split('\n')[0]
  console.log(`npm audit: SKIPPED, the registry did not answer: ${why}`)
} else {
  const grave = counts.high + counts.critical
  console.log(
    `npm audit: ${counts.total} known flaws in packages that users install, ${grave} of them high or critical`,
  )
  if (grave > 0) console.log(stdout)
  process.exitCode = grave > 0 ? 1 : 0
}

function read(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
