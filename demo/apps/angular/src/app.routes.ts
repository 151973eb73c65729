import type { Routes } from '@angular/router'
import { createSessionGuard } from 'tokenring/angular'
import { Orders } from './orders'
import { SignInFailed } from './sign-in-failed'
import { Welcome } from './welcome'

export const routes: Routes = [
  { path: '', pathMatch: 'full', component: Welcome },
  { path: 'sign-in-failed', component: SignInFailed },
  { path: 'orders', component: Orders, canActivate: [createSessionGuard()] },
  // Also a callback that is opened again, or by hand, which has nothing to finish.
  { path: '**', redirectTo: '' },
]
