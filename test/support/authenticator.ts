// An authenticator in software, for tests of passkeys: a P-256 key, and what a browser posts for it (WebAuthn §5.1, §6).
// It tells the truth, save where it is told to lie.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url')
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest()

/** Flags of authenticator data (WebAuthn §6.1). */
export const FLAGS = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 }

/** What a browser or an authenticator may say that is not so. */
export interface Lies {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly crossOrigin?: boolean
  readonly flags?: number
  readonly counter?: number
  readonly userHandle?: string | null
  readonly id?: string
  readonly format?: string
  /** The attestation statement, from the bytes that it has to sign and the passkey's key. */
  readonly statement?: (signed: Buffer, key: KeyObject) => ReadonlyMap<Cbor, Cbor>
}

/** What of the options the authenticator needs; those of both ceremonies fit. */
interface Options {
  readonly challenge: string
}
interface CreationOptions extends Options {
  readonly rp: { readonly id?: string }
  readonly user: { readonly id: string }
}

/** Makes passkeys of one origin, and answers with the newest. A program may choose what its passkey is called. */
export function createAuthenticator(origin: string, chosenId?: string) {
  let key: KeyObject
  let id = ''
  let userHandle = ''
  let counter = 0

  const clientData = (type: string, { challenge }: Options, lies: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
      }),
    )

  const authenticatorData = (flags: number, lies: Lies, ...rest: Buffer[]) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(lies.counter ?? counter)
    return Buffer.concat([
      sha256(lies.rpId ?? new URL(origin).hostname),
      Buffer.of(lies.flags ?? flags),
      count,
      ...rest,
    ])
  }

  return {
    get id() {
      return id
    },

    /** A new passkey, as the page posts it. */
    create(options: CreationOptions, lies: Lies = {}): string {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      key = pair.privateKey
      userHandle = options.user.id
      const credentialId = chosenId ? Buffer.from(chosenId, 'base64url') : randomBytes(32)
      id = base64url(credentialId)
      const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' })
      const publicKey = cbor(
        new Map<Cbor, Cbor>([
          [1, 2], // kty: EC2
          [3, -7], // alg: ES256
          [-1, 1], // crv: P-256
          [-2, Buffer.from(x, 'base64url')],
          [-3, Buffer.from(y, 'base64url')],
        ]),
      )
      const authData = authenticatorData(
        FLAGS.userPresent | FLAGS.userVerified | FLAGS.attested,
        lies,
        Buffer.alloc(16), // AAGUID: it does not say what it is
        Buffer.of(0, credentialId.length),
        credentialId,
        publicKey,
      )
      const clientDataJSON = clientData('webauthn.create', options, lies)
      const signed = Buffer.concat([authData, sha256(clientDataJSON)])
      const attestationObject = cbor(
        new Map<Cbor, Cbor>([
          ['fmt', lies.format ?? 'none'],
          ['attStmt', lies.statement?.(signed, key) ?? new Map()],
          ['authData', authData],
        ]),
      )
      return JSON.stringify({
        id: lies.id ?? id,
        rawId: lies.id ?? id,
        type: 'public-key',
        authenticatorAttachment: 'platform',
        clientExtensionResults: { credProps: { rk: true } },
        response: {
          clientDataJSON: base64url(clientDataJSON),
          attestationObject: base64url(attestationObject),
          authenticatorData: base64url(authData),
          publicKey: base64url(pair.publicKey.export({ format: 'der', type: 'spki' })),
          publicKeyAlgorithm: -7,
          transports: ['internal', 'hybrid'],
        },
      })
    },

    /** An answer of the newest passkey, as the page posts it. */
    get(options: Options, lies: Lies = {}): string {
      counter++
      const clientDataJSON = clientData('webauthn.get', options, lies)
      const authData = authenticatorData(FLAGS.userPresent | FLAGS.userVerified, lies)
      return JSON.stringify({
        id: lies.id ?? id,
        rawId: lies.id ?? id,
        type: 'public-key',
        authenticatorAttachment: 'platform',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(clientDataJSON),
          authenticatorData: base64url(authData),
          signature: base64url(sign('sha256', Buffer.concat([authData, sha256(clientDataJSON)]), key)),
          userHandle: lies.userHandle === undefined ? userHandle : lies.userHandle,
        },
      })
    },
  }
}

/** What can be written as CBOR here. */
export type Cbor = number | string | Uint8Array | ReadonlyMap<Cbor, Cbor> | readonly Cbor[]

/** As much of CBOR as an attestation needs (RFC 8949 §3). */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)])
  const items = [...(value as readonly Cbor[])] // sound: nothing else is left
  return Buffer.concat([head(4, items.length), ...items.map(cbor)])
}

function head(major: number, argument: number): Buffer {
  const type = major << 5
  if (argument < 24) return Buffer.of(type | argument)
  if (argument < 256) return Buffer.of(type | 24, argument)
  return Buffer.of(type | 25, argument >> 8, argument & 0xff)
}
