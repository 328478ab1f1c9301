// `node packaging/check-release.ts`, in the release workflow: prints the names of the release as `name=value` lines, or says
// on standard error why there is none and ends with 2.
import { readFileSync } from 'node:fs'
import { releaseNames, whyNotReleased } from './release.ts'
import { REPOSITORY } from './repository.ts'

const { GITHUB_REF_NAME = '', GITHUB_SERVER_URL = '', GITHUB_REPOSITORY = '' } = process.env
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const pushedTo = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`

const reason = whyNotReleased({ tag: GITHUB_REF_NAME, pushedTo, version, repository: REPOSITORY })
if (reason === undefined) {
  for (const [name, value] of Object.entries(releaseNames({ version, repository: REPOSITORY })))
    console.log(`${name}=${value}`)
} else {
  console.error(reason)
  process.exitCode = 2
}
