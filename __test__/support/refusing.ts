/** Commands that run what follows them where the kernel refuses some system calls: a filter of seccomp(2). */
import { spawnSync } from 'node:child_process'
import { arch } from 'node:os'

/** The numbers of calls on x86-64 and on aarch64. */
const CALLS = {
  fallocate: [285, 47],
  fcntl: [72, 25],
  flock: [73, 32],
  linkat: [265, 37],
  openat: [257, 56],
  renameat2: [316, 276],
} as const

/** Calls that fail, all of them or those whose argument of this number has all bits of a mask and one of these values. */
export interface Refusal {
  readonly call: keyof typeof CALLS
  readonly argument?: number
  readonly mask?: number
  readonly values?: readonly number[]
  readonly errno: number
}

/** The three commands of fcntl(2) for locks of open file descriptions. */
export const LOCKS = { call: 'fcntl', argument: 1, values: [36, 37, 38] } as const
/** To make a file that has no name: O_TMPFILE, and O_DIRECTORY with it. */
export const UNNAMED = { call: 'openat', argument: 2, mask: 0o20200000, values: [0o20200000] } as const
/** To give a file a name by its descriptor: AT_EMPTY_PATH. */
export const BY_DESCRIPTOR = { call: 'linkat', argument: 4, mask: 0x1000, values: [0x1000] } as const

/** The words of such a command, or why there is none here. */
export function refusing(...refusals: readonly Refusal[]): readonly string[] | string {
  const system = ['x64', 'arm64'].indexOf(arch())
  if (process.platform !== 'linux' || system < 0) return 'no numbers of system calls are known here'
  const words = ['perl', '-e', LAUNCH, filter(refusals, system).toString('hex'), String([157, 167][system])]
  const { status, stderr, error } = spawnSync(words[0], [...words.slice(1), 'true'], { encoding: 'utf8' })
  return status === 0 ? words : `no filter of system calls here: ${error?.message ?? stderr.trim()}`
}

/** Gives up new privileges, which allows a filter, and sets it; `exec` keeps it. prctl(2) */
const LAUNCH = `
  my ($filter, $prctl, @words) = @ARGV;
  my $instructions = pack 'H*', $filter;
  my $program = pack 'S x![P] P', length($instructions) / 8, $instructions;
  syscall($prctl + 0, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
  syscall($prctl + 0, 22, 2, $program) == 0 or die "seccomp: $!";
  exec @words or die "exec: $!"`

const [LOAD, AND, JUMP, JUMP_IF, ANSWER] = [0x20, 0x54, 0x05, 0x15, 0x06]
const [REFUSE, ALLOW] = [0x0005_0000, 0x7fff_0000]

/** Instructions for a machine that is all of one kind: nothing here is refused to another kind's calls. */
function filter(refusals: readonly Refusal[], system: number): Buffer {
  const instructions: number[][] = []
  for (const { call, argument, mask = 0xffff_ffff, values = [], errno } of refusals) {
    const looks =
      argument === undefined
        ? []
        : [
            [LOAD, 0, 0, 16 + 8 * argument],
            [AND, 0, 0, mask],
            // To the refusal, past those that follow and the jump over it.
            ...values.map((value, i) => [JUMP_IF, values.length - i, 0, value]),
            [JUMP, 0, 0, 1],
          ]
    instructions.push([LOAD, 0, 0, 0], [JUMP_IF, 0, looks.length + 1, CALLS[call][system]], ...looks, [
      ANSWER,
      0,
      0,
      REFUSE | errno,
    ])
  }
  instructions.push([ANSWER, 0, 0, ALLOW])
  const bytes = Buffer.alloc(8 * instructions.length)
  for (const [i, [code, yes, no, k]] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * i)
    bytes.writeUInt8(yes, 8 * i + 2)
    bytes.writeUInt8(no, 8 * i + 3)
    bytes.writeUInt32LE(k, 8 * i + 4)
  }
  return bytes
}
