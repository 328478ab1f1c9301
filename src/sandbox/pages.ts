// What a browser opens here without a signature: the archive of an export, and the page on which a person lets a
// brokerage be connected. Both addresses hold a secret that cannot be guessed.
import { timingSafeEqual } from 'node:crypto'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { SANDBOX_ACCOUNTS } from './accounts.ts'
import { inWorld } from './in-world.ts'
import { approve, BROKERAGES } from './live/connections.ts'
import { zip } from './object-store/zip.ts'
import type { Reply } from './reply.ts'

/** How long the address of an archive works. */
const EXPORT_MS = 60 * 60 * 1000

const same = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

const page = (status: number, title: string, body: string): Reply => ({
  status,
  headers: { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
  html: `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`,
})

const GONE = page(404, 'Nothing here', '<p>This address is unknown, or has expired. Ask for a new one.</p>')

async function archive(store: Store, userId: string, secret: string): Promise<Reply> {
  const job = await inWorld(store, userId, (world) => world.exports?.find((job) => same(job.secret, secret)))
  if (!job || Date.now() - job.created > EXPORT_MS) return GONE
  const entries = []
  for (const name of job.keys) {
    const content = await store.get(KEYS.sandboxObject(userId, name)) // nothing when it was deleted meanwhile
    if (content !== undefined) entries.push({ name, bytes: Buffer.from(content, 'base64') })
  }
  return { status: 200, zip: zip(entries), headers: { 'Cache-Control': 'no-store' } }
}

async function connectionPage(store: Store, userId: string, secret: string, method: string): Promise<Reply> {
  const login = await inWorld(store, userId, (world) => {
    const login = world.logins?.find((candidate) => same(candidate.secret, secret))
    // Opening the page changes nothing, since link previews open pages too. Pressing the button does.
    return login && method === 'POST' ? approve(login, Date.now()) : login
  })
  if (!login) return GONE
  const name = BROKERAGES[login.brokerage].label
  if (login.approved !== null) {
    return page(200, `${name} is connected`, '<p>You can close this page and go back to your assistant.</p>')
  }
  return page(
    200,
    `Connect ${name}?`,
    `<p>This is a sandbox. No brokerage is asked, and no money moves.</p>
<form method="post"><button>Allow</button></form>`,
  )
}

/** The reply to an address outside the API, or nothing when there is no such page. */
export async function openPage(pathname: string, method: string, store: Store): Promise<Reply | undefined> {
  const [, kind, userId = '', secret = ''] = /^\/(exports|connections)\/(\d+)\/([\w-]+)(?:\.zip)?$/.exec(pathname) ?? []
  if (!kind) return undefined
  if (!SANDBOX_ACCOUNTS.some((account) => account.userId === userId)) return GONE
  return kind === 'exports' ? archive(store, userId, secret) : connectionPage(store, userId, secret, method)
}
