// The two libraries through which many clients hand tools to their models, as they are installed in a folder.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Schema } from './schema.ts'

/** What becomes of a schema on its way to a provider; undefined where nothing is sent for it. Throws where it is refused. */
export type Convert = (schema: Schema) => Promise<Schema | undefined>

const load = (folder: string, name: string) =>
  import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href)

/** OpenAI's own helper for tools that are declared strict. */
export async function openaiStrict(folder: string): Promise<Convert> {
  const { toStrictJsonSchema } = await load(folder, 'openai/lib/transform')
  return async (schema) => toStrictJsonSchema(schema)
}

/** The Google provider of the AI SDK, by what it would send. */
export async function aiSdkGoogle(folder: string, name: string): Promise<Convert> {
  const { createGoogleGenerativeAI } = await load(folder, name)
  return async (inputSchema) => {
    let sent: Schema | undefined
    const google = createGoogleGenerativeAI({
      apiKey: 'none',
      fetch: async (_url: string, { body }: { body: string }) => {
        const [declared] = JSON.parse(body).tools[0].functionDeclarations
        sent = declared.parameters ?? declared.parametersJsonSchema
        return Response.json({ candidates: [] })
      },
    })
    const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }]
    const tools = [{ type: 'function', name: 'a_tool', description: '', inputSchema }]
    await google('gemini-3-pro-preview').doGenerate({ prompt, tools })
    return sent
  }
}
