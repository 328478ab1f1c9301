// Person B, who does nothing but to list their projects, one call after the other.
import { setTimeout as pause } from 'node:timers/promises'
import { rpc, toolCall } from '../../support/mcp-requests.ts'
import type { TestServer } from '../../support/server.ts'

/** From the beginning of one call to that of the next, unless it takes longer. */
const CALL_EVERY_MS = 125

export interface Calls {
  /** How long each took, in milliseconds, the quickest first. */
  readonly times: readonly number[]
  /** How many were not answered as they should be. */
  readonly failed: number
}

/** Calls until something is over. */
export async function callMeanwhile(server: TestServer, token: string, something: Promise<unknown>): Promise<Calls> {
  const times: number[] = []
  let failed = 0
  let isOver = false
  const end = () => {
    isOver = true
  }
  something.then(end, end)
  while (!isOver) {
    const began = performance.now()
    const isServed = await callOnce(server, token).catch(() => false)
    const took = performance.now() - began
    times.push(took)
    if (!isServed) failed += 1
    await pause(Math.max(0, CALL_EVERY_MS - took))
  }
  return { times: times.toSorted((one, other) => one - other), failed }
}

async function callOnce(server: TestServer, token: string): Promise<boolean> {
  const response = await rpc(server, token, toolCall('list_projects'))
  const text = await response.text()
  return response.status === 200 && !text.includes('"isError":true')
}
