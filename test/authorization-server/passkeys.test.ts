// Passkeys at the server (WebAuthn Level 3), with an authenticator in software. The pages that use them are tested in a
// browser.
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test'
import forge from 'node-forge'
import { createPasskeys, type Passkey, type Passkeys } from '../../src/authorization-server/passkeys/passkeys.ts'
import { loadCookieKeys } from '../../src/key-files/cookie-keys.ts'
import type { Store } from '../../src/storage/store.ts'
import { type Cbor, cbor, createAuthenticator, FLAGS, type Lies } from '../support/authenticator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore } from '../support/stores.ts'

const ISSUER = 'https://gate.example'
const ALICE = 'opaque-name-of-alice'
const BOB = 'opaque-name-of-bob'
const CERTIFIED = certified()
const PRESENT_ONLY = FLAGS.userPresent

for (const kind of ['SQLite', 'Redis'] as const) {
  describe(`passkeys on ${kind}`, () => {
    const folder = temporaryFolder()
    let store: Store
    let other: Store
    let passkeys: Passkeys
    /** A second process that shares store and keys. */
    let elsewhere: Passkeys
    before(async () => {
      const cookieKeys = await loadCookieKeys(join(folder.path, 'keys'))
      store = await openStore(kind, join(folder.path, 'data'), 'passkeys:')
      other = await openStore(kind, join(folder.path, 'data'), 'passkeys:')
      passkeys = createPasskeys({ issuer: ISSUER, store, cookieKeys })
      elsewhere = createPasskeys({ issuer: ISSUER, store: other, cookieKeys })
    })
    after(async () => {
      await Promise.all([store.close(), other.close()])
      folder.remove()
    })
    beforeEach(() => mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 }))
    afterEach(() => mock.timers.reset())

    const creationOptions = (accountId = ALICE, existing: Passkey[] = []) =>
      passkeys.creationOptions({ accountId, userId: '123456', sandbox: false, passkeys: existing })

    /** An authenticator with a passkey of an account, and the passkey as it is stored. */
    async function enrolled(accountId = ALICE) {
      const authenticator = createAuthenticator(ISSUER)
      const made = await passkeys.verifyCreation(accountId, authenticator.create(creationOptions(accountId)))
      assert.ok(made)
      return { authenticator, passkey: { ...made, name: 'Laptop' } satisfies Passkey }
    }

    describe('adding one', () => {
      it('asks for one that finds its person by itself, and verifies them', () => {
        const options = creationOptions()
        assert.partialDeepStrictEqual(options, {
          rp: { id: 'gate.example' },
          user: { name: 'QuantConnect user 123456' },
          authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
          attestation: 'none',
        })
        assert.equal(Buffer.from(options.user.id, 'base64url').toString(), ALICE)
        assert.notEqual(creationOptions().challenge, options.challenge)
      })

      it('says which accounts are of the sandbox', () => {
        const options = passkeys.creationOptions({ accountId: ALICE, userId: '7', sandbox: true, passkeys: [] })
        assert.match(options.user.name, /sandbox/i)
      })

      it('takes what was made, at every process', async () => {
        const authenticator = createAuthenticator(ISSUER)
        const made = await elsewhere.verifyCreation(ALICE, authenticator.create(creationOptions()))
        assert.partialDeepStrictEqual(made, {
          id: authenticator.id,
          counter: 0,
          transports: ['internal', 'hybrid'],
          createdAt: 1_800_000_000,
        })
      })

      it('excludes the authenticators that hold one already', async () => {
        const { passkey } = await enrolled()
        const [excluded] = creationOptions(ALICE, [{ ...passkey, suspended: true }]).excludeCredentials ?? []
        assert.deepEqual(excluded, { id: passkey.id, type: 'public-key', transports: ['internal', 'hybrid'] })
      })

      const REFUSED: Record<string, Lies> = {
        'of another origin': { origin: 'https://gate.example.evil.example' },
        'of another port': { origin: `${ISSUER}:8443` },
        'from a frame of another site': { crossOrigin: true },
        'of another relying party': { rpId: 'evil.example' },
        'without a challenge of ours': { challenge: Buffer.alloc(52).toString('base64url') },
        'that is an answer': { type: 'webauthn.get' },
        'whose person was not verified': { flags: PRESENT_ONLY | FLAGS.attested },
        'whose person was not there': { flags: FLAGS.userVerified | FLAGS.attested },
        'that lacks a key': { flags: FLAGS.userPresent | FLAGS.userVerified },
        'with two names': { id: 'another' },
        'of a format that we do not know': { format: 'something' },
        'with a statement that it must not have': { statement: () => new Map([['sig', 'x']]) },
        'whose own signature is not its own': {
          format: 'packed',
          statement: (signed, key) => statement(-7, sign('sha256', signed.subarray(1), key)),
        },
        'with a certificate, since we asked for none': {
          format: 'packed',
          statement: (signed) => statement(-257, sign('sha256', signed, CERTIFIED.key), CERTIFIED.certificate),
        },
      }
      for (const [what, lies] of Object.entries(REFUSED)) {
        it(`refuses one ${what}`, async () => {
          const response = createAuthenticator(ISSUER).create(creationOptions(), lies)
          assert.equal(await passkeys.verifyCreation(ALICE, response), undefined)
        })
      }

      it('takes one that signed itself', async () => {
        const response = createAuthenticator(ISSUER).create(creationOptions(), {
          format: 'packed',
          statement: (signed, key) => statement(-7, sign('sha256', signed, key)),
        })
        assert.ok(await passkeys.verifyCreation(ALICE, response))
      })

      it('refuses a challenge of another account, and one that was for signing in or confirming', async () => {
        const options = creationOptions()
        assert.equal(await passkeys.verifyCreation(BOB, createAuthenticator(ISSUER).create(options)), undefined)
        for (const { challenge } of [passkeys.requestOptions(), passkeys.requestOptions(ALICE)]) {
          const response = createAuthenticator(ISSUER).create(options, { challenge })
          assert.equal(await passkeys.verifyCreation(ALICE, response), undefined)
        }
      })

      it('takes each challenge once', async () => {
        const options = creationOptions()
        assert.ok(await passkeys.verifyCreation(ALICE, createAuthenticator(ISSUER).create(options)))
        assert.equal(await elsewhere.verifyCreation(ALICE, createAuthenticator(ISSUER).create(options)), undefined)
      })
    })

    describe('an answer', () => {
      const answered = async (lies: Lies, { confirming = false } = {}) => {
        const { authenticator, passkey } = await enrolled()
        const account = confirming ? ALICE : undefined
        return passkeys.verifyAnswer(passkey, authenticator.get(passkeys.requestOptions(account), lies), account)
      }

      it('signs in whoever holds the passkey, without saying first who they are', async () => {
        const { authenticator, passkey } = await enrolled()
        const options = passkeys.requestOptions()
        assert.deepEqual(options.allowCredentials, [])
        assert.partialDeepStrictEqual(options, { rpId: 'gate.example', userVerification: 'required' })
        const response = authenticator.get(options)
        assert.deepEqual(elsewhere.claimedAccount(response), { accountId: ALICE, credentialId: passkey.id })
        mock.timers.tick(5000)
        const stored = await elsewhere.verifyAnswer(passkey, response)
        assert.deepEqual(stored, { ...passkey, counter: 1, usedAt: 1_800_000_005 })
      })

      it('confirms that the person of an account is there, with any passkey that is not suspended', async () => {
        const { authenticator, passkey } = await enrolled()
        const second = { ...passkey, id: 'second', suspended: true }
        const options = passkeys.requestOptions(ALICE, [passkey, second])
        assert.deepEqual(
          options.allowCredentials?.map(({ id }) => id),
          [passkey.id],
        )
        assert.ok(await passkeys.verifyAnswer(passkey, authenticator.get(options), ALICE))
      })

      const REFUSED: Record<string, Lies> = {
        'of another origin': { origin: 'http://gate.example' },
        'from a frame of another site': { crossOrigin: true },
        'of another relying party': { rpId: 'evil.example' },
        'without a challenge of ours': { challenge: 'AAAA' },
        'that makes a passkey': { type: 'webauthn.create' },
        'whose person was not verified': { flags: PRESENT_ONLY },
        'whose person was not there': { flags: FLAGS.userVerified },
        'of another passkey': { id: 'another' },
      }
      for (const [what, lies] of Object.entries(REFUSED)) {
        it(`is refused ${what}, for signing in and for confirming`, async () => {
          assert.equal(await answered(lies), undefined)
          assert.equal(await answered(lies, { confirming: true }), undefined)
        })
      }

      it('is refused with the user handle of another account', async () => {
        const userHandle = Buffer.from(BOB).toString('base64url')
        assert.equal(await answered({ userHandle }, { confirming: true }), undefined)
        const { authenticator } = await enrolled()
        const response = authenticator.get(passkeys.requestOptions(), { userHandle })
        assert.equal(passkeys.claimedAccount(response)?.accountId, BOB, 'so it is looked for where it is not')
      })

      it('without a user handle confirms who was asked, and signs nobody in', async () => {
        const { authenticator, passkey } = await enrolled()
        const answer = (account?: string) => authenticator.get(passkeys.requestOptions(account), { userHandle: null })
        assert.equal(passkeys.claimedAccount(answer()), undefined)
        assert.equal(await passkeys.verifyAnswer(passkey, answer(), ''), undefined)
        assert.ok(await passkeys.verifyAnswer(passkey, answer(ALICE), ALICE))
      })

      it('is refused when another key signed it', async () => {
        const { passkey } = await enrolled()
        const { authenticator } = await enrolled(BOB)
        const response = authenticator.get(passkeys.requestOptions(), { id: passkey.id })
        assert.equal(await passkeys.verifyAnswer(passkey, response), undefined)
      })

      it('is refused for another account or purpose than its challenge', async () => {
        const { authenticator, passkey } = await enrolled()
        const check = (challenge: string, account?: string) =>
          passkeys.verifyAnswer(passkey, authenticator.get({ challenge }), account)
        assert.equal(await check(passkeys.requestOptions(BOB).challenge, ALICE), undefined)
        assert.equal(await check(passkeys.requestOptions().challenge, ALICE), undefined)
        assert.equal(await check(passkeys.requestOptions().challenge, ''), undefined)
        assert.equal(await check(passkeys.requestOptions(ALICE).challenge), undefined)
        assert.equal(await check(creationOptions().challenge), undefined)
        assert.equal(await check(creationOptions().challenge, ALICE), undefined)
      })

      it('is refused when the challenge was signed with keys of another installation', async () => {
        const { authenticator, passkey } = await enrolled()
        const cookieKeys = await loadCookieKeys(join(folder.path, 'other-keys'))
        const stranger = createPasskeys({ issuer: ISSUER, store, cookieKeys })
        assert.equal(await passkeys.verifyAnswer(passkey, authenticator.get(stranger.requestOptions())), undefined)
      })

      it('is taken for ten minutes, and not a second longer', async () => {
        const { authenticator, passkey } = await enrolled()
        const [early, late] = [
          authenticator.get(passkeys.requestOptions()),
          authenticator.get(passkeys.requestOptions()),
        ]
        mock.timers.tick(599_000)
        assert.ok(await passkeys.verifyAnswer(passkey, early))
        mock.timers.tick(1000)
        assert.equal(await passkeys.verifyAnswer(passkey, late), undefined)
      })

      it('is refused when the end of its challenge was moved', async () => {
        const { authenticator, passkey } = await enrolled()
        const challenge = Buffer.from(passkeys.requestOptions().challenge, 'base64url')
        challenge.writeUInt32BE(1_900_000_000, 16)
        const response = authenticator.get({ challenge: challenge.toString('base64url') })
        assert.equal(await passkeys.verifyAnswer(passkey, response), undefined)
      })

      it('is taken once, at one process', async () => {
        const { authenticator, passkey } = await enrolled()
        const response = authenticator.get(passkeys.requestOptions())
        const taken = await Promise.all([
          passkeys.verifyAnswer(passkey, response),
          elsewhere.verifyAnswer(passkey, response),
        ])
        assert.equal(taken.filter(Boolean).length, 1)
        assert.equal(await passkeys.verifyAnswer(passkey, response), undefined)
      })

      it('is taken once, however its challenge is spelled', async () => {
        const { authenticator, passkey } = await enrolled()
        const { challenge } = passkeys.requestOptions()
        assert.ok(await passkeys.verifyAnswer(passkey, authenticator.get({ challenge })))
        const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        for (const character of last) {
          const response = authenticator.get({ challenge: challenge.slice(0, -1) + character })
          assert.equal(await passkeys.verifyAnswer({ ...passkey, counter: 0 }, response), undefined)
        }
      })

      it('that is not good does not use up its challenge', async () => {
        const { authenticator, passkey } = await enrolled()
        const options = passkeys.requestOptions()
        assert.equal(
          await passkeys.verifyAnswer(passkey, authenticator.get(options, { rpId: 'evil.example' })),
          undefined,
        )
        assert.ok(await passkeys.verifyAnswer(passkey, authenticator.get(options)))
      })

      it('is refused when the counter stands still or goes back, and taken from those that do not count', async () => {
        const { authenticator, passkey } = await enrolled()
        const check = (stored: number, counter: number) =>
          passkeys.verifyAnswer(
            { ...passkey, counter: stored },
            authenticator.get(passkeys.requestOptions(), { counter }),
          )
        for (const counter of [0, 6, 7]) assert.equal(await check(7, counter), undefined)
        assert.equal((await check(7, 8))?.counter, 8)
        assert.equal((await check(0, 0))?.counter, 0)
      })

      it('of a suspended passkey is refused', async () => {
        const { authenticator, passkey } = await enrolled()
        const response = authenticator.get(passkeys.requestOptions())
        assert.equal(await passkeys.verifyAnswer({ ...passkey, suspended: true }, response), undefined)
        assert.ok(await passkeys.verifyAnswer(passkey, response))
      })

      it('of a passkey whose stored key is broken is refused', async () => {
        const { authenticator, passkey } = await enrolled()
        for (const publicKey of ['', 'AAAA', passkey.publicKey.slice(0, -4)]) {
          const response = authenticator.get(passkeys.requestOptions())
          assert.equal(await passkeys.verifyAnswer({ ...passkey, publicKey }, response), undefined)
        }
      })
    })

    describe('what is no response', () => {
      const deep = Buffer.alloc(11_000, 0x81) // CBOR: a list in a list in a list …
      const endless = Buffer.from('9bffffffffffffffff', 'hex') // CBOR: the longest list there is, and then nothing
      const repeated = cbor(new Map([['fmt', 'none']]))

      it('is refused as a creation', async () => {
        const good = JSON.parse(createAuthenticator(ISSUER).create(creationOptions()))
        const changed = (response: object) => JSON.stringify({ ...good, response: { ...good.response, ...response } })
        for (const garbage of [
          ...GARBAGE,
          ...[deep, endless, repeated, Buffer.alloc(0), Buffer.from('f6', 'hex')].map((bytes) =>
            changed({ attestationObject: bytes.toString('base64url') }),
          ),
          changed({ clientDataJSON: Buffer.from('null').toString('base64url') }),
          changed({ attestationObject: 7 }),
          changed({ transports: 'usb' }),
          JSON.stringify({ ...good, padding: 'x'.repeat(16_384) }),
        ]) {
          assert.equal(await passkeys.verifyCreation(ALICE, garbage), undefined, garbage.slice(0, 80))
        }
        assert.ok(await passkeys.verifyCreation(ALICE, JSON.stringify(good)))
      })

      it('is refused as an answer', async () => {
        const { authenticator, passkey } = await enrolled()
        const good = JSON.parse(authenticator.get(passkeys.requestOptions()))
        const changed = (response: object) => JSON.stringify({ ...good, response: { ...good.response, ...response } })
        for (const garbage of [
          ...GARBAGE,
          changed({ authenticatorData: 'AAAA' }),
          changed({ signature: 'AAAA' }),
          changed({ signature: undefined }),
          changed({ userHandle: 'A'.repeat(200) }),
          JSON.stringify({ ...good, padding: 'x'.repeat(16_384) }),
        ]) {
          assert.equal(await passkeys.verifyAnswer(passkey, garbage), undefined, garbage.slice(0, 80))
        }
        assert.ok(await passkeys.verifyAnswer(passkey, JSON.stringify(good)))
      })

      it('claims no account', async () => {
        const { authenticator } = await enrolled()
        const handles = ['', 'AAAA', Buffer.from('a b').toString('base64url'), 'A'.repeat(200)]
        const claims = handles.map((userHandle) => authenticator.get(passkeys.requestOptions(), { userHandle }))
        for (const garbage of [...GARBAGE, ...claims]) assert.equal(passkeys.claimedAccount(garbage), undefined)
      })
    })
  })
}

