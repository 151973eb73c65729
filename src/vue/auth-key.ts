import type { InjectionKey } from 'vue'
import type { TokenManager } from '../token-manager-api.ts'

export const authKey: InjectionKey<TokenManager> = /* @__PURE__ */ Symbol('tokenring')
