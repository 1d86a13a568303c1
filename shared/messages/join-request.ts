import { z } from 'zod'
import { DEVICE_NAME_LENGTH, MESSAGE_BYTES } from '../limits.ts'
import { text, words } from './fields.ts'
import { message } from './message.ts'

/**
 * A new device shows its invitation's code and the secret it made for itself. The same code with the same secret
 * gives the same answer, so a lost reply costs nothing.
 */
export const joinRequest = message({
  name: 'join-request',
  summary: 'A new device shows its invitation and the secret it made',
  schema: z.object({
    code: text(64).min(1),
    /** 256 random bits in base64url, made on the device and written there before they are sent once. */
    secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    /** Absent: the name the invitation carries. */
    name: words(DEVICE_NAME_LENGTH).min(1).optional(),
    hardware: words(255).nullable(),
    agent: text(50),
    /** The device that this machine was until now, when it takes another identity. */
    leaves: text(40).optional(),
  }),
  sample: {
    code: '7h3k9m2p4r6t8v1w5y0a2c4e6g',
    secret: 'pV7sVQk1Zt6bq8J3dJ4yG0w2m5n8R1t4u7X0z3C6f9I',
    name: 'Kitchen Pi',
    hardware: 'Raspberry Pi 4 Model B Rev 1.4',
    agent: '0.1.0',
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type JoinRequest = z.infer<typeof joinRequest.schema>
