// What a browser posts after it asked for a passkey, read without trusting any of it: the JSON that a credential's toJSON()
// makes (WebAuthn §5.1). Everything is base64url and bounded; members that we do not need are dropped.
import * as z from 'zod'

/** Characters. A response is one or two kilobytes. */
const LONGEST = 16_384

const Base64Url = z.string().regex(/^[\w-]+$/)
/** At most 1,023 bytes (WebAuthn §4). */
export const CredentialId = Base64Url.max(1364)

const credential = <T extends z.ZodType>(response: T) =>
  z.object({ id: CredentialId, rawId: CredentialId, type: z.literal('public-key'), response })

/** A passkey that was made. */
export const Creation = credential(
  z.object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: z.array(z.string()).nullish(),
  }),
)

/** An answer of a passkey. Its `userHandle` is not signed, so it is only where to look, never who somebody is. */
export const Assertion = credential(
  z.object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Base64Url.max(86).nullish(), // 64 bytes
  }),
)

/** What the browser says of the page that asked. Ours is in no frame of another site's, so `crossOrigin` is a trick. */
const ClientData = z.object({
  challenge: Base64Url.max(200),
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.never().optional(),
})

/** Reads a posted response. Undefined when it is too long, no JSON, or something else. */
export function readResponse<T extends z.ZodType>(schema: T, response: string): z.output<T> | undefined {
  return response.length > LONGEST ? undefined : readJson(schema, response)
}

/** The challenge that a response answers; not checked yet. Undefined when the client data cannot be ours. */
export const challengeOf = (clientDataJSON: string): string | undefined =>
  readJson(ClientData, Buffer.from(clientDataJSON, 'base64url').toString())?.challenge

function readJson<T extends z.ZodType>(schema: T, text: string): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
