// docs/providers.md: a row per tool, and what the rows say.
import { digestOf, type Schema } from './schema.ts'

export interface Row {
  readonly name: string
  /** What OpenAI's helper makes of the arguments. */
  readonly strict: string
  /** What the AI SDK sends of them to Gemini. */
  readonly google: string
}

/** The line by which a page says which schemas it is about. */
export const madeFrom = (schemas: readonly Schema[]): string =>
  `<!-- Written by \`npm run providers\` from the schemas ${digestOf(schemas)}. -->`

/** The page. `versions` are those of the libraries. */
export function providersPage(
  rows: readonly Row[],
  schemas: readonly Schema[],
  versions: Readonly<Record<string, string>>,
): string {
  const newest = versions['newest-google']?.split('@').at(-1)
  const table = rows.map(({ name, strict, google }) => `| ${name} | ${strict} | ${google} |`)
  return `# What providers make of the schemas

${madeFrom(schemas)}

A client hands the input schemas of all tools to the provider of its model, as they are or rewritten by a library, and many
providers refuse every message when one of them holds a keyword that they do not know. So schemas hold few keywords, listed in
\`test/golden/keywords.test.ts\`; \`src/resource-server/tools/schemas.ts\` tells the rest in words. The server checks all of it
in any case, and answers an argument that does not fit with a sentence.

- **openai ${versions.openai}**, \`toStrictJsonSchema\`: tools declared \`strict\`. There every argument is required; one that may be
  left out is null, and null counts as left out here. What is open (its names are a person's own) cannot be strict: such a
  tool is declared without \`strict\`, as the Responses API does by itself.
- **@ai-sdk/google ${versions['@ai-sdk/google']}** rewrites schemas to the OpenAPI subset that Gemini began with. Bounds of numbers and lists are
  lost on the way, \`additionalProperties\` too. An object that has no fields there cannot be filled in. From version 4 on
  (${newest} was tried) every schema below is handed on as it is.

| Tool | openai, strict | @ai-sdk/google 3 |
| --- | --- | --- |
${table.join('\n')}
`
}
