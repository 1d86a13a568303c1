/** What a rule can be about: all that are given below something, or one of them. */
export const SCOPES = ['house', 'room', 'group', 'device', 'entity'] as const
export type Scope = (typeof SCOPES)[number]

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]

/** Something that rules watch. */
export interface RuleKind {
  /** What makes an alert of it, for people: with its threshold, or its word. */
  when: (at: string, word: string | null) => string
  /** What it may be limited to; none: it is about the hub. */
  scopes: readonly Scope[]
  /** Whether it has a threshold, which then has to be given. */
  hasThreshold?: true
  /** Whether it is raised below the threshold. */
  isBelow?: true
  /** What its word is; absent: it has none. */
  word?: 'state' | 'code'
  /** Whether that has to be given. */
  needsWord?: true
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
    when: () => 'a device cannot be reached',
    scopes: DEVICES,
    clearS: MINUTE_S,
    over: (name) => `${name} can be reached again`,
    many: (count) => `${count} devices are offline`,
  },
  device_alarm: {
    when: () => 'a device says that something fails at it',
    scopes: DEVICES,
    clearS: MINUTE_S,
    isOverWhenAbsent: true,
    many: (count) => `${count} things fail at devices`,
  },
  under_voltage: {
    when: () => 'a Raspberry Pi gets too little power',
    scopes: DEVICES,
    clearS: 10 * MINUTE_S,
    over: (name) => `${name} has had enough power for a while`,
    many: (count) => `${count} devices get too little power`,
  },
  device_disk: {
    when: (at) => `the disk of a device is more than ${at} % full`,
    scopes: DEVICES,
    hasThreshold: true,
    clearS: MINUTE_S,
    many: (count) => `the disks of ${count} devices are nearly full`,
  },
  rejected_rows: {
    when: (at) => `a device sent more than ${at} messages in an hour that are not understood`,
    scopes: DEVICES,
    hasThreshold: true,
    clearS: MINUTE_S,
    isOverWhenAbsent: true,
    many: (count) => `messages of ${count} devices are not understood`,
  },
  entity_above: {
    when: (at) => `a value is above ${at}`,
    scopes: [...DEVICES, 'entity'],
    hasThreshold: true,
    clearS: MINUTE_S,
    over: (name) => `${name} is no longer too high`,
    many: (count) => `${count} values are too high`,
  },
  entity_below: {
    when: (at) => `a value is below ${at}`,
    scopes: [...DEVICES, 'entity'],
    hasThreshold: true,
    isBelow: true,
    clearS: MINUTE_S,
    over: (name) => `${name} is no longer too low`,
    many: (count) => `${count} values are too low`,
  },
  entity_state: {
    when: (_at, word) => `a state is ${word}`,
    scopes: [...DEVICES, 'entity'],
    word: 'state',
    needsWord: true,
    clearS: MINUTE_S,
    many: (count) => `${count} states are not as they should be`,
  },
  entity_silent: {
    when: () => 'a sensor gives no value',
    scopes: [...DEVICES, 'entity'],
    clearS: 0,
    over: (name) => `${name} gives values again`,
    many: (count) => `${count} sensors give no values`,
  },
  entity_same: {
    when: () => 'a value stays exactly the same',
    scopes: [...DEVICES, 'entity'],
    clearS: 0,
    over: (name) => `${name} changes again`,
    many: (count) => `${count} values do not change`,
  },
  hub_problem: {
    when: (_at, word) => `the hub's health says ${word ?? 'that somebody should look'}`,
    scopes: [],
    word: 'code',
    // After a start the parts of the hub say one after the other what is wrong with them.
    clearS: 10 * MINUTE_S,
    isOverWhenAbsent: true,
    many: (count) => `${count} things are wrong with the hub`,
  },
  hub_disk: {
    when: (at) => `the hub's disk is more than ${at} % full`,
    scopes: [],
    hasThreshold: true,
    clearS: MINUTE_S,
    many: () => "the hub's disk is nearly full",
  },
  hub_wear: {
    when: (at) => `the hub writes more than ${at} GB a day to its card`,
    scopes: [],
    hasThreshold: true,
    clearS: 60 * MINUTE_S,
    many: () => 'the hub writes much to its card',
  },
  card_used: {
    when: (at) => `the hub's card says that more than ${at} % of its life are used`,
    scopes: [],
    hasThreshold: true,
    clearS: 60 * MINUTE_S,
    many: () => 'the card of the hub wears out',
  },
  central_behind: {
    when: (at) => `central lacks what is more than ${at} minutes old`,
    scopes: [],
    hasThreshold: true,
    clearS: MINUTE_S,
    over: () => 'central has caught up',
    many: () => 'central is behind',
  },
  backup_old: {
    when: (at) => `the newest backup is more than ${at} hours old`,
    scopes: [],
    hasThreshold: true,
    clearS: 0,
    over: () => 'there is a new backup',
    many: () => 'the newest backup is old',
  },
  certificate_ends: {
    when: (at) => `the hub's certificate ends in less than ${at} days`,
    scopes: [],
    hasThreshold: true,
    isBelow: true,
    clearS: 0,
    many: () => "the hub's certificate ends soon",
  },
  failed_logins: {
    when: (at) => `more than ${at} logins were refused in an hour`,
    scopes: [],
    hasThreshold: true,
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
