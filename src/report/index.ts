/**
 * What a manager has done, for the console and for bug reports.
 *
 * @module tokenring/report
 */
export { logEvents } from './log-events.ts'
export {
  createSessionReport,
  type SessionReport,
  type SessionReportSettings,
} from './session-report.ts'
