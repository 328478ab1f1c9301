// Who else on this machine can open a key file.
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** What a file system says of a file or folder. */
interface Permissions {
  readonly mode: number
  readonly uid: number
}

/**
 * Whether somebody but the owner can open a file in a folder: its mode lets them, and that of the folder lets them pass. The
 * group of a file that is not ours does not count: to be in it is our own way in, as where Kubernetes mounts a secret.
 */
export function letsOthersIn(
  file: Permissions,
  folder: Pick<Permissions, 'mode'>,
  ownUid: number | undefined,
): boolean {
  const group = file.uid === ownUid && (file.mode & 0o070) !== 0 && (folder.mode & 0o010) !== 0
  const anybody = (file.mode & 0o007) !== 0 && (folder.mode & 0o001) !== 0
  return group || anybody
}

/** The same of a file on disk, wherever a link leads. Windows has no such modes. */
export function isOpenToOthers(file: string): boolean {
  if (process.platform === 'win32') return false
  const real = realpathSync(file)
  return letsOthersIn(statSync(real), statSync(dirname(real)), process.geteuid?.())
}
