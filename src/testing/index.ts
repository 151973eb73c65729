/**
 * For the tests of apps: a fake authorization server, a clock that moves when told, and tabs in
 * memory.
 *
 * @module tokenring/testing
 */
export {
  createFakeAuthorizationServer,
  type FakeAuthorizationServer,
  type FakeAuthorizationServerOptions,
  type FakeLineage,
  type FakeReply,
  type FakeTokenRequest,
} from './fake-authorization-server.ts'
export { createManualClock, type ManualClock } from './manual-clock.ts'
export { createTestBrowser, type TestBrowser, type TestTab } from './test-browser.ts'
export type { MemoryNavigation } from './memory-navigation.ts'
export type { MemoryPageEvents } from './memory-page-events.ts'
export {
  createVirtualTabs,
  type Build,
  type VirtualTab,
  type VirtualTabs,
  type VirtualTabsOptions,
} from './virtual-tabs.ts'
export type { Happening, Observe, RequestEnd, TokenRequest } from './happenings.ts'
export type { Step, StepKind, Steps, TabProcess } from './steps.ts'
export type { CourierBuild, VirtualCourier } from './virtual-courier.ts'
export type { FakeApi } from './virtual-network.ts'
export type { VirtualStorage } from './virtual-storage.ts'
