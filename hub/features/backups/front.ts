import type { ErrorCode } from '../../../shared/errors.ts'
import type { Front, FrontPart } from '../../contract/front-part.ts'
import { backupMetrics } from './backup-metrics.ts'
import type { PlaceFigures } from './place-figures.ts'
import { RestoreDesk, type RestoreWish } from './restore-desk.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** A restore came to nothing. */
    restore_failed: { place: string; name: string; code: ErrorCode; error: string }
  }
  interface EffectKinds {
    /** A backup is to be restored. */
    restore_backup: RestoreWish
  }
}

/** What is counted of backups, as the engine said last, and the one that is restored. */
export function openBackupsFront(front: Front): FrontPart {
  const { clock, health, settings, startAgain, hub } = front
  const log = front.log.part('backups')
  let figures: readonly PlaceFigures[] = []
  const desk = new RestoreDesk({
    ...{ folder: hub.folder, clock, log, health, settings, startAgain },
    failed: (of) =>
      void front
        .input({ kind: 'restore_failed', ...of })
        .catch(() => log.debug({}, 'a restore that failed was not noted: intake is closed')),
  })
  return {
    name: 'backups',
    effects: {
      backup_figures(effect) {
        figures = effect.figures
      },
      restore_backup: ({ ticket, place, name }) => desk.begin({ ticket, place, name }),
    },
    metrics: backupMetrics(() => figures),
    state: () => desk.state,
    keep: (secret) => desk.keep(secret),
    stop: () => desk.stop(),
  }
}
