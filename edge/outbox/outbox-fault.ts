import type { ErrorCode } from '../../shared/errors.ts'
import { LaresError } from '../../shared/errors.ts'
import { storeFault } from '../../shared/sqlite/store-fault.ts'

/** The remedies of the catalogue speak of a hub. */
const WHILE_OPEN = new Map<ErrorCode, string>([
  ['disk_full', "Free space on this device's disk; the agent goes on by itself."],
  [
    'disk_error',
    'Look at the journal of the kernel (dmesg), at the mounts and at the card; the agent goes on by itself.',
  ],
  ['database_locked', 'End that program, or its transaction; the agent goes on by itself.'],
])

/** Rows that are in memory stay there for as long as the agent runs. */
const AT_START = new Map<ErrorCode, string>([
  ['disk_full', "Free space on this device's disk, then restart the agent."],
  ['disk_error', 'Look at the journal of the kernel (dmesg), at the mounts and at the card, then restart the agent.'],
  ['database_locked', 'End that program, or its transaction, then restart the agent.'],
])

/** What keeps the outbox's file from being written, with a remedy for this device; `null` when it is none of these. */
export function outboxFault(error: unknown, file: string): LaresError | null {
  const fault = storeFault(error, file)
  if (!fault) return null
  return new LaresError(fault.code, fault.message, { cause: error, hint: WHILE_OPEN.get(fault.code) ?? fault.hint })
}

/** What keeps it from being opened: the same, but the agent does not open it again by itself. */
export function openingFault(error: unknown, file: string): LaresError | null {
  const fault = storeFault(error, file)
  if (!fault) return null
  return new LaresError(fault.code, fault.message, { cause: error, hint: AT_START.get(fault.code) ?? fault.hint })
}
