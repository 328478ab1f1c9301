// Which tools a client sees: those that are allowed now, and those that it may ask for without danger. What trades,
// spends, deletes or administers appears once it is allowed, so that only a person can bring it in.
import type { Tool as WireTool } from '@modelcontextprotocol/server'
import type { Scope } from '../../scopes.ts'
import { isHarmless, SCOPES } from '../../scopes.ts'
import { findTool, TOOL_LIST } from './catalog.ts'
import type { Tool } from './tool.ts'

/** Whether a client with these scopes sees a tool. */
export function isVisible({ scopes, risk }: Pick<Tool, 'scopes' | 'risk'>, allowed: readonly Scope[]): boolean {
  const missing = scopes.filter((scope) => !allowed.includes(scope))
  return !missing.length || [risk, ...missing.map((scope) => SCOPES[scope].risk)].every(isHarmless)
}

/** Lists that are kept at hand; people allow the same few sets of scopes. */
const REMEMBERED = 200
const remembered = new Map<string, readonly WireTool[]>()

/** The list for a client with these scopes. */
export function visibleTools(allowed: readonly Scope[]): readonly WireTool[] {
  const key = allowed.toSorted().join(' ')
  const known = remembered.get(key)
  if (known) return known
  const shown = TOOL_LIST.filter(({ name }) => {
    const tool = findTool(name)
    return tool && isVisible(tool, allowed)
  })
  if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? '')
  remembered.set(key, shown)
  return shown
}
