import type { ListWords } from './en-lists.ts'

/** What the lists of the page are, in German. */
export const listsDe: ListWords = {
  alerts: {
    title: 'Alarme',
    lead: 'Was jemandem gesagt wurde, und ob es noch so ist.',
    empty: 'Noch gab es keinen Alarm.',
  },
  rules: { title: 'Regeln', lead: 'Wann jemand etwas erfährt, und wer.', empty: 'Es gibt keine Regel.' },
  targets: {
    title: 'Ziele',
    lead: 'Wohin Alarme gehen. Jedes steht in hub.toml: docs/alerts.md führt in fünf Minuten zu einer Nachricht auf dem Telefon.',
    empty: 'Noch gibt es kein Ziel: niemand erfährt etwas. Wie man eines anlegt, steht in docs/alerts.md.',
  },
  logins: { title: 'Angemeldet', lead: 'Browser, in denen jemand angemeldet ist.', empty: 'Niemand ist angemeldet.' },
  backups: {
    title: 'Sicherungen',
    lead: 'Archive von allem, nach ihren Orten.',
    empty:
      'Noch gibt es kein Archiv. Nennen Sie in hub.toml unter [backup] einen Ort und machen Sie eines: docs/backup.md sagt, wie.',
  },
  places: {
    title: 'Orte der Sicherungen',
    lead: 'Wohin Archive gehen, und wie weit das ist, das gerade entsteht.',
    empty: 'Kein Ort ist genannt. docs/backup.md sagt, wie: ein Ordner, ein USB-Stick oder ein Befehl wie rclone.',
  },
  restoring: {
    title: 'Zurückspielen',
    lead: 'Wie weit die Sicherung ist, die zurückgespielt wird. Danach startet der Hub neu, und alle melden sich neu an.',
    empty: 'Hier wurde nichts zurückgespielt.',
  },
  homeassistant: {
    title: 'Home Assistant',
    lead: 'Wo das Haus angekündigt wird, und mit wie vielen Topics.',
    empty: 'Das Haus wird nirgends angekündigt. Wie es geht, steht in docs/integrations.md.',
  },
  rooms: {
    title: 'Räume',
    lead: 'Wo Geräte sind.',
    empty: 'Noch gibt es keinen Raum. Legen Sie einen an und ordnen Sie Geräte zu.',
  },
  groups: {
    title: 'Gruppen',
    lead: 'Geräte, die zusammengehören, etwa alle Lautsprecher.',
    empty: 'Noch gibt es keine Gruppe.',
  },
  people: { title: 'Personen', lead: 'Wer hier wohnt und wer zu Hause ist.', empty: 'Noch gehört niemand zum Haus.' },
  houses: { title: 'Häuser', lead: 'Worum sich dieser Hub kümmert.', empty: 'Es gibt kein Haus.' },
  sources: {
    title: 'Andere Broker',
    lead: 'Wo Geräte anderer Hersteller gehört werden.',
    empty: 'Dieser Hub hört sonst nirgends zu. Wie es geht, steht in docs/makers.md.',
  },
  users: {
    title: 'Konten',
    lead: 'Wer sich anmelden darf und mit welcher Rolle.',
    empty: 'Noch gibt es kein Konto.',
  },
  tokens: {
    title: 'Schlüssel',
    lead: 'Womit sich Programme und Telefone anmelden: letzte Benutzung und Ende.',
    empty: 'Noch gibt es keinen Schlüssel.',
  },
  programs: {
    title: 'Programme',
    lead: 'Programme mit eigenen Rechten.',
    empty: 'Noch hat kein Programm eigene Rechte.',
  },
  bridges: {
    title: 'Brücken',
    lead: 'Zigbee2MQTT, Tasmota und andere, die sich hier anmelden.',
    empty: 'Keine Brücke meldet sich hier an. Fügen Sie eine für Zigbee2MQTT oder Tasmota hinzu.',
  },
  secrets: {
    title: 'Geheimnisse',
    lead: 'Womit der Hub anderswo eingelassen wird. Lesen kann sie hier niemand.',
    empty: 'Noch ist kein Geheimnis hinterlegt.',
  },
  wear: {
    title: 'Abnutzung der Karte',
    lead: 'Was ein Tag schreibt und was die Karte in einem Jahr gesehen haben wird.',
    empty: '',
  },
  retention: {
    title: 'Wie lange etwas bleibt',
    lead: 'Was älter ist, geht; bevor eine kürzere Zeit gilt, steht da, wie viele Zeilen das kostet.',
    empty: '',
  },
  sync: { title: 'Zentrale', lead: 'Was in der Zentrale ist und was wartet.', empty: '' },
  quarantine: {
    title: 'Quarantäne',
    lead: 'Zeilen, die die Zentrale nicht nahm, mit ihrem Grund.',
    empty: 'Die Zentrale hat alles genommen.',
  },
  jobs: {
    title: 'Aufträge',
    lead: 'Arbeit, die nicht verloren gehen darf.',
    empty: 'Kein Auftrag wartet oder ist gescheitert.',
  },
  followers: { title: 'Mitleser', lead: 'Was mitliest und wie weit es ist.', empty: 'Nichts liest mit.' },
  rejected: {
    title: 'Abgewiesene Nachrichten',
    lead: 'Was der Hub nicht verstand, mit seinem Grund.',
    empty: 'Alles, was kam, wurde verstanden.',
  },
  search: { title: 'Suche', lead: 'Was nach Wörtern gefunden wird.', empty: '' },
  log: { title: 'Protokoll', lead: 'Wie viel die Teile des Hubs aufschreiben.', empty: '' },
}
