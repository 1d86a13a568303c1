import type { AlertMessage } from '../../../../hub/features/alerts/message-job.ts'
import { runAlertMessage } from '../../../../hub/features/alerts/message-run.ts'
import { ALERTS } from '../../../../hub/features/alerts/settings.ts'
import type { SecretReader } from '../../../../hub/secrets/secret-reader.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { silentLog } from '../../../../shared/log.ts'
import { NO_HUB_FILES } from '../../front/no-hub-files.ts'
import { NO_SECRETS } from '../../secrets/keys-in-memory.ts'

export const MESSAGE: AlertMessage = {
  ...{
    target: 'phone',
    title: 'Kitchen Pi is offline',
    text: 'Kitchen Pi is offline (14:05)',
    weight: 'warning',
    at: 5,
    more: 0,
  },
  alerts: [
    {
      ...{ id: 1, what: 'raised', rule: 'device-offline', severity: 'warning', name: 'Kitchen Pi', house: null },
      ...{ says: 'Kitchen Pi is offline', device: 'kitchen-pi', raised_at: 4, ended_at: null },
    },
  ],
}

/** A reader that has one secret, whatever it is called. */
export function secretOf(text: string): SecretReader {
  return {
    async with(source, use) {
      return use(source.secret === undefined && source.secret_file === undefined ? null : Buffer.from(text))
    },
  }
}

/** Has the runner bring a message to `phone`, an entry as a person writes it. */
export function bring(
  entry: Record<string, unknown>,
  more: { message?: Partial<AlertMessage>; secrets?: SecretReader; signal?: AbortSignal; key?: string } = {},
): Promise<void> {
  const { message = {}, secrets = NO_SECRETS, signal = new AbortController().signal, key = 'key-1' } = more
  const settings = { alerts: ALERTS.schema.parse({ targets: { phone: entry } }) }
  return runAlertMessage(
    { ...MESSAGE, ...message },
    {
      settings,
      secrets,
      signal,
      idempotencyKey: key,
      attempt: 1,
      hub: NO_HUB_FILES,
      progress() {},
      clock: new ManualClock(1_800_000_000_000),
      log: silentLog,
    },
  )
}
