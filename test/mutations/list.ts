import { ACCESS } from './access.ts'
import { ALERTING } from './alerting.ts'
import { BACKUPS } from './backups.ts'
import { BRIDGES_AT_BROKER } from './bridges.ts'
import { BROKER } from './broker.ts'
import { BROKERS } from './brokers.ts'
import { CONTROL } from './control.ts'
import { COPIES_OF_ROLLUPS } from './copies.ts'
import { DIALECTS } from './dialects.ts'
import { ELSEWHERE_ASKED } from './elsewhere.ts'
import { ENGINE } from './engine.ts'
import { ENTITIES_OF_DEVICES } from './entities.ts'
import { DECLARED } from './features.ts'
import { FOLLOWERS } from './followers.ts'
import { SEEN_BY_HOME_ASSISTANT } from './homeassistant.ts'
import { HOUSES } from './houses.ts'
import { IMPORTS } from './imports.ts'
import { INTAKE } from './intake.ts'
import { JOBS } from './jobs.ts'
import { JOBS_THAT_FAIL } from './jobs-that-fail.ts'
import { LINK } from './link.ts'
import { LOGINS } from './logins.ts'
import { LOST_ROWS } from './lost-rows.ts'
import { MAKERS } from './makers.ts'
import { MODELS } from './models.ts'
import type { Mutation } from './mutation.ts'
import { OUTBOX } from './outbox.ts'
import { OUTPUTS } from './outputs.ts'
import { PACKAGES } from './packages.ts'
import { PAGE } from './page.ts'
import { PAGE_TALKED } from './page-talk.ts'
import { PERSONAS } from './personas.ts'
import { READINGS } from './readings.ts'
import { RECORDINGS } from './recordings.ts'
import { RESTORES } from './restores.ts'
import { RIGHTS } from './rights.ts'
import { SALVAGE } from './salvage.ts'
import { SEARCH } from './search.ts'
import { SECRETS } from './secrets.ts'
import { SENSING } from './sensing.ts'
import { SESSIONS } from './sessions.ts'
import { SETUP } from './setup.ts'
import { SHARED } from './shared.ts'
import { SPEECH } from './speech.ts'
import { SPOKEN } from './spoken.ts'
import { STORE } from './store.ts'
import { SYNC } from './sync.ts'
import { TALKED } from './talk.ts'
import { VOICE } from './voice.ts'
import { WEAR } from './wear.ts'
import { WEB } from './web.ts'

/** Every safeguard that is taken out once. */
export const MUTATIONS: readonly Mutation[] = [
  ...ENGINE,
  ...INTAKE,
  ...BROKER,
  ...BRIDGES_AT_BROKER,
  ...SEEN_BY_HOME_ASSISTANT,
  ...ACCESS,
  ...ALERTING,
  ...ENTITIES_OF_DEVICES,
  ...RIGHTS,
  ...HOUSES,
  ...JOBS,
  ...JOBS_THAT_FAIL,
  ...CONTROL,
  ...DECLARED,
  ...DIALECTS,
  ...MAKERS,
  ...MODELS,
  ...PAGE,
  ...PAGE_TALKED,
  ...BROKERS,
  ...IMPORTS,
  ...FOLLOWERS,
  ...STORE,
  ...WEAR,
  ...COPIES_OF_ROLLUPS,
  ...BACKUPS,
  ...RESTORES,
  ...SALVAGE,
  ...LOST_ROWS,
  ...PERSONAS,
  ...SESSIONS,
  ...READINGS,
  ...SEARCH,
  ...SECRETS,
  ...SYNC,
  ...OUTBOX,
  ...LINK,
  ...SENSING,
  ...OUTPUTS,
  ...RECORDINGS,
  ...TALKED,
  ...VOICE,
  ...SPOKEN,
  ...SHARED,
  ...PACKAGES,
  ...SETUP,
  ...WEB,
  ...LOGINS,
  ...ELSEWHERE_ASKED,
  ...SPEECH,
]
