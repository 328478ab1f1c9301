// What V8 made of the program, kept for the next start.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.ts'

/**
 * Keeps it with the data, where only their owner writes: in the folder for temporary files, which is Node.js's own choice,
 * whoever comes first could put a program of theirs. Where that folder cannot be made, every start compiles.
 */
export function keepCompiled(dataDir: string): void {
  const folder = join(dataDir, 'compile-cache')
  try {
    makeFolder(folder)
  } catch {
    return // the store says what is wrong with the folder, where there is one
  }
  enableCompileCache(folder)
}
