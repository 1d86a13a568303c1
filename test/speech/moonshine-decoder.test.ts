import { describe, expect, it } from 'vitest'
import { MoonshineDecoder } from '../../speech/moonshine/decoder.ts'
import type { Onnx, OnnxSession, Tensor } from '../../speech/moonshine/onnx.ts'

class MadeTensor implements Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
  readonly kind: string

  constructor(kind: string, data: Float32Array | BigInt64Array | boolean[], dims: readonly number[]) {
    this.kind = kind
    this.data = data as Float32Array
    this.dims = dims
  }
}

/** A decoder that says these tokens, and notes what it was asked with. The last one again and again. */
function decoderOf(...says: number[]) {
  const asked: Record<string, MadeTensor>[] = []
  const session: OnnxSession = {
    async run(inputs) {
      const at = asked.push(inputs as Record<string, MadeTensor>) - 1
      const scores = new Float32Array(40)
      scores[says[Math.min(at, says.length - 1)] ?? 0] = 9
      const present = Object.keys(inputs)
        .filter((name) => name.startsWith('past_key_values'))
        .map((name) => [
          name.replace('past_key_values', 'present'),
          new MadeTensor('float32', Float32Array.of(at), [1]),
        ])
      return { logits: new MadeTensor('float32', scores, [1, 1, 40]), ...Object.fromEntries(present) }
    },
  }
  return { asked, session }
}

const heard = new MadeTensor('float32', Float32Array.of(7), [1])
const encoder: OnnxSession = { run: async () => ({ last_hidden_state: heard }) }

function tokens(decoder: OnnxSession, { seconds = 1 } = {}): Promise<number[]> {
  const onnx = { Tensor: MadeTensor } as unknown as Onnx
  return new MoonshineDecoder({ onnx, size: 'tiny', encoder, decoder }).tokens(new Float32Array(16_000 * seconds))
}

describe('the words of a model', () => {
  it('begin with its sign, are each asked for with the one before, and end with its sign', async () => {
    const { asked, session } = decoderOf(30, 31, 32, 2)
    expect(await tokens(session)).toEqual([30, 31, 32])
    expect(asked.map(({ input_ids }) => Number(input_ids?.data[0]))).toEqual([1, 30, 31, 32])
    expect(asked.map(({ use_cache_branch }) => use_cache_branch?.data[0])).toEqual([false, true, true, true])
    expect(asked.every(({ encoder_hidden_states }) => encoder_hidden_states === heard)).toBe(true)
  })

  it('are asked for with what it heard, once, and what it said so far', async () => {
    const { asked, session } = decoderOf(30, 31, 32, 2)
    await tokens(session)
    const past = (name: string) => asked.map((inputs) => inputs[`past_key_values.5.${name}.key`]?.data[0])
    expect(past('encoder')).toEqual([undefined, 0, 0, 0])
    expect(past('decoder')).toEqual([undefined, 0, 1, 2])
    expect(asked[0]?.['past_key_values.0.decoder.key']?.dims).toEqual([0, 8, 1, 36])
    expect(Object.keys(asked[0] ?? {})).toHaveLength(3 + 6 * 4)
  })

  it('are no more than anybody speaks, where a model repeats itself', async () => {
    expect(await tokens(decoderOf(30).session, { seconds: 2 })).toHaveLength(14)
  })
})
