// What a call of a tool comes to, in a word: for whoever keeps or ends a connection, and for whoever allows scopes.
import assert from 'node:assert/strict'
import type { Json } from './json.ts'
import { challengeOf, message, rpc, toolCall } from './mcp-requests.ts'
import type { Tokens } from './raw-client.ts'
import type { TestServer } from './server.ts'

const textOf = ({ content }: Json): string => String(content[0].text)

/** Whether a connection works: `answered`, `error` with what the result says, or the HTTP status that turned the call away. */
export async function callOutcome(
  server: Pick<TestServer, 'mcp'>,
  token: string,
  tool: string,
  args: object = {},
): Promise<string> {
  const response = await rpc(server, token, toolCall(tool, { ...args }))
  if (response.status !== 200) return String(response.status)
  const { result, error } = await message(response)
  if (error) return `protocol error: ${error.message}`
  return result.isError ? `error: ${textOf(result)}` : 'answered'
}

/** Whether a call is allowed: `done`, the scope that is asked for with HTTP 403, `over` with 401, or the words of a refusal. */
export async function permissionOutcome(
  server: Pick<TestServer, 'mcp'>,
  { access_token }: Tokens,
  tool: string,
  args: object = {},
): Promise<string> {
  const response = await rpc(server, access_token, toolCall(tool, { ...args }))
  if (response.status === 401) return 'over'
  if (response.status === 403) return `needs ${challengeOf(response).scope}`
  assert.equal(response.status, 200)
  const { result } = await message(response)
  return result.isError ? textOf(result) : 'done'
}
