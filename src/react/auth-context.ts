import { createContext, type Context } from 'react'
import type { TokenManager } from '../manager/token-manager-api.ts'
import type { SessionStore } from './arrival-store.ts'
import type { PageStore } from './page-store.ts'

export const AuthContext: Context<TokenManager | undefined> = /* @__PURE__ */ createContext<
  TokenManager | undefined
>(undefined)

export const PageContext: Context<PageStore | undefined> = /* @__PURE__ */ createContext<
  PageStore | undefined
>(undefined)

export const SessionContext: Context<SessionStore | undefined> = /* @__PURE__ */ createContext<
  SessionStore | undefined
>(undefined)
