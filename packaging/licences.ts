// What the authors of the packages in the bundle want to be said wherever it goes.
import { type BundledPackage, idOf, type Manifest, textsOf } from './contents.ts'

const LINE = '-'.repeat(80)

/** The file that says it. Packages that say the same, letter by letter, share one chapter. */
export function thirdPartyLicences(packages: readonly BundledPackage[]): string {
  const chapters = new Map<string, string[]>()
  for (const each of packages) {
    const texts = textsOf(each)
    const text = texts.length
      ? texts.join('\n\n')
      : `It comes without a text of its licence: ${addressOf(each.manifest)}`
    chapters.set(text, [...(chapters.get(text) ?? []), `${idOf(each)} (${headingOf(each.manifest)})`])
  }
  const all = [...chapters].map(([text, names]) => `${LINE}\n${names.join('\n')}\n${LINE}\n\n${text}\n`)
  return `The program holds code of these ${packages.length} packages, under their own licences.\n\n${all.join('\n')}`
}

const headingOf = (manifest: Manifest): string =>
  [manifest.license ?? 'no licence named', sourceOf(manifest)].join(', ')

const addressOf = ({ license = '' }: Manifest): string => `https://spdx.org/licenses/${license}.html`

/** Where its source is, which some licences want to be told. */
function sourceOf({ repository, homepage, name }: Manifest): string {
  const address = typeof repository === 'object' ? repository.url : repository
  return address ?? homepage ?? `https://www.npmjs.com/package/${name}`
}
