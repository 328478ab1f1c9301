// README.md is for whoever has a clone. The package has no clone around it, so its README says `npx` of its version, or of the
// file that it came in while no repository is named, and its links lead to the repository at the tag of its version.

/** A README, and what it is made for. `repository` is empty while there is no public one. */
export interface PackagedReadme {
  readonly readme: string
  readonly version: string
  readonly repository: string
}

/** What stands between the markers `repository` of README.md: where a clone comes from. */
export const cloneLines = (repository: string): string =>
  repository
    ? `\`\`\`sh\ngit clone ${repository}\ncd ${repository.split('/').at(-1)}\n\`\`\``
    : 'Get the sources with `git clone`, and in their folder:'

/** The README of the package, made from that of the repository. */
export function packageReadme({ readme, version, repository }: PackagedReadme): string {
  const released = `npx qcgate@${version}`
  // While nothing is published, whoever took the name `qcgate` at npm would be run by those who do as they are told here.
  const program = repository ? released : `npx ./qcgate-${version}.tgz`
  const notYet = repository
    ? ''
    : `This file was made before its release; what is released is run by \`${released}\`.\n\n`
  const withStart = between('start', readme, () => startLines(program) + notYet)
  return withLinks(withStart, ({ isPicture, text, target }) => {
    if (/^(https?:|mailto:|#)/.test(target)) return undefined
    if (!repository) return isPicture ? '' : text
    return `${isPicture ? '!' : ''}[${text}](${repository}/${isPicture ? 'raw' : 'blob'}/v${version}/${target})`
  }).replaceAll('npm run qcgate --', program)
}

/** What is between two comments that bear this name, replaced. Throws where they are missing: something would go unsaid. */
export function between(name: string, text: string, replace: (inner: string) => string): string {
  const marked = new RegExp(`(<!-- ${name} -->\\n)(.*?)(<!-- /${name} -->\\n)`, 's')
  if (!marked.test(text)) throw new Error(`README.md has no <!-- ${name} --> … <!-- /${name} -->`)
  return text.replace(marked, (_all, from: string, inner: string, to: string) => `${from}${replace(inner)}${to}`)
}

const startLines = (program: string): string => `## One command

You need Node.js 24 or later.

\`\`\`sh
${program}
\`\`\`

It starts the server with an offline QuantConnect, and prints the page, the MCP URL, and where data and keys lie: in
\`~/.local/share/qcgate\` on Linux (or below \`XDG_DATA_HOME\`), \`~/Library/Application Support/qcgate\` on macOS,
\`%LOCALAPPDATA%\\qcgate\` on Windows. \`DATA_DIR\` and \`KEYS_DIR\` name other places.

`

interface Link {
  readonly isPicture: boolean
  readonly text: string
  readonly target: string
}

/** Every link replaced; undefined leaves it as it is. A picture that is all of a paragraph goes with its paragraph. */
const withLinks = (text: string, replace: (link: Link) => string | undefined): string =>
  text.replace(
    /(!?)\[([^\]]*)\]\(([^)\s]+)\)(\n\n)?/g,
    (all, mark: string, said: string, target: string, end: string = '') => {
      const replaced = replace({ isPicture: mark === '!', text: said, target })
      if (replaced === undefined) return all
      return replaced === '' ? '' : replaced + end
    },
  )
