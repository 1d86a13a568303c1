import { connect } from 'node:net'
import type { MadeDevice } from './local-admin.ts'
import { CONNACK, connectPacket, PacketReader, PUBACK, publishPacket } from './packets.ts'
import { SENSORS } from './ring.ts'

/** Lets each device say once, as a birth would, what its sensors measure: later messages leave kind and unit out. */
export async function declareSensors(port: number, devices: readonly MadeDevice[]): Promise<void> {
  for (const device of devices) await declare(port, device)
}

function declare(port: number, { device, secret }: MadeDevice): Promise<void> {
  const items = SENSORS.map((kind) => ({ sensor: kind, value: 1, kind }))
  const payload = JSON.stringify({ items })
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`the hub closed the connection of ${device}`)))
    const reader = new PacketReader((packet) => {
      if (packet.type === CONNACK) socket.write(publishPacket(`lares/${device}/readings`, payload, 1))
      if (packet.type !== PUBACK) return
      resolve()
      socket.destroy()
    })
    socket.on('data', (chunk: Buffer) => reader.take(chunk))
    socket.write(connectPacket({ id: device, user: device, password: secret }))
  })
}
