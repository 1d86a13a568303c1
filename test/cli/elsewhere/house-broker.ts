import { generate, type Packet, parser } from 'mqtt-packet'
import type { WebSocket } from 'ws'

export type BrokerAnswer = (peer: WebSocket, packet: Packet) => void

/** A broker behind the WebSocket of a house, which answers each packet so. `connects`: what came of CONNECT. */
export function houseBroker(answer: BrokerAnswer, connects: Packet[] = []) {
  return (peer: WebSocket) => {
    const parsed = parser({ protocolVersion: 4 })
    parsed.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') connects.push(packet)
      answer(peer, packet)
    })
    peer.on('message', (piece: Buffer) => parsed.parse(piece))
  }
}

/** Lets everybody in who connects and subscribes. */
export const letIn: BrokerAnswer = (peer, packet) => {
  if (packet.cmd === 'connect') peer.send(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }))
  if (packet.cmd === 'subscribe') peer.send(generate({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] }))
}

/** Lets everybody in, and answers each command so. */
export function answeringAll(data: object) {
  return (peer: WebSocket) => {
    let answers = ''
    houseBroker((one, packet) => {
      letIn(one, packet)
      if (packet.cmd === 'connect') answers = `lares/admin/response/${packet.clientId}`
      if (packet.cmd !== 'publish') return
      const { id } = JSON.parse(String(packet.payload)) as { id: string }
      const topic = packet.topic.replace('lares/admin/request', answers)
      const payload = JSON.stringify({ id, ...data })
      one.send(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }))
      one.send(generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }))
    })(peer)
  }
}
