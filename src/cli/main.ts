/** The command `warp-cache`: reads the command line, does what it says, and ends with one of the codes of failure.ts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { addon, type SharedFiles } from '../addon'
import { clear, ls, type Outcome, rm, stats, verify, type Which } from './commands'
import { DONE, Failure, failureOf, MISUSED } from './failure'
import { top } from './top'

/** How the package looks from the command's file. */
const MANIFEST = join(__dirname, '..', 'package.json')
/** The shortest and the longest time between two looks, in seconds. */
const [SHORTEST, LONGEST] = [0.1, 86_400]

interface Options {
  readonly json?: true
  readonly file?: string
}

function program(): Command {
  const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8'))
  const main = new Command('warp-cache')
    .description('Shows and handles the caches that processes of this user share (backend: "shared").')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print JSON: one value, or for top one line each time')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      '\nNAME is the full name of a cache, or a part of it that no other has.\n' +
        'Caches are where WARP_CACHE_DIR says, else in /dev/shm.\n\n' +
        'Exit codes: 0 done, 1 damaged (verify), 2 wrong command line, 3 no such cache or more than one,\n' +
        '4 in use, 5 not possible here.',
    )
  main
    .command('ls')
    .description('list the caches: locks, maps and writes nothing')
    .action((_, command) => tell(command, ls(addon().SharedFiles)))
  one(main, 'stats', 'show what a cache holds and has counted: only reads its file', stats)
  one(main, 'clear', 'drop every entry of a cache, for every process', clear)
  one(main, 'rm', 'remove the file of a cache that nobody uses', rm)
  one(main, 'verify', 'check a whole cache, with writers shut out meanwhile', verify)
  main
    .command('top')
    .description('show what the caches do, each second: only reads their files')
    .argument('[NAME]', 'a part of the names of those to show')
    .option('-d, --delay <seconds>', 'from one look to the next', secondsOf, 1)
    .option('-n, --times <times>', 'end after showing it so often', timesOf, Number.POSITIVE_INFINITY)
    .action(async (name: string | undefined, { delay, times }, command: Command) => {
      const { json = false } = command.optsWithGlobals<Options>()
      await top(addon().SharedFiles, { name, every: delay, times, json }, process.stdout)
    })
  return main
}

type Action = (files: SharedFiles, which: Which) => Outcome | Promise<Outcome>

/** A command that is about one cache. */
function one(main: Command, command: string, description: string, action: Action): void {
  main
    .command(command)
    .description(description)
    .argument('[NAME]', 'the full name of a cache, or a part of it that no other has')
    .option('--file <file>', 'the file, or how its name begins, where several have that name')
    .action(async (name: string | undefined, { file }: Options, self: Command) =>
      tell(self, await action(addon().SharedFiles, { name, file })),
    )
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= SHORTEST && seconds <= LONGEST) return seconds
  throw new InvalidArgumentError(`Seconds are a number from ${SHORTEST} to ${LONGEST}.`)
}

function timesOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}

function tell(command: Command, { data, text, exitCode = DONE }: Outcome): void {
  const { json = false } = command.optsWithGlobals<Options>()
  process.stdout.write(`${json ? JSON.stringify(data, null, 2) : text}\n`)
  process.exitCode = exitCode
}

/** To standard error: what is on standard output is what was asked for, or nothing. */
function complain({ exitCode, code, message, details, list }: Failure): void {
  const text = list === '' ? message : `${message}\n${list}`
  const json = process.argv.includes('--json')
  process.stderr.write(`${json ? JSON.stringify({ error: { code, message, ...details } }) : text}\n`)
  process.exitCode = exitCode
}

async function run(): Promise<void> {
  // Whoever reads what is printed may have seen enough.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? DONE : MISUSED),
  )
  try {
    await program().parseAsync()
  } catch (error) {
    if (!(error instanceof CommanderError)) return complain(failureOf(error))
    if (error.exitCode === DONE) return
    // Without a command there was the help, on standard error.
    if (error.code === 'commander.help') process.exitCode = MISUSED
    else complain(new Failure(MISUSED, 'usage', error.message))
  }
}

void run()
