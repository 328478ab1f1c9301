// The builds of LEAN, QuantConnect's engine, that this sandbox pretends to have, and /lean/versions.
import { type Family, stamp } from './handler.ts'
import { hash } from './world/ids.ts'

export const NEWEST_LEAN = 17_369
export const LEAN_VERSION = `2.5.0.0.${NEWEST_LEAN}`

const NEWEST_BUILT = Date.UTC(2026, 9, 3, 18, 2, 41)
const EVERY_MS = 2.6 * 24 * 60 * 60 * 1000
const CHANGES = [
  'Fix for option chain filter',
  'Faster universe selection',
  'New indicator: average range',
  'Data folder refactor',
]

/** As listed beside projects. Long on purpose: whoever passes it on to a model should notice. */
export const leanVersions = Array.from({ length: 40 }, (_, age) => ({
  id: NEWEST_LEAN - age * 7,
  sdescription: CHANGES[age % CHANGES.length],
  bpublic: 1,
  itimestamp: stamp(NEWEST_BUILT - age * EVERY_MS),
  benchmark_basic: 8 + (age % 7) / 10,
  benchmark_py_basic: 9 + (age % 9) / 10,
  benchmark_statefulcoarse: 31 + (age % 5) / 4,
}))

/** Whether a build may be asked for: by number, by -1 for the newest, or by name with or without the leading v. */
export const isKnownLean = (versionId: string): boolean =>
  versionId === '-1' || leanVersions.some(({ id }) => [`${id}`, `2.5.0.0.${id}`, `v2.5.0.0.${id}`].includes(versionId))

export const leanEndpoints: Family = {
  '/lean/versions/read': () => ({
    versions: leanVersions.map(({ id, itimestamp, sdescription }) => ({
      id,
      created: itimestamp,
      description: sdescription,
      leanHash: hash(`lean ${id}`).slice(0, 40),
      leanCloudHash: hash(`lean cloud ${id}`).slice(0, 40),
      name: `v2.5.0.0.${id}`,
      ref: `refs/tags/${id}`,
      public: 1,
    })),
  }),
}
