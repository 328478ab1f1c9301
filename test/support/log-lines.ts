/** The log lines in what a process wrote. What it says to people is left out, and so is a line that it did not finish. */
export const logLines = (output: string): Record<string, unknown>[] =>
  output.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []
    } catch {
      return []
    }
  })
