// What a whole connection takes of a server's processor: from the registration of a client to its first call.
import { rpc, toolCall } from '../../support/mcp-requests.ts'
import type { Tokens } from '../../support/raw-client.ts'
import { connectFirst } from '../connection/first-connection.ts'
import { forgetAttempts } from '../goals/attempts.ts'
import { processorMs } from '../goals/process.ts'
import { median } from '../goals/report.ts'
import type { Authorizing } from './authorizing.ts'
import { accountOf, askForCode, redeemCode, startAuthorizing } from './authorizing.ts'
import type { Rows } from './rows.ts'

const WARM_UP = 60
const CONNECTIONS = 80

export const wholeConnection: Rows = {
  title: 'A whole connection',
  async measure(bench) {
    const all = await startAuthorizing(bench)
    try {
      const rows: string[][] = []
      for (const one of all) {
        for (let index = 0; index < WARM_UP; index += 1) await connectAndCall(one, index)
        if (one.product) await forgetAttempts(one.product)
        const before = processorMs(one.pid)
        const took: number[] = []
        for (let index = WARM_UP; index < WARM_UP + CONNECTIONS; index += 1) {
          const began = performance.now()
          await connectAndCall(one, index)
          took.push(performance.now() - began)
        }
        const processor = (processorMs(one.pid) - before) / CONNECTIONS
        rows.push([one.name, `${processor.toFixed(1)} ms`, median(took).toFixed(1), LEFT_OUT[one.name] ?? 'nothing'])
      }
      return { words: WORDS, columns: ['server', 'processor time each', 'p50 ms', 'what it leaves out'], rows }
    } finally {
      for (const one of all) await one.stop()
    }
  },
}

async function connectAndCall(one: Authorizing, index: number): Promise<void> {
  const { access_token } = await connected(one, index)
  const response = await rpc(one.server, access_token, toolCall('read_project', { projectId: 23_456_789 }), {
    'mcp-protocol-version': '2025-11-25',
  })
  const text = await response.text()
  if (response.status !== 200 || text.includes('"isError":true'))
    throw new Error(`${one.name}: ${response.status} ${text}`)
}

/** At qcgate a browser also loads what belongs to its pages. */
async function connected(one: Authorizing, index: number): Promise<Tokens> {
  if (one.product) return (await connectFirst(one.server, accountOf(index))).tokens
  return redeemCode(one, await askForCode(one, index))
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  'oidc-provider': 'pages, and any look at who somebody is: its script signs in whoever comes, and allows everything',
  'better-auth': 'pages, and the sign-in: its person was signed in before; its script allows everything',
  'SDK 1, its example': 'the person: its authorization endpoint answers with a code at once; and refresh tokens',
}

const WORDS = `A client registers, sends a person to the authorization endpoint, redeems the code that comes back and calls \`read_project\` once. One after the other,
${WARM_UP} times before it counts and ${CONNECTIONS} times that do, each with a client that is new, and at qcgate with a person who is new: who signs in with credentials that
QuantConnect is asked about, reads the page on which they allow, and loads what belongs to it. Processor time is that of the server, on average; what Redis
does in its own process is not counted. The others store in the memory of their own process.`
