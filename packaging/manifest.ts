// package.json of what is published: a program and nothing to install with it.
import { registryName } from './server-json.ts'

/** What the checkout's package.json says of the product. */
export interface Product {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly keywords: readonly string[]
  readonly engines: { readonly node: string }
}

/** The package's package.json. While there is no repository, no field speaks of one. */
export function packageManifest(
  { name, version, description, license, keywords, engines }: Product,
  repository: string,
) {
  return {
    name,
    version,
    description,
    license,
    keywords,
    type: 'module',
    bin: { [name]: 'qcgate.cjs' },
    engines,
    ...(repository && {
      homepage: `${repository}#readme`,
      repository: { type: 'git', url: `git+${repository}.git` },
      bugs: { url: `${repository}/issues` },
      mcpName: registryName(repository),
    }),
  }
}
