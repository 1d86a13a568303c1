import { expect, it, vi } from 'vitest'
import { openTestHouse } from '../../engine/engine-in-memory.ts'

it('what can be said is compiled step by step after a start, so that the first question waits for nothing', async () => {
  vi.resetModules()
  const { prepareSentences } = await import('../../../../hub/features/voice/understand.ts')
  const { openVoice } = await import('../../../../hub/features/voice/engine.ts')
  const voice = openVoice({ db: openTestHouse().db, use: () => ({}), settings: {} } as never)
  for (let second = 0; second < 5; second++) voice.tick?.({} as never)
  expect(prepareSentences(0)).toBe(false)
  for (let second = 0; second < 30; second++) voice.tick?.({} as never)
  expect(prepareSentences(0)).toBe(true)
})
