// Which tools a client sees: those that are allowed now, and those that it may ask for without danger. What trades,
// spends, deletes or administers appears once it is allowed, so that only a person can bring it in.
import type { Tool as WireTool } from '@modelcontextprotocol/server'
import type { Scope } from '../../scopes.ts'
import { isHarmless, SCOPES } from '../../scopes.ts'
import { findTool, toolList } from './catalog.ts'
import type { Tool } from './tool.ts'

/** Whether a client with these scopes sees a tool. */
export function isVisible({ scopes, risk }: Pick<Tool, 'scopes' | 'risk'>, allowed: readonly Scope[]): boolean {
  const missing = scopes.filter((scope) => !allowed.includes(scope))
  return !missing.length || [risk, ...missing.map((scope) => SCOPES[scope].risk)].every(isHarmless)
}

/** What a client sees, and the same as it travels. */
export interface ShownTools {
  readonly tools: readonly WireTool[]
  /** JSON, made when it is first asked for. */
  bytes(): Buffer
}

/** Lists that are kept at hand; people allow the same few sets of scopes. */
const REMEMBERED = 50
const remembered = new Map<string, ShownTools>()

/** The list for a client with these scopes. */
export function visibleTools(allowed: readonly Scope[]): ShownTools {
  const key = allowed.toSorted().join(' ')
  const known = remembered.get(key)
  if (known) return known
  const tools = toolList().filter(({ name }) => {
    const tool = findTool(name)
    return tool && isVisible(tool, allowed)
  })
  let made: Buffer | undefined
  const shown = { tools, bytes: () => (made ??= Buffer.from(JSON.stringify(tools))) }
  if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? '')
  remembered.set(key, shown)
  return shown
}
