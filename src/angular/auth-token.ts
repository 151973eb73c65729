import { InjectionToken } from '@angular/core'
import type { TokenManager } from '../manager/token-manager-api.ts'

export const authToken: InjectionToken<TokenManager> =
  /* @__PURE__ */ new InjectionToken<TokenManager>('tokenring')
