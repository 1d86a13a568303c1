import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import { speechPieces } from '../sound/speech-pieces.ts'
import { trimSilence } from '../sound/trim-silence.ts'
import { MODEL_RATE, MoonshineDecoder } from './decoder.ts'
import type { FromMoonshine, MoonshineStart, ToMoonshine } from './moonshine-messages.ts'
import { loadOnnx, openSession } from './onnx.ts'

/** Runs one model, in a process of its own: it takes hundreds of megabytes, and a fault of it is nobody else's. */
interface Tokens {
  decode(tokens: number[], hasBegin: boolean, hasSpace: boolean): string
}

function say(message: FromMoonshine): void {
  process.send?.(message)
}

/** Where memory runs out, the kernel ends this and not the hub. */
function standBack(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '500')
  } catch {
    // Where that is not allowed, it is judged as any other.
  }
}

async function open({ runtime, model, size }: MoonshineStart): Promise<(samples: Int16Array) => Promise<string>> {
  const onnx = loadOnnx(runtime)
  const encoder = await openSession(onnx, join(model, 'encoder_model.onnx'))
  const decoder = await openSession(onnx, join(model, 'decoder_model_merged.onnx'))
  const file = pathToFileURL(join(model, 'tokens', 'llama-tokenizer.js')).href
  const { default: tokens } = (await import(file)) as { default: Tokens }
  const moonshine = new MoonshineDecoder({ onnx, size, encoder, decoder })
  return async (samples) => {
    const said: string[] = []
    for (const piece of speechPieces(trimSilence(samples, MODEL_RATE), MODEL_RATE)) {
      const text = tokens.decode(await moonshine.tokens(Float32Array.from(piece, (one) => one / 32_768)), false, true)
      if (text.trim() !== '') said.push(text.trim())
    }
    return said.join(' ')
  }
}

async function answer({ id, samples }: ToMoonshine, hear: (samples: Int16Array) => Promise<string>): Promise<void> {
  const began = systemClock.mono()
  try {
    const text = await hear(samples)
    say({ says: 'text', id, text, tookMs: systemClock.mono() - began, memoryBytes: process.memoryUsage.rss() })
  } catch (error) {
    say({ says: 'failed', id, message: asError(error).message })
  }
}

standBack()
const start = JSON.parse(process.argv[2] ?? '{}') as MoonshineStart
const began = systemClock.mono()
// The hub is gone, or wants no more of this: nobody waits for what is under way.
process.on('disconnect', () => process.exit(0))
try {
  const hear = await open(start)
  let last = Promise.resolve()
  process.on('message', (message: ToMoonshine) => {
    last = last.then(() => answer(message, hear))
  })
  say({ says: 'ready', tookMs: systemClock.mono() - began })
} catch (error) {
  say({ says: 'broken', message: asError(error).message })
  process.exitCode = 1
  process.disconnect?.()
}
