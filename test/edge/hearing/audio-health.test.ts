import { describe, expect, it } from 'vitest'
import { audioHealth } from '../../../edge/hearing/audio-health.ts'
import type { RecorderState } from '../../../edge/hearing/recorder.ts'
import { heartbeat } from '../../../shared/messages/heartbeat.ts'

const recorder = (state: RecorderState) => ({
  state,
  counters: () => ({ overruns: 2, restarts: 1, bytesPerSecond: 32_000 }),
})

describe("the heartbeat's line about sound", () => {
  it('says none without a microphone, and what is not known is null', () => {
    expect(audioHealth(null, null, false)).toEqual({
      device: null,
      state: 'none',
      overruns: 0,
      bytes_per_s: null,
      reason: null,
    })
  })

  it('says muted only when the microphone would work', () => {
    const ok = recorder({ state: 'ok', reason: null, code: null })
    const gone = recorder({ state: 'unavailable', reason: 'x'.repeat(500), code: 'device_missing' })
    expect(audioHealth('mic', ok, false).state).toBe('ok')
    expect(audioHealth('mic', ok, true).state).toBe('muted')
    expect(audioHealth('mic', gone, true).state).toBe('unavailable')
    for (const audio of [audioHealth('mic', ok, true), audioHealth('mic', gone, true)])
      expect(heartbeat.schema.parse({ ...heartbeat.sample, audio }).audio).toEqual(audio)
  })
})
