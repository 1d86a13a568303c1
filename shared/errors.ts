/**
 * Every error a person or a device can meet, with the remedy in the same place as its code.
 * A code is part of the protocol: it never changes its meaning and is never reused.
 */
const CATALOGUE = {
  // what a device sends
  bad_json: { retry: false, hint: 'Send UTF-8 JSON: one object per message, no trailing comma, no NUL.' },
  bad_utf8: { retry: false, hint: 'Encode text as UTF-8 without lone surrogates.' },
  bad_message: { retry: false, hint: 'Compare the payload with the sample of this topic in docs/protocol.md.' },
  too_large: { retry: false, hint: 'Split the message; the limits are listed in docs/protocol.md.' },
  unknown_topic: { retry: false, hint: 'Publish only to the topics listed in docs/protocol.md.' },
  not_allowed: { retry: false, hint: 'A device may use only its own topics; check the device id in the topic.' },
  too_many_sensors: {
    retry: false,
    hint: 'Remove sensors that are not used (lares sensors remove DEVICE SENSOR), or split the device in two.',
  },
  bad_value: {
    retry: false,
    hint: 'A value is a finite number; send words as events and leave out what is not known.',
  },
  handler_failed: {
    retry: false,
    hint: 'This is a fault of the hub. The bytes are kept in rejected_messages; please report it.',
  },
  // joining
  bad_token: { retry: false, hint: 'Copy the whole join token, from lares1 to its last character.' },
  bad_code: { retry: false, hint: 'Ask for a new invitation with `lares devices invite`.' },
  code_expired: {
    retry: false,
    hint: 'An invitation is good for ten minutes. Ask for a new one with `lares devices invite`.',
  },
  code_used: { retry: false, hint: 'An invitation joins one device. Ask for a new one with `lares devices invite`.' },
  no_addresses: {
    retry: false,
    hint: 'Name in hub.toml where agents reach this hub: advertise = ["192.168.1.5:8883"], above the first [section].',
  },
  clock_unsynced: { retry: true, hint: "Set the hub's clock (timedatectl) before inviting devices." },
  identity_shared: {
    retry: true,
    hint:
      'Give the copy an identity of its own: lares devices invite at the hub, then lares edge join <token> --again on it. ' +
      'This is over half an hour after the last sign of two.',
  },
  wrong_pin: {
    retry: false,
    hint: "Another server answered at the hub's address. Check the address, or join again if the hub got a new key.",
  },
  // logging in at the page
  bad_login: {
    retry: false,
    hint: 'Look whether capitals are locked. Who forgot the password sets another one: sudo lares setup, on the machine of the hub.',
  },
  too_many_tries: { retry: true, hint: 'Wait as long as it says: it is twice as long after each try.' },
  // the admin door
  unknown_command: { retry: false, hint: 'List the commands with `lares help`.' },
  bad_params: { retry: false, hint: 'See the parameters with `lares help <area> <verb>`.' },
  forbidden: { retry: false, hint: 'Ask an administrator of this hub.' },
  needs_person: {
    retry: false,
    hint: 'Ask with the token of a person who may: neither the socket of this machine nor a program decides it.',
  },
  confirm_needed: {
    retry: false,
    hint: 'If that is what you want, send the request again with `confirm: true`; on the command line add --yes.',
  },
  retained_request: {
    retry: false,
    hint: 'Publish requests with retain off: a retained one would run again at every connect.',
  },
  id_reused: { retry: false, hint: 'Use a new id for every request.' },
  expired: { retry: true, hint: 'The request came too late. Send it again.' },
  not_found: { retry: false, hint: "List what exists with the area's list command." },
  already_exists: { retry: false, hint: 'Choose another name, or change the one that exists.' },
  centrally_managed: { retry: false, hint: 'Change it at central: lares central put SCOPE TABLE FILE.' },
  fenced: {
    retry: false,
    hint: 'Another hub holds this site. Stop that one, then run `lares sync claim` here.',
  },
  query_too_long: { retry: false, hint: 'Ask for less: a shorter span, fewer rows.' },
  busy: { retry: true, hint: 'The hub is doing this already. Try again in a moment.' },
  slow_reader: {
    retry: true,
    hint: 'That program connects and does not read what it subscribed to. Mend or restart it, or let it subscribe to less.',
  },
  // durable jobs
  job_failed: {
    retry: true,
    hint: 'See lares jobs list --state failed. Mend what it says, then lares jobs retry ID, or give it up: lares jobs cancel ID.',
  },
  device_refused: {
    retry: false,
    hint: 'See what the device has and what is wrong with it: lares devices show, with its name.',
  },
  outcome_unknown: {
    retry: false,
    hint: 'Look where it works whether it was done. Then lares jobs retry ID does it again, lares jobs cancel ID gives it up.',
  },
  timed_out: {
    retry: true,
    hint: 'Look whether what it works with answers. It is tried again, or with lares jobs retry ID.',
  },
  too_many_jobs: {
    retry: true,
    hint: 'See what they wait for with lares jobs list; lares jobs cancel ID gives one up.',
  },
  cancelled: { retry: false, hint: 'A person gave it up; lares jobs retry ID does it all the same.' },
  // the hub's own state
  disk_full: { retry: true, hint: "Free space on the hub's disk. Intake resumes by itself." },
  disk_space_low: {
    retry: true,
    hint: "Free space on the hub's disk, or keep data for a shorter time: lares retention show.",
  },
  disk_error: { retry: true, hint: 'The hub cannot write its database. Look at its journal and at the card.' },
  database_locked: {
    retry: true,
    hint: 'End that program, or its transaction; this one goes on by itself. Who may open the database: docs/operations.md, "Who may open hub.db".',
  },
  newer_schema: {
    retry: false,
    hint: 'This database was written by a newer Lares. Install that version or restore the backup made before it.',
  },
  corrupt_database: {
    retry: false,
    hint: 'Put a backup in its place: lares hub restore --from FILE. See docs/operations.md.',
  },
  part_failed: {
    retry: true,
    hint: 'The rest of the hub goes on and this part is tried again. Please report it with the lines of the journal that name it.',
  },
  cannot_listen: {
    retry: true,
    hint: 'Free the address that is named, or choose another below [listen] in hub.toml and restart the hub. It is tried again by itself.',
  },
  set_aside: {
    retry: false,
    hint: 'See docs/operations.md, "A damaged database". It is told until the file is removed and the hub is restarted.',
  },
  central_away: {
    retry: true,
    hint: 'Nothing is lost: the hub keeps what central does not have, and goes on trying. lares sync status says more.',
  },
  bad_central: {
    retry: false,
    hint:
      'The house works, and keeps what central is to get. Put the line that `lares central add-site` printed into central.url in ' +
      'the data folder, then restart the hub.',
  },
  already_running: { retry: false, hint: 'Another hub or agent uses this data folder. Stop it first.' },
  unsafe_sqlite: { retry: false, hint: 'Run scripts/setup again: it installs the SQLite this hub was tested with.' },
  unsafe_key: {
    retry: false,
    hint:
      'The keys of what is sealed are for the user of the hub alone, and nothing is opened before: chmod 700 their folder and ' +
      'chmod 600 each file in it.',
  },
  sealed_unreadable: {
    retry: false,
    hint: 'Put the key that is named back into the folder of keys, or enter what it opened anew: lares secrets list, then lares secrets set NAME.',
  },
  // the agent
  bad_config: { retry: false, hint: 'Mend the named key in the configuration file.' },
  not_joined: { retry: false, hint: 'Join a hub first: lares edge join <token>.' },
  unreachable: { retry: true, hint: 'Check that the hub runs and that its address and port are reachable.' },
  missing_program: { retry: false, hint: 'Install the program that is named, or choose another source.' },
  program_failed: {
    retry: true,
    hint: 'Run the command by hand, as the same user, to see what it needs.',
  },
  device_busy: { retry: true, hint: 'Another program holds the device. Stop it, or choose another device.' },
  device_missing: { retry: true, hint: 'Plug the device in, or name another one in the configuration.' },
  no_permission: {
    retry: false,
    hint: 'Add the user lares to the group that owns the device (audio, gpio), then log in again.',
  },
  internal: { retry: false, hint: 'This is a fault of Lares. Please report it with the log around it.' },
} as const satisfies Record<string, { retry: boolean; hint: string }>

