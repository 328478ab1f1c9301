// The addresses that a client can show without knowing any: the projects that were changed last. The files and backtests of all
// projects would be thousands; they are found by completing an address.
import type { ListResourcesResult } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { Body } from '../../quantconnect/fields.ts'
import { records, text } from '../../quantconnect/fields.ts'
import { clip, say } from '../answers/reading.ts'
import { UnseenCharacters } from '../answers/unseen.ts'
import type { Caller, Operation, ToolSuppliers } from '../calls/call-tool.ts'
import { perform } from '../calls/call-tool.ts'
import { Refusal } from '../calls/refusals.ts'
import { isDecision } from '../gate.ts'
import { findTool } from '../tools/catalog.ts'
import { forReading, isDeleted } from '../tools/families/project-answers.ts'
import { addressOfProject, LISTING_TOOL } from './templates.ts'

const LISTED_AT_MOST = 20
/** Not to be kept, so that a client asks again. */
const NONE_NOW: ListResourcesResult = { resources: [], ttlMs: 0 }

/**
 * The projects of late. None where they may not be seen, or cannot be now: clients ask for this list when they connect, and
 * all else works without it.
 */
export async function listResources(caller: Caller, suppliers: ToolSuppliers): Promise<ListResourcesResult> {
  const { decision } = caller
  const tool = findTool(LISTING_TOOL)
  if (!tool || !isDecision(decision) || !decision.tools.has(tool.name)) return NONE_NOW
  const listing: Operation<readonly Body[], ListResourcesResult> = {
    tool,
    input: z.strictObject({}),
    run: async (_args, context) => records((await context.call('/projects/read', {})).projects),
    answer: (projects) => listed(forReading(projects.filter((project) => !isDeleted(project)))),
  }
  return perform(listing, {}, caller, suppliers).catch((error: unknown) => {
    if (error instanceof Refusal) return NONE_NOW
    throw error
  })
}

function listed(projects: readonly Body[]): ListResourcesResult {
  const unseen = new UnseenCharacters()
  const resources = projects.slice(0, LISTED_AT_MOST).flatMap((project) => {
    const uri = addressOfProject(project.projectId)
    if (uri === undefined) return []
    const name = unseen.remove(clip(text(project.name) ?? say`Project ${project.projectId}`, 200))
    const facts = [text(project.language), text(project.modified) && say`changed ${project.modified}`].filter(Boolean)
    return [
      {
        uri,
        name,
        description: unseen.remove(say`${['Project', ...facts].join(', ')}.`),
        mimeType: 'application/json',
      },
    ]
  })
  return { resources, ...(unseen.removed ? { _meta: { ...unseen.told } } : {}) }
}
