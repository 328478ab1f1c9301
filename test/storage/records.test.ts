// Records as earlier releases wrote them, letter by letter. What stands here must be readable for ever; a new form is added
// below the old ones.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { pino } from 'pino'
import type { Accounts } from '../../src/accounts/accounts.ts'
import { createAccounts } from '../../src/accounts/accounts.ts'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { createClientAdapter } from '../../src/authorization-server/oidc/client-adapter.ts'
import { findAct, keepAct } from '../../src/authorization-server/proofs/acts.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { createOidcAdapter } from '../../src/storage/oidc-adapter.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { append, put } from '../../src/storage/store.ts'
import { openVault } from '../../src/vault/vault.ts'
import { temporaryFolder } from '../support/folder.ts'

const FOREVER = 4_102_444_800 // 2100

const ACT = `{"version":1,"at":1790000000000,"address":"/account/connections/g","accountId":"a","browser":"u","state":"s","does":{"scopes":["qc:live:write"],"paperOnly":false,"endless":false,"expiresAt":${FOREVER},"name":"Desk"},"takesAlong":["p"],"words":{"sandbox":false,"before":"it may do more","summary":{"sentence":"It will be able to trade.","realMoney":true,"tools":["Start"]},"life":{"endless":false,"expiresAt":${FOREVER}},"alsoCount":[{"name":"Key","createdAt":1790000000}],"back":[["scope","qc:live:write"],["paper","off"]]}}`

/** All kinds of news there have been. */
const NEWS = [
  'connection-added',
  'connection-joined',
  'connection-widened',
  'connection-resumed',
  'connection-removed',
  'everything-stopped',
  'passkey-added',
  'passkey-counts',
  'passkey-resumed',
  'passkey-removed',
  'only-passkeys',
  'token-too',
  'token-replaced',
]

