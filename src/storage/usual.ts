// Records without what nearly all of their kind say. A store of a million connections holds each of them many times.
import { isDeepStrictEqual } from 'node:util'

type Members = Readonly<Record<string, unknown>>

/** A record as it is written: what is as usual is left out. What is usual and not there at all is `null`. */
export const withoutUsual = (record: Members, usual: Members): Members => ({
  ...Object.fromEntries(Object.keys(usual).flatMap((name) => (record[name] === undefined ? [[name, null]] : []))),
  ...Object.fromEntries(
    Object.entries(record).filter(([name, value]) => value !== undefined && !isDeepStrictEqual(value, usual[name])),
  ),
})

/** The record again, as it was. One that was written in full stays as it is. */
export const withUsual = (stored: Members, usual: Members): Members =>
  Object.fromEntries(
    Object.entries({ ...usual, ...stored }).filter(([name, value]) => value !== null || !Object.hasOwn(usual, name)),
  )
