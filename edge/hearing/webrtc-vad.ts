import type { FvadModule } from '@echogarden/fvad-wasm'
import load from '@echogarden/fvad-wasm'
import { LaresError } from '../../shared/errors.ts'
import { BLOCK_BYTES, BLOCK_SAMPLES } from './block.ts'

/** Says of one block whether it sounds like speech. It remembers the blocks before. */
export interface SpeechDetector {
  isSpeech(pcm: Buffer): boolean
  close(): void
}

let loaded: Promise<FvadModule> | undefined

/**
 * The WebRTC voice detector (libfvad, BSD-3) in WebAssembly: 3 µs a block, no native build. It hears soft speech
 * that a level cannot, and **sticks at "speech" in a loud room** (100 % of the blocks of white noise at 5 dB), which
 * is why nothing here believes it alone.
 *
 * `mode` 0 to 3: the higher, the less is called speech.
 */
export async function openWebrtcVad(mode: 0 | 1 | 2 | 3): Promise<SpeechDetector> {
  loaded ??= load()
  const module = await loaded
  const detector = module._fvad_new()
  const samples = module._malloc(BLOCK_BYTES)
  if (detector === 0 || samples === 0 || module._fvad_set_mode(detector, mode) !== 0)
    throw new LaresError('internal', `the voice detector refused mode ${mode}`)
  module._fvad_set_sample_rate(detector, 16_000)
  let open = true
  return {
    isSpeech(pcm) {
      if (!open) throw new LaresError('internal', 'the voice detector was used after it was closed')
      // read anew each time: the heap is another array after it grew
      const heap = module.HEAP16
      const at = samples >> 1
      for (let index = 0; index < BLOCK_SAMPLES; index++) heap[at + index] = pcm.readInt16LE(index * 2)
      return module._fvad_process(detector, samples, BLOCK_SAMPLES) === 1
    },
    close() {
      if (!open) return
      open = false
      module._free(samples)
      module._fvad_free(detector)
    },
  }
}
