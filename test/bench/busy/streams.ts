// Person A's client listening sixty times over (MCP 2026-07-28, Subscriptions), and what that costs in memory.

import { MOST_STREAMS } from '../../../src/resource-server/open-answers.ts'
import { connectAs } from '../../support/connection.ts'
import { mirror, modern, rpc } from '../../support/mcp-requests.ts'
import type { RawPerson } from '../../support/raw-person.ts'
import type { Loop } from './loop.ts'

export const STREAMS = 60
const METHOD = 'subscriptions/listen'

/** Opens them all, over as many connections as that takes. Gives the function that hangs up. */
export async function openStreams(person: RawPerson): Promise<() => void> {
  const hangUp = new AbortController()
  const body = modern(METHOD, { notifications: { toolsListChanged: true } })
  for (let open = 0; open < STREAMS; open += MOST_STREAMS) {
    const { tokens } = await connectAs(person)
    for (let i = open; i < Math.min(open + MOST_STREAMS, STREAMS); i += 1) {
      const { status } = await rpc(person.server, tokens.access_token, body, mirror(METHOD), hangUp.signal)
      if (status !== 200) throw new Error(`a stream was answered with ${status}`)
    }
  }
  return () => hangUp.abort()
}

/** What each of them holds, in kB, by two looks at the server's memory. */
export const perStream = (before: Loop, after: Loop) => {
  const each = (what: 'rss' | 'heapUsed') => Math.round((after[what] - before[what]) / STREAMS / 1024)
  return `${each('rss')} kB of memory each, ${each('heapUsed')} kB of it in the heap`
}
