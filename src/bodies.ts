// Bodies of HTTP messages: unpacked, and read as text within a bound.
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

const UNPACK = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }
const isPacked = (coding: string): coding is keyof typeof UNPACK => Object.hasOwn(UNPACK, coding)
const codingOf = ({ headers }: IncomingMessage): string => headers['content-encoding']?.trim().toLowerCase() ?? ''

/** What a message holds, whatever it is packed in (RFC 9110 §8.4). What is packed in another way is left as it is. */
export function unpacked(message: IncomingMessage): Readable {
  const coding = codingOf(message)
  if (!isPacked(coding)) return message
  const unpack = UNPACK[coding]()
  message.on('error', (error) => unpack.destroy(error))
  unpack.on('close', () => message.unpipe(unpack))
  return message.pipe(unpack)
}

/** A body that was not read. `status` is the one of HTTP that says why. */
export class UnreadBody extends Error {
  override name = 'UnreadBody'
  readonly status: 400 | 413 | 415

  constructor(status: UnreadBody['status'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/**
 * Reads the body of a request as UTF-8, of at most so many bytes when it is unpacked. Throws `UnreadBody`; the request can be
 * answered then as ever.
 */
export function readText(req: IncomingMessage, atMost: number): Promise<string> {
  const coding = codingOf(req)
  if (coding && coding !== 'identity' && !isPacked(coding))
    return Promise.reject(new UnreadBody(415, `Content-Encoding: ${coding} is not known here`))
  if (Number(req.headers['content-length'] ?? 0) > atMost) return Promise.reject(tooLong(atMost))
  if (req.destroyed) return Promise.reject(cutOff())
  const stream = unpacked(req)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    function refuse(error: UnreadBody): void {
      stream.off('data', take)
      if (stream !== req) {
        req.unpipe()
        stream.destroy()
      }
      req.resume() // what is left of it is dropped, so that its connection can be used again
      reject(error)
    }
    function take(chunk: Buffer): void {
      length += chunk.length
      chunks.push(chunk)
      if (length > atMost) refuse(tooLong(atMost))
    }
    stream.on('data', take)
    stream.on('end', () => resolve(utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))))
    stream.on('error', (cause) => refuse(new UnreadBody(400, 'the body cannot be read', { cause })))
    req.on('close', () => {
      if (!req.complete) refuse(cutOff())
    })
  })
}

const utf8 = new TextDecoder()
const cutOff = () => new UnreadBody(400, 'the body was cut off')
const tooLong = (atMost: number) => new UnreadBody(413, `the body has more than ${atMost} bytes`)
