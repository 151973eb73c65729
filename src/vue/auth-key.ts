import type { InjectionKey } from 'vue'
import type { TokenManager } from '../manager/token-manager-api.ts'

export const authKey: InjectionKey<TokenManager> = /* @__PURE__ */ Symbol('tokenring')
