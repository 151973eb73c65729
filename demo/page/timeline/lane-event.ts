/** Something that happened in one tab, told without a secret. */
export interface LaneEvent {
  /** The lane's name, which is the tab's. */
  readonly lane: string
  /** Ms since the epoch by the machine's own clock, whatever the tab believes the time to be. */
  readonly at: number
  /**
   * The type of a `TokenManagerEvent`, or one of the demo's own: `loaded`, `closed`, `request` (a
   * response of the API has come), `sign-in-failed`, `trouble` (a button was pressed).
   */
  readonly type: string
  readonly details: Readonly<Record<string, string | number | boolean>>
}
