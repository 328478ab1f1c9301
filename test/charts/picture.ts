// Reads a PNG back: its pixels, by the specification's own filters, so that the tests do not trust our encoder.
import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'

/** A picture, to be asked what is in it. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** Red, green and blue of a place. */
  readonly at: (x: number, y: number) => readonly number[]
  /** How many places of an area are not white. */
  readonly ink: (left: number, top: number, right: number, bottom: number) => number
  /** How many places of an area are very nearly this colour, written `#rrggbb`. */
  readonly of: (color: string) => number
}

/** Reads one, and asserts that it is as we write them. */
export function readPng(png: Uint8Array | undefined): Picture {
  assert.ok(png, 'there is no picture')
  const file = Buffer.from(png)
  assert.equal(file.toString('latin1', 1, 4), 'PNG')
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  assert.deepEqual([...file.subarray(24, 26)], [8, 2], 'eight bits of red, green and blue')
  const parts: Buffer[] = []
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  }
  const rows = inflateSync(Buffer.concat(parts))
  const stride = width * 3 + 1
  assert.equal(rows.length, stride * height)
  for (let y = 0; y < height; y++) assert.equal(rows[y * stride], 0, 'rows are unfiltered')
  const at = (x: number, y: number) => [...rows.subarray(y * stride + 1 + x * 3, y * stride + 4 + x * 3)]
  const count = (
    [left, top, right, bottom]: readonly [number, number, number, number],
    is: (r: number, g: number, b: number) => boolean,
  ) => {
    let found = 0
    for (let y = top; y < bottom; y++) {
      for (let i = y * stride + 1 + left * 3; i < y * stride + 1 + right * 3; i += 3) {
        if (is(rows[i] ?? 0, rows[i + 1] ?? 0, rows[i + 2] ?? 0)) found++
      }
    }
    return found
  }
  return {
    width,
    height,
    at,
    ink: (...area) => count(area, (r, g, b) => Math.min(r, g, b) < 250),
    of: (color) => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) =>
        Number.parseInt(color.slice(start, start + 2), 16),
      )
      const near = (r: number, g: number, b: number) =>
        Math.max(Math.abs(r - red), Math.abs(g - green), Math.abs(b - blue)) < 4
      return count([0, 0, width, height], near)
    },
  }
}
