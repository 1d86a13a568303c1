import { LaresError } from '../../../shared/errors.ts'
import type { SendMessage } from './send-message.ts'
import type { TargetOf } from './settings.ts'

export const sendMail: SendMessage<TargetOf<'mail'>> = async () => {
  throw new LaresError('unreachable', 'not yet')
}
