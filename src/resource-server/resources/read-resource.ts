// Reading by address, and completing an address: both run the tool that stands behind it, so nothing here is reached that a
// tool call would not reach.
import type { CompleteResult, ReadResourceResult } from '@modelcontextprotocol/server'
import { isInputRequiredResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { record, records, text } from '../../quantconnect/fields.ts'
import { clip, inline, say } from '../answers/reading.ts'
import { UnseenCharacters, visible } from '../answers/unseen.ts'
import type { Caller, Operation, ToolSuppliers } from '../calls/call-tool.ts'
import { callTool, perform, protocolError } from '../calls/call-tool.ts'
import { Refusal } from '../calls/refusals.ts'
import { isDecision } from '../gate.ts'
import { findTool } from '../tools/catalog.ts'
import { choicesOf, completionIn, matching, sourceOf } from './completions.ts'
import { mimeTypeOf, readingOf } from './templates.ts'

/** Reads a `qc://` address. Throws a protocol error for an unknown one, and with QuantConnect's words when it refuses. */
export async function readResource(uri: string, caller: Caller, suppliers: ToolSuppliers): Promise<ReadResourceResult> {
  const reading = readingOf(uri)
  if (!reading) {
    const said = visible(clip(uri))
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Resource not found: ${said}`, { uri: said })
  }
  const { tool, args } = reading
  const result = await callTool({ name: tool, args, ...caller }, suppliers)
  const facts = isInputRequiredResult(result) ? {} : record(result.structuredContent)
  if (isInputRequiredResult(result) || result.isError) {
    const error = text(facts.error) ?? ''
    // What is not there is the address's fault; everything else is nobody's who asked (MCP, Resources, Error Handling).
    const code = /not found/i.test(error) ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
    throw new ProtocolError(code, [error, text(facts.next), text(facts.removed)].filter(Boolean).join(' '), { uri })
  }
  const [file] = tool === 'read_file' ? records(facts.files) : []
  if (!file) return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(facts) }] }
  const contents = [{ uri, mimeType: mimeTypeOf(args.name ?? ''), text: text(file.content) ?? '' }]
  const { escaped } = facts
  // Beside the text, since whatever is put into it would be taken for a part of the file.
  if (text(escaped)) contents.push({ uri, mimeType: 'text/plain', text: say`qcgate: ${escaped}` })
  return { contents }
}

/**
 * The ids and names that fit what was typed. Nothing when they may not be seen, QuantConnect does not say which there are, or
 * there was too much of late.
 */
export async function complete(params: unknown, caller: Caller, suppliers: ToolSuppliers): Promise<CompleteResult> {
  const question = completionIn(params)
  if (!question.of) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'No such prompt, template or argument')
  const { typed, known } = question
  const source = sourceOf(params)
  const tool = source && findTool(source.tool)
  if (!source || !tool) {
    return {
      completion: matching(
        choicesOf(question).map((choice) => [choice, ''] as const),
        typed,
      ),
    }
  }
  if (isNotOffered(tool.name, caller)) return { completion: matching([], typed) }
  const look: Operation<Awaited<ReturnType<typeof source.look>>, CompleteResult> = {
    tool,
    input: z.record(z.string(), z.unknown()),
    run: (args, context) => source.look(context, args),
    answer: (all) => completed(matching(all, typed)),
  }
  return perform(look, known, caller, suppliers).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error
    if (['quantconnect', 'over-budget'].includes(error.reason.reason)) return { completion: matching([], typed) }
    throw protocolError(error, tool, caller, suppliers)
  })
}

/** Whether the gate passed over what only offers, since what it offers from is not allowed. Nobody was refused anything. */
const isNotOffered = (tool: string, { decision }: Caller): boolean =>
  isDecision(decision) && !decision.refusal && !decision.tools.has(tool)

/** What is offered, as a reader sees it. */
function completed({ values, ...completion }: CompleteResult['completion']): CompleteResult {
  const unseen = new UnseenCharacters()
  const seen = values.map((value) => unseen.remove(inline(value)))
  return { completion: { ...completion, values: seen }, ...(unseen.removed ? { _meta: { ...unseen.told } } : {}) }
}
