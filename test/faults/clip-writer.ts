/** Records turns into the folder named by the first argument, says which are in place, and cuts the power. */
import { writeSync } from 'node:fs'
import { TurnRecorder } from '../../hub/voice/turn-recorder.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { frameOf, turnEnd, turnStart } from '../hub/voice/sound.ts'

const [folder = ''] = process.argv.slice(2)
const FRAMES = 40

const recorder = new TurnRecorder({ folder, clock: systemClock, log: silentLog, closed: () => {} })
await recorder.start()
for (const turn of ['turn-1', 'turn-2', 'turn-3']) {
  recorder.begin('kitchen-pi', turnStart(turn))
  for (let seq = 0; seq < FRAMES; seq += 1) recorder.frame('kitchen-pi', turn, frameOf(seq))
  const { recording } = await recorder.end('kitchen-pi', turnEnd(turn, FRAMES))
  // Past this line the hub would commit the turn and tell the device that it may forget it.
  writeSync(1, `${JSON.stringify(recording)}\n`)
}
process.kill(process.pid, 'SIGUSR2')
