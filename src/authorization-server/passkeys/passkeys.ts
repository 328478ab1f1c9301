// Passkeys, as far as a server has to do with them (WebAuthn Level 3): what to ask a browser for, and whether what it
// brings back is good. Whoever calls keeps the passkeys and decides what a good answer allows.
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type * as z from 'zod'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'
import type { Store } from '../../storage/store.ts'
import { unixTime } from '../../unix-time.ts'
import { type Ceremony, createChallenges } from './passkey-challenges.ts'
import { Assertion, Creation, challengeOf, readResponse } from './passkey-responses.ts'

/** A passkey as it is kept with its account. It holds no secret. */
export interface Passkey {
  readonly id: string
  /** COSE_Key, base64url. */
  readonly publicKey: string
  /** How often the authenticator says that it signed; many always say 0. */
  readonly counter: number
  readonly transports?: readonly string[] | undefined
  readonly name: string
  /** Seconds since 1970, like `usedAt`. */
  readonly createdAt: number
  readonly usedAt?: number | undefined
  /** Kept, but good for nothing until its person says so. */
  readonly suspended?: boolean | undefined
}

/** A passkey that was just made; its person has yet to name it. */
export type NewPasskey = Omit<Passkey, 'name' | 'transports'> & { readonly transports: string[] }

export type Passkeys = ReturnType<typeof createPasskeys>

/** Milliseconds that a browser waits for its person. */
const TIMEOUT = 5 * 60 * 1000
/** EdDSA, ES256, RS256 (RFC 9053, RFC 8812): what every authenticator has one of. */
const ALGORITHMS = [-8, -7, -257]
/** Characters of base64url. RSA keys of 4,096 bits need 712; what is longer would only fill the store. */
const LONGEST_KEY = 1500

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']
const isTransport = (name: string): boolean => TRANSPORTS.includes(name)

const descriptor = ({ id, transports = [] }: Passkey) => ({
  id,
  type: 'public-key' as const,
  transports: transports.filter(isTransport),
})

/** The library takes a quarter of a second to load, so only who checks an answer waits for it. */
const library = async () => ({
  ...(await import('@simplewebauthn/server')),
  ...(await import('@simplewebauthn/server/helpers')),
})

