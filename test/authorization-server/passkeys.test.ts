// Passkeys at the server (WebAuthn Level 3), with an authenticator in software. The pages that use them are tested in a
// browser.
import assert from 'node:assert/strict'
import { randomBytes, sign } from 'node:crypto'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test'
import forge from 'node-forge'
import { createPasskeys, type Passkey, type Passkeys } from '../../src/authorization-server/passkeys/passkeys.ts'
import { challengeOfAct } from '../../src/authorization-server/proofs/acts.ts'
import { loadCookieKeys } from '../../src/key-files/cookie-keys.ts'
import type { Store } from '../../src/storage/store.ts'
import { type Cbor, cbor, createAuthenticator, FLAGS, type Lies } from '../support/authenticator.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore } from '../support/stores.ts'

const ISSUER = 'https://gate.example'
const ALICE = 'opaque-name-of-alice'
const VISIT = 'one visit'
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

    /** Whose person a proof is asked of, and what for. */
    const proving = (challenge = challengeOfAnAct()) => ({ accountId: ALICE, challenge })

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

      it('refuses a challenge of another account, and one that was for signing in or for an act', async () => {
        const options = creationOptions()
        assert.equal(await passkeys.verifyCreation(BOB, createAuthenticator(ISSUER).create(options)), undefined)
        for (const challenge of [passkeys.signInOptions(VISIT).challenge, challengeOfAnAct()]) {
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
      const signedIn = async (lies: Lies) => {
        const { authenticator, passkey } = await enrolled()
        return passkeys.verifySignIn(passkey, authenticator.get(passkeys.signInOptions(VISIT), lies), VISIT)
      }
      const proved = async (lies: Lies) => {
        const { authenticator, passkey } = await enrolled()
        const asked = proving()
        return passkeys.verifyProof([passkey], authenticator.get(asked, lies), asked)
      }

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
        it(`is refused ${what}, for signing in and as a proof`, async () => {
          assert.equal(await signedIn(lies), undefined)
          assert.equal(await proved(lies), undefined)
        })
      }

      it('with which somebody signs in is none to the challenge of an act, of a new passkey or of nobody', async () => {
        const { authenticator, passkey } = await enrolled()
        for (const challenge of [challengeOfAnAct(), creationOptions().challenge, '', 'AAAA']) {
          assert.equal(await passkeys.verifySignIn(passkey, authenticator.get({ challenge }), VISIT), undefined)
        }
      })

      it('that proves is none to another challenge: of another act, of a sign-in, of a new passkey', async () => {
        const { authenticator, passkey } = await enrolled()
        const asked = proving()
        for (const challenge of [
          challengeOfAnAct(),
          passkeys.signInOptions(VISIT).challenge,
          creationOptions().challenge,
        ]) {
          assert.equal(await passkeys.verifyProof([passkey], authenticator.get({ challenge }), asked), undefined)
        }
        assert.ok(await passkeys.verifyProof([passkey], authenticator.get(asked), asked))
      })

      it('is refused when another key signed it', async () => {
        const { passkey } = await enrolled()
        const { authenticator } = await enrolled(BOB)
        const [id, asked] = [passkey.id, proving()]
        assert.equal(
          await passkeys.verifySignIn(passkey, authenticator.get(passkeys.signInOptions(VISIT), { id }), VISIT),
          undefined,
        )
        const userHandle = Buffer.from(ALICE).toString('base64url')
        const proof = authenticator.get(asked, { id, userHandle })
        assert.equal(await passkeys.verifyProof([passkey], proof, asked), undefined)
      })

      it('is refused when the counter stands still or goes back, and taken from those that do not count', async () => {
        const { authenticator, passkey } = await enrolled()
        const check = async (stored: number, counter: number) => {
          const [known, options, asked] = [{ ...passkey, counter: stored }, passkeys.signInOptions(VISIT), proving()]
          const signIn = await passkeys.verifySignIn(known, authenticator.get(options, { counter }), VISIT)
          const proof = await passkeys.verifyProof([known], authenticator.get(asked, { counter }), asked)
          return [signIn?.counter, proof?.counter]
        }
        for (const counter of [0, 6, 7]) assert.deepEqual(await check(7, counter), [undefined, undefined])
        assert.deepEqual(await check(7, 8), [8, 8])
        assert.deepEqual(await check(0, 0), [0, 0])
      })

      it('of a suspended passkey is refused', async () => {
        const { authenticator, passkey } = await enrolled()
        const [suspended, asked] = [{ ...passkey, suspended: true }, proving()]
        const [signIn, proof] = [authenticator.get(passkeys.signInOptions(VISIT)), authenticator.get(asked)]
        assert.equal(await passkeys.verifySignIn(suspended, signIn, VISIT), undefined)
        assert.equal(await passkeys.verifyProof([suspended], proof, asked), undefined)
        assert.ok(await passkeys.verifySignIn(passkey, signIn, VISIT))
        assert.ok(await passkeys.verifyProof([passkey], proof, asked))
      })

      it('of a passkey whose stored key is broken is refused', async () => {
        const { authenticator, passkey } = await enrolled()
        for (const publicKey of ['', 'AAAA', passkey.publicKey.slice(0, -4)]) {
          const [broken, asked] = [{ ...passkey, publicKey }, proving()]
          const signIn = authenticator.get(passkeys.signInOptions(VISIT))
          assert.equal(await passkeys.verifySignIn(broken, signIn, VISIT), undefined)
          assert.equal(await passkeys.verifyProof([broken], authenticator.get(asked), asked), undefined)
        }
      })
    })

    describe('signing in', () => {
      it('is for whoever holds a passkey, without saying first who they are', async () => {
        const { authenticator, passkey } = await enrolled()
        const options = passkeys.signInOptions(VISIT)
        assert.deepEqual(options.allowCredentials, [])
        assert.partialDeepStrictEqual(options, { rpId: 'gate.example', userVerification: 'required' })
        assert.notEqual(passkeys.signInOptions(VISIT).challenge, options.challenge)
        const response = authenticator.get(options)
        assert.deepEqual(elsewhere.claimedAccount(response), { accountId: ALICE, credentialId: passkey.id })
        mock.timers.tick(5000)
        const stored = await elsewhere.verifySignIn(passkey, response, VISIT)
        assert.deepEqual(stored, { ...passkey, counter: 1, usedAt: 1_800_000_005 })
      })

      it('is for one visit: an answer that was given for another is none', async () => {
        const { authenticator, passkey } = await enrolled()
        const response = authenticator.get(passkeys.signInOptions('another visit'))
        assert.equal(await passkeys.verifySignIn(passkey, response, VISIT), undefined)
        assert.ok(await passkeys.verifySignIn(passkey, response, 'another visit'))
      })

      it('looks for a passkey with the account of the user handle, and nowhere without one', async () => {
        const { authenticator } = await enrolled()
        const claimed = (userHandle: string | null) =>
          passkeys.claimedAccount(authenticator.get(passkeys.signInOptions(VISIT), { userHandle }))
        assert.equal(claimed(Buffer.from(BOB).toString('base64url'))?.accountId, BOB, 'where it is not')
        assert.equal(claimed(null), undefined)
      })

      it('is refused when the challenge was signed with keys of another installation', async () => {
        const { authenticator, passkey } = await enrolled()
        const cookieKeys = await loadCookieKeys(join(folder.path, 'other-keys'))
        const stranger = createPasskeys({ issuer: ISSUER, store, cookieKeys })
        assert.equal(
          await passkeys.verifySignIn(passkey, authenticator.get(stranger.signInOptions(VISIT)), VISIT),
          undefined,
        )
      })

      it('takes an answer for ten minutes, and not a second longer', async () => {
        const { authenticator, passkey } = await enrolled()
        const [early, late] = [
          authenticator.get(passkeys.signInOptions(VISIT)),
          authenticator.get(passkeys.signInOptions(VISIT)),
        ]
        mock.timers.tick(599_000)
        assert.ok(await passkeys.verifySignIn(passkey, early, VISIT))
        mock.timers.tick(1000)
        assert.equal(await passkeys.verifySignIn(passkey, late, VISIT), undefined)
      })

      it('is refused when the end of its challenge was moved', async () => {
        const { authenticator, passkey } = await enrolled()
        const challenge = Buffer.from(passkeys.signInOptions(VISIT).challenge, 'base64url')
        challenge.writeUInt32BE(1_900_000_000, 16)
        const response = authenticator.get({ challenge: challenge.toString('base64url') })
        assert.equal(await passkeys.verifySignIn(passkey, response, VISIT), undefined)
      })

      it('takes an answer once, at one process', async () => {
        const { authenticator, passkey } = await enrolled()
        const response = authenticator.get(passkeys.signInOptions(VISIT))
        const taken = await Promise.all([
          passkeys.verifySignIn(passkey, response, VISIT),
          elsewhere.verifySignIn(passkey, response, VISIT),
        ])
        assert.equal(taken.filter(Boolean).length, 1)
        assert.equal(await passkeys.verifySignIn(passkey, response, VISIT), undefined)
      })

      it('takes an answer once, however its challenge is spelled', async () => {
        const { authenticator, passkey } = await enrolled()
        const { challenge } = passkeys.signInOptions(VISIT)
        assert.ok(await passkeys.verifySignIn(passkey, authenticator.get({ challenge }), VISIT))
        const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        for (const character of last) {
          const response = authenticator.get({ challenge: challenge.slice(0, -1) + character })
          assert.equal(await passkeys.verifySignIn({ ...passkey, counter: 0 }, response, VISIT), undefined)
        }
      })

      it('does not use up a challenge by an answer that is not good', async () => {
        const { authenticator, passkey } = await enrolled()
        const options = passkeys.signInOptions(VISIT)
        const bad = authenticator.get(options, { rpId: 'evil.example' })
        assert.equal(await passkeys.verifySignIn(passkey, bad, VISIT), undefined)
        assert.ok(await passkeys.verifySignIn(passkey, authenticator.get(options), VISIT))
      })
    })

    describe('a proof', () => {
      it('is asked of the passkeys that count and are not suspended, with the challenge of its act', async () => {
        const { passkey } = await enrolled()
        const challenge = challengeOfAnAct()
        const options = passkeys.proofOptions(challenge, [passkey, { ...passkey, id: 'second', suspended: true }])
        assert.partialDeepStrictEqual(options, { rpId: 'gate.example', userVerification: 'required', challenge })
        assert.deepEqual(
          options.allowCredentials?.map(({ id }) => id),
          [passkey.id],
        )
      })

      it('is an answer of one of these passkeys, whichever it is, and says which', async () => {
        const [one, two] = [await enrolled(), await enrolled()]
        const asked = proving()
        mock.timers.tick(5000)
        for (const { authenticator, passkey } of [one, two]) {
          const used = await elsewhere.verifyProof([one.passkey, two.passkey], authenticator.get(asked), asked)
          assert.deepEqual(used, { ...passkey, counter: 1, usedAt: 1_800_000_005 })
        }
      })

      it('is none of a passkey that was not handed over, of the same account too', async () => {
        const [{ authenticator, passkey }, { passkey: another }] = [await enrolled(), await enrolled()]
        const asked = proving()
        const response = authenticator.get(asked)
        for (const counting of [[], [another]]) {
          assert.equal(await passkeys.verifyProof(counting, response, asked), undefined)
        }
        assert.ok(await passkeys.verifyProof([another, passkey], response, asked))
      })

      it('is refused with the user handle of another account, or of none that there could be', async () => {
        const { authenticator, passkey } = await enrolled()
        const asked = proving()
        for (const handle of [BOB, 'a b', `${ALICE} `]) {
          const userHandle = Buffer.from(handle).toString('base64url')
          assert.equal(
            await passkeys.verifyProof([passkey], authenticator.get(asked, { userHandle }), asked),
            undefined,
          )
        }
        const response = authenticator.get(asked)
        assert.equal(await passkeys.verifyProof([passkey], response, { ...asked, accountId: BOB }), undefined)
      })

      it('needs no user handle: who was asked is known', async () => {
        const { authenticator, passkey } = await enrolled()
        const asked = proving()
        assert.ok(await passkeys.verifyProof([passkey], authenticator.get(asked, { userHandle: null }), asked))
      })

      it('is checked as often as it is brought: that it counts once is for its act to see to', async () => {
        const { authenticator, passkey } = await enrolled()
        const asked = proving()
        const response = authenticator.get(asked)
        for (const process of [passkeys, elsewhere]) {
          assert.ok(await process.verifyProof([passkey], response, asked))
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

      it('is refused as an answer, for signing in and as a proof', async () => {
        const { authenticator, passkey } = await enrolled()
        const asked = proving()
        const signIn = (response: string) => passkeys.verifySignIn(passkey, response, VISIT)
        const prove = (response: string) => passkeys.verifyProof([passkey], response, asked)
        for (const [check, options] of [
          [signIn, passkeys.signInOptions(VISIT)],
          [prove, asked],
        ] as const) {
          const good = JSON.parse(authenticator.get(options))
          const changed = (response: object) => JSON.stringify({ ...good, response: { ...good.response, ...response } })
          for (const garbage of [
            ...GARBAGE,
            changed({ authenticatorData: 'AAAA' }),
            changed({ signature: 'AAAA' }),
            changed({ signature: undefined }),
            changed({ userHandle: 'A'.repeat(200) }),
            JSON.stringify({ ...good, padding: 'x'.repeat(16_384) }),
          ]) {
            assert.equal(await check(garbage), undefined, garbage.slice(0, 80))
          }
          assert.ok(await check(JSON.stringify(good)))
        }
      })

      it('claims no account', async () => {
        const { authenticator } = await enrolled()
        const handles = ['', 'AAAA', Buffer.from('a b').toString('base64url'), 'A'.repeat(200)]
        const claims = handles.map((userHandle) => authenticator.get(passkeys.signInOptions(VISIT), { userHandle }))
        for (const garbage of [...GARBAGE, ...claims]) assert.equal(passkeys.claimedAccount(garbage), undefined)
      })
    })
  })
}

/** A challenge of an act that is like no other. */
const challengeOfAnAct = () => challengeOfAct({ id: randomBytes(24).toString('base64url'), json: '{}' })

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
