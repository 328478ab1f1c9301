// The body of a request, and the arguments in it: JSON, form data, or a form with a file.
import type { IncomingMessage } from 'node:http'
import { ApiError, type Arguments } from './handler.ts'

export const BODY_AT_MOST = 8 * 1024 * 1024

/** The body, or nothing when it is too large. It is read to its end even then, or the client would not listen. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= BODY_AT_MOST) chunks.push(chunk)
  }
  return size <= BODY_AT_MOST ? Buffer.concat(chunks) : undefined
}

/** Fields are text; a file becomes its bytes. */
async function formArguments(body: Buffer, contentType: string): Promise<Arguments> {
  const form = await new Response(new Uint8Array(body), { headers: { 'Content-Type': contentType } })
    .formData()
    .catch(() => {
      throw new ApiError('Invalid request body')
    })
  const fields = [...form].map(
    async ([name, value]): Promise<[string, unknown]> => [
      name,
      typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()),
    ],
  )
  return Object.fromEntries(await Promise.all(fields))
}

/** No body means no arguments. */
export async function argumentsOf(body: Buffer, contentType = ''): Promise<Arguments> {
  if (contentType.startsWith('multipart/form-data')) return formArguments(body, contentType)
  const text = body.toString()
  if (contentType.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Arguments
  } catch {}
  throw new ApiError('Invalid request body')
}
