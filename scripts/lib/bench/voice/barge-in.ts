import { Player } from '../../../../edge/speaking/player.ts'
import { systemClock, wait } from '../../../../shared/clock.ts'
import { AUDIO } from '../../../../shared/limits.ts'
import { silentLog } from '../../../../shared/log.ts'
import type { Playback } from '../../../../shared/messages/playback.ts'

const FRAMES = 250

/**
 * How long an agent takes from the decision to be silent until the program that plays has ended, milliseconds. ALSA's own `null`
 * device takes the sound: the program, its pipe and its end are the real ones.
 */
export async function stopTimes(turns: number): Promise<number[]> {
  const times: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    let started = () => {}
    const sounds = new Promise<void>((resolve) => {
      started = resolve
    })
    const player = new Player({
      device: 'null',
      clock: systemClock,
      log: silentLog,
      onPlayback: ({ state }: Playback) => {
        if (state === 'started') started()
      },
    })
    const speech = `bench-${turn}`
    player.begin(speech, AUDIO.rate)
    for (let seq = 0; seq < FRAMES; seq += 1)
      player.frame(speech, { stream: 0, seq, flags: 0, captureUs: 0, pcm: new Uint8Array(AUDIO.frameSamples * 2) })
    await sounds
    await wait(systemClock, 50)
    const decided = systemClock.mono()
    player.silence()
    await player.stop()
    times.push(systemClock.mono() - decided)
  }
  return times
}
