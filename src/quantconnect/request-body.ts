// What a call carries: JSON, or for an upload multipart/form-data (RFC 7578).

/** The one argument that is a file: the value for `/object/set`. */
const FILE = 'objectData'

export interface RequestBody {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | FormData
}

/** The arguments as QuantConnect reads them. A form names its own boundary, so `fetch` writes that header itself. */
export const requestBody = (args: object, form: boolean): RequestBody =>
  form
    ? { headers: {}, body: formOf(args) }
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) }

function formOf(args: object): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined || value === null) continue
    // A string is a file as well: as a field, its line ends would be rewritten on the way (HTML, multipart encoding).
    if (name === FILE) form.append(name, new Blob([value]), name)
    else form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return form
}
