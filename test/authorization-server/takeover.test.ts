// Someone who can put a cookie into a person's browser, or who shares it for a moment, wants to become that person.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimsOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const OWN = { account: 'own' }

describe('a visit to our pages belongs to the browser that ends it', () => {
  const server = useServer()

  /** Copies one browser's cookies of a kind into another. */
  const plant = (from: RawPerson, to: RawPerson, kind: string) => {
    for (const [key, cookie] of from.cookies) if (cookie.name.includes(kind)) to.cookies.set(key, cookie)
  }
  const resumeOf = (person: RawPerson) =>
    [...person.cookies.values()].find(({ name }) => name === 'qcgate-resume')?.path ?? ''
  const account = async (person: RawPerson) => {
    const page = await person.open(authorizationRequest(server, await register(server)).url)
    return /as QuantConnect user <strong>(\d+)/.exec(page.html)?.[1]
  }
  async function begun(as?: typeof ALICE) {
    const attacker = as ? await signedIn(server, as) : new RawPerson(server)
    const page = await attacker.open(authorizationRequest(server, await register(server)).url)
    return { attacker, page }
  }

  it('so a visit that was planted before sign-in ends for nobody else than who signed in', async () => {
    const { attacker, page } = await begun()
    const victim = new RawPerson(server)
    plant(attacker, victim, 'interaction')
    await victim.submit(await victim.open(page.url.href), { ...OWN, ...BOB })
    const stolen = await attacker.open(server.origin + resumeOf(attacker))
    assert.equal(stolen.status, 400)
    assert.equal(await account(attacker), undefined)
  })

  it('so a visit that was planted by somebody who is signed in opens no page', async () => {
    const { attacker, page } = await begun(ALICE)
    const victim = await signedIn(server, BOB)
    plant(attacker, victim, 'interaction')
    assert.equal((await victim.open(page.url.href)).status, 410)
  })

  it('and signing in hands out a new session, which whoever knew the old one does not learn', async () => {
    const { attacker } = await begun(ALICE)
    const victim = new RawPerson(server)
    plant(attacker, victim, 'session')
    const request = authorizationRequest(server, await register(server), { prompt: 'login' })
    await pressed(victim, await victim.open(request.url), { ...OWN, ...BOB })
    assert.equal(await account(attacker), undefined)
  })

  it('and nothing is allowed until it has ended: allowing, going back and denying allows nothing', async () => {
    const person = await signedIn(server)
    const { client, tokens } = await connectAs(person, { parameters: { scope: 'qc:account:read' } })
    const request = authorizationRequest(server, client, { scope: 'qc:files:read' })
    const page = await person.open(request.url)
    await pressed(person, page, { decision: 'allow', scope: ['qc:account:read', 'qc:files:read'] })
    const end = await person.submit(page, { decision: 'deny' })
    assert.equal(end.url.searchParams.get('error'), 'access_denied')
    const again = await connectAs(person, { client, parameters: { scope: 'qc:account:read' } })
    assert.equal(again.tokens.scope, 'qc:account:read')
    assert.equal(claimsOf(again.tokens.access_token).grant_id, claimsOf(tokens.access_token).grant_id)
  })

  it('and pressing Allow twice is the same as pressing it once', async () => {
    const person = await signedIn(server)
    const client = await register(server)
    const request = authorizationRequest(server, client)
    const page = await person.open(request.url)
    const allow = { decision: 'allow', scope: 'qc:account:read' }
    await pressed(person, page, allow)
    const place = await person.submit(page, allow)
    assert.equal((await redeem(server, client, request, place)).scope, 'qc:account:read')
  })

  /** A button is pressed, and the browser is gone before it follows the redirect. */
  async function pressed(person: RawPerson, page: Place, fields: Record<string, string | readonly string[]>) {
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const body = new URLSearchParams({ csrf })
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
    const headers = { cookie: person.cookiesFor(page.url) }
    const { status } = await fetch(page.url, { method: 'POST', redirect: 'manual', headers, body })
    assert.equal(status, 303)
  }
})
