/** What a server offers, as it says when it is asked. */
export interface WyomingOffer {
  version: string
  /** Languages in which it hears and speaks, as `en`; none: it does not. */
  hears: readonly string[]
  speaks: readonly string[]
}

const WHO = { name: 'Lares', url: '' } as const

/** The data of an `info` event: one program that hears, one that speaks, and nothing else. */
export function wyomingInfo({ version, hears, speaks }: WyomingOffer): Record<string, unknown> {
  const common = { name: 'lares', attribution: WHO, installed: true, version }
  const one = (description: string, languages: readonly string[]) => ({ ...common, description, languages })
  return {
    asr:
      hears.length === 0
        ? []
        : [{ ...common, description: 'What hears at this hub', models: [one('Whoever hears best', hears)] }],
    tts:
      speaks.length === 0
        ? []
        : [
            {
              ...{ ...common, description: 'What speaks at this hub', supports_synthesize_streaming: true },
              voices: [one('Whoever speaks best', speaks)],
            },
          ],
    ...{ handle: [], intent: [], wake: [], mic: [], snd: [] },
  }
}
