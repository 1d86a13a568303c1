import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CommandRunner, commandHandler } from '../../../edge/orders/command-runner.ts'
import { openHandledCommands } from '../../../edge/orders/handled-commands.ts'
import { openOutboxDatabase } from '../../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../../edge/outbox/outbox.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { decode } from '../../../shared/codec.ts'
import { silentLog } from '../../../shared/log.ts'
import { commandInput } from '../../hub/engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../hub/engine/engine-in-memory.ts'
import { comes } from '../../hub/features/control/meeting.ts'

export interface CommandsLife {
  folder: string
  /** Have the device told something first. */
  give: boolean
  /** Called at each moment of a command. */
  at: (moment: string) => void
}

const DEVICE = 'kitchen-pi'

/** What a device did so far, a line for each time. */
export const runsFile = (folder: string) => join(folder, 'runs')

/**
 * One life of a house and of an agent, each with its own database below the folder: the agent connects, is told what waits,
 * runs it, and its results are taken. Returns how the house thinks it ended.
 */
export async function liveCommands({ folder, give, at }: CommandsLife): Promise<string[]> {
  mkdirSync(join(folder, 'agent'), { recursive: true })
  const { db, ...store } = openStore({ folder: join(folder, 'hub'), now: START, log: silentLog })
  const house = openTestHouse({ db })
  if (db.prepare('SELECT 1 FROM devices').get() === undefined) house.device(DEVICE)
  if (give) {
    at('before it is given')
    house.send(commandInput('devices/command', { device: DEVICE, command: 'toggle', within: '1h' }))
    at('after it is given')
  }
  const agent = openOutboxDatabase(join(folder, 'agent'), new ManualClock(), silentLog)
  const outbox = new Outbox({ db: agent.db, clock: new ManualClock(), boot: 'b', log: silentLog })
  const toggle = commandHandler({
    name: 'toggle',
    summary: 'Does what must not be done twice',
    params: z.strictObject({}),
    run() {
      appendFileSync(runsFile(folder), 'ran\n')
      at('while the device runs it')
      return null
    },
  })
  const commands = new CommandRunner({
    ...{ clock: new ManualClock(), log: silentLog, outbox, handlers: [toggle], tell() {} },
    handled: openHandledCommands(agent.db),
  })
  commands.start()
  comes(house, DEVICE)
  for (const payload of house.published(`${DEVICE}/command`)) {
    at('before the device hears it')
    const command = decode('command', Buffer.from(JSON.stringify(payload)))
    if (command.ok) commands.take(command.value)
    await commands.settled()
    at('after the device ran it')
  }
  sendResults(house, outbox, at)
  const states = db.prepare('SELECT status FROM control_actions').pluck().all() as string[]
  store.close()
  agent.db.close()
  return states
}

/** As the link does: everything that was not acknowledged, under its number. */
function sendResults(house: TestHouse, outbox: Outbox, at: CommandsLife['at']): void {
  for (const { id, body } of outbox.waiting('urgent', 0, 100)) {
    at('before the result is taken')
    const envelope = { epoch: outbox.epoch, lane: 'urgent', seq: id, ...(JSON.parse(body) as object) }
    house.send([`lares/${DEVICE}/result`, envelope])
    at('after the result is taken')
  }
}
