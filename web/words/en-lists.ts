/** What the lists of the page are, in English: a title, what it is, and what stands there when it is empty. */
export const listsEn = {
  alerts: {
    title: 'Alerts',
    lead: 'What somebody was told, and whether it still stands.',
    empty: 'Nothing has been raised.',
  },
  rules: { title: 'Rules', lead: 'When somebody is told, and who.', empty: 'There is no rule.' },
  targets: {
    title: 'Targets',
    lead: 'Where alerts go. Each stands in hub.toml: docs/alerts.md takes you to a message on your phone in five minutes.',
    empty: 'There is no target yet: nobody is told anything. docs/alerts.md says how to add one.',
  },
  logins: { title: 'Logged in', lead: 'Browsers in which somebody is logged in.', empty: 'Nobody is logged in.' },
  backups: {
    title: 'Backups',
    lead: 'Archives of everything, by their places.',
    empty: 'There is no archive yet. Name a place in hub.toml, [backup], and then make one: docs/backup.md says how.',
  },
  places: {
    title: 'Places of backups',
    lead: 'Where archives go, and how far the one is that is made now.',
    empty: 'No place is named. docs/backup.md says how: a folder, a USB stick, or a command such as rclone.',
  },
  restoring: {
    title: 'Restoring',
    lead: 'How far the backup is that is being restored. Then the hub starts again, and everybody logs in anew.',
    empty: 'Nothing was restored here.',
  },
  homeassistant: {
    title: 'Home Assistant',
    lead: 'Where the house is announced, and with how many topics.',
    empty: 'The house is announced nowhere. docs/integrations.md says how.',
  },
  rooms: {
    title: 'Rooms',
    lead: 'Where devices are.',
    empty: 'There is no room yet. Add one, then move devices to it.',
  },
  groups: {
    title: 'Groups',
    lead: 'Devices that belong together, such as all speakers.',
    empty: 'There is no group yet.',
  },
  people: { title: 'People', lead: 'Who lives here, and who is at home.', empty: 'Nobody belongs to the house yet.' },
  houses: { title: 'Houses', lead: 'What this hub looks after.', empty: 'There is no house.' },
  sources: {
    title: 'Other brokers',
    lead: 'Where devices of other makers are heard.',
    empty: 'This hub listens nowhere else. docs/makers.md says how.',
  },
  users: { title: 'Accounts', lead: 'Who may log in, and with which role.', empty: 'There is no account yet.' },
  tokens: {
    title: 'Tokens',
    lead: 'With what programs and phones log in: last use, and when they end.',
    empty: 'There is no token yet.',
  },
  programs: {
    title: 'Programs',
    lead: 'Programs with rights of their own.',
    empty: 'No program has rights of its own yet.',
  },
  bridges: {
    title: 'Bridges',
    lead: 'Zigbee2MQTT, Tasmota and others that log in here.',
    empty: 'No bridge logs in here. Add one for Zigbee2MQTT or Tasmota.',
  },
  secrets: {
    title: 'Secrets',
    lead: 'What the hub needs to be let in elsewhere. Nobody can read them here.',
    empty: 'No secret is kept yet.',
  },
  wear: {
    title: 'Wear of the card',
    lead: 'What a day writes, and what the card will have seen in a year.',
    empty: '',
  },
  retention: {
    title: 'How long things are kept',
    lead: 'What is older goes; before a shorter time is set, it says how many rows that takes.',
    empty: '',
  },
  sync: { title: 'Central', lead: 'What has gone to central, and what waits.', empty: '' },
  quarantine: {
    title: 'Quarantine',
    lead: 'Rows that central would not take, with its reason.',
    empty: 'Central has taken everything.',
  },
  jobs: { title: 'Jobs', lead: 'Work that must not be lost.', empty: 'No job waits or has failed.' },
  followers: { title: 'Followers', lead: 'What reads along, and how far it is.', empty: 'Nothing reads along.' },
  rejected: {
    title: 'Rejected messages',
    lead: 'What the hub could not understand, with its reason.',
    empty: 'Everything that came was understood.',
  },
  search: { title: 'Search', lead: 'What is indexed to be found by words.', empty: '' },
  log: { title: 'Log', lead: 'How much the parts of the hub write to its log.', empty: '' },
}

export type ListWords = typeof listsEn
