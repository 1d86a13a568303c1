import type { Mutation } from './mutation.ts'

const COPIES = 'test/hub/store/rollups-in-copies.test.ts'

/** Hourly copies that leave rollups to others: whoever restores one has everything all the same. */
export const COPIES_OF_ROLLUPS: readonly Mutation[] = [
  {
    without: 'leaving rollups to others only where two have them',
    file: 'hub/store/rollups-in-copies.ts',
    text: 'if (newer === undefined || older === undefined) return null',
    becomes: 'if (newer === undefined || older === undefined) return 1e15',
    test: { file: COPIES, name: 'carries only the rollups that no two others have, and a restored one has them all' },
  },
  {
    without: 'a whole copy every three days',
    file: 'hub/store/rollups-in-copies.ts',
    text: '>= WHOLE_MS',
    becomes: '>= Number.POSITIVE_INFINITY',
    test: { file: COPIES, name: 'is whole again after three days, also where the clock was ahead' },
  },
  {
    without: 'telling the lives of a database apart by their rows',
    file: 'hub/store/rollups-in-copies.ts',
    text: 'return row !== null && [newer, older].every((file) => reading(file, (copy) => rowOf(copy, key)) === row) ? key : null',
    becomes: 'return row === null ? null : key',
    test: { file: COPIES, name: 'is whole where the newest whole ones have other rows of the same keys' },
  },
  {
    without: 'checking a whole copy before rollups are taken from it',
    file: 'hub/store/rollups-in-copies.ts',
    text: ' && isSound(file)',
    becomes: '',
    test: { file: COPIES, name: 'gets them from the second whole copy where the first is damaged' },
  },
  {
    without: 'keeping rollups of a device that left from coming back',
    file: 'hub/store/rollups-in-copies.ts',
    text: "'AND series_id IN (SELECT own.id FROM reading_series own JOIN whole.reading_series other USING (id, device_id, created_at)) ' +",
    becomes: '',
    test: { file: COPIES, name: 'gets nothing back of a device that left since' },
  },
  {
    without: 'keeping the whole copies that others need',
    file: 'hub/store/backup.ts',
    text: ' && !needed.has(file)',
    becomes: '',
    test: { file: COPIES, name: 'keeps the two newest whole copies in the folder, however many others there are' },
  },
  {
    without: 'a whole copy after an erasure, before all others go',
    file: 'hub/core/backups.ts',
    text: 'await this.run({ whole: true })',
    becomes: 'await this.run()',
    test: { file: 'test/hub/core/backups.test.ts', name: 'are whole where all others are to go' },
  },
  {
    without: 'rollups of another copy where the newest one left them to it',
    file: 'hub/store/salvage.ts',
    text: "if (table !== 'reading_rollups') return 0",
    becomes: 'return 0',
    test: { file: COPIES, name: 'is no loss to a database of which a page of old rollups is gone' },
  },
]
