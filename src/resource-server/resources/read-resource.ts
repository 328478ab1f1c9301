// Reading by address, and completing an address: both run the tool that stands behind it, so nothing here is reached that a
// tool call would not reach.
import type { CompleteResult, ReadResourceResult } from '@modelcontextprotocol/server'
import { isInputRequiredResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Caller, ToolSuppliers } from '../tools/call-tool.ts'
import { callTool, perform } from '../tools/call-tool.ts'
import { findTool } from '../tools/catalog.ts'
import { record, records, text } from '../tools/reading.ts'
import { Refused } from '../tools/refused.ts'
import type { Work } from '../tools/work.ts'
import { Unanswered } from '../tools/work.ts'
import { asked, choicesOf, matching, sourceOf } from './completions.ts'
import { mimeTypeOf, readingOf } from './templates.ts'

/** Reads a `qc://` address. Throws a protocol error for an unknown one, and with QuantConnect's words when it refuses. */
export async function readResource(uri: string, caller: Caller, suppliers: ToolSuppliers): Promise<ReadResourceResult> {
  const reading = readingOf(uri)
  if (!reading) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Resource not found: ${uri}`, { uri })
  const { tool, args } = reading
  const result = await callTool({ name: tool, args, ...caller }, suppliers)
  const facts = isInputRequiredResult(result) ? {} : record(result.structuredContent)
  if (isInputRequiredResult(result) || result.isError) {
    const error = text(facts.error) ?? ''
    // What is not there is the address's fault; everything else is nobody's who asked (MCP, Resources, Error Handling).
    const code = /not found/i.test(error) ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
    throw new ProtocolError(code, [error, text(facts.next)].filter(Boolean).join(' '), { uri })
  }
  const [file] = tool === 'read_file' ? records(facts.files) : []
  const contents = file
    ? { uri, mimeType: mimeTypeOf(args.name ?? ''), text: text(file.content) ?? '' }
    : { uri, mimeType: 'application/json', text: JSON.stringify(facts) }
  return { contents: [contents] }
}

/** The ids and names that fit what was typed. Nothing when QuantConnect does not say which there are. */
export async function complete(params: unknown, caller: Caller, suppliers: ToolSuppliers): Promise<CompleteResult> {
  const question = asked(params)
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
  const job = { args: known, run: (work: Work) => source.look(work, known) }
  const all = await perform(tool, caller, suppliers, job).catch((error: unknown) => {
    if (error instanceof Unanswered) return []
    if (error instanceof Refused)
      throw new ProtocolError(ProtocolErrorCode.InvalidRequest, `${error.message} ${error.next}`)
    throw error
  })
  return { completion: matching(all, typed) }
}
