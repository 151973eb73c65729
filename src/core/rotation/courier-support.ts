import type { Report } from '../events.ts'
import type { PageEvents } from '../ports.ts'
import type { Mail, MailOptions } from './mail.ts'

/** What `courier()` gives, of `tokenring/courier`; it starts nothing before a manager asks for its mail. */
export interface CourierSupport {
  /** Starts the courier, and waits for nothing. */
  createMail(
    options: MailOptions & {
      /** The key of the record in the store. */
      readonly recordKey: string
      readonly channelName: string
      readonly storage: unknown
      /** Whether the app brings a `fetch` along, which a courier does not have. */
      readonly hasOwnFetch: boolean
      readonly pageEvents: PageEvents
      readonly report: Report
    },
  ): Mail
}
