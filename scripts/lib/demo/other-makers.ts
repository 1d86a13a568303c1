import type { AdminClient } from '../../../cli/admin-client.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { startLampButton } from './lamp-button.ts'
import { ZigbeeHouse } from './zigbee-house.ts'
import { DOOR, LAMP } from './zigbee-list.ts'

/** Devices that no agent of ours runs on, and the program that switches one of them. */
export interface OtherMakers {
  stop(): Promise<void>
}

interface Waiting {
  makers: { name: string }[]
}

const LOOK_MS = 200

/** Adds a bridge, has it log in, and takes in what it announces, as a person would. */
export async function startOtherMakers(
  admin: AdminClient,
  { plain, button, stop }: { plain: number; button: string; stop: AbortSignal },
): Promise<OtherMakers> {
  const url = `mqtt://127.0.0.1:${plain}`
  const { user, password } = (await admin.request('bridges', 'add', { kind: 'zigbee2mqtt' })) as {
    user: string
    password: string
  }
  const zigbee = await ZigbeeHouse.start({ url, user, password })
  for (;;) {
    const { makers } = (await admin.request('makers', 'list', {})) as Waiting
    if ([LAMP, DOOR].every((name) => makers.some((maker) => maker.name === name))) break
    await wait(systemClock, LOOK_MS, stop)
  }
  for (const maker of [LAMP, DOOR]) await admin.request('makers', 'accept', { maker })
  const { device } = (await admin.request('devices', 'show', { device: button })) as { device: { id: string } }
  const program = await startLampButton(admin, { url, device: device.id })
  return {
    async stop() {
      await program.endAsync(true)
      await zigbee.stop()
    },
  }
}
