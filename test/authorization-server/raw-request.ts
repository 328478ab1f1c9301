// Requests that say what they like in their headers.
import { request } from 'node:http'

/** An answer, read. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request with any headers, `Host` among them, which `fetch` would not let us choose. A body makes it a POST. */
export function rawRequest(
  port: string | number,
  path: string,
  headers: Record<string, string>,
  body?: URLSearchParams | object,
): Promise<RawAnswer> {
  const isForm = body instanceof URLSearchParams
  const type = body ? { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' } : {}
  const options = { host: '127.0.0.1', port, path, method: body ? 'POST' : 'GET', headers: { ...type, ...headers } }
  return new Promise((resolve, reject) => {
    request(options, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
    })
      .once('error', reject)
      .end(isForm ? body.toString() : body && JSON.stringify(body))
  })
}
