import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for one test; removed when `remove` is called. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'qcgate-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
