import { navigatorLock } from '@supabase/auth-js'
import type { Start } from '../subject.ts'
import { startSupabase } from './supabase-auth.ts'

export const start: Start = (surroundings) => startSupabase(surroundings, { lock: navigatorLock })
