// `qcgate journal verify FILE --jwks FILE|URL`: whether an exported record is whole, on any machine, without the server.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { JWK } from 'jose'
import * as z from 'zod'
import type { JournalVerdict } from '../audit/verify.ts'
import { verifyJournal } from '../audit/verify.ts'
import { parseJson } from '../parse-json.ts'
import { EXIT, type Terminal } from './terminal.ts'

const PATIENCE_MS = 10_000
const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/** Verifies the record in a file with the keys in another or at an address. Gives the exit code: 0 whole, 1 broken, 2 unusable. */
export async function verifyFile(file: string, jwks: string, { print, complain }: Terminal): Promise<number> {
  let verdict: JournalVerdict
  try {
    const keys = await readKeys(jwks)
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
    verdict = await verifyJournal(lines, keys)
  } catch (error) {
    complain(`${(error as Error).message}\n`)
    return EXIT.cannot
  }
  switch (verdict.kind) {
    case 'whole': {
      const { iss, from, to, count, at, head } = verdict.seal
      print(`whole   ${count} records, ${from} to ${to}, of ${iss}; sealed ${at}, head ${head}\n`)
      return EXIT.done
    }
    case 'broken':
      print(`broken  at record ${verdict.seq}: ${verdict.why}\n`)
      return EXIT.foundSomething
    case 'unusable':
      complain(`${file} is no exported record: ${verdict.why}\n`)
      return EXIT.cannot
  }
}

/** The public keys of the server that made the file: its `/jwks`, or a copy. Throws with what to do. */
async function readKeys(place: string): Promise<readonly JWK[]> {
  const isUrl = /^https?:\/\//.test(place)
  const text = await (isUrl ? fetchText(place) : readFile(place, 'utf8')).catch((error: Error) => {
    throw new Error(
      `--jwks ${place} cannot be read (${error.message}); give a file, or the address of the server's /jwks`,
    )
  })
  const data = parseJson(text, Jwks)
  if (!data) throw new Error(`--jwks ${place} is no JWK Set (RFC 7517); save what the server answers at /jwks`)
  return data.keys
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return response.text()
}
