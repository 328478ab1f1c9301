// A process between a server and its Redis that makes the way longer. Arguments: the port of the Redis.
//
// Answers are kept for a millisecond, and questions are not: for whoever waits for an answer it is the same as half a millisecond each
// way, and a timer of half a millisecond there is none. Bytes stay in order, since timers of one length end in the order they began.
import { connect, createServer } from 'node:net'

const WAY_MS = 1
const [port] = process.argv.slice(2)

const server = createServer((near) => {
  const far = connect(Number(port), '127.0.0.1').setNoDelay()
  near.setNoDelay().pipe(far)
  far.on('data', (chunk: Buffer) => setTimeout(() => near.write(chunk), WAY_MS))
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => undefined).on('close', () => other.destroy())
  }
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
