// The worker of a node:cluster: does the work of one case, and says what it has measured.

import { loadCase } from '../cases/index.mjs'
import { loadPeer } from '../peers/index.mjs'
import { WrongResult } from './measure.mjs'

const order = JSON.parse(process.argv[2])

try {
  const peer = await loadPeer(order.peer)
  process.send({ measured: await (await loadCase(order.case)).work({ ...order, peer }) })
} catch (error) {
  if (!(error instanceof WrongResult)) throw error
  process.send({ wrong: error.message })
}
