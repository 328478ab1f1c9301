// A start of what npm publishes, and of the sources as they are cloned.
import { fileURLToPath } from 'node:url'
import { measureStart } from '../goals/start.ts'
import type { Rows } from './rows.ts'

const TIMES = 7
const LOOKS = 2
const SCRIPT = fileURLToPath(new URL('../../../scripts/qcgate.mjs', import.meta.url))

export const starts: Rows = {
  title: 'Start',
  async measure({ program }) {
    const rows: string[][] = []
    for (const [name, args, isScript] of [
      ['what npm publishes', [program], false],
      ['`npm start`', [SCRIPT, 'serve'], true],
    ] as const) {
      for (const isKnown of [false, true]) {
        const { ms, bytes } = await measureStart(args, { times: TIMES, looks: LOOKS, isScript, isKnown })
        const which = isKnown ? 'another' : 'the first'
        rows.push([name, which, ms.toFixed(0), (bytes / 1e6).toFixed(0)])
      }
    }
    return { words: WORDS, columns: ['program', 'start', 'ready after ms', 'idle, MB'], rows }
  },
}

const WORDS = `From the command to the line that it runs, the sandbox on; the median of ${TIMES}. A first start makes the data and the keys. \`npm start\` is what npm runs then, without npm itself. Resident memory three seconds later, of the server alone.`
