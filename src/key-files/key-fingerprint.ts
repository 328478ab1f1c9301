// Several processes must hold the same keys, or each refuses what the others sign and cannot open what they seal. So the
// store remembers which keys it was used with, and a process with others does not start.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint } from 'jose'
import * as z from 'zod'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { update } from '../storage/store.ts'
import { KeyFileError } from './key-file.ts'

const TTL = 400 * 24 * 60 * 60

/** By file name the thumbprints (RFC 7638) of its keys; the first is the one in use. */
const Fingerprint = z.object({ version: z.literal(1), files: z.record(z.string(), z.array(z.string())) })
type Fingerprint = z.infer<typeof Fingerprint>

async function fingerprintOf(folder: string): Promise<Fingerprint> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.jwks.json'))
  const files = names.sort().map(async (name) => {
    const { keys } = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    return [name, await Promise.all(keys.map((key: object) => calculateJwkThumbprint(key)))]
  })
  return { version: 1, files: Object.fromEntries(await Promise.all(files)) }
}

function parse(json: string): Fingerprint {
  const { success, data } = Fingerprint.safeParse(JSON.parse(json))
  if (success) return data
  throw new KeyFileError(
    'KEYS_DIR: the store was used by a later release, which noted its keys in another way; run that one',
  )
}

/** The key files that lack the key which the others use now. Further keys are fine: that is how keys are replaced. */
const filesThatDiffer = (own: Fingerprint, known: Fingerprint): string[] =>
  Object.entries(known.files).flatMap(([name, [inUse = '']]) => (own.files[name]?.includes(inUse) ? [] : [name]))

/**
 * Compares the keys in a folder, all of which have been read before, with those that the store was used with, and notes
 * them there. `startOver` says how an operator makes the store forget. Throws `KeyFileError` when they are others.
 */
export async function checkFingerprint(folder: string, store: Store, startOver: string): Promise<void> {
  const own = await fingerprintOf(folder)
  await update(store, KEYS.fingerprint(), (current) => {
    const known = current ? parse(current) : own
    const others = filesThatDiffer(own, known)
    if (others.length) {
      throw new KeyFileError(
        `KEYS_DIR=${folder}: ${others.join(', ')} ${others.length > 1 ? 'hold' : 'holds'} other keys than the store was used with. Every process needs the same folder: copy it from where the others run, or restore it from a backup. To start over with these keys, when everyone has to connect again: ${startOver}.`,
      )
    }
    return { value: JSON.stringify(own), ttl: TTL }
  })
}
