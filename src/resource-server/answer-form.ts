// An answer of the SDK, given in the form that its client takes. The SDK streams to every client of 2025, and to one of
// 2026-07-28 when there is progress to tell.
import type { Form } from './content-negotiation.ts'
import type { Pieces } from './reply.ts'

const isStream = ({ headers }: Response): boolean => headers.get('content-type') === 'text/event-stream'
const DATA = 'data: '

/** The answer in this form. An error of HTTP stays JSON, which is how programs look for its cause. */
export async function inForm(form: Form, answer: Response, isBatch: boolean): Promise<Response> {
  if (answer.status !== 200) return answer
  if (form === 'json' && isStream(answer)) return asJson(answer, isBatch)
  if (form === 'stream' && !isStream(answer)) return asStream(await answer.text())
  return answer
}

/** What a stream brings, when it has ended: the answer, or those of a batch. Nobody who takes JSON was sent any progress. */
async function asJson(answer: Response, isBatch: boolean): Promise<Response> {
  const lines = (await answer.text()).split('\n')
  const messages = lines.filter((line) => line.startsWith(DATA)).map((line) => line.slice(DATA.length))
  const body = isBatch ? `[${messages.join()}]` : (messages[0] ?? '')
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

/** JSON as the one event of a stream (HTML, Server-sent events; MCP 2026-07-28, Receiving Messages). */
export const eventOf = (json: Pieces): Pieces => [`event: message\n${DATA}`, ...json, '\n\n']
/** What such a stream says of itself. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const
const asStream = (json: string): Response => new Response(eventOf([json]).join(''), { headers: STREAM_HEADERS })
