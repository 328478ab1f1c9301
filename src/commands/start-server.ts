// What nearly every start of the program is for. The server is loaded here, with what V8 made of it the last time.
import { homedir } from 'node:os'
import { FOLDERS_OF_CHECKOUT, foldersOfInstalled } from '../default-folders.ts'
import { IS_INSTALLED } from '../installed.ts'
import { keepCompiled } from './compile-cache.ts'
import type { Terminal } from './terminal.ts'
import { keepYoungSmall } from './young-generation.ts'

/** Starts a server, which goes on until a signal ends it, and gives the exit code of its start. */
export async function startServer(terminal: Terminal): Promise<number> {
  const folders = defaultFolders(terminal.env)
  const dataDir = terminal.env.DATA_DIR || folders.dataDir
  if (IS_INSTALLED && dataDir) keepCompiled(dataDir)
  const letGrow = keepYoungSmall()
  try {
    const { serve } = await import('./serve.ts')
    return await serve(terminal, folders)
  } finally {
    letGrow()
  }
}

function defaultFolders(env: Terminal['env']) {
  return IS_INSTALLED ? foldersOfInstalled({ platform: process.platform, env, home: home() }) : FOLDERS_OF_CHECKOUT
}

/** A user without a name, as in a container, has none where HOME does not say. */
function home(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
