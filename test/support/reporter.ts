// Node's own `spec` report with one thing added before its summary: the ten slowest files, so that nobody has to guess
// what to speed up.
import { Readable } from 'node:stream'
import type { TestEvent } from 'node:test/reporters'
import { spec as Spec } from 'node:test/reporters'

async function* withSlowestFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
  const seconds = new Map<string, number>()
  let told = false
  for await (const event of events) {
    const { type, data } = event
    if ((type === 'test:pass' || type === 'test:fail') && data.nesting === 0 && data.file) {
      seconds.set(data.file, (seconds.get(data.file) ?? 0) + data.details.duration_ms / 1000)
    }
    if (!told && type === 'test:diagnostic' && data.nesting === 0 && data.message.startsWith('tests ')) {
      told = true
      const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, 10)
      for (const [file, time] of slowest) {
        const message = `slow: ${time.toFixed(1).padStart(5)} s ${file.replace(`${process.cwd()}/`, '')}`
        yield { type, data: { ...data, message } }
      }
    }
    yield event
  }
}

export default async function* report(events: AsyncIterable<TestEvent>) {
  yield* Readable.from(withSlowestFiles(events)).pipe(new Spec())
}
