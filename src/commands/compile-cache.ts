// What V8 made of the program, kept for the next start.
import { lstatSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.ts'

/**
 * Keeps it with the data, where only their owner writes: in the folder for temporary files, which is Node.js's own choice,
 * whoever comes first could put a program of theirs. Where that folder cannot be made, or others could have filled it, every
 * start compiles.
 */
export function keepCompiled(dataDir: string): void {
  const folder = join(dataDir, 'compile-cache')
  try {
    makeFolder(folder)
    if (isOnlyOurs(folder)) enableCompileCache(folder)
  } catch {
    // the store says what is wrong with the folder, where there is one
  }
}

/** Whether nobody else can write there, nor has made the folder or led us to it. Windows has no such modes. */
function isOnlyOurs(folder: string): boolean {
  const found = lstatSync(folder)
  if (process.platform === 'win32') return found.isDirectory()
  return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0
}
