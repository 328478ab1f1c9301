// What a check finds out, and how it is told.

/**
 * @typedef {object} Finding
 * @property {'ok' | 'info' | 'skip' | 'warn' | 'FAIL'} verdict `skip`: could not be judged, as told elsewhere
 * @property {string} check
 * @property {string} says
 * @property {string} [remedy]
 */

/** @returns {Finding} */
export const ok = (/** @type {string} */ check, /** @type {string} */ says) => ({ verdict: 'ok', check, says })
/** @returns {Finding} */
export const info = (/** @type {string} */ check, /** @type {string} */ says) => ({ verdict: 'info', check, says })
/** @returns {Finding} */
export const skip = (/** @type {string} */ check, /** @type {string} */ says) => ({ verdict: 'skip', check, says })

/** @type {(check: string, says: string, remedy: string) => Finding} */
export const warn = (check, says, remedy) => ({ verdict: 'warn', check, says, remedy })
/** @type {(check: string, says: string, remedy: string) => Finding} */
export const fail = (check, says, remedy) => ({ verdict: 'FAIL', check, says, remedy })

/** A server's own words, fit for a terminal: no control characters, and not a page of them. */
export const quote = (/** @type {unknown} */ words) =>
  (JSON.stringify(words) ?? 'nothing').replace(/[^\x20-\x7e]/g, '?').slice(0, 200)

/** @type {(findings: readonly Finding[]) => number} */
export const exitCode = (findings) => (findings.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0)

/** @type {(origin: string, findings: readonly Finding[]) => string[]} */
export function report(origin, findings) {
  const lines = findings.flatMap(({ verdict, check, says, remedy }) => [
    `${verdict.padEnd(6)}${check.padEnd(11)}${says}`,
    ...(remedy ? [`      remedy: ${remedy}`] : []),
  ])
  return [...lines, `${origin}: ${summary(findings)}.`]
}

/** @type {(findings: readonly Finding[]) => string} */
function summary(findings) {
  const count = (/** @type {Finding['verdict'][]} */ ...wanted) =>
    findings.filter(({ verdict }) => wanted.includes(verdict)).length
  const made = count('ok', 'warn', 'FAIL') // what is only told, or could not be judged, was no check
  const warnings = count('warn') ? `, ${count('warn')} of them with a warning` : ''
  if (!count('FAIL')) return `all ${made} checks passed${warnings}`
  return made === 1 ? 'not reached, so nothing more was checked' : `${count('FAIL')} of ${made} checks failed`
}
