// What the MCP registry shows of this program: server.json, for those who look for it there.
// https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json
import { SETTINGS_OF_REGISTRY } from './registry-settings.ts'

/** The newest published schema; the registry refuses those that it has retired. */
const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'

/** The registry takes no more characters of a description. */
const DESCRIPTION_AT_MOST = 100

/** What is said of a release: its version, where its source is (empty until its owners give it), and what it is. */
export interface Release {
  readonly version: string
  readonly repository: string
  readonly description: string
}

/**
 * The name under which the registry knows this program, and the `mcpName` of its package, by which the registry sees that both
 * are of the same people. The registry gives `io.github.OWNER` to whoever publishes from a repository of OWNER's.
 */
export function registryName(repository: string): string | undefined {
  if (repository === '') return undefined
  const [, owner, name] = /^https:\/\/github\.com\/([\w-]+)\/([\w.-]+)$/.exec(repository) ?? []
  if (!owner || !name)
    throw new Error(`${repository} is no repository at GitHub, such as https://github.com/example/qcgate`)
  return `io.github.${owner}/qcgate`
}

/** server.json of a release, or undefined while nobody knows whose it is. */
export function serverJson({ version, repository, description }: Release) {
  const name = registryName(repository)
  if (name === undefined) return undefined
  return {
    $schema: SCHEMA,
    name,
    title: 'qcgate',
    description: short(description),
    version,
    repository: { url: repository, source: 'github' },
    websiteUrl: `${repository}#readme`,
    packages: [
      {
        registryType: 'npm',
        registryBaseUrl: 'https://registry.npmjs.org',
        identifier: 'qcgate',
        version,
        runtimeHint: 'npx',
        // A client that starts the program knows it at this machine; elsewhere PUBLIC_URL says where it is.
        transport: { type: 'streamable-http', url: 'http://localhost:{PORT}/mcp' },
        environmentVariables: SETTINGS_OF_REGISTRY,
      },
    ],
  }
}

/** A description that is too long gives what it says before its colon. */
function short(description: string): string {
  const [first = ''] = description.split(':')
  const said = description.length > DESCRIPTION_AT_MOST ? first : description
  if (said.length > DESCRIPTION_AT_MOST) {
    throw new Error(
      `The MCP registry takes ${DESCRIPTION_AT_MOST} characters of a description; this has ${said.length}: ${said}`,
    )
  }
  return said
}
