// Whether a tag may be released, and under which names. The release workflow asks before anything leaves it.
import { registryName } from './server-json.ts'

/** A tag that was pushed, with the repository that the workflow runs in, beside what package.json and repository.ts say. */
export interface Tagged {
  readonly tag: string
  readonly pushedTo: string
  readonly version: string
  readonly repository: string
}

/** Why nothing of this may be published, in one sentence; undefined when it may. */
export function whyNotReleased({ tag, pushedTo, version, repository }: Tagged): string | undefined {
  if (registryName(repository) === undefined) {
    return 'Nothing is published while packaging/repository.ts names no repository.'
  }
  if (pushedTo !== repository) {
    return `Nothing is published from ${pushedTo}, since packaging/repository.ts names ${repository}.`
  }
  if (tag !== `v${version}`) {
    return `Nothing is published of the tag ${tag}, since package.json says version ${version}: tag v${version}, or change it.`
  }
  return undefined
}

/** What a release is called where it goes. `channel` is npm's tag and the image's: `latest`, or `next` before a release. */
export function releaseNames({ version, repository }: Pick<Tagged, 'version' | 'repository'>) {
  const [, owner = ''] = new URL(repository).pathname.split('/')
  return {
    version,
    channel: version.includes('-') ? 'next' : 'latest',
    image: `ghcr.io/${owner.toLowerCase()}/qcgate`, // image names have no capitals
  }
}
