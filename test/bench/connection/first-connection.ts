// A person who was never here connects a client that was never here, and leaves again.
import type { Account } from '../../support/accounts.ts'
import { ALICE } from '../../support/accounts.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { authorizationRequest, redeem, register } from '../../support/raw-client.ts'
import type { Place } from '../../support/raw-person.ts'
import { boxes, RawPerson } from '../../support/raw-person.ts'
import type { TestServer } from '../../support/server.ts'

export interface FirstConnection {
  readonly client: Registration
  readonly person: RawPerson
  readonly tokens: Tokens
}

/** All that the client and the browser ask for, from the registration to the tokens. */
export async function connectFirst(server: TestServer, as: Account = ALICE): Promise<FirstConnection> {
  const client = await register(server)
  const person = new RawPerson(server)
  const request = authorizationRequest(server, client)
  const page = await person.arrive(request.url, as)
  await loadAssets(page)
  const place = await person.submit(page, { scope: boxes(page, 'ticked'), decision: 'allow' })
  return { client, person, tokens: await redeem(server, client, request, place) }
}

/** What our pages load beside themselves. A browser keeps it, so it asks once. */
async function loadAssets({ url, html }: Place): Promise<void> {
  for (const [, path = ''] of html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)) {
    const response = await fetch(new URL(path, url))
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    await response.arrayBuffer()
  }
}

/** Erases the account with all that it has here, so that whoever comes next was never here. */
export async function leave({ person }: FirstConnection): Promise<void> {
  const { server } = person
  const page = await person.open(`${server.origin}/account/delete`)
  const { url } = await person.prove(await person.submitTo('/account/erase', page))
  if (url.pathname !== '/account/erased') throw new Error(`the account was not erased: ${url.pathname}`)
}
