// The versions of MCP that are served here, in both eras. The SDK names those of one era only where it says what there is.
import { ProtocolErrorCode, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { record } from '../quantconnect/fields.ts'

/** The newest first: without a handshake, then by `initialize`. */
export const SERVED_VERSIONS: readonly string[] = ['2026-07-28', ...SUPPORTED_PROTOCOL_VERSIONS]

/** An answer of the SDK; where it refuses a version, with all that a client may choose from (MCP 2026-07-28, Versioning). */
export async function namingAllVersions(answer: Response): Promise<Response> {
  if (answer.status !== 400) return answer
  const { status, headers } = answer
  const text = await answer.text()
  const body = JSON.parse(text)
  const { code, data } = record(record(body).error)
  if (code !== ProtocolErrorCode.UnsupportedProtocolVersion) return new Response(text, { status, headers })
  const error = { ...body.error, data: { ...record(data), supported: SERVED_VERSIONS } }
  return Response.json({ ...body, error }, { status })
}
