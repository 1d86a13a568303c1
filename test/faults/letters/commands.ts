import { z } from 'zod'
import { adminCommand } from '../../../hub/engine/admin-command.ts'
import { enqueue } from '../../../hub/features/jobs/enqueue.ts'
import { letter, siren } from './kinds.ts'

const send = adminCommand({
  area: 'letters',
  verb: 'send',
  needs: 'administer',
  summary: 'Tell a server something',
  params: z.strictObject({ kind: z.enum(['letter', 'siren']), url: z.string() }),
  result: z.strictObject({ id: z.number() }),
  examples: [{ says: 'tell it', params: { kind: 'letter', url: 'http://127.0.0.1:1/' } }],
  changes: true,
  run: (context, { kind, url }) => ({
    id: enqueue(context, kind === 'letter' ? letter : siren, { key: 'anna', payload: { url } }),
  }),
})

export const COMMANDS = [send] as const