export function createPasskeys({
  issuer,
  store,
  cookieKeys,
}: {
  readonly issuer: string
  readonly store: Store
  readonly cookieKeys: CookieKeys
}) {
  const { hostname: rpId, origin } = new URL(issuer)
  const challenges = createChallenges(store, cookieKeys)
  const expected = { expectedOrigin: origin, expectedRPID: rpId, requireUserVerification: true }

  /** The challenge in a response, if it is one that we gave out for this. */
  const expectedChallenge = (ceremony: Ceremony, clientDataJSON: string): string | undefined => {
    const challenge = challengeOf(clientDataJSON)
    return challenge && challenges.isOurs(ceremony, challenge) ? challenge : undefined
  }

  const requestOptions = (challenge: string, passkeys: readonly Passkey[]): PublicKeyCredentialRequestOptionsJSON => ({
    challenge,
    rpId,
    timeout: TIMEOUT,
    allowCredentials: passkeys.filter(({ suspended }) => !suspended).map(descriptor),
    userVerification: 'required',
  })

  /** The passkey after an answer that it gave, or undefined when it did not. */
  async function verifyAnswer<P extends Passkey>(
    passkey: P,
    posted: z.output<typeof Assertion>,
    challenge: string,
  ): Promise<P | undefined> {
    if (passkey.suspended || posted.id !== passkey.id) return undefined
    const { userHandle: _unsigned, ...assertion } = posted.response
    const { verifyAuthenticationResponse } = await library()
    const counter = await unlessBad(async () => {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        ...expected,
        expectedChallenge: challenge,
        response: { ...posted, response: assertion, clientExtensionResults: {} },
        credential: {
          id: passkey.id,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
          counter: passkey.counter,
        },
      })
      return verified ? authenticationInfo.newCounter : undefined
    })
    return counter === undefined ? undefined : { ...passkey, counter, usedAt: unixTime() }
  }

  return {
    /** What the page gives `navigator.credentials.create` (WebAuthn §5.4). Excludes the passkeys that exist. */
    creationOptions(who: {
      readonly accountId: string
      readonly userId: string
      readonly sandbox: boolean
      readonly passkeys: readonly Passkey[]
    }): PublicKeyCredentialCreationOptionsJSON {
      const name = `${who.sandbox ? 'Sandbox' : 'QuantConnect'} user ${who.userId}`
      return {
        challenge: challenges.issue(['create', who.accountId]),
        rp: { id: rpId, name: rpId },
        user: { id: Buffer.from(who.accountId).toString('base64url'), name, displayName: name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        timeout: TIMEOUT,
        excludeCredentials: who.passkeys.map(descriptor),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        attestation: 'none',
      }
    },

    /** Checks a passkey that a browser made. Undefined when it is not good. Throws `StoreUnavailable`. */
    async verifyCreation(accountId: string, response: string): Promise<NewPasskey | undefined> {
      const posted = readResponse(Creation, response)
      const challenge = posted && expectedChallenge(['create', accountId], posted.response.clientDataJSON)
      if (!posted || !challenge) return undefined
      const { clientDataJSON, attestationObject } = posted.response
      const { verifyRegistrationResponse, decodeAttestationObject, isoBase64URL } = await library()
      const made = await unlessBad(async () => {
        // We asked for no attestation, so nothing shall make us read certificates or fetch their revocation lists. What an
        // authenticator signed with the new key itself has none, and browsers leave it in (WebAuthn §5.1.3).
        const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject))
        const selfSigned = attestation.get('fmt') === 'packed' && !attestation.get('attStmt').get('x5c')
        if (attestation.get('fmt') !== 'none' && !selfSigned) return undefined
        const { registrationInfo } = await verifyRegistrationResponse({
          ...expected,
          expectedChallenge: challenge,
          supportedAlgorithmIDs: ALGORITHMS,
          response: { ...posted, response: { clientDataJSON, attestationObject }, clientExtensionResults: {} },
        })
        return registrationInfo?.credential
      })
      if (made?.id !== posted.id) return undefined
      const publicKey = Buffer.from(made.publicKey).toString('base64url')
      if (publicKey.length > LONGEST_KEY || !(await challenges.use(challenge))) return undefined
      const transports = [...new Set(posted.response.transports ?? [])].filter(isTransport)
      return { id: made.id, publicKey, counter: made.counter, transports, createdAt: unixTime() }
    },

    /**
     * What the page gives `navigator.credentials.get` (WebAuthn §5.5), for anybody to sign in with what their browser finds.
     * `visit` tells this visit from all others: an answer that was given for the one is none for another.
     */
    signInOptions: (visit: string): PublicKeyCredentialRequestOptionsJSON =>
      requestOptions(challenges.issue(['sign-in', visit]), []),

    /** The same, for an answer of one of these passkeys to a challenge that says what it is for. */
    proofOptions: requestOptions,

    /** Whose passkey an answer says it is. Nothing is checked; it is only where to look for the passkey. */
    claimedAccount(response: string): { accountId: string; credentialId: string } | undefined {
      const posted = readResponse(Assertion, response)
      const accountId = accountOf(posted?.response.userHandle)
      return posted && accountId ? { accountId, credentialId: posted.id } : undefined
    },

    /**
     * Checks an answer with which somebody signs in. The passkey as it must be stored from now on, or undefined when the answer
     * is not good. Throws `StoreUnavailable`.
     */
    async verifySignIn<P extends Passkey>(passkey: P, response: string, visit: string): Promise<P | undefined> {
      const posted = readResponse(Assertion, response)
      const challenge = posted && expectedChallenge(['sign-in', visit], posted.response.clientDataJSON)
      const used = challenge && (await verifyAnswer(passkey, posted, challenge))
      return used && (await challenges.use(challenge)) ? used : undefined
    },

    /**
     * Checks an answer of one of an account's passkeys to this very challenge. That it counts once is for whoever made the
     * challenge to see to. The passkey as it must be stored from now on, or undefined when the answer is not good.
     */
    async verifyProof<P extends Passkey>(
      passkeys: readonly P[],
      response: string,
      { accountId, challenge }: { readonly accountId: string; readonly challenge: string },
    ): Promise<P | undefined> {
      const posted = readResponse(Assertion, response)
      const passkey = passkeys.find(({ id }) => id === posted?.id)
      if (!posted || !passkey) return undefined
      const { userHandle, clientDataJSON } = posted.response
      if (userHandle && accountOf(userHandle) !== accountId) return undefined
      return challengeOf(clientDataJSON) === challenge ? verifyAnswer(passkey, posted, challenge) : undefined
    },
  }
}

/** The account in a user handle, which is how `creationOptions` wrote it. */
function accountOf(userHandle: string | null | undefined): string | undefined {
  const accountId = Buffer.from(userHandle ?? '', 'base64url').toString()
  return /^[\w-]{1,64}$/.test(accountId) ? accountId : undefined
}

/** The library says no by throwing. What exactly was wrong helps only who made it up. */
async function unlessBad<T>(check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch {
    return undefined
  }
}
