// The sandbox inside a test server, spoken to directly: for what a test needs in the world before it begins, and for
// trouble on demand.
import { SANDBOX_ACCOUNTS } from '../../src/sandbox/accounts.ts'
import { newWorld } from '../../src/sandbox/seeds/seeds.ts'
import type { Account } from './accounts.ts'
import { ALICE } from './accounts.ts'
import type { Json } from './json.ts'
import { callTool } from './mcp-requests.ts'
import { sandboxClient } from './sandbox-client.ts'
import type { TestServer } from './server.ts'
import { until } from './until.ts'

/** Calls the sandbox as one account. */
export type SandboxCall = (path: string, args?: object) => Promise<Json>

/** Where the latest process of a server says that its sandbox listens. */
const addressIn = (server: TestServer): string | undefined =>
  [...server.output().matchAll(/"url":"([^"]+)","msg":"sandbox is listening"/g)].at(-1)?.[1]

/** Calls the sandbox of a server as one account. Throws when it refuses, since a test's set-up must not fail unseen. */
export function sandboxOf(server: TestServer, account: Account = ALICE): SandboxCall {
  return async (path, args = {}) => {
    // What a server logs may come after what it answers.
    await until('the address of the sandbox', () => addressIn(server))
    const answer = await sandboxClient({ url: addressIn(server) ?? '' }, account)(path, args)
    if (answer.success === false) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return answer
  }
}

const SEEDED = new Set(
  SANDBOX_ACCOUNTS.flatMap(({ userId }) => newWorld(userId, Date.now()).projects.map(({ name }) => name)),
)

/** The names of projects that were not there from the beginning. */
export const addedProjects = (projects: readonly { readonly name: string }[]): string[] =>
  projects.map(({ name }) => name).filter((name) => !SEEDED.has(name))

/** The names of those that a connection sees. */
export async function projectNames(server: TestServer, token: string): Promise<string[]> {
  const { structuredContent } = await callTool(server, token, 'list_projects')
  return addedProjects(structuredContent.projects)
}
