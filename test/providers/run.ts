// Writes docs/providers.md. Arguments: the folder where the libraries are, and which they are.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { aiSdkGoogle, type Convert, openaiStrict } from './libraries.ts'
import { providersPage, type Row } from './page.ts'
import { differences, objectsWithoutFields, optionalIn, type Schema, withNulls } from './schema.ts'

const [folder = '', versions = '{}'] = process.argv.slice(2)
const openai = await openaiStrict(folder)
const google = await aiSdkGoogle(folder, '@ai-sdk/google')
const newest = await aiSdkGoogle(folder, 'newest-google')

/** What a library makes of a schema, or its words when it refuses. */
const made = (convert: Convert, schema: Schema): Promise<{ schema?: Schema | undefined; refused?: string }> =>
  convert(schema).then(
    (schema) => ({ schema }),
    (error: Error) => ({ refused: error.message }),
  )

async function strictly(schema: Schema): Promise<string> {
  const asIs = await made(openai, schema)
  if (asIs.schema) return isDeepStrictEqual(asIs.schema, { required: [], ...schema }) ? 'as it is' : 'changed'
  const optional = optionalIn(schema).map((name) => `\`${name}\``)
  const nullable = await made(openai, withNulls(schema))
  if (nullable.schema) return `null for what is left out: ${optional.join(', ')}`
  const [, place = ''] =
    nullable.refused?.match(/`properties\/(\w+)[^`]*` must set `additionalProperties: false`/) ?? []
  return place ? `never: \`${place}\` is open` : `refused: ${nullable.refused}`
}

async function byGoogle(schema: Schema): Promise<string> {
  const { schema: sent, refused } = await made(google, schema)
  if (refused) return `refused: ${refused}`
  if (!sent) return Object.keys(schema.properties ?? {}).length ? 'nothing is sent' : 'as it is'
  // Closed objects are closed by their fields there, so nothing is lost with the keyword.
  const lost = differences(schema, sent).filter(({ keyword }) => keyword !== 'additionalProperties')
  const keywords = [...new Set(lost.map(({ keyword }) => `\`${keyword}\``))]
  const empty = objectsWithoutFields(sent).map((path) => `\`${path}\` has no fields`)
  return [keywords.length ? `without ${keywords.join(', ')}` : 'as it is', ...empty].join('; ')
}

const rows: Row[] = []
let unchanged = true
for (const { name, inputSchema } of toolList()) {
  const schema = inputSchema as Schema
  rows.push({ name, strict: await strictly(schema), google: await byGoogle(schema) })
  unchanged &&= isDeepStrictEqual((await made(newest, schema)).schema, schema)
}
if (!unchanged)
  throw new Error('The newest @ai-sdk/google does not hand schemas on as they are any more: say so on the page.')
const page = providersPage(
  rows,
  toolList().map(({ inputSchema }) => inputSchema as Schema),
  JSON.parse(versions),
)
writeFileSync(fileURLToPath(new URL('../../docs/providers.md', import.meta.url)), page)
console.log(page)
