import { z } from 'zod'
import type { ArchivePlace } from '../../archive/archive-place.ts'
import { placeKey } from '../../contract/named-places.ts'
import { settingsSection } from '../../contract/settings-section.ts'
import { secretName } from '../../secrets/secret-reader.ts'

const wholePath = z.string().startsWith('/', 'is no whole path')
const count = z.int().min(0).max(1_000)
const argv = z.array(z.string().min(1)).min(1)

const LONGEST_MS = 576 * 3_600_000

/** A span as a person writes it: `90m`, `6h`. */
const span = z
  .string()
  .regex(/^[1-9]\d{0,3}[mh]$/, 'is no time: write it as 90m or 6h')
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('h') ? 3_600_000 : 60_000))
  // A timer of more than 2^31 ms runs at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
  .refine((ms) => ms <= LONGEST_MS, 'is more than 24 days: write at most 576h')

const place = z
  .strictObject({
    folder: z.string().min(1).optional(),
    usb: z.string().min(1).max(64).optional(),
    command: argv.optional(),
    fetch: argv.optional(),
    time_limit: span.optional(),
  })
  .refine(
    ({ folder, usb, command }) => command !== undefined || usb !== undefined || folder !== undefined,
    'says nowhere to: it needs folder, usb or command',
  )
  .refine(
    ({ folder, usb, command }) => command === undefined || (folder ?? usb) === undefined,
    'has both a command and a folder or stick',
  )
  .refine(
    ({ folder, usb, command }) => command !== undefined || usb !== undefined || folder?.startsWith('/') === true,
    'has a folder that is no whole path',
  )
  .refine(
    ({ folder, usb }) => usb === undefined || folder === undefined || /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(folder),
    'has a stick with a folder that is not the name of one folder',
  )
  .refine(
    ({ command, fetch, time_limit }) => command !== undefined || (fetch ?? time_limit) === undefined,
    'has fetch or time_limit, which are for a command',
  )

export type PlaceEntry = z.infer<typeof place>

const TIME_LIMIT_MS = 12 * 3_600_000
const STICK_FOLDER = 'lares'

export const BACKUP = settingsSection({
  name: 'backup',
  schema: z
    .strictObject({
      to: z.record(placeKey, place).default({}),
      at: z
        .string()
        .regex(/^(?:[01]?\d|2[0-3]):[0-5]\d$/, 'is no time of day: write it as 03:30')
        .default('03:30'),
      keep: z.strictObject({ hours: count.default(0), days: count.default(7), weeks: count.default(4) }).prefault({}),
      secret: secretName.optional(),
      secret_file: wholePath.optional(),
      plain: z.boolean().default(false),
    })
    .refine(
      ({ secret, secret_file }) => secret === undefined || secret_file === undefined,
      'has both secret and secret_file',
    )
    .refine(
      ({ secret, secret_file, plain }) => !plain || (secret ?? secret_file) === undefined,
      'has plain and a passphrase: which is it to be?',
    ),
  keys: {
    to: {
      meaning:
        'Where backups of everything go, each place under a name of its own: folder, one that is there; usb, the label of a stick, with folder for another one on it ' +
        'than lares; or command, a program and its words, which gets the backup on its standard input, with {name} for its name; fetch writes one to its ' +
        'standard output again, and time_limit (12h) ends either. docs/backup.md has recipes.',
      example: 'to = { stick = { usb = "LARES" }, nas = { folder = "/mnt/nas/lares" } }',
    },
    at: {
      meaning: "When they are made, daily, in the time zone of the hub's first house. What was missed is made up for.",
      example: 'at = "03:30"',
    },
    keep: {
      meaning:
        'How many stay in a folder or on a stick: the newest of each of so many hours, days and weeks in which there is one.',
      example: 'keep = { hours = 0, days = 7, weeks = 4 }',
    },
    secret: {
      meaning:
        'The passphrase of backups, by the name under which lares secrets set entered it. At least twelve letters.',
      example: 'secret = "backup"',
    },
    secret_file: {
      meaning: 'A file with the passphrase in its first line, instead.',
      example: 'secret_file = "/etc/lares/backup.passphrase"',
    },
    plain: {
      meaning: 'Whether backups are made without a passphrase: whoever has one then has the keys of the house.',
      example: 'plain = true',
    },
  },
})

export type BackupSettings = z.infer<(typeof BACKUP)['schema']>

/** Where an entry of hub.toml is. */
export function archivePlace({ folder, usb, command, fetch, time_limit }: PlaceEntry): ArchivePlace {
  if (command) return { kind: 'command', argv: command, fetch: fetch ?? null, limitMs: time_limit ?? TIME_LIMIT_MS }
  if (usb !== undefined) return { kind: 'usb', label: usb, folder: folder ?? STICK_FOLDER }
  return { kind: 'folder', folder: folder ?? '' }
}
