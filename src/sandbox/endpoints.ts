// Every endpoint there is, by path below `/api/v2`.
import { accountEndpoints } from './account.ts'
import { aiToolEndpoints } from './ai/tools.ts'
import { backtestEndpoints } from './backtests.ts'
import { collaborationEndpoints } from './collaboration.ts'
import { compileEndpoints } from './compiles.ts'
import { fileEndpoints } from './files.ts'
import type { Family, Handler } from './handler.ts'
import { leanEndpoints } from './lean.ts'
import { commandEndpoints } from './live/commands.ts'
import { connectionEndpoints } from './live/connections.ts'
import { liveEndpoints } from './live/live.ts'
import { liveReadEndpoints } from './live/reads.ts'
import { nodeEndpoints } from './nodes.ts'
import { objectStoreEndpoints } from './object-store/object-store.ts'
import { optimizationEndpoints } from './optimizations/optimizations.ts'
import { projectEndpoints } from './projects.ts'
import { troubleEndpoints } from './trouble.ts'

const FAMILIES: readonly Family[] = [
  accountEndpoints,
  projectEndpoints,
  collaborationEndpoints,
  nodeEndpoints,
  fileEndpoints,
  compileEndpoints,
  backtestEndpoints,
  optimizationEndpoints,
  liveEndpoints,
  liveReadEndpoints,
  commandEndpoints,
  connectionEndpoints,
  objectStoreEndpoints,
  aiToolEndpoints,
  leanEndpoints,
  troubleEndpoints,
]

export const ENDPOINTS: ReadonlyMap<string, Handler> = new Map(FAMILIES.flatMap((family) => Object.entries(family)))

/** Paths that also answer GET, with a query for arguments. */
export const READS = /^\/authenticate$|\/(read|list)(\/|$)|^\/object\/(get|properties)$/
