import { createContext, type Context } from 'react'
import type { TokenManager } from '../manager/token-manager-api.ts'

export const AuthContext: Context<TokenManager | undefined> = /* @__PURE__ */ createContext<
  TokenManager | undefined
>(undefined)
