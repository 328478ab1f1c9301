// Whether an exported record is whole, offline: with the file and the public keys of the server that made it, and nothing else.
import type { JWK } from 'jose'
import * as z from 'zod'
import { parseJson } from '../parse-json.ts'
import { hashOf } from './chain.ts'
import type { SealPayload } from './seals.ts'
import { EXPORT_TYP, verifySeal } from './seals.ts'

const Header = z.object({
  journal: z.literal(1),
  iss: z.string(),
  account: z.string(),
  from: z.int(),
  prev: z.string(),
})
const Record = z.looseObject({ seq: z.int(), prev: z.string(), hash: z.string() })
const End = z.strictObject({ seal: z.string() })

/** What came of it. `seq` is the first record that is not as it was, or is not there. */
export type JournalVerdict =
  | { readonly kind: 'whole'; readonly seal: SealPayload }
  | { readonly kind: 'broken'; readonly seq: number; readonly why: string }
  /** It is no such file. */
  | { readonly kind: 'unusable'; readonly why: string }

/** Verifies the lines of a file, JSON Lines as `/account/activity.jsonl` gives them, with public keys (RFC 7517). */
export async function verifyJournal(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: readonly JWK[],
): Promise<JournalVerdict> {
  let header: z.infer<typeof Header> | undefined
  let [seq, prev] = [0, '']
  let seal: string | undefined
  const broken = (at: number, why: string): JournalVerdict => ({ kind: 'broken', seq: at, why })
  for await (const line of lines) {
    if (!line.trim()) continue
    const value = parseJson(line, z.unknown())
    if (!header) {
      header = Header.safeParse(value).data
      if (!header) return { kind: 'unusable', why: 'it does not begin as an exported record does' }
      ;[seq, prev] = [header.from - 1, header.prev]
      continue
    }
    if (seal !== undefined) return broken(seq + 1, 'something stands behind the seal')
    const end = End.safeParse(value).data
    if (end) {
      seal = end.seal
      continue
    }
    const { success, data: record } = Record.safeParse(value)
    if (!success) return broken(seq + 1, 'its line is not one of a record')
    if (record.seq !== seq + 1) {
      return record.seq > seq + 1
        ? broken(seq + 1, `it is missing: record ${record.seq} comes next`)
        : broken(record.seq, `it stands behind record ${seq}: it was moved or inserted`)
    }
    if (record.prev !== prev) return broken(record.seq, 'it does not follow from the record before it')
    if (hashOf(record) !== record.hash) return broken(record.seq, 'it was changed')
    ;[seq, prev] = [record.seq, record.hash]
  }
  if (!header) return { kind: 'unusable', why: 'it is empty' }
  if (seal === undefined) return broken(seq + 1, 'the file ends without its seal: what came last was cut off')
  return judge(seal, header, seq, prev, keys)
}

/** Whether the seal is that of this file. */
async function judge(
  jws: string,
  { iss, account, from, prev }: z.infer<typeof Header>,
  last: number,
  head: string,
  keys: readonly JWK[],
): Promise<JournalVerdict> {
  let seal: SealPayload
  try {
    seal = await verifySeal(jws, keys, EXPORT_TYP)
  } catch (error) {
    return { kind: 'broken', seq: from, why: `the seal is not one of these keys (${(error as Error).message})` }
  }
  if (seal.iss !== iss || seal.account !== account || seal.from !== from) {
    return { kind: 'broken', seq: from, why: 'the seal is of another record' }
  }
  if (seal.to > last) return { kind: 'broken', seq: last + 1, why: `the seal counts records up to ${seal.to}` }
  if (seal.to < last) return { kind: 'broken', seq: seal.to + 1, why: 'it came behind what was sealed' }
  const isSame = seal.head === head && seal.count === last - from + 1
  if (!isSame)
    return { kind: 'broken', seq: from, why: `a record was changed, and the others after it (before them: ${prev})` }
  return { kind: 'whole', seal }
}
