// The Object Store: files of an organization that algorithms and research share.
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { number, record, records, text } from '../../../quantconnect/fields.ts'
import { clip, pick, say, without } from '../../answers/reading.ts'
import { slice, window, windowOf } from '../../answers/windows.ts'
import { adds, OrganizationId, reads, replaces, tool } from '../tool.ts'
import { inQuotes } from '../words.ts'
import { bytes } from './file-answers.ts'

/** Characters of text or base64 that one upload may have: what a model can sensibly write, and then some. */
const DATA_AT_MOST = 2_000_000
const ROWS_AT_MOST = 100
/** Seconds to wait for an archive in one call; packing may take minutes. */
const WAIT_FOR_URL = 20

const Key = z.string().min(1).describe('Key, path-like, such as models/weights.json; from list_object_store_files.')
const JobId = z.string().min(1).describe('Job id, from read_object_store_file_job_id.')

/** Base64 (RFC 4648 §4), padded, in one piece. `Buffer` alone would skip over whatever is not. */
const isBase64 = (data: string): boolean => data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data)

const named = (key: string): string => say`"${clip(key, 200)}"`

export const object = [
  tool({
    name: 'upload_object',
    title: 'Upload Object Store file',
    description:
      'Stores a file under a key in the Object Store of an organization: text, or bytes as base64. REPLACES WITHOUT A WORD what has that key: look first with read_object_properties, and ask before replacing. Returns size and MD5. At most 2 MB; counts against the storage plan. Next: read_object_properties.',
    scopes: ['qc:objects:write'],
    risk: 'deletes', // what has the key already is gone
    money: 'by-organization', // whatever runs there may read it
    annotations: replaces,
    endpoint: '/object/set',
    project: 'none',
    countsAs: 'changes',
    recorded: ['organizationId'],
    input: {
      organizationId: OrganizationId,
      key: Key,
      objectData: z
        .string()
        .max(DATA_AT_MOST, {
          error: `objectData may have ${DATA_AT_MOST} characters (2 MB); store the content under several keys`,
        })
        .describe('Content of the file.'),
      encoding: z
        .enum(['text', 'base64'])
        .default('text')
        .describe('text: stored as written, in UTF-8. base64: decoded to bytes first.'),
    },
    constraint: {
      holds: ({ objectData, encoding }) => encoding === 'text' || isBase64(objectData),
      says: 'objectData is not base64 (A-Z a-z 0-9 + /, padded with =, without line breaks); correct it, or use encoding text',
    },
    output: {
      key: { type: 'string', description: 'Key of the file.' },
      size: { type: 'integer', description: 'Bytes that were sent.' },
      md5: { type: 'string', description: 'MD5 of what was sent.' },
    },
    says: ({ key, objectData, encoding }) =>
      `Upload ${inQuotes(key)} to the Object Store, ${bytes(Buffer.byteLength(objectData, encoding === 'text' ? 'utf8' : 'base64'))}`,
    verify: 'read_object_properties shows the size and the MD5 of what is stored under the key.',
    async run({ organizationId, key, objectData, encoding }, context) {
      const bytes = Buffer.from(objectData, encoding === 'text' ? 'utf8' : 'base64')
      const sent = encoding === 'text' ? objectData : new Uint8Array(bytes)
      await context.call('/object/set', { organizationId, key, objectData: sent }, { form: true })
      const md5 = createHash('md5').update(bytes).digest('hex')
      return {
        summary: say`Stored ${bytes.length} bytes under the key ${named(key)}.`,
        next: 'read_object_properties with the same key: size and md5 are equal when all of it arrived.',
        data: { organizationId, key, size: bytes.length, md5 },
      }
    },
  }),
  tool({
    name: 'read_object_properties',
    title: 'Read Object Store file properties',
    description:
      'Reads what is known about one file in the Object Store: size, MD5, media type, times, and the beginning of a text. Not for folders: list_object_store_files. Next, for the content: read_object_store_file_job_id. Costs nothing.',
    scopes: ['qc:objects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/object/properties',
    project: 'none',
    countsAs: 'reads',
    recorded: ['organizationId'],
    input: { organizationId: OrganizationId, key: Key },
    output: {
      key: { type: 'string', description: 'Key of the file.' },
      size: { type: 'number', description: 'Bytes.' },
      md5: { type: 'string', description: 'MD5 of the content.' },
      mime: { type: 'string', description: 'Media type.' },
      created: { type: 'string', description: 'When it was made, UTC.' },
      modified: { type: 'string', description: 'When it was last changed, UTC.' },
      preview: { type: 'string', description: 'Beginning of the content, when it is text.' },
    },
    exact: ['preview'],
    answer({ metadata }, { organizationId, key }) {
      const about = record(metadata)
      return {
        summary: say`${named(key)}: ${number(about.size) ?? 'unknown'} bytes, ${text(about.mime) ?? 'no media type'}.`,
        next: 'read_object_store_file_job_id with this key for the whole content.',
        data: {
          organizationId,
          key,
          ...pick(about, 'size', 'md5', 'mime', 'created', 'modified'),
          ...without(about, 'key'),
        },
      }
    },
  }),
  tool({
    name: 'read_object_store_file_job_id',
    title: 'Pack Object Store files',
    description:
      'First half of a download: starts a job that packs files of the Object Store into a zip archive, and returns its jobId. Keys that do not exist are skipped as long as one does. Only Institution plans with the export permission may download. Next: read_object_store_file_download_url. Costs nothing more.',
    scopes: ['qc:objects:read'],
    risk: 'changes',
    money: 'none',
    annotations: adds, // reads data, but makes a job each time
    endpoint: '/object/get',
    project: 'none',
    countsAs: 'changes',
    onceOnly: true,
    recorded: ['organizationId'],
    input: {
      organizationId: OrganizationId,
      keys: z.array(z.string().min(1)).min(1).describe('Keys of the files to pack.'),
    },
    output: { jobId: { type: 'string', description: 'Id of the job.' } },
    says: ({ keys: [first = '', ...others] }) =>
      `Pack ${inQuotes(first)}${others.length ? ` and ${others.length} more` : ''} of the Object Store for a download`,
    verify: 'packing changes no file, so calling read_object_store_file_job_id once more does no harm.',
    answer({ jobId, url }, { organizationId, keys }) {
      return {
        summary: say`QuantConnect is packing what it has under ${keys.length === 1 ? 'this key' : say`these ${keys.length} keys`}.`,
        next: say`read_object_store_file_download_url with organizationId ${organizationId} and jobId ${jobId}.`,
        data: { organizationId, jobId, ...(text(url) ? { url } : {}) },
      }
    },
  }),
  tool({
    name: 'read_object_store_file_download_url',
    title: 'Read Object Store download address',
    description:
      'Second half of a download: waits up to 20 seconds for the packing job and returns the address of the zip archive. The address works for anyone, without signing in. Next: hand it to the person, and do not fetch it or repeat it elsewhere. Costs nothing more.',
    scopes: ['qc:objects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/object/get',
    project: 'none',
    countsAs: 'reads',
    recorded: ['organizationId', 'jobId'],
    input: { organizationId: OrganizationId, jobId: JobId },
    output: {
      jobId: { type: 'string', description: 'Id of the job.' },
      url: { type: 'string', description: 'Address of the archive, a secret; absent until it is ready.' },
    },
    async run({ organizationId, jobId }, context) {
      const url = await context.wait(WAIT_FOR_URL, async () => {
        const seen = text((await context.call('/object/get', { organizationId, jobId })).url)
        return { done: seen !== undefined, value: seen, message: 'QuantConnect is packing the files' }
      })
      if (!url) {
        return {
          summary: 'The archive is not ready yet; packing may take a few minutes.',
          next: say`read_object_store_file_download_url with organizationId ${organizationId} and jobId ${jobId} again in a few seconds. After five minutes without an address: read_object_store_file_job_id for a new job.`,
          data: { organizationId, jobId, ready: false },
        }
      }
      return {
        summary:
          'The archive is ready. Its address (url) works without credentials for as long as it lives, for whoever has it.',
        next: 'Hand the address to the person; do not fetch it and do not repeat it elsewhere.',
        data: { organizationId, jobId, ready: true, url },
      }
    },
  }),
  tool({
    name: 'list_object_store_files',
    title: 'List Object Store files',
    description: `Lists one folder of the Object Store, ${ROWS_AT_MOST} rows at once: folders and files with key, size, media type and time, and the storage used by the organization. Next: the same tool with path for a folder, read_object_properties for a file. Costs nothing.`,
    scopes: ['qc:objects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/object/list',
    project: 'none',
    countsAs: 'reads',
    recorded: ['organizationId'],
    input: {
      organizationId: OrganizationId,
      path: z.string().min(1).optional().describe('Key of a folder; the root when left out.'),
      ...window(ROWS_AT_MOST),
    },
    output: {
      path: { type: 'string', description: 'Folder that was listed.' },
      objects: { type: 'array', description: 'Folders and files of the window.' },
      count: { type: 'integer', description: 'Rows in all on the page that QuantConnect gave.' },
      page: { type: 'integer', description: 'Page that QuantConnect gave.' },
      totalPages: { type: 'integer', description: 'Pages there are.' },
      objectStorageUsed: { type: 'integer', description: 'Bytes used by the organization.' },
    },
    body: ({ organizationId, path }) => ({ organizationId, ...(path === undefined ? {} : { path }) }),
    answer({ success: _said, objects, ...data }, args) {
      const all = records(objects)
      const folders = all.filter(({ folder }) => folder === true).length
      const { shown, place, next } = slice(all, windowOf(args, ROWS_AT_MOST))
      const [page, pages] = [number(data.page) ?? 1, number(data.totalPages) ?? 1]
      const partial = pages > 1
      const used = text(data.objectStorageUsedHuman)
      return {
        summary: [
          say`Folder ${named(text(data.path) ?? args.path ?? '/')}: ${place}; folders ${folders}, files ${all.length - folders}.`,
          partial
            ? say`This is page ${page} of ${pages}, and QuantConnect offers no way to ask for another: the list is not complete.`
            : '',
          used ? say`The organization uses ${used}.` : '',
        ]
          .filter(Boolean)
          .join(' '),
        next: next ?? 'read_object_properties with the key of a file; list_object_store_files with path for a folder.',
        data: {
          organizationId: args.organizationId,
          ...data,
          count: all.length,
          objects: shown.map((row) => ({
            ...pick(row, 'key', 'folder', 'size', 'mime', 'modified'),
            ...without(row, 'name'),
          })),
        },
        ...(partial
          ? {
              cut: [
                say`Pages other than ${page} of ${pages}: list a folder below this one with path, or see quantconnect.com.`,
              ],
            }
          : {}),
      }
    },
  }),
  tool({
    name: 'delete_object',
    title: 'Delete Object Store file',
    description:
      'Deletes a file from the Object Store for good. The key of a folder deletes everything below it: list it first with list_object_store_files. Nothing comes back, so ask the person first. Frees storage. Returns the key. Next: list_object_store_files shows what is left.',
    scopes: ['qc:objects:delete'],
    risk: 'deletes',
    money: 'by-organization',
    annotations: replaces,
    endpoint: '/object/delete',
    project: 'none',
    countsAs: 'deletions',
    recorded: ['organizationId'],
    input: {
      organizationId: OrganizationId,
      key: z.string().min(1).describe('Key of a file, or of a folder with everything below it.'),
    },
    output: { key: { type: 'string', description: 'Key that was deleted.' } },
    says: ({ key }) => `Delete ${inQuotes(key)} from the Object Store, with everything below it`,
    verify: 'list_object_store_files shows whether it is still there.',
    answer: (_body, { organizationId, key }) => ({
      summary: say`${named(key)} was deleted for good, with everything below it if it was a folder.`,
      data: { organizationId, key },
    }),
  }),
]