export type ErrorCode = keyof typeof CATALOGUE

export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[]

export interface ErrorOptionsWithHint {
  cause?: unknown
  /** Replaces the catalogue's remedy where the place knows a better one. */
  hint?: string
}

/** An error with a stable code and a remedy. Its message names the thing that is wrong. */
export class LaresError extends Error {
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithHint = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LaresError'
    this.code = code
    this.hint = options.hint ?? CATALOGUE[code].hint
  }
}

/** The remedy of a code, for places that carry only the code. */
export function hintFor(code: ErrorCode): string {
  return CATALOGUE[code].hint
}

/** Whether trying the same again can help. An error we do not know is worth another try. */
export function canRetry(error: unknown): boolean {
  return error instanceof LaresError ? CATALOGUE[error.code].retry : true
}

/** Any thrown thing as an Error: some of our dependencies emit plain strings. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** The thing and the remedy in one line, as a part of something else that is told. */
export function inOneLine(error: unknown): string {
  return error instanceof LaresError ? `${error.message}. ${error.hint}` : asError(error).message
}

/** What a person sees in a terminal: the thing, the remedy, the code. */
export function explain(error: unknown): string {
  if (error instanceof LaresError) return `${error.message}\n  ${error.hint} [${error.code}]`
  return asError(error).message
}
