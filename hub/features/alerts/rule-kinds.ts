/** What a rule can be about: all that are given below something, or one of them. */
export const SCOPES = ['house', 'room', 'group', 'device', 'entity'] as const
export type Scope = (typeof SCOPES)[number]

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]

/** Something that rules watch. */
export interface RuleKind {
  /** What makes an alert of it, for people. */
  summary: string
  /** What it may be limited to; none: it is about the hub. */
  scopes: readonly Scope[]
  /** What its threshold is in; absent: it has none. */
  unit?: string
  /** Whether it is raised below the threshold. */
  isBelow?: true
  /** What its word is; absent: it has none. */
  word?: 'state' | 'code'
  /** A word or a threshold has to be given. */
  needs?: 'word' | 'threshold'
  /** How long it is not so before it is over, seconds. */
  clearS: number
  /** Whether an alert is over, and not only lost from sight, where its thing is not among those that are looked at. */
  isOverWhenAbsent?: true
  /** How one that ended is said; absent: that it is over. */
  over?: (name: string) => string
  /** Of several at once: `12 devices are offline`. */
  many: (count: number) => string
}

const DEVICES = ['house', 'room', 'group', 'device'] as const satisfies readonly Scope[]
const MINUTE_S = 60

/** Every kind of rule, by its key. A key is kept in the database and never changes its meaning. */
const KINDS = {
  device_offline: {
    summary: 'a device cannot be reached',
    scopes: DEVICES,
    clearS: MINUTE_S,
    over: (name) => `${name} can be reached again`,
    many: (count) => `${count} devices are offline`,
  },
  device_alarm: {
    summary: 'a device says itself that something is wrong with it: a sensor or output that fails',
    scopes: DEVICES,
    clearS: MINUTE_S,
    isOverWhenAbsent: true,
    many: (count) => `${count} things fail at devices`,
  },
  under_voltage: {
    summary: 'a Raspberry Pi gets too little power',
    scopes: DEVICES,
    clearS: 10 * MINUTE_S,
    over: (name) => `${name} has had enough power for a while`,
    many: (count) => `${count} devices get too little power`,
  },
  device_disk: {
    summary: 'the disk of a device is full to a percentage',
    scopes: DEVICES,
    unit: '%',
    needs: 'threshold',
    clearS: MINUTE_S,
    many: (count) => `the disks of ${count} devices are nearly full`,
  },
  rejected_rows: {
    summary: 'a device sent so many messages in an hour that were not understood',
    scopes: DEVICES,
    unit: 'messages an hour',
    needs: 'threshold',
    clearS: MINUTE_S,
    isOverWhenAbsent: true,
    many: (count) => `messages of ${count} devices are not understood`,
  },
  entity_above: {
    summary: 'a value is above a threshold',
    scopes: [...DEVICES, 'entity'],
    unit: '',
    needs: 'threshold',
    clearS: MINUTE_S,
    over: (name) => `${name} is no longer too high`,
    many: (count) => `${count} values are too high`,
  },
  entity_below: {
    summary: 'a value is below a threshold',
    scopes: [...DEVICES, 'entity'],
    unit: '',
    isBelow: true,
    needs: 'threshold',
    clearS: MINUTE_S,
    over: (name) => `${name} is no longer too low`,
    many: (count) => `${count} values are too low`,
  },
  entity_state: {
    summary: 'an entity has a state: on, open, unavailable',
    scopes: [...DEVICES, 'entity'],
    word: 'state',
    needs: 'word',
    clearS: MINUTE_S,
    many: (count) => `${count} states are not as they should be`,
  },
  entity_silent: {
    summary: 'an entity gave no value for a while',
    scopes: [...DEVICES, 'entity'],
    clearS: 0,
    over: (name) => `${name} gives values again`,
    many: (count) => `${count} sensors give no values`,
  },
  entity_same: {
    summary: 'a value has been exactly the same for a while',
    scopes: [...DEVICES, 'entity'],
    clearS: 0,
    over: (name) => `${name} changes again`,
    many: (count) => `${count} values do not change`,
  },
  hub_problem: {
    summary: "the hub's health says that somebody should look",
    scopes: [],
    word: 'code',
    // After a start the parts of the hub say one after the other what is wrong with them.
    clearS: 10 * MINUTE_S,
    isOverWhenAbsent: true,
    many: (count) => `${count} things are wrong with the hub`,
  },
  hub_disk: {
    summary: "the hub's disk is full to a percentage",
    scopes: [],
    unit: '%',
    needs: 'threshold',
    clearS: MINUTE_S,
    many: () => "the hub's disk is nearly full",
  },
  hub_wear: {
    summary: 'the hub writes so many gigabytes a day to its card',
    scopes: [],
    unit: 'GB a day',
    needs: 'threshold',
    clearS: 60 * MINUTE_S,
    many: () => 'the hub writes much to its card',
  },
  card_used: {
    summary: 'the card of the hub says itself how much of its life is used, in percent',
    scopes: [],
    unit: '%',
    needs: 'threshold',
    clearS: 60 * MINUTE_S,
    many: () => 'the card of the hub wears out',
  },
  central_behind: {
    summary: 'central lacks rows that are older than so many minutes',
    scopes: [],
    unit: 'min',
    needs: 'threshold',
    clearS: MINUTE_S,
    over: () => 'central has caught up',
    many: () => 'central is behind',
  },
  backup_old: {
    summary: 'the newest backup is older than so many hours',
    scopes: [],
    unit: 'h',
    needs: 'threshold',
    clearS: 0,
    over: () => 'there is a new backup',
    many: () => 'the newest backup is old',
  },
  certificate_ends: {
    summary: "the hub's certificate is good for fewer than so many days",
    scopes: [],
    unit: 'days',
    isBelow: true,
    needs: 'threshold',
    clearS: 0,
    many: () => "the hub's certificate ends soon",
  },
  failed_logins: {
    summary: 'so many logins were refused in an hour',
    scopes: [],
    unit: 'an hour',
    needs: 'threshold',
    clearS: MINUTE_S,
    many: () => 'many logins were refused',
  },
} as const satisfies Record<string, RuleKind>

export type RuleKindName = keyof typeof KINDS
export const RULE_KINDS = Object.keys(KINDS) as [RuleKindName, ...RuleKindName[]]

/** `undefined`: another version of Lares wrote it. */
export function ruleKind(name: string): RuleKind | undefined {
  return Object.hasOwn(KINDS, name) ? KINDS[name as RuleKindName] : undefined
}
