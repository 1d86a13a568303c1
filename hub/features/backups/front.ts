import type { Front, FrontPart } from '../../contract/front-part.ts'
import { backupMetrics } from './backup-metrics.ts'
import type { PlaceFigures } from './place-figures.ts'

/** What is counted of backups, as the engine said last. */
export function openBackupsFront(_front: Front): FrontPart {
  let figures: readonly PlaceFigures[] = []
  return {
    name: 'backups',
    effects: {
      backup_figures(effect) {
        figures = effect.figures
      },
    },
    metrics: backupMetrics(() => figures),
  }
}
