// What an image says of itself beside what the Dockerfile says of every build.
import { registryName } from './server-json.ts'

/** What is built; `repository` is where its source is, empty until its owners give it. */
export interface Build {
  readonly version: string
  /** The commit, where git knows it. */
  readonly revision?: string | undefined
  readonly repository: string
}

/**
 * Labels of the image, each a line `key=value`: the OCI image specification's annotation keys, and the registry's name, by
 * which the MCP registry sees whose an image is. Nothing is said of a repository that nobody has given, and no commit is
 * named that cannot be looked up there.
 */
export function imageLabels({ version, revision, repository }: Build): string[] {
  const labels = { 'org.opencontainers.image.version': version }
  const name = registryName(repository)
  const found = name && {
    ...(revision && { 'org.opencontainers.image.revision': revision }),
    'org.opencontainers.image.source': repository,
    'org.opencontainers.image.url': repository,
    'org.opencontainers.image.documentation': `${repository}#readme`,
    'io.modelcontextprotocol.server.name': name,
  }
  return Object.entries({ ...labels, ...found }).map(([key, value]) => `${key}=${value}`)
}
