import { LaresError } from '../../shared/errors.ts'
import type { SpeechComponent, Tarball } from './speech-component.ts'

/** How large a model is: base hears better, tiny is for slow processors. */
export const MODEL_SIZES = ['base', 'tiny'] as const
export type ModelSize = (typeof MODEL_SIZES)[number]

const RUNTIME_VERSION = '1.30.0'
/** 0.1.21 has a model under another licence, and 0.1.23 has none. */
const MODEL_VERSION = '0.1.16'

const MOONSHINE: Omit<Tarball, 'takes'> = {
  ...{ package: '@usefulsensors/moonshine-js', version: MODEL_VERSION, licence: 'MIT', owner: 'Useful Sensors' },
  ...{ sha256: '49c1a0554d773b54ebbe20287c9651161c9ce977eb1a4f7d9b1214dcc0b26630', bytes: 66_841_492 },
}

const TOKENS: Tarball = {
  ...{ package: 'llama-tokenizer-js', version: '1.2.2', licence: 'MIT', owner: 'belladore.ai' },
  ...{ sha256: 'ee83014ac8b379b16cf8d81e99ffcdb23dfade8c0d2e751bd06e7dc0b8476e72', bytes: 388_950 },
  takes: ['llama-tokenizer.js', 'package.json', 'LICENSE.md'].map((file) => ({ from: file, to: `tokens/${file}` })),
}

/** The model that understands English, and what makes words of its numbers. */
export function moonshine(size: ModelSize): SpeechComponent {
  const folder = `dist/model/${size}/quantized`
  return {
    ...{ name: `moonshine-${size}`, version: MODEL_VERSION, says: `understands English (${size})` },
    tarballs: [
      {
        ...MOONSHINE,
        takes: ['encoder_model.onnx', 'decoder_model_merged.onnx'].map((file) => ({
          from: `${folder}/${file}`,
          to: file,
        })),
      },
      TOKENS,
    ],
  }
}

const PROCESSORS = ['x64', 'arm64'] as const

/** What runs models, for this processor. Throws `bad_params` where there is none. */
export function onnxRuntime(processor: string): SpeechComponent {
  const arch = PROCESSORS.find((known) => known === processor)
  if (!arch)
    throw new LaresError('bad_params', `nothing that runs models is known for the processor ${processor}`, {
      hint: 'A Raspberry Pi needs a 64-bit system (uname -m says aarch64). What needs no model works all the same.',
    })
  const inside = (name: string, parts: readonly string[]) =>
    parts.map((from) => ({ from, to: `node_modules/${name}/${from}` }))
  return {
    ...{ name: 'onnxruntime', version: RUNTIME_VERSION, says: 'runs models' },
    tarballs: [
      {
        ...{ package: 'onnxruntime-node', version: RUNTIME_VERSION, licence: 'MIT', owner: 'Microsoft' },
        ...{ sha256: '6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75', bytes: 113_507_888 },
        // The rest of its 288 MB is for other systems.
        takes: inside('onnxruntime-node', ['package.json', 'dist', `bin/napi-v6/linux/${arch}`]),
      },
      {
        ...{ package: 'onnxruntime-common', version: RUNTIME_VERSION, licence: 'MIT', owner: 'Microsoft' },
        ...{ sha256: '7906c439e0d3e0f4048caa23b64cdfadc0f455c377f579ce1ab2a4b778f07d5f', bytes: 66_795 },
        takes: inside('onnxruntime-common', ['package.json', 'dist']),
      },
    ],
  }
}
