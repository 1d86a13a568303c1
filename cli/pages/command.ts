import type { MakePage } from './page.ts'

/** `lares devices switch` and what else a device is told: what became of it in a sentence, and what the device answered. */
export const commandPage: MakePage = (answer) => {
  const state = answer.text('state')
  const value = answer.at('value')
  // What was switched stands in the sentence.
  const isTold = answer.text('command') !== 'switch' && typeof value === 'object' && value !== null
  return {
    head: { lines: [answer.text('says') ?? ''], colour: state === 'completed' ? 'green' : 'yellow' },
    data: isTold ? (value as Record<string, unknown>) : {},
    schema: {},
  }
}
