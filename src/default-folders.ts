// Where a process keeps its data and keys when DATA_DIR and KEYS_DIR name no place.
import { posix, win32 } from 'node:path'

/** Of a machine, as far as it tells where programs keep what is theirs. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The person's own folder; undefined where there is none. */
  readonly home: string | undefined
}

/** How DATA_DIR and KEYS_DIR are chosen where they are not set. */
export interface DefaultFolders {
  /** Undefined where there is no such place, and somebody has to name one. */
  readonly dataDir: string | undefined
  /** For data that is kept there. */
  readonly keysDirFor: (dataDir: string) => string
}

/** Of a checkout: beside the sources, from where it is started. */
export const FOLDERS_OF_CHECKOUT: DefaultFolders = { dataDir: './data', keysDirFor: () => './keys' }

/** Of an installed program: below the platform's data folder, and never in whatever folder somebody stands in. */
export function foldersOfInstalled(machine: Machine): DefaultFolders {
  const { join, dirname, resolve, isAbsolute } = machine.platform === 'win32' ? win32 : posix
  const folder = platformDataFolder(machine) ?? ''
  return {
    // `HOME=` and `HOME=.` would mean whatever folder somebody stands in.
    dataDir: isAbsolute(folder) ? join(folder, 'qcgate', 'data') : undefined,
    keysDirFor: (dataDir) => join(dirname(resolve(dataDir)), 'keys'), // `.` and `..` have a place beside them too
  }
}

/**
 * XDG_DATA_HOME (XDG Base Directory Specification: an address that is not absolute is ignored), %LOCALAPPDATA%, or
 * `~/Library/Application Support`.
 */
function platformDataFolder({ platform, env, home }: Machine): string | undefined {
  if (platform === 'darwin') return home && posix.join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env.LOCALAPPDATA || (home && win32.join(home, 'AppData', 'Local'))
  const { XDG_DATA_HOME = '' } = env
  return posix.isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : home && posix.join(home, '.local', 'share')
}
