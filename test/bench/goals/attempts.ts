// Many who come from one address would soon be too many. What is counted of them is forgotten, so that a measurement can go on.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import type { Product } from './process.ts'

const FORGET = `for _, key in ipairs(redis.call('KEYS', '*attempts:*')) do redis.call('DEL', key) end`

export async function forgetAttempts({ redisUrl, folder }: Pick<Product, 'redisUrl' | 'folder'>): Promise<void> {
  if (redisUrl) {
    const redis = new Redis(redisUrl)
    await redis.eval(FORGET, 0)
    redis.disconnect()
    return
  }
  const db = new DatabaseSync(join(folder, 'data/qcgate.sqlite'))
  db.exec(`PRAGMA busy_timeout = 5000; DELETE FROM entries WHERE key LIKE 'attempts:%'`)
  db.close()
}
