import { defineConfig } from '@playwright/test'
import { baseURL } from './config.ts'

const executablePath = process.env['CHROMIUM_PATH']

export default defineConfig({
  testDir: 'tests',
  use: { baseURL, launchOptions: executablePath ? { executablePath } : {} },
})
