/** What processes and caches take, as Linux and the package tell it. */
'use strict'
const { readFileSync, readdirSync, statSync, statfsSync } = require('node:fs')
const { join } = require('node:path')
const { SharedFiles } = require('../values.cjs')

/** Resident and proportional bytes of a process: the second share out what is mapped by several. */
function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytes = (name) => 1_024 * Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)[1])
  return { rss: bytes('Rss'), pss: bytes('Pss') }
}

const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length

/** All mappings of a process, and those of files in the directory, whatever the kernel calls them. */
function mappings(pid) {
  const inodes = new Set(files().map(({ ino }) => String(ino)))
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').trimEnd().split('\n')
  const ours = lines.filter((line) => inodes.has(line.split(/ +/, 5)[4]))
  return { all: lines.length, ours: ours.length }
}

/** Every file in the directory, known or not. */
function files() {
  const directory = SharedFiles.directory()
  return readdirSync(directory).map((name) => statSync(join(directory, name)))
}

/** Bytes that all files in the directory take, and those that are used where they are. */
function room() {
  const { bsize, blocks, bfree } = statfsSync(SharedFiles.directory())
  const taken = files().reduce((sum, { blocks }) => sum + 512 * blocks, 0)
  return { taken, fileSystem: bsize * (blocks - bfree) }
}

/** Ticks, in all, for which the machine's processors were busy, and for which they were not. */
function processors() {
  const [user, nice, system, idle, wait, irq, soft, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .split(/ +/)
    .slice(1)
    .map(Number)
  return { busy: user + nice + system + irq + soft + steal, free: idle + wait }
}

module.exports = { descriptors, files, mappings, memory, processors, room }
