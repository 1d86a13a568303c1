import { expect, it } from 'vitest'
import { asksHub, shortened } from '../../cli/lares.ts'
import { COMMANDS } from '../../hub/features/voice/commands.ts'

it.each([
  [
    ['ask', 'how warm is it'],
    ['voice', 'ask', 'how warm is it'],
  ],
  [
    ['ask', 'how warm is it', 'hall-pi'],
    ['voice', 'ask', 'how warm is it', 'hall-pi'],
  ],
  [
    ['ask', 'how', 'warm', 'is', 'it'],
    ['voice', 'ask', 'how warm is it'],
  ],
  [
    ['ask', 'how', 'late', '--device', 'hall-pi'],
    ['voice', 'ask', 'how late', '--device', 'hall-pi'],
  ],
  [
    ['ask', '--help'],
    ['voice', 'ask', '--help'],
  ],
  [['ask'], ['voice', 'ask']],
  [
    ['help', 'ask'],
    ['help', 'voice', 'ask'],
  ],
  [
    ['devices', 'list'],
    ['devices', 'list'],
  ],
])('%j is typed for %j', (short, long) => {
  expect(shortened(short)).toEqual(long)
})

it('what is asked of a voice goes to the hub, and what its engines do does not', () => {
  for (const { verb } of COMMANDS) expect(asksHub('voice', [verb])).toBe(true)
  for (const verb of ['install', 'list', 'doctor', 'remove']) expect(asksHub('voice', [verb])).toBe(false)
})
