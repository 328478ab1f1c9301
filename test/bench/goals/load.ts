// A process that loads a server: so many connections, each with one request at a time, for so long. It writes whole requests and
// reads as little of an answer as tells where it ends, so that it takes little of the processor that is measured.
import { connect, type Socket } from 'node:net'

/** What the process is told. */
export interface Task {
  readonly port: number
  /** Whole requests, headers and all; sent in turn. */
  readonly requests: readonly string[]
  readonly connections: number
  readonly ms: number
  /** Whether they are refreshes: each goes on with the refresh token that its last answer brought, also in a later task. */
  readonly rotates?: boolean
}

/** What came of it. */
export interface Outcome {
  readonly answered: number
  /** Answers other than 200, and those that say that a tool failed. */
  readonly failed: number
  /** The first of them. */
  readonly failure?: string
  /** Milliseconds from the first request to the last answer. */
  readonly ms: number
  readonly p50: number
  readonly p99: number
}

/** What a refresh has become by now, by how it was given. */
const rotated = new Map<string, string>()

process.on('message', async (task: Task) => process.send?.(await run(task)))

async function run({ port, requests, connections, ms, rotates }: Task): Promise<Outcome> {
  const times: number[] = []
  let failed = 0
  let failure: string | undefined
  let next = 0
  const began = performance.now()
  const until = began + ms
  const one = async (socket: Socket) => {
    while (performance.now() < until) {
      const given = requests[next++ % requests.length] ?? ''
      const request = rotated.get(given) ?? given
      const sent = performance.now()
      const answer = await ask(socket, request)
      times.push(performance.now() - sent)
      if (!answer.startsWith('HTTP/1.1 200') || answer.includes('"isError":true')) {
        failed += 1
        failure ??= answer.slice(0, 1_000)
      } else if (rotates) rotated.set(given, withNewToken(request, answer))
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, async () => one(await open(port))))
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? Number.NaN
  const outcome = { answered: times.length, failed, ms: performance.now() - began, p50: at(0.5), p99: at(0.99) }
  return failure === undefined ? outcome : { ...outcome, failure }
}

/** The same refresh with the refresh token of an answer. It is what the body ends with. */
function withNewToken(request: string, answer: string): string {
  const [, token = ''] = /"refresh_token":"([^"]+)"/.exec(answer) ?? []
  const [head = '', body = ''] = request.split('\r\n\r\n')
  const form = body.replace(/refresh_token=[^&]*$/, `refresh_token=${token}`)
  return `${head.replace(/content-length: \d+/, `content-length: ${form.length}`)}\r\n\r\n${form}`
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
      .setNoDelay()
      .setEncoding('latin1')
    socket.on('error', reject)
  })
}

/** Sends a request and waits for the end of its answer. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const cut = () => reject(new Error('the connection was closed'))
    socket.once('close', cut)
    socket.on('data', function hear(chunk: string) {
      text += chunk
      if (!isWhole(text)) return
      socket.off('data', hear).off('close', cut)
      resolve(text)
    })
    socket.write(request)
  })
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return false
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head)) ?? []
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length - head - 4 >= Number(length)
}
