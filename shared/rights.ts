/** What may be done in a house, each with everything before it. Who may `administer` may do so in the whole hub. */
export const RIGHTS = ['see', 'read', 'control', 'configure', 'administer'] as const

export type Right = (typeof RIGHTS)[number]

/** What each right opens, in words for people. */
export const RIGHT_WORDS = {
  see: 'the devices of the house and their latest values',
  read: 'what was: readings, events, conversations, who belongs to the house',
  control: 'to switch things, to acknowledge what happened, and to say who is at home',
  configure: 'to name, invite, move and revoke devices, to make rooms and groups, and to say who belongs to the house',
  administer: 'the hub itself: houses, accounts, tokens, retention, sync, logs',
} as const satisfies Record<Right, string>

/** What people may do in a house, by what they are in it. */
export const MEMBER_RIGHTS = { guest: 'see', resident: 'control', owner: 'configure' } as const satisfies Record<
  string,
  Right
>

/** The most that a program can be given: it neither changes the house nor decides who belongs to it. */
export const PROGRAM_LIMIT = 'control' satisfies Right

/** Whether somebody with the one right may do what needs the other. */
export function reaches(has: Right, needed: Right): boolean {
  return RIGHTS.indexOf(has) >= RIGHTS.indexOf(needed)
}

/** Who has a right, in words that follow "for"; `null`: no right is needed. */
export function whoMay(needed: Right | null): string {
  if (needed === null) return 'everybody who may connect'
  const members = Object.entries(MEMBER_RIGHTS).filter(([, has]) => reaches(has, needed))
  return [...members.map(([member]) => `${member}s`), 'administrators'].join(', ').replace(/, (?=[^,]*$)/, ' and ')
}