describe('a record of an earlier release', () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path)
  const clients = createClientAdapter(
    store,
    async () => {},
    () => 'unknown',
  )
  const tokens = createOidcAdapter(store)('RefreshToken')
  const grants = createGrants(store)
  const auditLog = createAuditLog(store)
  let accounts: Accounts
  before(async () => {
    const vault = await openVault(folder.path, store, pino({ level: 'silent' }))
    accounts = createAccounts({ store, vault, grants, auditLog })
  })
  after(async () => {
    await store.close()
    folder.remove()
  })

  it('is read: a grant of version 1, with and without the mark of several sessions', async () => {
    const first = `{"version":1,"id":"g","createdAt":1790000000,"accountId":"a","clientId":"c","scopes":["qc:account:read"],"redirectHost":"client.example","expiresAt":${FOREVER}}`
    await put(store, KEYS.grant('g'), first, 60)
    assert.partialDeepStrictEqual(await createGrants(store).find('g'), {
      scopes: ['qc:account:read'],
      paperOnly: false,
      endless: false,
    })
    await put(store, KEYS.grant('g'), first.replace('"redirectHost"', '"severalSessions":true,"redirectHost"'), 60)
    assert.equal((await createGrants(store).find('g'))?.severalSessions, true)
  })

  it('is read: a grant of version 1 with what the account page needs', async () => {
    const record = `{"version":1,"id":"g","createdAt":1790000000,"usedAt":1790000001,"authorizedAt":1790000000,"accountId":"a","clientId":"c","client":{"name":"Notebook","standing":"computer","returnsTo":"127.0.0.1:1"},"name":"Mine","scopes":["qc:live:write"],"paperOnly":true,"brake":false,"endless":true,"suspended":true,"suspensions":[{"by":"brake","at":1790000000000,"says":"It sent the same."}],"redirectHost":"","expiresAt":${FOREVER}}`
    await put(store, KEYS.grant('g'), record, 60)
    assert.deepEqual(await createGrants(store).find('g'), JSON.parse(record))
  })

  it('is read: a grant of version 1 as short as it is written, of which its key says whose it is', async () => {
    const shared = `"version":1,"clientId":"c","paperOnly":true,"expiresAt":${FOREVER},"createdAt":1790000000,"crit":["paperOnly"]`
    await put(store, KEYS.grant('a.g'), `{${shared},"scopes":"live:read,write ai:read","timesAuthorized":null}`, 60)
    assert.deepEqual(await createGrants(store).find('a.g'), {
      ...JSON.parse(`{${shared}}`),
      id: 'a.g',
      accountId: 'a',
      scopes: ['qc:live:read', 'qc:live:write', 'qc:ai:read'],
      brake: true,
      endless: false,
      suspended: false,
      suspensions: [],
      redirectHost: '',
    })
    for (const scopes of ['"live:read,fly"', '"live"', 'null', '7']) {
      await put(store, KEYS.grant('a.g'), `{${shared},"scopes":${scopes}}`, 60)
      assert.equal(await createGrants(store).find('a.g'), undefined, scopes)
    }
  })

  it('is read: a profile of version 1, with a browser and a passkey', async () => {
    const record =
      '{"version":1,"sessions":[{"uid":"u","browser":"Firefox on Linux","since":1790000000}],"passkeys":[{"id":"p","publicKey":"k","counter":0,"transports":["usb"],"name":"Key","createdAt":1790000000}],"tokenAcceptedAt":1790000000}'
    await put(store, KEYS.profile('a'), record, 60)
    assert.deepEqual(await accounts.profile('a'), JSON.parse(record))
  })

  it('is read: a profile of version 1 with news, and with passkeys of every standing', async () => {
    const sessions =
      '{"uid":"u","browser":"Firefox on Linux","since":1790000000,"firstPasskeyUntil":1790000600},{"uid":"v","browser":"Safari on iOS","since":1790000000,"suspended":true}'
    const passkeys =
      '{"id":"p","publicKey":"k","counter":3,"transports":["usb"],"name":"Key","createdAt":1790000000,"usedAt":1790000001},{"id":"y","publicKey":"k","counter":0,"transports":[],"name":"New","createdAt":1790000000,"young":true},{"id":"s","publicKey":"k","counter":0,"transports":[],"name":"Lost","createdAt":1790000000,"suspended":true}'
    const news = NEWS.map((what, n) => `{"at":179000000000${n % 10},"what":"${what}"}`)
    const whole = '{"at":1790000000010,"what":"connection-added","name":"Notebook","says":"It can trade.","grave":true}'
    const record = `{"version":1,"sessions":[${sessions}],"passkeys":[${passkeys}],"onlyPasskeys":true,"news":[${[whole, ...news]}],"seenAt":1790000000000,"stoppedAt":1789999999999,"tokenAcceptedAt":1790000000}`
    await put(store, KEYS.profile('a'), record, 60)
    assert.deepEqual(await accounts.profile('a'), JSON.parse(record))
  })

  it('is read: an act of version 1 that waits for its proof', async () => {
    await put(store, KEYS.act('name'), ACT, 60)
    assert.deepEqual(await findAct(store, 'name'), { ...JSON.parse(ACT), id: 'name', json: ACT })
    const { version: _version, ...act } = JSON.parse(ACT)
    assert.equal((await keepAct(store, act)).json, ACT, 'and that is how it is written')
  })

  it('is read: a client of version 1, never used and used', async () => {
    const metadata = '{"client_id":"c","client_name":"Notebook","redirect_uris":["https://client.example/cb"]}'
    for (const record of [
      `{"version":1,"metadata":${metadata}}`,
      `{"version":1,"metadata":${metadata},"used":1790000000}`,
    ]) {
      await put(store, KEYS.client('c'), record, 60)
      assert.equal((await clients.find('c'))?.client_name, 'Notebook')
    }
  })

  it('is read: a refresh token without a version, which was the first form, and of version 1', async () => {
    const members = `"iat":1790000000,"exp":${FOREVER},"accountId":"a","clientId":"c","grantId":"g","kind":"RefreshToken"`
    for (const record of [`{${members}}`, `{"version":1,${members}}`]) {
      await put(store, KEYS.oidc('RefreshToken', 'value'), record, 60)
      assert.deepEqual(await tokens.find('value'), {
        iat: 1790000000,
        exp: FOREVER,
        accountId: 'a',
        clientId: 'c',
        grantId: 'g',
        kind: 'RefreshToken',
        jti: 'value',
      })
    }
  })

  it('is read: a read, a refusal, an intent and its outcome, and what a person did, of version 1', async () => {
    const at = `"at":${FOREVER}000`
    const call = (ref: string) =>
      `${at},"ref":"${ref}","connection":"g","client":"Notebook","tool":"create_file","project":7`
    const more = '"more":{"risk":"changes","ids":{"projectId":7},"ms":12}'
    const keep = { ttl: 60, most: 10 }
    for (const [key, line] of [
      [KEYS.reads('a'), `{"version":1,"kind":"read",${call('read')},"outcome":"done",${more}}`],
      [
        KEYS.journal('a'),
        `{"version":1,"kind":"refused",${call('refused')},"what":"Not allowed.","outcome":"blocked","rule":"scopes","count":3,${more}}`,
      ],
      [KEYS.journal('a'), `{"version":1,"kind":"intent",${call('sent')},"what":"Make a file","digest":"d",${more}}`],
      [
        KEYS.journal('a'),
        `{"version":1,"kind":"outcome",${call('sent')},"what":"No answer.","outcome":"unknown",${more}}`,
      ],
      [KEYS.journal('a'), `{"version":1,"kind":"person",${at},"ref":"person","what":"Signed in"}`],
    ] as const) {
      await append(store, key, { at: FOREVER * 1000, line, keep })
    }
    const told = await createAuditLog(store).activity('a')
    assert.deepEqual(
      told.map(({ kind, ref, outcome, what, why, count }) => [ref, kind, outcome, what, why, count]).sort(),
      [
        ['person', 'person', undefined, 'Signed in', undefined, 1],
        ['read', 'read', 'done', undefined, undefined, 1],
        ['refused', 'refused', 'blocked', undefined, 'Not allowed.', 3],
        ['sent', 'sent', 'unknown', 'Make a file', 'No answer.', 1],
      ],
    )
  })

  it('keeps what a later release added, when this one changes it', async () => {
    const later = `{"version":1,"id":"g","createdAt":1790000000,"accountId":"a","clientId":"c","scopes":[],"redirectHost":"","expiresAt":${FOREVER},"added":"later"}`
    await put(store, KEYS.grant('g'), later, 60)
    await createGrants(store).change('g', { scopes: ['qc:account:read'] })
    assert.equal(JSON.parse((await store.get(KEYS.grant('g'))) ?? '').added, 'later')
  })

  it('of a later version allows nothing', async () => {
    await put(store, KEYS.grant('g'), '{"version":2}', 60)
    assert.equal(await createGrants(store).find('g'), undefined)
    await put(store, KEYS.profile('a'), '{"version":2,"sessions":[]}', 60)
    await assert.rejects(accounts.profile('a'), /later release/)
    await assert.rejects(
      accounts.open('a', (profile) => profile),
      /later release/,
    )
    assert.equal(await store.get(KEYS.profile('a')), '{"version":2,"sessions":[]}')
    await put(store, KEYS.act('name'), ACT.replace('"version":1', '"version":2'), 60)
    assert.equal(await findAct(store, 'name'), undefined)
    await put(store, KEYS.client('c'), '{"version":2,"metadata":{"client_id":"c"}}', 60)
    assert.equal(await clients.find('c'), undefined)
    await put(store, KEYS.oidc('RefreshToken', 'value'), '{"version":2,"grantId":"g"}', 60)
    assert.equal(await tokens.find('value'), undefined)
    await assert.rejects(tokens.consume('value'), /invalid_grant/)
  })
})
