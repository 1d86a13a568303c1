import { describe, expect, it } from 'vitest'
import type { EarOptions } from '../../../edge/hearing/ear.ts'
import type { Session } from '../../../shared/messages/session.ts'
import { END, QUIET, rig, START, session } from './ear-under-test.ts'

describe('a voice while the device speaks', () => {
  const spoken = (more: Partial<Session> = {}, options: Partial<EarOptions> = { echoCancelled: true }) => {
    const it = rig(options)
    it.hear(QUIET, 30)
    it.ear.session({ ...session('t0', 'speaking'), barge_in: 'speech', ...more })
    it.ear.speaking(true)
    it.hear(START)
    return it
  }

  it('speaks into it where the hub says that it may, and the microphone does not hear the device', () => {
    expect(spoken().starts).toMatchObject([{ trigger: 'voice' }])
    // Also where a button begins turns else: somebody is spoken with.
    expect(spoken({}, { echoCancelled: true, trigger: 'button' }).starts).toHaveLength(1)
  })

  it('does not where it would be its own, where the persona does not say so, and not by what was said before', () => {
    expect(spoken({}, {}).starts).toEqual([])
    expect(spoken({ barge_in: 'wake_word' }).starts).toEqual([])
    const it = spoken()
    it.hear(END)
    it.ear.speaking(false)
    it.ear.session(session('t1', 'speaking'))
    it.ear.speaking(true)
    it.hear(START)
    expect(it.starts).toHaveLength(1)
  })
})

describe('how long a silence ends it', () => {
  it('is as the hub says with each turn that it grants, and as the device has it where it says nothing', () => {
    const it = rig()
    it.hear(QUIET, 30)
    it.hear(START)
    const { turn = '' } = it.starts[0] ?? {}
    it.ear.session({ ...session(turn, 'granted'), silence_ms: 2_200 })
    it.ear.session(session(turn, 'thinking'))
    it.ear.session(session('another', 'granted'))
    expect(it.silences).toEqual([2_200, null])
  })
})
