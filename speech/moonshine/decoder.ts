import type { ModelSize } from '../packages/speech-catalogue.ts'
import type { Onnx, OnnxSession, Tensor } from './onnx.ts'

/** Of the sound a model takes, and of its words. */
export const MODEL_RATE = 16_000
const BEGIN = 1
const END = 2
/** More words than anybody speaks: a model that repeats itself ends. */
const TOKENS_A_SECOND = 6
const SPARE_TOKENS = 2

const SHAPES: Readonly<Record<ModelSize, { layers: number; heads: number; width: number }>> = {
  tiny: { layers: 6, heads: 8, width: 36 },
  base: { layers: 8, heads: 8, width: 52 },
}

export interface DecoderParts {
  onnx: Onnx
  size: ModelSize
  encoder: OnnxSession
  decoder: OnnxSession
}

/** Moonshine: sound of 16 kHz in, numbers of words out, each the likeliest after those before. */
export class MoonshineDecoder {
  #parts: DecoderParts

  constructor(parts: DecoderParts) {
    this.#parts = parts
  }

  /** `samples`: -1 to 1. */
  async tokens(samples: Float32Array): Promise<number[]> {
    const { onnx, encoder, decoder } = this.#parts
    const sound = new onnx.Tensor('float32', samples, [1, samples.length])
    const { last_hidden_state: heard } = await encoder.run({ input_values: sound })
    if (!heard) throw new Error('the model says nothing of what it heard')
    const most = Math.ceil((samples.length / MODEL_RATE) * TOKENS_A_SECOND) + SPARE_TOKENS
    const tokens: number[] = []
    let past = this.#nothing()
    for (let last = BEGIN; tokens.length < most; ) {
      const isFirst = tokens.length === 0
      const answer = await decoder.run({
        input_ids: new onnx.Tensor('int64', BigInt64Array.of(BigInt(last)), [1, 1]),
        encoder_hidden_states: heard,
        use_cache_branch: new onnx.Tensor('bool', [!isFirst], [1]),
        ...past,
      })
      last = likeliest(answer.logits?.data ?? new Float32Array())
      if (last === END) break
      tokens.push(last)
      past = carried(past, answer, { all: isFirst })
    }
    return tokens
  }

  /** What it remembers before the first word. */
  #nothing(): Record<string, Tensor> {
    const { onnx, size } = this.#parts
    const { layers, heads, width } = SHAPES[size]
    const past: Record<string, Tensor> = {}
    for (let layer = 0; layer < layers; layer += 1)
      for (const side of ['decoder', 'encoder'])
        for (const part of ['key', 'value'])
          past[`past_key_values.${layer}.${side}.${part}`] = new onnx.Tensor('float32', new Float32Array(), [
            0,
            heads,
            1,
            width,
          ])
    return past
  }
}

/** What it heard is remembered from the first word on; what it said grows with each. */
function carried(
  past: Readonly<Record<string, Tensor>>,
  answer: Readonly<Record<string, Tensor>>,
  { all }: { all: boolean },
): Record<string, Tensor> {
  const next: Record<string, Tensor> = {}
  for (const [name, before] of Object.entries(past)) {
    const isSaid = name.includes('.decoder.')
    const now = isSaid || all ? answer[name.replace('past_key_values', 'present')] : before
    if (now) next[name] = now
  }
  return next
}

function likeliest(scores: Float32Array): number {
  let best = END
  let most = Number.NEGATIVE_INFINITY
  for (let token = 0; token < scores.length; token += 1) {
    const score = scores[token] ?? most
    if (score <= most) continue
    most = score
    best = token
  }
  return best
}
