// What a fuzz has at hand: one server with the sandbox, a person who is signed in, a connection that may do everything, and
// the names that lie behind the door. A request that happens to sign out, revoke or delete is made good again.
import { ALL_SCOPES } from '../../src/scopes.ts'
import { ALICE } from '../support/accounts.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { message, rpc } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, registerHosted } from '../support/raw-client.ts'
import { sandboxOf } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'

/** What an input names and does not hold: it is another one in every run, and some of it is secret. */
export type Live = 'ACCESS_TOKEN' | 'ACCOUNT_CSRF' | 'ACCOUNT_COOKIES' | 'VISIT' | 'VISIT_CSRF' | 'VISIT_COOKIES'
/** The word that stands for it until an input is sent. */
export const liveWord = (what: Live): string => `LIVE-${what}-HERE`

/** A tool as a client sees it. */
interface ShownTool {
  readonly name: string
  readonly inputSchema: { readonly properties?: Readonly<Record<string, Json>> }
}

export interface World {
  readonly server: TestServer
  readonly tools: readonly ShownTool[]
  readonly projectId: number
  readonly client: Registration
  /** What stays nowhere but with its owner; looked for in answers and in the log. */
  secrets(): readonly string[]
  /** What stands where an input has one of these words (see `Live`): it changes when a request has ended something. */
  fill(text: string): string
  /** Makes good what a request has ended. */
  mend(): Promise<void>
}

/** Alice, signed in, and a connection of hers that may do everything. */
async function arrive(server: TestServer) {
  const person = await signedIn(server, ALICE)
  const wish = { parameters: { scope: ALL_SCOPES.join(' ') }, allow: ALL_SCOPES }
  return [person, await connectAs(person, wish)] as const
}

export async function openWorld(server: TestServer): Promise<World> {
  const hosted = await registerHosted(server)
  const sandbox = sandboxOf(server)
  const { projectId } = (await sandbox('/projects/create', { name: 'Fuzz', language: 'Py' })).projects[0]
  let [person, connection] = await arrive(server)
  let visit = ''
  const csrf = { account: '', visit: '' }

  const csrfIn = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)?.[1]
  const account = () => person.open(`${server.origin}/account`)
  async function beginVisit() {
    const place = await person.open(authorizationRequest(server, hosted).url)
    visit = place.url.pathname
    csrf.visit = csrfIn(place.html) ?? ''
  }
  async function open() {
    csrf.account = csrfIn((await account()).html) ?? ''
    await beginVisit()
  }
  await open()
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const listed = (await message(await rpc(server, connection.tokens.access_token, list))).result

  return {
    server,
    tools: listed.tools,
    projectId,
    client: hosted,
    secrets: () => {
      const session = [...person.cookies.values()].find(({ name }) => name === 'qcgate-session')?.value ?? ''
      return [connection.tokens.access_token, connection.tokens.refresh_token, session]
    },
    fill(text) {
      const cookies = (path: string) => person.cookiesFor(new URL(path, server.origin))
      const live: Record<Live, () => string> = {
        ACCESS_TOKEN: () => connection.tokens.access_token,
        ACCOUNT_CSRF: () => csrf.account,
        ACCOUNT_COOKIES: () => cookies('/account'),
        VISIT: () => visit,
        VISIT_CSRF: () => csrf.visit,
        VISIT_COOKIES: () => cookies(visit),
      }
      return text.replace(/LIVE-(\w+)-HERE/g, (word, name: string) => live[name as Live]?.() ?? word)
    },
    async mend() {
      const calls = await rpc(server, connection.tokens.access_token, list)
      await calls.arrayBuffer()
      const page = await account()
      if (calls.status !== 200 || csrfIn(page.html) !== csrf.account) {
        ;[person, connection] = await arrive(server)
        return open()
      }
      if ((await person.open(`${server.origin}${visit}`)).status !== 200) await beginVisit()
    },
  }
}
