// /object: putting in, listing, taking out
import { randomBytes } from 'node:crypto'
import { accountOf } from '../account.ts'
import { ApiError, type Arguments, type Family, stamp, textIn } from '../handler.ts'
import { hexId } from '../world/ids.ts'
import type { StoredObject } from '../world/object-store.ts'
import type { World } from '../world/world.ts'
import { bareKey, objectOf, objectsUnder, removeObjects, storeObject, used } from './objects.ts'

const EXPORTS_AT_MOST = 20
const KEYS_AT_MOST = 100
/** Reads of a job that find no address yet. */
const READS_UNTIL_PACKED = 2

export const exportPath = (userId: string, secret: string): string => `/exports/${userId}/${secret}.zip`

function checkOrganization(world: World, args: Arguments): void {
  const organizationId = textIn(args, 'organizationId')
  if (organizationId !== accountOf(world).organizationId) throw new ApiError('Organization not found')
}

/** A file of a form arrives as bytes, JSON brings text. */
function bytesOf({ objectData }: Arguments): Buffer {
  if (Buffer.isBuffer(objectData)) return objectData
  if (typeof objectData === 'string') return Buffer.from(objectData)
  throw new ApiError('Invalid argument: objectData')
}

function keysOf({ keys }: Arguments): string[] {
  if (!Array.isArray(keys) || keys.length > KEYS_AT_MOST || !keys.every((key) => typeof key === 'string')) {
    throw new ApiError('Invalid argument: keys')
  }
  return keys as string[] // the line above looked at every key
}

const describe = ({ key, modified, mime, size }: StoredObject) => ({
  key: `/${key}`,
  name: key.split('/').at(-1),
  modified: stamp(modified),
  mime,
  folder: false,
  size,
})

/** One level: the folders first, then the objects, each by name. */
function level(objects: readonly StoredObject[], folder: string) {
  const start = folder === '' ? 0 : folder.length + 1
  const folders = new Map<string, number>()
  for (const { key, modified } of objects) {
    const [name = '', ...deeper] = key.slice(start).split('/')
    if (deeper.length > 0) folders.set(name, Math.max(modified, folders.get(name) ?? 0))
  }
  const rows = [...folders].sort().map(([name, modified]) => ({
    key: `/${folder === '' ? '' : `${folder}/`}${name}`,
    name,
    modified: stamp(modified),
    mime: 'directory',
    folder: true,
    size: 0,
  }))
  const here = objects.filter(({ key }) => !key.slice(start).includes('/'))
  return [...rows, ...here.map(describe).sort((a, b) => (a.key < b.key ? -1 : 1))]
}

export function human(bytes: number): string {
  const units = ['B', 'KB', 'MB']
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return `${Number((bytes / 1024 ** step).toFixed(2))} ${units[step]}`
}

export const objectStoreEndpoints: Family = {
  '/object/set': (world, args, now, { beside }) => {
    checkOrganization(world, args)
    storeObject(world, textIn(args, 'key') ?? '', bytesOf(args), now, beside)
    return {}
  },

  '/object/properties': (world, args) => {
    checkOrganization(world, args)
    const { created, modified, ...object } = objectOf(world, textIn(args, 'key') ?? '')
    return { metadata: { ...object, created: stamp(created), modified: stamp(modified) } }
  },

  '/object/list': (world, args) => {
    checkOrganization(world, args)
    const path = textIn(args, 'path') ?? '/'
    const folder = bareKey(path)
    const objects = folder === '' ? (world.objects ?? []) : objectsUnder(world, folder)
    const inside = objects.filter(({ key }) => key !== folder)
    if (folder !== '' && inside.length === 0) throw new ApiError('Object not found')
    return {
      path: folder === '' ? '/' : path,
      objects: level(inside, folder),
      page: 1,
      totalPages: 1,
      objectStorageUsed: used(world),
      objectStorageUsedHuman: human(used(world)),
    }
  },

  // Two calls in one: with keys a job begins, with a job id it is asked for.
  '/object/get': (world, args, now, { origin }) => {
    checkOrganization(world, args)
    const { userId, mayExport } = accountOf(world)
    if (!mayExport) throw new ApiError('Organization does not have derivative export enabled')
    const jobId = textIn(args, 'jobId')
    if (jobId === undefined) {
      const found = keysOf(args).flatMap((key) => objectsUnder(world, key))
      if (found.length === 0) throw new ApiError('Object not found')
      const keys = [...new Set(found.map(({ key }) => key))]
      // Not from the count of ids, which can be foretold: whoever has the address has the objects.
      const job = { jobId: hexId(world), keys, created: now, secret: randomBytes(24).toString('base64url'), reads: 0 }
      world.exports = [...(world.exports ?? []), job].slice(-EXPORTS_AT_MOST)
      return { jobId: job.jobId }
    }
    const job = world.exports?.find((candidate) => candidate.jobId === jobId)
    if (!job) throw new ApiError('Job not found')
    job.reads = Math.min(job.reads + 1, READS_UNTIL_PACKED + 1)
    return { jobId, url: job.reads > READS_UNTIL_PACKED ? origin + exportPath(userId, job.secret) : null }
  },

  '/object/delete': (world, args, _now, { beside }) => {
    checkOrganization(world, args)
    const gone = objectsUnder(world, textIn(args, 'key') ?? '')
    if (gone.length === 0) throw new ApiError('Object not found')
    removeObjects(world, gone, beside)
    return {}
  },
}
