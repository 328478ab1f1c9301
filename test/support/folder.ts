import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for one test; removed when `remove` is called. `list` tells what is in it by now. */
export function temporaryFolder(below = tmpdir()) {
  const path = mkdtempSync(join(below, 'qcgate-test-'))
  const list = () => readdirSync(path, { recursive: true, encoding: 'utf8' })
  return { path, list, remove: () => rmSync(path, { recursive: true, force: true }) }
}
