// JSON that may be anything: from a store that another release wrote too, or from a file.
import type * as z from 'zod'

/** A text as JSON of this form; undefined when it is of another, or no JSON, or there is none. */
export function parseJson<Form extends z.ZodType>(text: string | undefined, form: Form): z.infer<Form> | undefined {
  if (text === undefined) return undefined
  try {
    return form.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
