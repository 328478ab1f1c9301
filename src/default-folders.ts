// Where a process keeps its data and keys when DATA_DIR and KEYS_DIR name no place.
import { posix, win32 } from 'node:path'

/** Of a machine, as far as it tells where programs keep what is theirs. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The person's own folder. */
  readonly home: string
}

/** How DATA_DIR and KEYS_DIR are chosen where they are not set. */
export interface DefaultFolders {
  readonly dataDir: string
  /** For data that is kept there. */
  readonly keysDirFor: (dataDir: string) => string
}

/** Of a checkout: beside the sources, from where it is started. */
export const FOLDERS_OF_CHECKOUT: DefaultFolders = { dataDir: './data', keysDirFor: () => './keys' }

/** Of an installed program: below the platform's data folder, and never in whatever folder somebody stands in. */
export function foldersOfInstalled(machine: Machine): DefaultFolders {
  const { join, dirname } = machine.platform === 'win32' ? win32 : posix
  return {
    dataDir: join(platformDataFolder(machine), 'qcgate', 'data'),
    keysDirFor: (dataDir) => join(dirname(dataDir), 'keys'),
  }
}

/**
 * XDG_DATA_HOME (XDG Base Directory Specification: an address that is not absolute is ignored), %LOCALAPPDATA%, or
 * `~/Library/Application Support`.
 */
function platformDataFolder({ platform, env, home }: Machine): string {
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local')
  const { XDG_DATA_HOME = '' } = env
  return posix.isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : posix.join(home, '.local', 'share')
}
