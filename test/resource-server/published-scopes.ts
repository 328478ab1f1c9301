// The scope map that the catalogue was published with, as this release keeps to it.
import { readFileSync } from 'node:fs'
import { findTool, toolList } from '../../src/resource-server/tools/catalog.ts'

interface Published {
  readonly scopes: readonly string[]
  readonly groups: Readonly<Record<'readonly' | 'trader' | 'admin', readonly string[]>>
  readonly tools: Readonly<Record<string, readonly string[]>>
  readonly risks: Readonly<Record<string, string>>
}

/** The map as it was published. */
export const PUBLISHED: Published = JSON.parse(
  readFileSync(new URL('../published-scopes.json', import.meta.url), 'utf8'),
)

/** Tools that the published map leaves out, and those that we have beyond it. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  lock_project_with_collaborators: ['qc:collaboration:write'],
  patch_file: ['qc:files:write'],
  read_latest_mcp_server_version: ['qc:admin:read'],
  list_organizations: ['qc:account:read'],
  read_backtest_logs: ['qc:backtests:read'],
  read_backtest_trades: ['qc:backtests:read'],
  read_backtest_report: ['qc:backtests:read'],
  read_live_trades: ['qc:live:read'],
}

/** What every tool needs, by its name. */
export const NEEDS: Readonly<Record<string, readonly string[]>> = { ...PUBLISHED.tools, ...OURS }

/** What every tool of the catalogue says that it needs. */
export const declaredNeeds = (): Record<string, readonly string[]> =>
  Object.fromEntries(toolList().map(({ name }) => [name, findTool(name)?.scopes ?? []]))
