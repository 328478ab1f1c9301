// A process that loads a server: so many connections, each with one request at a time, for so long. It writes whole requests and
// reads as little of an answer as tells where it ends, so that it takes little of the processor that is measured. Each connection asks
// again once it has its answer, or requests begin at times that were set before, whatever became of the earlier ones (an open loop).
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
  /** So many requests are enough, if they come before the time is over. */
  readonly most?: number
  /** Requests that begin in each second, at even distances, for an open loop. Their times count from when they should have begun. */
  readonly perSecond?: number
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

async function run({ port, requests, connections, ms, rotates, most = Infinity, perSecond }: Task): Promise<Outcome> {
  const times: number[] = []
  let failed = 0
  let failure: string | undefined
  let next = 0
  const askOnce = async (socket: Socket, since: number) => {
    const given = requests[next++ % requests.length] ?? ''
    const request = rotated.get(given) ?? given
    const answer = await ask(socket, request)
    times.push(performance.now() - since)
    if (isDone(answer)) {
      if (rotates) rotated.set(given, withNewToken(request, answer))
      return
    }
    failed += 1
    failure ??= answer.slice(0, 1_000)
  }
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const began = performance.now()
  const until = began + ms
  if (perSecond) {
    const dues = Array.from(
      { length: Math.floor((perSecond * ms) / 1_000) },
      (_, at) => began + (at * 1_000) / perSecond,
    )
    await askAtTheirTimes(dues, sockets, askOnce)
  } else {
    const one = async (socket: Socket) => {
      while (performance.now() < until && next < most) await askOnce(socket, performance.now())
    }
    await Promise.all(sockets.map(one))
  }
  const end = performance.now()
  for (const socket of sockets) socket.destroy()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? Number.NaN
  const outcome = { answered: times.length, failed, ms: end - began, p50: at(0.5), p99: at(0.99) }
  return failure === undefined ? outcome : { ...outcome, failure }
}

/** The same refresh with the refresh token of an answer. It is what the body ends with. */
function withNewToken(request: string, answer: string): string {
  const [, token = ''] = /"refresh_token":"([^"]+)"/.exec(answer) ?? []
  const [head = '', body = ''] = request.split('\r\n\r\n')
  const form = body.replace(/refresh_token=[^&]*$/, `refresh_token=${token}`)
  return `${head.replace(/content-length: \d+/, `content-length: ${form.length}`)}\r\n\r\n${form}`
}

/** Asks at these times, or as soon afterwards as there is a connection that waits for no answer. */
async function askAtTheirTimes(
  dues: readonly number[],
  sockets: readonly Socket[],
  askOnce: (socket: Socket, since: number) => Promise<void>,
): Promise<void> {
  const free = [...sockets]
  const waiting = [...dues]
  const asked: Promise<void>[] = []
  const { promise: allBegun, resolve, reject } = Promise.withResolvers<void>()
  const begin = () => {
    for (let due = waiting[0]; due !== undefined && due <= performance.now() && free.length; due = waiting[0]) {
      const socket = free.pop()
      if (!socket) return
      waiting.shift()
      const done = askOnce(socket, due).then(() => {
        free.push(socket)
        begin()
      })
      done.catch(reject)
      asked.push(done)
    }
    if (!waiting.length) resolve()
  }
  const clock = setInterval(begin, 1) // nobody can be woken more often; a request is up to a millisecond late, whoever is asked
  await allBegun.finally(() => clearInterval(clock))
  await Promise.all(asked)
}

/** Whether an answer says that all was done. */
function isDone(answer: string): boolean {
  return answer.startsWith('HTTP/1.1 200') && !answer.includes('"isError":true') && !answer.includes('"error":{"code":')
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
