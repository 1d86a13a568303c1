import type { Grammar } from '../matcher.ts'
import { DE_HOUSE } from './house-sentences-de.ts'
import { DE_SPEAKER } from './speaker-sentences-de.ts'
import { DE_ALARMS, DE_TIMERS } from './timer-sentences-de.ts'

const RULES = {
  please:
    '(kannst|könntest|würdest|willst|magst) du|(kann|könnte|darf) ich|ich (will|möchte|hätte gern|hätte gerne|brauche|würde gern|würde gerne)|lass [uns]|wir (brauchen|wollen|möchten)|(können|könnten|dürfen) wir|du (kannst|darfst|könntest)',
  tell: 'was ist|wie ist|wie lautet|sag [mir]|sage [mir]|nenn [mir]|nenne [mir]|zeig [mir]|zeige [mir]|verrate [mir]|verrat [mir]|gib mir|lies [mir]|ich (will|möchte|würde gern|würde gerne) wissen|weißt du|kannst du mir sagen|könntest du mir sagen|wie sind|was sind|lies mir|wie steht es um|wie siehts mit|wie sieht es mit',
  the: 'der|die|das|den|dem|des|mein|meine|meinen|meinem|meiner|unser|unsere|unseren|unserem|unserer|ein|eine|einen|einem|einer|diese|diesen|dieser|dieses|dein|deine|deinen|deiner',
  in_room: '(in|im|am|auf|vom|von|aus|für|ins|beim|bei|aufm) [<the>] {room}',
  room: '[<the>] {room}',
  thing: '[<the>] {thing}',
  lights: 'licht|lichter|lampe|lampen|beleuchtung|leuchten',
  timer: 'timer|eieruhr|küchentimer|countdown|kurzzeitwecker|stoppuhr|timers|zeitmesser',
  timers: 'timer|timers|eieruhren|countdowns|küchentimer|stoppuhren',
  alarm: 'wecker|alarm|weckruf|weckzeit|erinnerung|alarme|weckalarm',
  alarms: 'wecker|alarme|weckrufe|weckzeiten|erinnerungen|alarm',
  make: 'stell|stelle|stellen|setz|setze|setzen|starte|start|starten|mach|mache|machen|erstelle|erstellen|richte|leg|lege|füge|neuer|neuen|neue|gib|aktiviere|einstellen',
  ein: '[ein|an|auf]',
  cancel:
    'lösch|lösche|löschen|stopp|stoppe|stoppen|beende|beenden|brich|breche|abbrechen|entferne|entfernen|schalt|schalte|schalten|mach|mache|machen|stell|stelle|stellen|vergiss|streich|streiche|storniere|stornieren|deaktiviere|deaktivieren|nimm|halt|halte|anhalten|abstellen|ausstellen|ausmachen|ausschalten',
  off: '[ab|aus|an|raus|weg|zurück|löschen|stoppen|beenden|abbrechen|ausschalten|ausmachen|abstellen|ausstellen|entfernen|stornieren|streichen|anhalten|deaktivieren]',
  when: '[(am|für|auf) {day}|{day}] [um|auf|gegen|für] {clock} | [um|auf|gegen|für] {clock} ((am|für|auf) {day}|{day}) | [für] {repeat} [um|auf|gegen|für] {clock} | [um|auf|gegen|für] {clock} {repeat}',
  some: '[noch] (etwas|ein bisschen|ein wenig) [mehr]|[viel|noch] mehr|genug',
  weekday: 'montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|sonnabend',
  ordinal:
    'erste|zweite|dritte|vierte|fünfte|sechste|siebte|achte|neunte|zehnte|elfte|zwölfte|dreizehnte|vierzehnte|fünfzehnte|sechzehnte|siebzehnte|achtzehnte|neunzehnte|zwanzigste|einundzwanzigste|zweiundzwanzigste|dreiundzwanzigste|vierundzwanzigste|fünfundzwanzigste|sechsundzwanzigste|siebenundzwanzigste|achtundzwanzigste|neunundzwanzigste|dreißigste|einunddreißigste',
  month: 'januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember',
  may: '(kann|können|soll|sollen|darf|dürfen|muss|müssen)|(kannst|könntest|darfst|würdest) du',
  switch:
    'wirf|schalt|schalte|schalten|mach|mache|machen|dreh|drehe|drehen|stell|stelle|stellen|knips|knipse|knipsen|tu|leg|lege|fahr|fahre|fahren|zieh|ziehe|ziehen',
  on: 'an|ein|auf|hoch|rauf|anmachen|einschalten|anschalten|anstellen|einstellen|öffnen|aufmachen|hochfahren|hochziehen|anknipsen|andrehen|aktivieren|starten',
  off_word:
    'aus|ab|zu|runter|herunter|ausmachen|ausschalten|abschalten|abstellen|ausstellen|schließen|zumachen|runterfahren|herunterfahren|runterlassen|ausknipsen|ausdrehen|abdrehen|löschen|deaktivieren|stoppen',
}

export const DE_GRAMMAR: Grammar = {
  sentences: { ...DE_SPEAKER, ...DE_TIMERS, ...DE_ALARMS, ...DE_HOUSE },
  rules: RULES,
  endings: ['timer', 'wecker'],
  fillers: [
    ...[
      'bitte',
      'mal',
      'doch',
      'denn',
      'jetzt',
      'eben',
      'halt',
      'hey',
      'hallo',
      'lares',
      'ok',
      'okay',
      'äh',
      'ähm',
      'also',
    ],
    ...[
      'schnell',
      'entschuldigung',
      'kurz',
      'danke',
      'gerade',
      'eigentlich',
      'ja',
      'na',
      'nun',
      'einfach',
      'gleich',
      'wieder',
      'vielleicht',
    ],
  ],
}
