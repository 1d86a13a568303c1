import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../shared/clock.ts'
import { writeDurably } from '../shared/durable-file.ts'
import { giveToOwnerOf } from '../shared/give-to-owner.ts'
import { MoonshineListener } from './moonshine/moonshine-listener.ts'
import { MODEL_SIZES, type ModelSize, moonshine, onnxRuntime } from './packages/speech-catalogue.ts'
import type { SpeechFolder } from './packages/speech-folder.ts'

const chosenSchema = z.object({
  size: z.enum(MODEL_SIZES),
  /** How long a second of speech took, in seconds, when it was installed. */
  times_real: z.number(),
})
export type Chosen = z.infer<typeof chosenSchema>

const fileIn = ({ folder }: SpeechFolder) => join(folder, 'chosen.json')

/** What `lares voice install` found right for this machine; `null`: nothing is installed. */
export function readChosen(speech: SpeechFolder): Chosen | null {
  try {
    return chosenSchema.parse(JSON.parse(readFileSync(fileIn(speech), 'utf8')))
  } catch {
    return null
  }
}

export function writeChosen(speech: SpeechFolder, chosen: Chosen): void {
  writeDurably(fileIn(speech), JSON.stringify(chosen), 0o644)
  giveToOwnerOf(join(speech.folder, '..'), fileIn(speech))
}

/** What understands speech with a model that is installed. Throws `bad_params` on a processor for which there is none. */
export function listenerOf(speech: SpeechFolder, size: ModelSize, clock: Clock): MoonshineListener {
  const runtime = speech.pathOf(onnxRuntime(process.arch))
  return new MoonshineListener({ start: { runtime, model: speech.pathOf(moonshine(size)), size }, clock })
}
