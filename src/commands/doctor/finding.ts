// What a check finds out, and how it is told.

export interface Finding {
  /** `skip`: could not be judged, as told elsewhere. */
  readonly verdict: 'ok' | 'info' | 'skip' | 'warn' | 'FAIL'
  readonly check: string
  readonly says: string
  readonly remedy?: string
}

/** One for each verdict; what can be mended comes with its remedy. */
export const ok = (check: string, says: string): Finding => ({ verdict: 'ok', check, says })
export const info = (check: string, says: string): Finding => ({ verdict: 'info', check, says })
export const skip = (check: string, says: string): Finding => ({ verdict: 'skip', check, says })
export const warn = (check: string, says: string, remedy: string): Finding => ({ verdict: 'warn', check, says, remedy })
export const fail = (check: string, says: string, remedy: string): Finding => ({ verdict: 'FAIL', check, says, remedy })

/** A server's own words, fit for a terminal: no control characters, and not a page of them. */
export const quote = (words: unknown): string =>
  (JSON.stringify(words) ?? 'nothing').replace(/[^\x20-\x7e]/g, '?').slice(0, 200)

/** The program's: 1 when a check failed. A warning is no failure. */
export const exitCode = (findings: readonly Finding[]): 0 | 1 =>
  findings.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0

/** The lines to print: one for each finding, one below it for the remedy, and a last one that sums up. */
export function report(origin: string, findings: readonly Finding[]): string[] {
  const lines = findings.flatMap(({ verdict, check, says, remedy }) => [
    `${verdict.padEnd(6)}${check.padEnd(11)}${says}`,
    ...(remedy ? [`      remedy: ${remedy}`] : []),
  ])
  return [...lines, `${origin}: ${summary(findings)}.`]
}

function summary(findings: readonly Finding[]): string {
  const count = (...wanted: Finding['verdict'][]) => findings.filter(({ verdict }) => wanted.includes(verdict)).length
  const made = count('ok', 'warn', 'FAIL') // what is only told, or could not be judged, was no check
  const warnings = count('warn') ? `, ${count('warn')} of them with a warning` : ''
  if (!count('FAIL')) return `all ${made} checks passed${warnings}`
  return made === 1 ? 'not reached, so nothing more was checked' : `${count('FAIL')} of ${made} checks failed`
}
