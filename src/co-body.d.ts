// The one part of co-body that is used here. All of it together loads three parsers and a list of all media types.
declare module 'co-body/lib/text.js' {
  import type { IncomingMessage } from 'node:http'

  /** Reads a body, unpacked, as UTF-8 text of so many bytes at most. Rejects with a `status` of 4xx, or without one when it breaks. */
  export default function readText(req: IncomingMessage, options: { readonly limit: string }): Promise<string>
}
