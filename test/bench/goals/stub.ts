// A process that stands in for QuantConnect: it answers whatever it is asked with the same few bytes, and does little else. Its
// argument says, as JSON, how else it should be.
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { strategyEquity } from '../../charts/samples.ts'

/** What it is told. */
export interface StubOptions {
  /** Milliseconds that it takes for an answer. */
  readonly delayMs?: number
  /** Whether it packs its answer for whoever takes it packed. */
  readonly gzip?: boolean
  /** The chart of a backtest over so many days, beside the rest of its answer. */
  readonly chartDays?: number
}

const { delayMs, gzip, chartDays }: StubOptions = JSON.parse(process.argv[2] ?? '{}')

const PROJECT = {
  projectId: 23456789,
  organizationId: '5cad178b20a1d52567b534553413b691',
  name: 'Mean reversion of pairs',
  modified: '2026-11-20 10:11:12',
  created: '2026-10-02 08:09:10',
  ownerId: 123456,
  language: 'Py',
  collaborators: [
    { uid: 123456, liveControl: true, permission: 'write', profileImage: '', name: 'Trader', owner: true },
  ],
  leanVersionId: -1,
  leanPinnedToMaster: true,
  owner: true,
  description: 'Trades pairs of stocks that moved apart.',
  channelId: 'a1b2c3d4e5f6',
  parameters: [{ key: 'lookback', value: '20' }],
  libraries: [],
  grid: '',
  liveGrid: '',
  paperEquity: 100000.0,
  lastLiveDeployment: null,
  liveForm: null,
  encrypted: false,
  codeRunning: false,
  leanEnvironment: 157,
}
const COMPILE = {
  compileId: 'c0ffee-1234',
  state: 'InQueue',
  projectId: 23456789,
  signature: 'abc',
  signatureOrder: [],
}
const chart = chartDays ? { chart: strategyEquity(chartDays) } : {}
const body = JSON.stringify({ projects: [PROJECT], versions: [], ...COMPILE, ...chart, success: true, errors: [] })

function answerWith(bytes: Buffer, header = ''): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${header}date: ${new Date().toUTCString()}\r\ncontent-length: ${bytes.byteLength}\r\nconnection: keep-alive\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}
const ANSWER = answerWith(Buffer.from(body))
const PACKED = gzip ? answerWith(gzipSync(body), 'content-encoding: gzip\r\n') : undefined

const server = createServer((socket) => {
  let text = ''
  socket.setNoDelay().setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    text += chunk
    for (;;) {
      const head = text.indexOf('\r\n\r\n')
      if (head < 0) return
      const top = text.slice(0, head)
      const [, length] = /\r\ncontent-length: *(\d+)/i.exec(top) ?? []
      let end = head + 4 + Number(length ?? 0)
      if (/\r\ntransfer-encoding: *chunked/i.test(top)) {
        const last = text.indexOf('0\r\n\r\n', head + 4)
        if (last < 0) return
        end = last + 5
      }
      if (text.length < end) return
      text = text.slice(end)
      const answer = PACKED && /\r\naccept-encoding:[^\r]*\bgzip\b/i.test(top) ? PACKED : ANSWER
      if (delayMs) setTimeout(() => socket.write(answer), delayMs)
      else socket.write(answer)
    }
  })
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
