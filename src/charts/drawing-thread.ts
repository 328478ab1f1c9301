// One thread that draws, for everybody: pictures wait in line, the line has an end, and no picture takes for ever.
import { Worker } from 'node:worker_threads'
import { IS_INSTALLED } from '../installed.ts'
import type { Series } from './chart-data.ts'

export interface Drawing {
  readonly series: readonly Series[]
  readonly title: string
}

interface Waiting {
  readonly drawing: Drawing
  readonly done: (png: Uint8Array | undefined) => void
}

/** Twenty pictures are some three seconds. Who comes later has the numbers without one. */
const LONGEST_LINE = 20
/** The first picture also loads the libraries. */
const LONGEST_DRAWING = 15_000
/** The thread's memory is given back when nobody has asked for a picture for so long. */
const LONGEST_IDLE = 60_000

const THREAD = new URL(`./worker.${IS_INSTALLED ? 'js' : 'ts'}`, import.meta.url)

export class DrawingThread {
  readonly #line: Waiting[] = []
  #worker: Worker | undefined
  #current: Waiting | undefined
  #timer: NodeJS.Timeout | undefined

  /** The picture; undefined when there is nothing to draw, too many wait, or drawing failed. */
  draw(drawing: Drawing): Promise<Uint8Array | undefined> {
    if (this.#line.length >= LONGEST_LINE) return Promise.resolve(undefined)
    return new Promise((done) => {
      this.#line.push({ drawing, done })
      if (!this.#current) this.#next()
    })
  }

  #next(): void {
    clearTimeout(this.#timer)
    this.#current = this.#line.shift()
    if (!this.#current) {
      this.#worker?.unref()
      this.#timer = setTimeout(() => this.#end(), LONGEST_IDLE).unref()
      return
    }
    try {
      this.#worker ??= this.#start()
      this.#worker.ref()
      this.#worker.postMessage(this.#current.drawing)
      this.#timer = setTimeout(() => this.#failed(), LONGEST_DRAWING)
    } catch {
      // Not even a thread could be had: no picture, and no harm.
      this.#failed()
    }
  }

  #start(): Worker {
    const worker = new Worker(THREAD, {
      // What it draws comes from strangers: it is told nothing of the server's settings and can fill no more than this.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    })
    // Of a thread that was given up, nothing is awaited any more.
    worker.on('message', (png: Uint8Array | undefined) => worker === this.#worker && this.#finish(png))
    worker.on('error', () => worker === this.#worker && this.#failed())
    worker.on('exit', () => worker === this.#worker && this.#failed())
    return worker
  }

  #end(): void {
    const worker = this.#worker
    this.#worker = undefined
    void worker?.terminate()
  }

  /** Whatever went wrong, the next picture gets a new thread. */
  #failed(): void {
    this.#end()
    this.#finish(undefined)
  }

  #finish(png: Uint8Array | undefined): void {
    const current = this.#current
    this.#next()
    current?.done(png)
  }
}
