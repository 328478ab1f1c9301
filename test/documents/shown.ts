// What a page shows of a terminal: commands, and what they print.

/** A command, and the output that stands below its block, when one does. */
export interface ShownCommand {
  readonly line: string
  readonly prints?: string
}

/**
 * The commands of a page: each line of its `sh` blocks, and what is set as code in a sentence and begins as a command does. A
 * block without a language shows what the last command of the block before it prints.
 */
export function commandsOf(page: string): ShownCommand[] {
  const commands: { line: string; prints?: string }[] = []
  let last: (typeof commands)[number] | undefined
  for (const [, language, block = '', heading, code] of page.matchAll(
    /^```(\w*)\n(.*?)^```$|^(#+ [^\n]*)$|`((?:npm|npx|qcgate|openssl|docker compose) [^`\n]+)`/gms,
  )) {
    if (heading) last = undefined
    else if (code) commands.push({ line: code })
    else if (language === 'sh')
      last = linesOf(block)
        .map((line) => commands[commands.push({ line }) - 1])
        .at(-1)
    else if (!language && last) {
      last.prints = block
      last = undefined
    }
  }
  return commands
}

/** The lines of a block, continued ones as one, without comments. */
const linesOf = (block: string): string[] =>
  block
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter(Boolean)

/** What fits to shown output: ports and seconds may be others, and `…` alone stands for any lines. */
export const patternOf = (shown: string): RegExp =>
  new RegExp(`^${shown.trimEnd().split('\n').map(patternOfLine).join('')}`, 'm')

const patternOfLine = (line: string): string =>
  line === '…'
    ? '(?:.*\\n)*?'
    : `${line
        .split(/(?<=(?:localhost|127\.0\.0\.1):)(\d+)|\b(\d+)(?= s\b)/)
        .map((part, index) => (index % 3 ? part && '\\d+' : part?.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
        .join('')}\n`
