// A zip archive whose entries are stored as they are, without compression (APPNOTE.TXT, PKWARE): for each entry a
// header and its bytes, then a directory of all headers, then where the directory is.
import { crc32 } from 'node:zlib'

/** 1980-01-01, the first day that the format knows. */
const DATE = 0x21
const UTF8_NAMES = 0x800

const numbers = (...fields: readonly [size: 2 | 4, value: number][]): Buffer =>
  Buffer.concat(
    fields.map(([size, value]) => {
      const field = Buffer.alloc(size)
      field.writeUIntLE(value, 0, size)
      return field
    }),
  )

export function zip(entries: readonly { name: string; bytes: Buffer }[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of entries) {
    const nameBytes = Buffer.from(name)
    const about = numbers(
      [2, 20],
      [2, UTF8_NAMES],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, nameBytes.length],
      [2, 0],
    )
    const file = Buffer.concat([numbers([4, 0x04034b50]), about, nameBytes, bytes])
    const where = numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, offset])
    directory.push(numbers([4, 0x02014b50], [2, 20]), about, where, nameBytes)
    files.push(file)
    offset += file.length
  }
  const listing = Buffer.concat(directory)
  const { length } = entries
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, length],
    [2, length],
    [4, listing.length],
    [4, offset],
    [2, 0],
  )
  return Buffer.concat([...files, listing, end])
}
