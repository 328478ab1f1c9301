// The objects of an organization: what is known of each stands in the world, its bytes under a key of their own, written
// in the same step.
import { createHash } from 'node:crypto'
import { KEYS } from '../../storage/keys.ts'
import { ApiError } from '../handler.ts'
import type { StoredObject } from '../world/object-store.ts'
import { type Beside, DAYS_KEPT, type World } from '../world/world.ts'

const OBJECT_AT_MOST = 1024 * 1024
const OBJECTS_AT_MOST = 300
const TOTAL_AT_MOST = 30 * 1024 * 1024
const KEY_AT_MOST = 200
const PREVIEW = 100

const MIMES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  csv: 'text/csv',
  json: 'application/json',
  html: 'text/html',
  md: 'text/markdown',
  zip: 'application/zip',
}

/** The key as it is kept. Slashes at either end mean nothing. */
export const bareKey = (key: string): string => key.replace(/^\/+|\/+$/g, '')

const isText = (bytes: Buffer): boolean => {
  const content = bytes.toString()
  return !content.includes('\0') && !content.includes('\uFFFD')
}

export const used = (world: World): number => (world.objects ?? []).reduce((sum, { size }) => sum + size, 0)

export function objectOf(world: World, key: string): StoredObject {
  const object = world.objects?.find((candidate) => candidate.key === bareKey(key))
  if (!object) throw new ApiError('Object not found')
  return object
}

/** An object by its key, or everything below a folder. */
export const objectsUnder = (world: World, key: string): StoredObject[] => {
  const bare = bareKey(key)
  return (world.objects ?? []).filter((object) => object.key === bare || object.key.startsWith(`${bare}/`))
}

/** Puts an object in its place, silently over an older one. */
export function storeObject(world: World, key: string, bytes: Buffer, now: number, beside: Beside): void {
  const bare = bareKey(key)
  if (bare === '' || bare.length > KEY_AT_MOST) throw new ApiError(`A key has 1 to ${KEY_AT_MOST} characters`)
  if (bytes.length > OBJECT_AT_MOST) throw new ApiError(`Object is over the limit of ${OBJECT_AT_MOST} bytes`, 413)
  const older = world.objects?.find((object) => object.key === bare)
  const others = (world.objects ?? []).filter((object) => object !== older)
  if (others.length >= OBJECTS_AT_MOST) throw new ApiError(`Object Store is full: it holds ${OBJECTS_AT_MOST} objects`)
  if (used({ ...world, objects: others }) + bytes.length > TOTAL_AT_MOST) {
    throw new ApiError(`Object Store is full: it holds ${TOTAL_AT_MOST} bytes`)
  }
  const readable = isText(bytes)
  const extension = /\.(\w+)$/.exec(bare)?.[1]?.toLowerCase() ?? ''
  world.objects = [
    ...others,
    {
      key: bare,
      created: older?.created ?? now,
      modified: now,
      size: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
      mime: MIMES[extension] ?? (readable ? 'text/plain' : 'application/octet-stream'),
      preview: readable ? bytes.toString().slice(0, PREVIEW) : '',
    },
  ]
  const entry = { value: bytes.toString('base64'), ttl: DAYS_KEPT * 24 * 60 * 60 }
  beside[KEYS.sandboxObject(world.userId, bare)] = entry
}

export function removeObjects(world: World, gone: readonly StoredObject[], beside: Beside): void {
  world.objects = (world.objects ?? []).filter((object) => !gone.includes(object))
  for (const { key } of gone) beside[KEYS.sandboxObject(world.userId, key)] = undefined
}
