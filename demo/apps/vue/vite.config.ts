import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The callback waits before anything is mounted.
export default defineConfig({ plugins: [vue()], build: { target: 'es2022' } })
