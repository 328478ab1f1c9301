// Every endpoint there is, by path below `/api/v2`.
import { account } from './account.ts'
import { aiTools } from './ai/tools.ts'
import { backtests } from './backtests.ts'
import { collaboration } from './collaboration.ts'
import { compiles } from './compiles.ts'
import { files } from './files.ts'
import type { Family, Handler } from './handler.ts'
import { lean } from './lean.ts'
import { commands } from './live/commands.ts'
import { connections } from './live/connections.ts'
import { live } from './live/live.ts'
import { liveReads } from './live/reads.ts'
import { nodes } from './nodes.ts'
import { objectStore } from './object-store/object-store.ts'
import { optimizations } from './optimizations/optimizations.ts'
import { projects } from './projects.ts'
import { troubles } from './trouble.ts'

const FAMILIES: readonly Family[] = [
  account,
  projects,
  collaboration,
  nodes,
  files,
  compiles,
  backtests,
  optimizations,
  live,
  liveReads,
  commands,
  connections,
  objectStore,
  aiTools,
  lean,
  troubles,
]

export const ENDPOINTS: ReadonlyMap<string, Handler> = new Map(FAMILIES.flatMap((family) => Object.entries(family)))

/** Paths that also answer GET, with a query for arguments. */
export const READS = /^\/authenticate$|\/(read|list)(\/|$)|^\/object\/(get|properties)$/