/** An attestation statement of the format `packed` (WebAuthn §8.2). */
function statement(alg: number, sig: Uint8Array, certificate?: Uint8Array): ReadonlyMap<Cbor, Cbor> {
  const plain: [Cbor, Cbor][] = [
    ['alg', alg],
    ['sig', sig],
  ]
  return new Map(certificate ? [...plain, ['x5c', [certificate]]] : plain)
}

/** A certificate of an authenticator's maker, as WebAuthn §8.2.1 wants it. */
function certified() {
  const { privateKey, publicKey } = forge.pki.rsa.generateKeyPair(2048)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.validity.notBefore = new Date('2020-01-01')
  certificate.validity.notAfter = new Date('2050-01-01')
  const subject = { countryName: 'US', organizationName: 'Maker', organizationalUnitName: 'Authenticator Attestation' }
  const attributes = Object.entries({ ...subject, commonName: 'Test' }).map(([name, value]) => ({ name, value }))
  certificate.setSubject(attributes)
  certificate.setIssuer(attributes)
  certificate.setExtensions([{ name: 'basicConstraints', cA: false }])
  certificate.sign(privateKey, forge.md.sha256.create())
  return {
    key: forge.pki.privateKeyToPem(privateKey),
    certificate: Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), 'latin1'),
  }
}

const GARBAGE = [
  '',
  '{}',
  'null',
  '[]',
  '"text"',
  '{"id":"a","rawId":"a","type":"public-key"}',
  '{"__proto__":{"id":"a"}}',
  '[['.repeat(8000),
  'x'.repeat(2_000_000),
  JSON.stringify({ id: '€', rawId: '€', type: 'public-key', response: {} }),
]
